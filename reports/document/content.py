"""The circular (督查通报): figures to the words of the official document.

The phrasing is that of the district's own circulars; the office may edit every line
before it issues. `CircularContent` is complete: it renders to PDF, Word, Excel and CSV
without a database, and what was issued is kept as its JSON.
"""

from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from reports.document.annex import PRINTED, Annex, AnnexRow, build_annex
from reports.document.titles import break_title
from reports.figures.quarter import QuarterFigures
from reports.figures.sentence import opening_sentence

MASTHEAD = "督查通报"
REPORT_TO = "区人民政府区长、副区长。"
SEND_TO = "相关责任单位。"


class Orientation(StrEnum):
    """How the annex's pages lie."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"


class NumberForm(StrEnum):
    """How a circular's number is printed under its masthead."""

    ISSUE = "issue"  # 第2期
    YEAR = "year"  # 〔2024〕第9期
    DOCUMENT = "document"  # a 文号: 新政督〔2024〕9号


@dataclass(frozen=True, slots=True)
class BodyTable:
    """A table in the body: short, one line a row."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class CircularContent:
    """Everything that one circular prints."""

    number: int
    issued_on: date
    issuer: str
    title_lines: tuple[str, ...]  # broken by sense
    body: tuple[str | BodyTable, ...]  # paragraphs without indent, and tables
    annex: Annex
    report_to: str = REPORT_TO  # 报
    send_to: str = SEND_TO  # 发
    printed_by: str = ""  # where another office prints; the issuer otherwise
    masthead: str = MASTHEAD
    orientation: Orientation = Orientation.LANDSCAPE
    is_sealed: bool = True  # a seal is set over the signature: GB/T 9704-2012 7.3.5.1
    corrects: str = ""  # 2020年第2期, where this circular corrects another
    number_form: NumberForm = NumberForm.ISSUE
    number_code: str = ""  # 新政督: what a 文号 begins with
    addressed_to: str = ""  # 主送机关 [7.3.2]
    remark: str = ""  # 附注 [7.3.6]
    report_label: str = "报"
    send_label: str = "发"
    copy_to: str = ""
    copy_label: str = "送"
    further: tuple[Annex, ...] = ()  # annexes after the first
    has_annex: bool = True  # False: `annex` holds no row and is not printed

    @property
    def title(self) -> str:
        return "".join(self.title_lines)

    @property
    def annexes(self) -> tuple[Annex, ...]:
        """Every annex that is printed, in order."""
        return (self.annex, *self.further) if self.has_annex else ()

    @property
    def row_count(self) -> int:
        """The rows of all annexes: what rendering takes its time for."""
        return sum(len(annex.rows) for annex in self.annexes)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The body without its tables."""
        return tuple(part for part in self.body if isinstance(part, str))

    @property
    def recipients(self) -> list[tuple[str, str]]:
        """The lines of the distribution block: label and names, empty ones left out [7.4]."""
        lines = (
            (self.report_label, self.report_to),
            (self.copy_label, self.copy_to),
            (self.send_label, self.send_to),
        )
        return [(f"{label}：", names) for label, names in lines if names]

    @property
    def date_text(self) -> str:
        """As GB/T 9704-2012 7.3.5.4 wants it: 2020年4月28日, no leading zeros."""
        return date_text(self.issued_on)

    @property
    def number_text(self) -> str:
        """The number as printed: 第2期, 〔2024〕第9期 or 新政督〔2024〕9号."""
        if self.number_form is NumberForm.YEAR:
            return f"〔{self.issued_on.year}〕第{self.number}期"
        if self.number_form is NumberForm.DOCUMENT:
            return f"{self.number_code}〔{self.issued_on.year}〕{self.number}号"
        return f"第{self.number}期"

    @property
    def number_in_year(self) -> str:
        """The number as it stands alone, with its year: 2020年第2期, 〔2024〕第9期."""
        if self.number_form is NumberForm.ISSUE:
            return f"{self.issued_on.year}年{self.number_text}"
        return self.number_text

    @property
    def printer(self) -> str:
        return self.printed_by or self.issuer

    @property
    def subject(self) -> str:
        """督查通报2020年第2期."""
        return f"{self.masthead}{self.number_in_year}"


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
) -> CircularContent:
    """Return the circular of a quarter as the figures give it, in the source's phrasing."""
    return CircularContent(
        number=number,
        issued_on=issued_on,
        issuer=figures.office_name,
        title_lines=title_lines(figures),
        body=(opening_sentence(figures),),
        annex=build_annex(figures, columns),
        report_to=report_to,
        send_to=send_to,
        orientation=orientation,
    )


def title_lines(figures: QuarterFigures) -> tuple[str, ...]:
    """Return 关于…第一季度完成情况的通报 in lines broken by sense."""
    quarter = figures.quarter.title
    return break_title(f"关于{figures.plan_title}{quarter}完成情况的通报", before=quarter)


def content_to_json(content: CircularContent) -> dict[str, Any]:
    """Return the content as plain JSON values; `content_from_json` reads it back."""
    data = asdict(content)
    data["issued_on"] = content.issued_on.isoformat()
    data["orientation"] = content.orientation.value
    return data


def content_from_json(data: dict[str, Any]) -> CircularContent:
    """Rebuild the content from `content_to_json`'s values, of this version or an earlier one."""
    return CircularContent(
        **{
            **data,
            "issued_on": date.fromisoformat(data["issued_on"]),
            "orientation": Orientation(data["orientation"]),
            "number_form": NumberForm(data.get("number_form", NumberForm.ISSUE)),
            "title_lines": tuple(data["title_lines"]),
            "body": tuple(_part_from_json(part) for part in data["body"]),
            "annex": _annex_from_json(data["annex"]),
            "further": tuple(_annex_from_json(each) for each in data.get("further", ())),
        }
    )


def _part_from_json(part: str | dict[str, Any]) -> str | BodyTable:
    if isinstance(part, str):
        return part
    rows = tuple(tuple(row) for row in part["rows"])
    return BodyTable(part["title"], tuple(part["heads"]), rows)


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
