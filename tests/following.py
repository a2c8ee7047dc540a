"""Following the numbers of a page: each opens the list that it counted, or tells something else.

A number counts rows unless it is a date, a percent (of the n/N beside it), a quotation of the
plan itself, or part of a name (of a goal, an item, a test's 单位1). A plain 0 has nothing
to open. Words that are for screen readers alone repeat names and are passed over.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.test import Client

EXPLAINED = re.compile(
    r"[0-9]{4}年(?:[0-9]{1,2}月[0-9]{1,2}日)?|[0-9]{1,2}—[0-9]{1,2}月|[0-9]+%|-?[0-9]+个百分点|方案所称[0-9]+家|[0-9]+．|(?:单位|状态)[0-9]+"
)
# Row and column heads name things, an option is a choice, the h1 is the quarter's name, an h3
# and the summary of a fold name a group of rows.
NAMES = {"th", "h1", "h3", "summary", "option", "label"}
PAGES = re.compile(r"/(?:items|dashboard/units|dashboard/goals)/[0-9]+/")  # of one thing
INLINE = {"a", "span", "strong", "small"}
# Each list with the address of its file.
FILES = {
    "/board/": "/board/board",
    "/items/": "/items/items",
    "/dashboard/units/": "/dashboard/units/units",
    "/contributions/": "/contributions/contributions",
    "/my-items/": "/my-items/my-items",
    "/search/": "/search/hits",
    "/instructions/": "/instructions/instructions",
}


@dataclass
class Numbers:
    """The numbers of a page's main part."""

    linked: list[tuple[str, list[int]]]  # address, its numbers
    bare: list[str]  # words with a number that nothing explains


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.linked: list[tuple[str, str]] = []  # address and words
        self.bare = ""
        self.open: list[str] = []
        self.address: str | None = None
        self.hidden = 0  # the depth of words that are not seen, while inside them

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.open.append(tag)
        if not self.hidden and dict(attrs).get("class") == "visually-hidden":
            self.hidden = len(self.open)
        if tag not in INLINE:
            self.bare += "\n"
        if tag == "a":
            self.address = dict(attrs).get("href", "")
            self.linked.append((self.address, ""))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass  # an element without an end
        if len(self.open) < self.hidden:
            self.hidden = 0
        if tag == "a":
            self.address = None

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if self.address is not None:
            self.linked[-1] = (self.address, self.linked[-1][1] + data)
        elif not NAMES & set(self.open):
            self.bare += data


def read_numbers(html: str) -> Numbers:
    """Return the numbers of a page's main part, linked and bare."""
    reader = _Reader()
    start = html.index("<main")
    reader.feed(html[start : html.index("</main>", start)])
    linked = [(address, counts_of(words)) for address, words in reader.linked]
    lines = [line.strip() for line in reader.bare.splitlines()]
    return Numbers(
        [(address, counts) for address, counts in linked if counts],
        [line for line in lines if any(counts_of(line))],
    )


def counts_of(words: str) -> list[int]:
    """Return the numbers in a text that may count rows."""
    return [int(each) for each in re.findall(r"[0-9]+", EXPLAINED.sub("", words))]


def listed(browser: Client, url: str) -> int:
    """Return how many rows the list at the address has; its filters are all understood."""
    answer = browser.get(url)
    assert answer.status_code == 200, url
    chosen = answer.context.get("filter")
    form = chosen["form"] if isinstance(chosen, dict) else getattr(chosen, "form", None)
    assert form is None or not form.errors, url
    for name in ("table", "page"):
        if name in answer.context:
            return answer.context[name].paginator.count
    return len(answer.context["rows"])


def exported(browser: Client, url: str) -> int:
    """Return how many rows the CSV of the list at the address has."""
    parts = urlsplit(url)
    answer = browser.get(f"{FILES[parts.path]}.csv?{parts.query}")
    assert answer.status_code == 200, url
    return len(list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline="")))) - 1


def counting_links(page: str, numbers: Numbers) -> Iterator[tuple[str, int]]:
    """Yield the full address and the number of each link that counts rows.

    A link to one item, unit or goal names it, and one back to the page itself narrows it.
    """
    for address, found in numbers.linked:
        url = urljoin(page, address)
        path = urlsplit(url).path
        if PAGES.fullmatch(path) or path == "/dashboard/" or url.startswith("#"):
            continue
        assert path in FILES, f"{url} is no list that can be exported"
        assert len(found) == 1, (url, found)
        yield url, found[0]


def follow_numbers(browser: Client, page: str, *, files: bool = True) -> int:
    """Hold every number of a page to its list and to the list's file; return how many."""
    answer = browser.get(page)
    assert answer.status_code == 200, page
    numbers = read_numbers(answer.content.decode())
    assert not numbers.bare, f"{page}: {numbers.bare}"
    links = dict(counting_links(page, numbers))
    for url, number in links.items():
        assert listed(browser, url) == number, (page, url)
        if files:
            assert exported(browser, url) == number, (page, url)
    return len(links)
