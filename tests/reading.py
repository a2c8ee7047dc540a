"""Reading our own pages back: links with their numbers, tables as rows of text.

What is seen is read, without the words that are for screen readers alone.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Page:
    """What a person reads on a page."""

    links: list[tuple[str, str]] = field(default_factory=list)  # (address, text)
    rows: dict[str, list[list[str]]] = field(default_factory=dict)  # table's caption -> its rows
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.label = ""
        self.link: list[str] | None = None
        self.cell: list[str] | None = None
        self.address = ""
        self.hidden = 0  # how deep inside words that are not seen

    def handle_starttag(self, tag: str, attrs: list) -> None:
        values = dict(attrs)
        if values.get("role") == "region":
            self.label = values.get("aria-label", "")
        elif tag == "caption":
            self.label = ""
        if self.hidden or values.get("class") == "visually-hidden":
            self.hidden += 1
        if tag == "a":
            self.link, self.address = [], values.get("href", "")
        elif tag == "tr":
            self.page.rows.setdefault(self.label, []).append([])
        elif tag in {"td", "th"}:
            self.cell = []

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(self.hidden - 1, 0)
        if tag == "a" and self.link is not None:
            self.page.links.append((self.address, "".join(self.link).strip()))
            self.link = None
        elif tag in {"td", "th"} and self.cell is not None:
            self.page.rows[self.label][-1].append(re.sub(r"\s+", "", "".join(self.cell)))
            self.cell = None

    def handle_data(self, data: str) -> None:
        if self.lasttag == "caption":
            self.label += data.strip()
        if self.hidden:
            return
        self.page.text += data
        for kept in (self.link, self.cell):
            if kept is not None:
                kept.append(data)


def read_page(html: str) -> Page:
    """Return the links, tables and text of a page's main part."""
    reader = _Reader()
    reader.feed(html.split("<main", 1)[-1])
    reader.page.text = re.sub(r"\s+", "", reader.page.text)
    return reader.page
