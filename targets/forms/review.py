"""What the office types on the review desk."""

from django import forms

from targets.choices import Duty
from targets.forms.fields import LongTextField, VersionedForm, reason_field
from targets.models import Entry, Status, Unit


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
        help_text="将印入通报附表。修改不影响单位原文，两者都会保留。",
    )
    reason = reason_field(
        "说明", required=False, help_text="有牵头单位尚未报送而仍要核定时，必须填写。"
    )

    def __init__(self, *args: object, entry: Entry, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        district_id = entry.period.plan.district_id
        self.fields["status"].queryset = Status.objects.filter(district_id=district_id)


class ReturnForm(VersionedForm):
    """Why a contribution goes back to its unit."""

    reason = reason_field("退回原因", help_text="请写明要补充或修改什么，单位会看到这段话。")


class ReopenEntryForm(VersionedForm):
    """Why a judged entry is reviewed anew, and which units have to write again."""

    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label="退回给以下单位重新填报",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选则只由督查室改判，单位不必重填。",
    )
    reason = reason_field("重新审核的原因")

    def __init__(self, *args: object, entry: Entry, **kwargs: object) -> None:
        super().__init__(*args, initial={"version": entry.version}, **kwargs)
        self.fields["units"].queryset = Unit.objects.filter(
            responsibilities__item_id=entry.item_id, responsibilities__duty=Duty.LEAD
        )
