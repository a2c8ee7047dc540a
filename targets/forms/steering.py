"""What the office types to chase and to grant more time."""

from django import forms

from targets.forms.dates import DateInput
from targets.forms.fields import reason_field
from targets.models import Extension, Unit


class RemindForm(forms.Form):
    """Which units are reminded, and what they are told."""

    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label="催办单位",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个单位。"},
    )
    note = reason_field(
        "催办意见", required=False, help_text="可不填。单位会在首页、催办通知和邮件中看到。"
    )

    def __init__(self, *args: object, units: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = units
        self.fields["units"].label_from_instance = lambda unit: unit.addressee


class GrantExtensionForm(forms.Form):
    """Until when more time is granted."""

    until = forms.DateField(
        label="同意延至",
        widget=DateInput(),
        help_text="默认为单位申请的日期，可以改。当日24时前报送不算逾期。",
        error_messages={"invalid": "请填写日期，如2020-07-15。", "required": "请填写日期。"},
    )
    reason = reason_field("批复意见", required=False)

    def __init__(self, *args: object, extension: Extension, **kwargs: object) -> None:
        super().__init__(*args, initial={"until": extension.until}, **kwargs)
