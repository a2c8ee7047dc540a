"""The circular (督查通报): figures to the words of the official document.

The phrasing is that of the district's own circulars; the office may edit every line
before it issues. `CircularContent` is complete: it renders to PDF, Word, Excel and CSV
without a database, and what was issued is kept as its JSON.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from reports.document.annex import PRINTED, Annex, AnnexRow, build_annex
from reports.figures.quarter import QuarterFigures
from reports.figures.sentence import opening_sentence

MASTHEAD = "督查通报"
REPORT_TO = "区人民政府区长、副区长。"
SEND_TO = "相关责任单位。"
TITLE_LINE = 20  # characters of 2号 (22 pt) in a line of 156 mm


class Orientation(StrEnum):
    """How the annex's pages lie."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"


@dataclass(frozen=True, slots=True)
class CircularContent:
    """Everything that one circular prints."""

    number: int
    issued_on: date
    issuer: str
    title_lines: tuple[str, ...]  # broken by sense
    body: tuple[str, ...]  # paragraphs without indent
    annex: Annex
    report_to: str = REPORT_TO  # 报
    send_to: str = SEND_TO  # 发
    printed_by: str = ""  # where another office prints; the issuer otherwise
    masthead: str = MASTHEAD
    orientation: Orientation = Orientation.LANDSCAPE
    is_sealed: bool = True  # a seal is set over the signature: GB/T 9704-2012 7.3.5.1
    corrects: str = ""  # 2020年第2期, where this circular corrects another

    @property
    def title(self) -> str:
        return "".join(self.title_lines)

    @property
    def date_text(self) -> str:
        """As GB/T 9704-2012 7.3.5.4 wants it: 2020年4月28日, no leading zeros."""
        return date_text(self.issued_on)

    @property
    def printer(self) -> str:
        return self.printed_by or self.issuer

    @property
    def subject(self) -> str:
        """督查通报2020年第2期."""
        return f"{self.masthead}{self.issued_on.year}年第{self.number}期"


def date_text(day: date) -> str:
    """Return a date in the official form: 2020年4月28日."""
    return f"{day.year}年{day.month}月{day.day}日"


def compose(
    figures: QuarterFigures,
    *,
    number: int,
    issued_on: date,
    report_to: str = REPORT_TO,
    send_to: str = SEND_TO,
    orientation: Orientation = Orientation.LANDSCAPE,
    columns: tuple[str, ...] = PRINTED,
    extra: Mapping[str, Mapping[int, str]] | None = None,
) -> CircularContent:
    """Return the circular of a quarter as the figures give it, in the source's phrasing.

    `columns` and `extra` are those of `build_annex`.
    """
    return CircularContent(
        number=number,
        issued_on=issued_on,
        issuer=figures.office_name,
        title_lines=title_lines(figures),
        body=(opening_sentence(figures),),
        annex=build_annex(figures, columns, extra),
        report_to=report_to,
        send_to=send_to,
        orientation=orientation,
    )


def title_lines(figures: QuarterFigures) -> tuple[str, ...]:
    """Return 关于…第一季度完成情况的通报 in lines broken by sense."""
    quarter = figures.quarter.title
    return break_title(f"关于{figures.plan_title}{quarter}完成情况的通报", before=quarter)


def break_title(text: str, *, before: str = "", width: int = TITLE_LINE) -> tuple[str, ...]:
    """Break a title into lines of at most `width` characters where the sense allows.

    After 》 is best, then before `before` (the quarter's name), then after 的 and before
    words that open a new part; a title without such a place is broken evenly, never
    inside a number.
    """
    if _title_width(text) <= width:
        return (text,)
    for places in (_after(text, "》"), _at(text, before), _sense_places(text)):
        fitting = [
            place
            for place in places
            if _title_width(text[:place]) <= width and _title_width(text[place:]) <= width
        ]
        if fitting:
            middle = _title_width(text) / 2
            place = min(fitting, key=lambda at: abs(_title_width(text[:at]) - middle))
            return (text[:place], text[place:])
    return _broken_evenly(text, before, width)


def _broken_evenly(text: str, before: str, width: int) -> tuple[str, ...]:
    """Break a title of three and more lines, each as long as a place of sense allows."""
    places = sorted({*_after(text, "》"), *_at(text, before), *_sense_places(text)})
    lines, start = [], 0
    while _title_width(text[start:]) > width:
        reach = [at for at in places if at > start and _title_width(text[start:at]) <= width]
        longest = max(
            (at for at in range(start + 1, len(text)) if _title_width(text[start:at]) <= width),
            default=start + 1,
        )
        usable = [at for at in reach if _title_width(text[start:at]) >= width / 3]
        stop = max(usable, default=longest)
        if not usable:
            while stop > start + 1 and re.match(r"[0-9A-Za-z]{2}", text[stop - 1 : stop + 1]):
                stop -= 1
        lines.append(text[start:stop])
        start = stop
    return (*lines, text[start:])


def _title_width(text: str) -> float:
    """Return the width in characters, half-width ones counted half."""
    return sum(0.5 if ord(character) < 0x2000 else 1.0 for character in text)


def _after(text: str, mark: str) -> list[int]:
    return [match.end() for match in re.finditer(re.escape(mark), text)]


def _at(text: str, word: str) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(word), text)] if word else []


def _sense_places(text: str) -> list[int]:
    words = r"(?=确定的|主要|重点|责任|完成情况|工作|任务|督查|有关|的通报)|(?<=的)(?!通报)"
    places = [match.start() for match in re.finditer(words, text)]
    return [at for at in places if 0 < at < len(text)]


def content_to_json(content: CircularContent) -> dict[str, Any]:
    """Return the content as plain JSON values; `content_from_json` reads it back."""
    data = asdict(content)
    data["issued_on"] = content.issued_on.isoformat()
    data["orientation"] = content.orientation.value
    return data


def content_from_json(data: dict[str, Any]) -> CircularContent:
    """Rebuild the content from `content_to_json`'s values, of this version or an earlier one."""
    fields = dict(data)
    return CircularContent(
        **{
            **fields,
            "issued_on": date.fromisoformat(fields["issued_on"]),
            "orientation": Orientation(fields["orientation"]),
            "title_lines": tuple(fields["title_lines"]),
            "body": tuple(fields["body"]),
            "annex": _annex_from_json(fields["annex"]),
        }
    )


def _annex_from_json(data: dict[str, Any]) -> Annex:
    rows = tuple(
        AnnexRow(
            **{
                **row,
                "lead_units": tuple(row["lead_units"]),
                "supporting_units": tuple(row["supporting_units"]),
            }
        )
        for row in data["rows"]
    )
    # Version 0.1.0 kept the five heads instead, the quarter's own as the fourth.
    progress_head = data["heads"][3] if "heads" in data else data["progress_head"]
    return Annex(data["title"], progress_head, rows, tuple(data.get("columns", PRINTED)))


def renumbered(content: CircularContent, number: int) -> CircularContent:
    """Return the same content under another number."""
    return replace(content, number=number)
