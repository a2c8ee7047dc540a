"""The staff manual (docs/manual.zh.md) as HTML for the help page."""

import re
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

MANUAL = settings.BASE_DIR / "docs" / "manual.zh.md"
_PICTURE = re.compile(r'src="\.\./static/([^"]+)"')
_TITLE = re.compile(r"<h1>[^<]*</h1>\s*")
_HEADING = re.compile(r"<h2>([^<]+)</h2>")


class Manual(NamedTuple):
    """The manual's body and its chapters as (anchor, title)."""

    html: SafeString
    chapters: list[tuple[str, str]]


@cache
def read_manual() -> Manual:
    """Return the manual; read once a process, since it changes with the release only."""
    # "commonmark" escapes nothing of ours but lets raw HTML pass: switched off.
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    html = markdown.render(MANUAL.read_text(encoding="utf-8"))
    html = _TITLE.sub("", html)  # the page has its own heading
    html = _PICTURE.sub(lambda match: f'src="{static(match[1])}"', html)
    titles = _HEADING.findall(html)
    chapters = [(f"chapter-{number}", title) for number, title in enumerate(titles, start=1)]
    for anchor, title in chapters:
        html = html.replace(f"<h2>{title}</h2>", f'<h2 id="{anchor}">{title}</h2>', 1)
    # The manual is a file of the release, with raw HTML off: nothing a user typed is in it.
    return Manual(mark_safe(html), chapters)  # noqa: S308
