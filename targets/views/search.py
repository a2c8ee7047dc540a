"""Search across items, standards and progress, within the district and what one may read."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from targets.excerpts import KINDS, excerpt, split_words
from targets.finding import find_hits
from targets.forms.search import SearchForm
from targets.models import Contribution, Entry, Item

PER_PAGE = 20
# What stands in the excerpt: of an item its standard, of the others their text.
TEXTS = {"items": "standard", "entries": "approved_text", "contributions": "text"}


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the hits of one kind, with the number of hits of each."""
    form = SearchForm(request.GET if "q" in request.GET else None)
    context = {"form": form}
    if form.is_valid():
        context |= _results(request, form.cleaned_data["q"])
    return render(request, "targets/search.html", context)


def _results(request: HttpRequest, query: str) -> dict:
    words = split_words(query)
    found = {kind: find_hits(request.user, kind, query) for kind, _label in KINDS}
    counts = {kind: rows.count() for kind, rows in found.items()}
    # Without a choice the first kind that has a hit.
    kind = request.GET.get("kind", "")
    if kind not in found:
        kind = next((each for each in found if counts[each]), KINDS[0][0])
    page = Paginator(found[kind], PER_PAGE)
    page.count = counts[kind]  # counted already, for the tabs
    shown = page.get_page(request.GET.get("page"))
    return {
        "query": query,
        "exported": urlencode({"q": query, "kind": kind}),
        "page": shown,
        "hits": [_hit(row, kind, words) for row in shown],
        "total": sum(counts.values()),
        "tabs": [
            (f"{label}（{counts[key]}）", f"?{urlencode({'q': query, 'kind': key})}", key == kind)
            for key, label in KINDS
        ],
    }


def _hit(row: Item | Entry | Contribution, kind: str, words: list[str]) -> dict:
    entry = {"items": None, "entries": row}.get(kind, getattr(row, "entry", None))
    item = row if kind == "items" else entry.line
    text = getattr(row, TEXTS[kind])
    return {
        "item": item,
        "title": excerpt(f"{item.goal.name} {item}", words),
        "period": entry.period if entry else item.goal.plan,
        "unit": row.unit if kind == "contributions" else None,
        "state": row.get_state_display() if kind == "contributions" else "",
        "pieces": excerpt(text, words),
    }
