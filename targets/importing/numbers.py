"""A number as a cell holds it: typed as text, or kept by a program in binary digits."""

from decimal import Decimal, InvalidOperation

from targets.importing.grid import NUMBER, PERCENT
from targets.reading.plain import HOW_TO_TYPE, typed_number

PER_CENTS = ("%", "个百分点")


class NotANumber(Exception):
    """A cell that is none: what was found there, and what to do."""

    def __init__(self, found: str, todo: str) -> None:
        super().__init__(todo)
        self.found, self.todo = found, todo


def number_in(typed: str, kind: str, measure: str) -> Decimal | None:
    """Return a cell's exact number in the measure; None where it is empty.

    `kind` is what the cell is other than text (`Grid.kind`). Raises NotANumber.
    """
    if kind == PERCENT and measure == "%":
        typed, kind = typed.removesuffix("%"), ""
    if kind == NUMBER and measure in PER_CENTS and _may_be_a_share(typed):
        # Of a copied 85% often only the 0.85 arrives, and nothing of it tells which is meant.
        todo = "请把这一格设为文本，填百分号前面的数字，如85。"
        raise NotANumber(f"{typed}（单元格是数字）", todo)
    if kind not in ("", NUMBER):
        raise NotANumber(f"{typed}（单元格是{kind}）" if typed else f"单元格是{kind}", HOW_TO_TYPE)
    try:
        # What a program computed is kept to the digits that it shows: 0.1 + 0.2 is 0.3.
        return typed_number(f"{Decimal(f'{float(typed):.15g}'):f}" if kind else typed)
    except (ValueError, InvalidOperation) as error:
        todo = f"{HOW_TO_TYPE}不写单位，按“{measure}”换算后填写。" if measure else HOW_TO_TYPE
        raise NotANumber(typed[:40], todo) from error


def _may_be_a_share(typed: str) -> bool:
    number = float(typed)
    return 0 < abs(number) <= 1
