"""The figures of a quarter in a sentence, for page, circular, brief and data interface."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.figures.quarter import ClassCount, FigureRow, GroupFigures, QuarterFigures
from reports.figures.standing import standing_of
from targets.choices import UNREPORTED
from targets.rules import item_label, percent, percent_parts


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of the sentence, and what it counts."""

    text: str
    class_key: str = ""  # a class of the figures, "counted" for all of them, "" for no number


def opening_sentence(
    figures: QuarterFigures,
    *,
    has_tenths: bool = False,
    units: str = "",
    whole: QuarterFigures | None = None,
) -> str:
    """Return the paragraph of totals: one clause for each class that is not empty.

    The figures are those of the dashboard; the parts' percentages add up to 100. `units` says
    how many units there are where that is not the figures' own number; `whole` is the plan
    that the figures are a part of, so that the denominator is said.
    """
    progress = "".join(phrase.text for phrase in progress_phrases(figures, has_tenths=has_tenths))
    total = figures.item_total if whole is None else whole.item_total
    part = "" if whole is None else f"本期通报其中{figures.item_total}项，"
    units = units or f"责任单位{figures.unit_total}家"
    return (
        f"{figures.plan_title}分解为{total}项责任事项，{part}涉及{units}。从督查情况看，{progress}"
    )


def progress_phrases(figures: QuarterFigures, *, has_tenths: bool = False) -> list[Phrase]:
    """Return the sentence on progress in pieces, each number with what it counts."""
    counted = [each for each in figures.classes if each.count]
    begin = f"{figures.quarter.months}，各牵头单位按照任务要求，"
    if not counted:
        return [Phrase(f"{begin}暂无纳入统计的责任事项。")]
    is_begun = any(each.key != UNREPORTED for each in counted)
    phrases = [
        Phrase(begin + ("积极推进" if is_begun else "应推进")),
        Phrase(f"{figures.item_total}项责任事项", "counted"),
        Phrase("，"),
    ]
    if is_begun and not figures.completed:
        phrases.append(Phrase("目前尚无完成年度目标任务的；"))
    shares = _shares(figures, has_tenths=has_tenths)
    for index, each in enumerate(counted):
        phrases.append(Phrase(f"{each.clause}{each.count}项", each.key))
        end = "；" if index < len(counted) - 1 else "。"
        phrases.append(Phrase(f"，占{shares[each.key]}%{end}"))
    return phrases


def rate_text(figures: QuarterFigures | GroupFigures, *, has_tenths: bool = False) -> str:
    """Return what share of the items is completed, with its %: the half-up rounding; 0 of 0: —."""
    total = figures.item_total if isinstance(figures, QuarterFigures) else figures.total
    if not has_tenths:
        share = percent(figures.completed, total)
        return "—" if share is None else f"{share}%"
    tenths = percent(10 * figures.completed, total)
    return "—" if tenths is None else f"{tenths // 10}.{tenths % 10}%"


def _shares(figures: QuarterFigures, *, has_tenths: bool) -> dict[str, str]:
    """Return each class's share as it is printed; together they are 100."""
    classes: tuple[ClassCount, ...] = figures.classes
    if not has_tenths:
        return {each.key: str(each.percent) for each in classes}
    tenths = _in_tenths([each.count for each in classes], [each.is_completed for each in classes])
    return {each.key: share for each, share in zip(classes, tenths, strict=True)}


def _in_tenths(counts: Sequence[int], are_headline: Sequence[bool] = ()) -> list[str]:
    """Return the counts' shares with one decimal; together they are 100."""
    tenths = percent_parts(counts, are_headline, scale=10)
    return ["—" if share is None else f"{share // 10}.{share % 10}" for share in tenths]


def pace_paragraphs(figures: QuarterFigures, *, has_tenths: bool = False) -> tuple[str, ...]:
    """Return what a circular says of the pace: a clause for each light, and who is behind.

    The phrasing is that of published circulars (超进度、达进度、欠进度). Nothing where no item
    is measured in numbers.
    """
    standing = standing_of(figures)
    if not standing.total:
        return ()
    shares = [str(each.percent) for each in standing.counts]
    if has_tenths:
        shares = _in_tenths([each.count for each in standing.counts])
    clauses = "，".join(
        f"{each.label}{each.count}项、占{share}%"
        for each, share in zip(standing.counts, shares, strict=True)
        if each.count
    )
    said = f"按序时进度衡量，设有量化指标的{standing.total}项责任事项中，{clauses}。"
    if not standing.behind:
        return (said,)
    return said, f"欠进度的事项有：{_behind_by_unit(standing.behind)}。"


def _behind_by_unit(rows: tuple[FigureRow, ...]) -> str:
    """Return the items behind by their leads, whoever leads the farthest behind first."""
    by_leads: dict[tuple[str, ...], list[FigureRow]] = {}
    for row in rows:
        by_leads.setdefault(row.lead_units, []).append(row)
    return "；".join(
        f"{'、'.join(leads)}：{'、'.join(_told(row) for row in led)}"
        for leads, led in by_leads.items()
    )


def _told(row: FigureRow) -> str:
    # A goal's single item goes by its goal: 7项 would be seven of them.
    label = item_label(row.goal_number, row.item_number, row.is_numbered)
    name = f"{label}项" if row.is_numbered else f"目标{label}"
    return f"{name}（{row.light_words}）" if row.light_words else name
