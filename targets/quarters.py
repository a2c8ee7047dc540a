"""Quarters of a plan's year: their names, months and codes. No database.

Figures are cumulative since January, so the second quarter reads 上半年 / 1—6月.
"""

import re
from dataclasses import dataclass
from datetime import date

TITLES = {1: "第一季度", 2: "上半年", 3: "前三季度", 4: "全年"}
HEADS = {1: "一季度完成情况", 2: "上半年完成情况", 3: "前三季度完成情况", 4: "全年完成情况"}
MONTHS = {1: "1—3月", 2: "1—6月", 3: "1—9月", 4: "1—12月"}
NAMES = {1: "第一季度", 2: "第二季度", 3: "第三季度", 4: "第四季度"}

_CODE = re.compile(r"(20[0-9]{2})Q([1-4])", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """One quarter of one year, for example 2020Q1."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if self.number not in TITLES:
            raise ValueError(f"a quarter is 1 to 4, not {self.number}")

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def title(self) -> str:
        """As circulars name it: 第一季度, 上半年, 前三季度, 全年."""
        return TITLES[self.number]

    @property
    def head(self) -> str:
        """The annex table's column head for progress."""
        return HEADS[self.number]

    @property
    def months(self) -> str:
        """As the circular's sentence names it: 1—3月, 1—6月, 1—9月, 1—12月."""
        return MONTHS[self.number]

    @property
    def name(self) -> str:
        """As the interface names it: 2020年第二季度."""
        return f"{self.year}年{NAMES[self.number]}"


def parse_quarter(code: str) -> Quarter:
    """Read `2020Q1`; anything else raises ValueError."""
    match = _CODE.fullmatch(code)
    if match is None:
        raise ValueError(f"a quarter is written like 2020Q1, not {code!r}")
    return Quarter(int(match[1]), int(match[2]))


def last_day(year: int, number: int) -> date:
    """Return the day on which a quarter of a year ends."""
    return (date(year, 12, 31), date(year, 3, 31), date(year, 6, 30), date(year, 9, 30))[number % 4]
