"""What is typed of indicators and their values."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from targets import actions
from targets.actions import Figure
from targets.choices import Comparison, IndicatorKind, Light, PaceKind
from targets.formfields import LineField, field_of
from targets.forms.fields import VersionedForm, reason_field
from targets.gauges import light_badge
from targets.models import Indicator, Unit
from targets.models.indicators import ValueFacts
from targets.pace import Verdict, due_words, judge
from targets.quarters import NAMES
from targets.questions.measures import value_in_words
from targets.questions.promised import (
    Promised,
    as_it_is_typed,
    curve_text,
    doubled_fall,
    read_curve,
)
from targets.reading.indicators import Proposal
from targets.reading.oddities import oddities
from targets.reading.plain import LONGEST, plain_number, typed_number
from targets.reading.signs import as_typed
from targets.reading.values import Reading

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
NUMBERS = [kind for kind in IndicatorKind.choices if kind[0] != IndicatorKind.MILESTONE]


class NumberField(LineField):
    """An exact decimal as people type it.

    Not a DecimalField: its browser widget refuses －91.2% in words of its own.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "size": 10}))
        super().__init__(**kwargs)

    def to_python(self, value: object) -> Decimal | None:  # type: ignore[override]  # a number
        try:
            return typed_number(super().to_python(value) or "")
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def validate(self, value: Decimal | None) -> None:
        if value is None and self.required:
            raise forms.ValidationError("请填写数字。")

    def run_validators(self, value: object) -> None:
        """The pattern has said all; a length counts nothing of a number."""

    def prepare_value(self, value: object) -> object:
        return plain_number(value) if isinstance(value, Decimal) else value


