"""What the office types to write and adjust the plan."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import QuerySet

from targets.formfields import LineField, field_of
from targets.forms.fields import LongTextField, further_field, reason_field
from targets.models import Goal, Item, Period, Report, Unit
from targets.widgets import UnitsText

NUMBER_ERRORS = {
    "required": "请填写序号。",
    "invalid": "请填写数字。",
    "min_value": "序号从1开始。",
    "max_value": "序号最大为%(limit_value)d。",
}


def number_field(label: str = "序号") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=999, error_messages=NUMBER_ERRORS)


def printed_field() -> forms.BooleanField:
    return forms.BooleanField(
        label="印出序号",
        required=False,
        initial=True,
        help_text="目标下只有一项且原文未编号时，不印（1）。",
    )


class UnitsField(LineField):
    """Names of units in their order, one a line or divided by 、; cleaned to the units."""

    units: Iterable[Unit] = ()  # of the register, with their other names; set by the form

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=UnitsText(attrs={"rows": 3}), **kwargs)

    def offer(self, units: Iterable[Unit]) -> None:
        """Take the register's units, their other names fetched."""
        self.units = self.widget.units = units

    def clean(self, value: str) -> list[Unit]:
        """Return the units named; a name that the register does not know is an error."""
        names = [
            name for name in re.split(r"[、，,；;\r\n]+", super().clean(value)) if name.strip()
        ]
        known: dict[str, Unit] = {}
        for unit in self.units:
            known |= {alias.name: unit for alias in unit.aliases.all()} | {unit.name: unit}
        unknown = [name.strip() for name in names if name.strip() not in known]
        if unknown:
            raise forms.ValidationError(self._what_to_write(unknown))
        return [known[name.strip()] for name in names]

    def _what_to_write(self, unknown: list[str]) -> list[str]:
        """Name who took over the units that are gone; the other names nobody knows."""
        districts = {unit.district_id for unit in self.units}
        gone = Unit.objects.filter(name__in=unknown, district__in=districts)
        heirs = {unit.name: unit.present.name for unit in gone if unit.successor_id}
        told = [f"{name}已由{heir}承接，请改填{heir}。" for name, heir in heirs.items()]
        others = [name for name in unknown if name not in heirs]
        if others:
            told.append(f"单位名册中没有“{'”“'.join(others)}”，请核对名称（每行一个单位）。")
        return told


class PlanForm(forms.Form):
    """How a year's plan is called."""

    title = LineField(
        label="任务名称",
        max_length=100,
        help_text="通报标题与正文中的名称，如“2020年区《政府工作报告》确定的主要目标任务”。",
    )
    stated_unit_total = forms.IntegerField(
        label="方案所称责任单位数", required=False, min_value=1, max_value=9999
    )


class CreatePlanForm(PlanForm):
    """A new year."""

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2099)
    field_order = ("year",)


class ChangePlanForm(PlanForm):
    """A plan's name, and why it changes."""

    reason = reason_field("修改原因")


class GoalForm(forms.Form):
    """A goal's number and name."""

    number = number_field()
    name = LineField(label="目标名称", max_length=100)


class ChangeGoalForm(GoalForm):
    """The same, and why it changes."""

    reason = reason_field("修改原因")


class AsItIsNow(forms.HiddenInput):
    """A hidden field that says the same whatever came with the form."""

    def __init__(self, state: str) -> None:
        super().__init__()
        self.state = state

    def format_value(self, value: object) -> str:
        return self.state


class ItemForm(forms.Form):
    """An item's standard, and its units in their order."""

    number = number_field("事项序号")
    is_numbered = printed_field()
    standard = LongTextField(label="工作标准")

    leads = UnitsField(
        label="牵头单位",
        help_text="依次列出，第一个为第一牵头单位（汇总单位）。",
        error_messages={"required": "请至少填写一个牵头单位。"},
    )
    supporting = UnitsField(label="配合单位", required=False, help_text="可不填。")

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("leads", "supporting"):
            field_of(self, name, UnitsField).offer(units)


class AddItemForm(ItemForm):
    """A new item; why, where a quarter is open already."""

    reason = reason_field("说明", required=False)


class AdjustItemForm(ItemForm):
    """An item as it is to be, and why; it says how the item was when the page was made."""

    reason = reason_field("调整原因")
    seen = LineField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The page that hands back what was typed shows the item as it is now.
        self.fields["seen"].widget = AsItIsNow(state)


class CancelItemForm(forms.Form):
    """Why an item is cancelled, and whether it stays in the total."""

    reason = reason_field("取消原因")
    stays_counted = forms.BooleanField(label="仍计入总项数", required=False, initial=True)


class CountStatusForm(forms.Form):
    """Whether a status counts as completed, and why that changes."""

    is_completed = forms.BooleanField(label="计为完成", required=False)
    reason = reason_field("修改原因")


class LaterGoalField(forms.ModelChoiceField):  # type: ignore[type-arg]  # none at run time
    """A goal of another year's plan, with its year."""

    def label_from_instance(self, obj: Goal) -> str:
        return f"{obj.plan.year}年 {obj}"


class CarryOverForm(forms.Form):
    """Where an item goes on next year, and why."""

    goal = LaterGoalField(
        Goal.objects.none(),
        label="结转到",
        empty_label="请选择以后年度的目标",
        error_messages={"required": "请选择结转到哪个目标；没有可选的，请先建立下一年度任务。"},
    )
    number = number_field("新事项序号")
    is_numbered = printed_field()
    standard = LongTextField(label="新的工作标准")
    reason = reason_field("结转原因")

    def __init__(self, *args: Any, item: Item, goals: QuerySet[Goal], **kwargs: Any) -> None:
        initial = {
            "standard": item.standard,
            "number": item.number,
            "is_numbered": item.is_numbered,
        }
        super().__init__(*args, **{**kwargs, "initial": initial})
        field_of(self, "goal", forms.ModelChoiceField).queryset = goals
        if not goals:
            text = "以后年度还没有目标，请先在“年度任务”中建立下一年度任务和目标。"
            self.fields["goal"].help_text = text


class EnterForm(forms.Form):
    """What the office writes for a unit that cannot, and why."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    text = LongTextField(label="完成情况")
    problems = further_field("存在的问题", "可选。")
    next_steps = further_field("下一步措施", "可选。")
    reason = reason_field(
        "代填原因", help_text="如：单位网络故障，电话报送。单位和审计员都会看到。"
    )

    def __init__(self, *args: Any, period: Period, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not period.asks_problems:
            del self.fields["problems"], self.fields["next_steps"]

    def report(self, known: Report) -> Report:
        """Return what was typed, with what the form does not ask for as it is known."""
        typed = {name: self.cleaned_data[name] for name in Report.labels() if name in self.fields}
        return replace(known, **typed)
