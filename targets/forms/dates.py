"""Days that people type: the browser's picker, and a question about a year that looks wrong."""

from datetime import date
from typing import Any, ClassVar

from django import forms

MEANT = "is_meant"


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class DatedForm(forms.Form):
    """A form about a year's plan with one day in it, `day`.

    A day beyond the year after the plan's is a slip more often than not (2206 for 2026): it
    is asked about, and taken once the person has ticked that very day.
    """

    day: ClassVar[str]

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan_year = year

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        day = cleaned.get(self.day)
        if day and day.year > self.plan_year + 1 and self.data.get(MEANT) != day.isoformat():
            self._ask(day)
        return cleaned

    def _ask(self, day: date) -> None:
        words = f"{day.year}年{day.month}月{day.day}日"
        self.fields[MEANT] = forms.BooleanField(
            label=f"年份无误，就是{words}",
            required=False,
            widget=forms.CheckboxInput(attrs={"value": day.isoformat()}),
        )
        self.add_error(
            self.day,
            f"{words}远在{self.plan_year}年度之后，请检查年份；确实无误的，请勾选确认后再提交。",
        )
