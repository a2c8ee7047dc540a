"""What the office types on the review desk."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from targets.choices import Duty, ItemOutcome
from targets.formfields import field_of
from targets.forms.fields import LongTextField, SeveralField, VersionedForm, reason_field
from targets.models import Entry, Status, Unit
from targets.questions import responsibilities_of, statuses_for

FOLLOWS = "判为完成的，沿用新的结果；未完成的，由牵头单位填报"


class LaterField(forms.TypedChoiceField):
    """Whether later quarters that go on from an entry follow the change; None is not chosen."""

    def __init__(self, help_text: str = "") -> None:
        super().__init__(
            label="后面的季度",
            help_text=help_text,
            required=False,
            widget=forms.RadioSelect,
            coerce=lambda value: value == "carry",
            empty_value=None,
        )


def offer_later(
    form: forms.Form, later: Sequence[Entry], *, carry: str, keep: str = "保持{}现有的结果"
) -> str:
    """Offer the choice where open later quarters go on from the entry; return what stays anyway.

    `carry` says what becomes of them where the change is carried into them.
    """
    opened = [each for each in later if each.period.is_open]
    closed = _quarters([each for each in later if not each.period.is_open and each.status_id])
    if opened:
        names = _quarters(opened)
        has_come = any(each.status_id for each in opened)
        field = field_of(form, "is_forwarded", LaterField)
        field.choices = [("carry", f"带入{names}：{carry}"), ("keep", keep.format(names))]
        field.help_text = (
            f"{names}{'沿用了本季度的结果' if has_come else '已开放'}，尚无人填报、审核。"
        )
    else:
        del form.fields["is_forwarded"]
    if not closed:
        return ""
    return (
        f"{closed}沿用了本季度的结果，已关闭，保持不变。要改的，先重新开放{closed}，再在那里改判。"
    )


def _quarters(entries: Sequence[Entry]) -> str:
    return "、".join(dict.fromkeys(str(each.period) for each in entries))


class ApproveForm(VersionedForm):
    """The office's judgement of an entry."""

    status = forms.ModelChoiceField(
        Status.objects.none(),
        label="完成状态",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "请选择完成状态。"},
    )
    approved_text = LongTextField(
        label="核定表述",
        help_text="印入通报附表；单位原文另外保留。",
    )
    reason = reason_field(
        "说明", required=False, help_text="有牵头单位尚未报送而仍要核定时，必须填写。"
    )
    is_forwarded = LaterField()

    def __init__(
        self, *args: Any, entry: Entry, later: Sequence[Entry] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.later_note = offer_later(self, later, carry=FOLLOWS)
        if not entry.is_judged and "is_forwarded" in self.fields:
            # What was not judged when the next quarter opened is owed there, unless told.
            self.fields["is_forwarded"].initial = "keep"
        self.fields["approved_text"].widget.attrs |= {"rows": 7}
        field_of(self, "status", forms.ModelChoiceField).queryset = statuses_for(entry.period)
        if entry.proposed_status:
            text = f"导入的文件建议“{entry.proposed_status.name}”，请核对后确认。"
            self.fields["status"].help_text = text


class RecentReasonForm(VersionedForm):
    """A reason to write, or one of those written lately; what is written goes first."""

    recent = forms.ChoiceField(label="常用原因", required=False, choices=[])
    reason = reason_field(
        "退回原因",
        required=False,
        help_text="请写明要补充或修改什么，单位会看到这段话。",
    )

    def __init__(self, *args: Any, reasons: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if reasons:
            shown = [(each, each if len(each) <= 40 else f"{each[:40]}…") for each in reasons]
            field_of(self, "recent", forms.ChoiceField).choices = [("", "不用常用原因"), *shown]
            self.fields["reason"].help_text += "也可从常用原因中选一条。"
            self.fields["recent"].widget.attrs["data-fills"] = self["reason"].auto_id
        else:
            del self.fields["recent"]

    def clean(self) -> dict[str, Any]:
        """Leave one reason: the one written, else the one chosen."""
        values = super().clean() or {}
        chosen = values.pop("recent", "")
        if not values.get("reason") and "reason" not in self.errors:
            values["reason"] = chosen
            if not chosen:
                self.add_error("reason", "请填写内容后再提交。")
        return values


class ReturnForm(RecentReasonForm):
    """Why a contribution goes back to its unit."""


class ReturnEntryForm(RecentReasonForm):
    """Why the submitted texts of an item go back, and to which units."""

    units = SeveralField(
        Unit.objects.none(),
        label="退回给",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个单位。"},
    )
    field_order = ("version", "units", "recent", "reason")

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "units", forms.ModelChoiceField).queryset = Unit.objects.filter(
            pk__in=[unit.pk for unit in units]
        )
        self.fields["units"].initial = [unit.pk for unit in units]


class ReopenEntryForm(VersionedForm):
    """Why a judged entry is reviewed anew, and which units have to write again."""

    units = SeveralField(
        Unit.objects.none(),
        label="退回给以下单位重新填报",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选则只由督查室改判，单位不必重填。",
    )
    reason = reason_field("重新审核的原因")
    is_forwarded = LaterField()

    def __init__(
        self, *args: Any, entry: Entry, later: Sequence[Entry] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"version": entry.version}})
        carried = [
            each for each in later if each.status_id and each.line.outcome == ItemOutcome.LIVE
        ]
        self.later_note = offer_later(
            self,
            carried,
            carry="改为未填报，由牵头单位填报",
            keep="{}暂不改动，再次核定时再选",
        )
        self.later_names = _quarters(carried)
        leads = responsibilities_of(entry).filter(duty=Duty.LEAD)
        field_of(self, "units", forms.ModelChoiceField).queryset = Unit.objects.filter(
            pk__in=leads.values_list("unit_id", flat=True)
        )


class JudgeForm(forms.Form):
    """The status that the ticked entries get, and the one reason for all."""

    status = forms.ModelChoiceField(
        Status.objects.none(),
        label="改判为",
        empty_label="请选择",
        error_messages={"required": "请选择改判后的完成状态。"},
    )
    reason = reason_field("改判原因")
    is_forwarded = LaterField()

    def __init__(
        self, *args: Any, statuses: QuerySet[Status], later: Sequence[Entry] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.later_note = offer_later(self, later, carry=FOLLOWS)
        field_of(self, "status", forms.ModelChoiceField).queryset = statuses