class IndicatorForm(forms.Form):
    """An indicator, whole: what it is called, what is promised, by which pace it falls due."""

    name = LineField(label="指标名称", max_length=100)
    kind = forms.ChoiceField(
        label="类型",
        choices=IndicatorKind.choices,
        help_text="节点是一个要达到的步骤，如立项、开工、封顶、投用，不填目标值。",
    )
    comparison = forms.ChoiceField(label="比较方式", choices=Comparison.choices, required=False)
    target = NumberField(
        label="目标值",
        required=False,
        help_text="下降3%以上：名称写明“下降”，比较方式选“不低于”，这里填3。",
    )
    target_high = NumberField(label="区间上限", required=False, help_text="只有区间才填。")
    measure = LineField(
        label="计量单位", max_length=20, required=False, help_text="如亿元、万亩、家、%。"
    )
    due_quarter = forms.TypedChoiceField(
        label="到期季度",
        choices=[("", "不是节点"), *NAMES.items()],
        coerce=int,
        empty_value=None,
        required=False,
    )
    pace = forms.ChoiceField(
        label="序时进度",
        choices=[("", "按类型：累计数按月均衡，其余全程对照"), *PaceKind.choices],
        required=False,
    )
    curve = LineField(
        label="自定进度",
        max_length=40,
        required=False,
        help_text="四个季度末应完成的百分比，如：10、60、80、100。",
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label="填报单位", required=False, empty_label="第一牵头单位"
    )
    note = LineField(label="口径说明", max_length=200, required=False)

    def __init__(self, *args: Any, leads: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "unit", forms.ModelChoiceField).queryset = Unit.objects.filter(
            pk__in=[each.pk for each in leads]
        )

    def clean_curve(self) -> list[int] | None:
        try:
            return read_curve(self.cleaned_data["curve"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """Leave what is chosen of how a step's number is held: it has none."""
        values = super().clean() or {}
        is_step = values.get("kind") == IndicatorKind.MILESTONE
        if is_step:
            values.update(pace="", comparison=Comparison.AT_LEAST)
        values["comparison"] = values.get("comparison") or Comparison.AT_LEAST
        if values.get("curve") and values.get("pace") != PaceKind.CURVE and not is_step:
            self.add_error("pace", "填了自定进度的百分比，请把序时进度选为“自定进度”。")
        if not self.errors and (todo := doubled_fall(self.promised())):
            self.add_error("target", todo)
        return values

    def promised(self) -> Promised:
        return Promised(**{name: self.cleaned_data[name] for name in IndicatorForm.base_fields})

    @staticmethod
    def initial_of(indicator: Indicator) -> dict[str, object]:
        """Return an indicator's facts as the form shows them."""
        names = [*IndicatorForm.base_fields]
        promised = as_it_is_typed(indicator)
        facts = {name: getattr(promised, name) for name in names}
        return {**facts, "curve": curve_text(indicator.curve)}


class ChangeIndicatorForm(IndicatorForm):
    """An indicator corrected, and why."""

    reason = reason_field("修改原因")


class ProposalForm(forms.Form):
    """One proposal in the fast list: yes, no or later, and what the words say, to be corrected."""

    decision = forms.ChoiceField(
        label="决定",
        choices=[("accept", "采用"), ("refuse", "不采用"), ("", "暂不定")],
        required=False,
    )
    name = LineField(label="指标名称", max_length=100)
    kind = forms.ChoiceField(label="类型", choices=NUMBERS)
    comparison = forms.ChoiceField(label="比较方式", choices=Comparison.choices)
    target = NumberField(label="目标值")
    target_high = NumberField(label="区间上限", required=False)
    measure = LineField(label="计量单位", max_length=20)

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        self.proposal = proposal
        terms = (proposal.comparison, proposal.target, proposal.high)
        comparison, target, high = as_typed(proposal.name, proposal.kind, terms)
        typed = {"comparison": comparison, "target": target, "target_high": high}
        initial = {**asdict(proposal), **typed, "decision": "accept"}
        super().__init__(*args, **{**kwargs, "initial": initial})
        if proposal.high is None:
            del self.fields["target_high"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        is_accepted = not self.errors and values["decision"] == "accept"
        if is_accepted and (todo := doubled_fall(self.promised())):
            self.add_error("target", todo)
        return values

    def promised(self) -> Promised:
        values = {name: value for name, value in self.cleaned_data.items() if name != "decision"}
        if values["comparison"] != Comparison.RANGE:
            values["target_high"] = None
        return Promised(**values, source_start=self.proposal.start, source_end=self.proposal.end)


class MilestoneForm(forms.Form):
    """A step that a unit proposes."""

    name = LineField(label="节点", max_length=100, help_text="要达到的一个步骤，如“主体结构封顶”。")
    due_quarter = forms.TypedChoiceField(label="到期季度", choices=NAMES.items(), coerce=int)


class StepField(forms.TypedChoiceField):
    """Whether a step is done: 1 or 0; what is kept as 1.00000000 is shown as chosen."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", "未填"), ("1", "已完成"), ("0", "未完成")]
        super().__init__(
            choices=choices, coerce=Decimal, empty_value=None, required=False, **kwargs
        )

    def prepare_value(self, value: object) -> object:
        return plain_number(value) if isinstance(value, Decimal) else value


ESTIMATE = [("", "实际数"), ("1", "预计数")]


def value_names(indicator: Indicator) -> tuple[str, str, str]:
    """Return the names of an indicator's fields: its number, until when, and of which kind."""
    return f"value_{indicator.pk}", f"as_of_{indicator.pk}", f"estimate_{indicator.pk}"


def value_fields(indicator: Indicator) -> tuple[forms.Field, forms.Field, forms.Field]:
    """Return an indicator's fields in the order of `value_names`."""
    name = indicator.name
    value: forms.Field
    if indicator.is_milestone:
        value = StepField(label=name)
    else:
        falls = "，下降填负数" if indicator.kind == IndicatorKind.GROWTH else ""
        value = NumberField(label=f"{name}（{indicator.measure}{falls}）", required=False)
    as_of = forms.DateField(
        label=f"{name}：数据截止日",
        required=False,
        widget=DATE,
        error_messages={"invalid": "请填写日期，如2020-03-15。"},
    )
    # A select, not a box: the script that saves drafts reads values.
    estimate = forms.ChoiceField(label=f"{name}：实际或预计", choices=ESTIMATE, required=False)
    return value, as_of, estimate


@dataclass(frozen=True)
class ValueRow:
    """An indicator's fields as a row of the unit's form, with what its text says."""

    indicator: Indicator
    value: forms.BoundField
    as_of: forms.BoundField
    estimate: forms.BoundField
    reading: Reading | None
    end: date  # of the quarter
    before: Decimal | None = None  # last quarter's value

    @property
    def number(self) -> Decimal | None:
        """The number in the box; None where there is none, or none to be read."""
        typed = self.value.value()
        try:
            return typed_number("" if typed is None else str(typed))
        except ValueError:
            return None

    @property
    def due(self) -> str:
        """What is due at the quarter's end, in words."""
        return due_words(self.indicator, self.end)

    @property
    def verdict(self) -> Verdict | None:
        """How the number stands that is kept; None where there is none."""
        number, as_of = self.number, self.as_of.value()
        if number is None:
            return None
        return judge(self.indicator, number, as_of if isinstance(as_of, date) else self.end)

    @property
    def badge(self) -> str:
        return light_badge(self.verdict.light) if self.verdict else ""

    @property
    def remarks(self) -> list[str]:
        """What is worth a second look in the number that stands in the box."""
        return oddities(
            kind=self.indicator.kind,
            measure=self.indicator.measure,
            value=self.number,
            before=self.before,
            target=self.indicator.target,
            read_as=self.reading.unit if self.reading else "",
        )

    @property
    def is_as_read(self) -> bool:
        """Whether the number in the box is the one in the text."""
        return self.reading is not None and self.number == self.reading.value

    @property
    def read_text(self) -> str:
        """The number as the text says it, in the indicator's measure."""
        return value_in_words(self.indicator, self.reading.value) if self.reading else ""

    @property
    def read_number(self) -> str:
        return plain_number(self.reading.value) if self.reading else ""


class ValueForm(forms.Form):
    """A value of one indicator, in a form of its own."""

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        names = ("value", "as_of", "estimate")
        fields = dict(zip(names, value_fields(indicator), strict=True))
        self.fields = {**fields, **self.fields}

    def figure(self) -> Figure:
        cleaned = self.cleaned_data
        return Figure(cleaned["value"], cleaned["as_of"], cleaned["estimate"] == "1")

    @staticmethod
    def initial_of(known: ValueFacts | Figure | None) -> dict[str, object]:
        if known is None:
            return {}
        estimate = "1" if known.is_estimate else ""
        return {"value": known.value, "as_of": known.as_of, "estimate": estimate}


class SupplementForm(ValueForm):
    """A value of a quarter that closed before there were indicators, as its text says it."""

    def __init__(self, *args: Any, indicator: Indicator, reading: Reading | None) -> None:
        known = actions.figure_read(reading) if reading else None
        super().__init__(
            *args,
            indicator=indicator,
            prefix=f"v{indicator.pk}",
            initial=self.initial_of(known),
        )
        self.reading = reading


class EnterValueForm(ValueForm):
    """A value that the office enters or corrects, and why."""

    reason = reason_field("录入或更正的原因")


class OverruleForm(VersionedForm):
    """The office's own light, and why."""

    light = forms.ChoiceField(
        label="认定为",
        choices=[("", "收回认定，按数值计算"), *Light.choices],
        required=False,
    )
    reason = reason_field("理由")
