"""Search across units, plan, texts, instructions and circulars, within what one may read."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.files.forms import SearchForm
from reports.files.search import KIND_BY_KEY, KINDS, Hit, count_hits, find
from targets.excerpts import excerpt, split_words

PER_PAGE = 20
# These say so when they have none; the others are left out then.
ALWAYS = ("items", "entries", "contributions")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the hits of one kind, with the number of hits of each."""
    form = SearchForm(request.GET if "q" in request.GET else None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        context |= _results(request, form.cleaned_data["q"])
    return render(request, "reports/search.html", context)


def _results(request: HttpRequest, query: str) -> dict[str, object]:
    words = split_words(query)
    counts = count_hits(request.user, query)
    # Without a choice the first kind that has a hit.
    key = request.GET.get("kind", "")
    if key not in KIND_BY_KEY:
        key = next((each for each in counts if counts[each]), "items")
    kind = KIND_BY_KEY[key]
    page = Paginator(find(request.user, kind, query), PER_PAGE)
    page.count = counts[key]  # counted already, for the tabs
    shown = page.get_page(request.GET.get("page"))
    return {
        "query": query,
        "exported": urlencode({"q": query, "kind": key}),
        "page": shown,
        "hits": [_marked(kind.show(row), words) for row in shown],
        "total": sum(counts.values()),
        "tabs": [
            (
                f"{each.label}（{counts[each.key]}）",
                f"?{urlencode({'q': query, 'kind': each.key})}",
                each.key == key,
            )
            for each in KINDS
            if counts[each.key] or each.key in ALWAYS or each.key == key
        ],
    }


def _marked(hit: Hit, words: list[str]) -> dict[str, object]:
    return {
        "url": hit.address(),
        "title": excerpt(hit.title, words),
        "about": hit.about,
        # An item's title may be its whole standard: it is not said twice.
        "pieces": [] if hit.text.rstrip("。") in hit.title else excerpt(hit.text, words),
    }
