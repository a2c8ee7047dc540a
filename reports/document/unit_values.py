"""The sheet 指标 of a unit's workbook: what its items promise in numbers, to be filled in.

A hidden key, version and mark on each row bring the number back to its indicator and to the
unit's text (targets.importing.offline_values reads it).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from reports.document.locked import HEAD_ROW, Column, fill_locked, restrict
from targets.choices import NOT_SUBMITTED, ContributionState
from targets.importing.heads import (
    AS_OF,
    ESTIMATE,
    INDICATOR,
    KEY,
    MARK,
    MEASURE,
    TARGET,
    VALUE,
    VERSION,
)
from targets.importing.offline_values import ESTIMATES, STEPS, cells_of
from targets.importing.words import mark_of
from targets.models import Contribution, Period, ReportedValue, User
from targets.questions.asked import Figure, all_values_before, indicators_asked
from targets.questions.measures import value_in_words

HINT = "只填写黄色的格子；数值只填数字，不写单位；增速下降的填负数。"


@dataclass(frozen=True, slots=True)
class ValueLine:
    """One row: an indicator as it was promised, and the unit's own number of the quarter."""

    number: str
    name: str
    measure: str
    target: str
    before: str
    value: str
    as_of: str
    estimate: str
    key: str
    version: int
    is_step: bool
    is_writable: bool


def is_hidden_from(by: User, contribution: Contribution) -> bool:
    """Tell whether a contribution is a draft that the account may not read."""
    return (
        by.unit_id != contribution.unit_id
        and contribution.state == ContributionState.DRAFT
        and not contribution.entered_by_office
    )


def is_writable(contribution: Contribution, period: Period) -> bool:
    return period.is_open and contribution.state in NOT_SUBMITTED


def value_lines(
    contributions: Sequence[Contribution], period: Period, by: User
) -> dict[int, tuple[ValueLine, ...]]:
    """Return the rows by contribution id: three statements, however many there are.

    A draft's numbers stay blank to whoever may not read it.
    """
    asked = indicators_asked(contributions, period)
    if not any(asked.values()):
        return {}
    before = all_values_before(period)
    reported = {
        (each.contribution_id, each.indicator_id): Figure(each.value, each.as_of, each.is_estimate)
        for each in ReportedValue.objects.filter(contribution__in=[*asked])
    }
    lines = {}
    for part in (each for each in contributions if each.pk in asked):
        own = []
        for each in asked[part.pk]:
            known = None if is_hidden_from(by, part) else reported.get((part.pk, each.pk))
            value, as_of, estimate = cells_of(each, known)
            own.append(
                ValueLine(
                    number=str(part.entry.line),
                    name=each.name,
                    measure=each.measure,
                    target=each.target_text,
                    before=value_in_words(each, before.get(each.pk)),
                    value=value,
                    as_of=as_of,
                    estimate=estimate,
                    key=f"c{part.pk}v{each.pk}",
                    version=part.version,
                    is_step=each.is_milestone,
                    is_writable=is_writable(part, period),
                )
            )
        lines[part.pk] = tuple(own)
    return lines


def _is_writable(line: ValueLine) -> bool:
    return line.is_writable


_COLUMNS: list[Column[ValueLine]] = [
    Column("编号", 10, lambda line: line.number),
    Column(INDICATOR, 30, lambda line: line.name),
    Column(MEASURE, 10, lambda line: line.measure),
    Column(TARGET, 16, lambda line: line.target),
    Column("上次数值", 14, lambda line: line.before),
    Column(VALUE, 16, lambda line: line.value, _is_writable),
    Column(AS_OF, 14, lambda line: line.as_of, _is_writable),
    Column(ESTIMATE, 12, lambda line: line.estimate, _is_writable),
    Column(KEY, 10, lambda line: line.key, is_hidden=True),
    Column(VERSION, 8, lambda line: str(line.version), is_hidden=True),
    Column(MARK, 18, lambda line: mark_of(line.value, line.as_of, line.estimate), is_hidden=True),
]


def fill_values(sheet: Worksheet, title: str, lines: Sequence[ValueLine]) -> None:
    """Write the sheet; a step's number and the kind of a number are chosen from a list."""
    fill_locked(sheet, f"{title}：指标", HINT, lines, _COLUMNS, least=2)
    heads = [column.head for column in _COLUMNS]
    rows = range(HEAD_ROW + 1, HEAD_ROW + 1 + len(lines))
    steps = [row for row, line in zip(rows, lines, strict=True) if line.is_step]
    restrict(sheet, _list_of(ESTIMATES, ESTIMATE), heads, (ESTIMATE,), rows)
    restrict(sheet, _list_of(STEPS, VALUE), heads, (VALUE,), steps)


def _list_of(words: Sequence[str], head: str) -> DataValidation:
    rule = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
    rule.error, rule.errorTitle = f"请选择{'或'.join(f'“{each}”' for each in words)}。", head
    rule.showErrorMessage = True
    return rule
