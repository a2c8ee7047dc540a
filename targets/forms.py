"""What people type, checked before any action sees it. Messages say what to do."""

from django import forms

from targets.choices import Duty
from targets.models import Contribution, Entry, Plan, Status, Unit
from targets.quarters import NAMES
from targets.rules import REASON_LIMIT, TEXT_LIMIT, clean_text


class LongTextField(forms.CharField):
    """A text of up to TEXT_LIMIT characters with its paragraphs.

    No maxlength attribute: a browser would cut a longer text without a word. It is
    shown again whole, with the message.
    """

    def __init__(self, **kwargs: object) -> None:
        limit = kwargs.setdefault("max_length", TEXT_LIMIT)
        widget = forms.Textarea(attrs={"rows": 12, "data-limit": limit, "class": "is-tall"})
        kwargs.setdefault("widget", widget)
        kwargs.setdefault(
            "error_messages",
            {
                "max_length": "文字最多%(limit_value)d字，现有%(show_value)d字，请删减后再提交。",
                "required": "请填写内容后再提交。",
            },
        )
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: object) -> str:
        return clean_text(super().to_python(value))

    def widget_attrs(self, widget: forms.Widget) -> dict:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


def reason_field(
    label: str = "原因", *, required: bool = True, help_text: str = ""
) -> LongTextField:
    """Return the field for a reason of up to REASON_LIMIT characters."""
    return LongTextField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2, "data-limit": REASON_LIMIT}),
    )


class VersionedForm(forms.Form):
    """A form that says which version of the row its page showed."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class ContributionForm(VersionedForm):
    """A unit's report on one item; the first of several leads has the joint text as well."""

    text = LongTextField(
        label="本单位完成情况",
        required=False,
        help_text="写到本季度末的累计情况。分段编号可用“1、”，换行会保留。",
    )
    consolidated_text = LongTextField(
        label="汇总稿",
        required=False,
        help_text="可选。贵单位是第一牵头单位，可把各牵头单位的内容合成一稿，审核时优先采用。",
    )

    def __init__(self, *args: object, contribution: Contribution, leads: int, **kwargs: object):
        initial = {
            "text": contribution.text,
            "consolidated_text": contribution.consolidated_text,
            "version": contribution.version,
        }
        super().__init__(*args, initial=initial, **kwargs)
        if not (contribution.consolidates and leads > 1):
            del self.fields["consolidated_text"]

    def texts(self) -> dict[str, str]:
        """Return the texts as the actions take them."""
        return {
            "text": self.cleaned_data["text"],
            "consolidated_text": self.cleaned_data.get("consolidated_text", ""),
        }


class VersionForm(VersionedForm):
    """A button's form: nothing but the version that the page showed."""


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


class CreatePeriodForm(forms.Form):
    """Which quarter of which plan to prepare."""

    plan = forms.ModelChoiceField(Plan.objects.none(), label="年度任务", empty_label=None)
    number = forms.TypedChoiceField(label="季度", choices=list(NAMES.items()), coerce=int)

    def __init__(self, *args: object, plans: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = plans


class OpenPeriodForm(forms.Form):
    """The due date of a period about to open."""

    due_on = forms.DateField(
        label="填报截止日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="当日24时前报送均为按时。",
        error_messages={"invalid": "请填写日期，如2020-04-10。", "required": "请填写截止日期。"},
    )


class ReasonForm(forms.Form):
    """A reason alone."""

    reason = reason_field()


def first_error(form: forms.Form) -> str:
    """Return a form's first message, for pages that show it outside the form."""
    for messages in form.errors.values():
        return messages[0]
    return ""


class CancelItemForm(forms.Form):
    """Why an item is cancelled, and whether it stays in the total."""

    reason = reason_field("取消原因")
    stays_counted = forms.BooleanField(label="仍计入总项数", required=False, initial=True)
