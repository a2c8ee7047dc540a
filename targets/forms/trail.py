"""What the auditor types to check the trail."""

import unicodedata
from typing import Any

from django import forms

from targets.formfields import LineField
from targets.sealing import CODE_LENGTH, Noted

HEXADECIMAL = frozenset("0123456789abcdef")


class CheckForm(forms.Form):
    """The figure that was written down after an earlier check; both parts or none."""

    sealed = forms.IntegerField(
        label="抄记的封存条数",
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        error_messages={"invalid": "请填写整数，或不填。"},
    )
    code = LineField(
        label="抄记的校验码",
        required=False,
        max_length=2 * CODE_LENGTH,
        help_text=f"上次核验时抄下或打印的{CODE_LENGTH}位数字和字母，空格不计。两项都可不填。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        typed = unicodedata.normalize("NFKC", self.cleaned_data["code"])
        code = "".join(typed.split()).lower()
        if code and (len(code) != CODE_LENGTH or not set(code) <= HEXADECIMAL):
            raise forms.ValidationError(
                f"校验码是{CODE_LENGTH}位数字和字母a至f，请对照抄记核对；现有{len(code)}位。"
            )
        return code

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and bool(values["sealed"]) != bool(values["code"]):
            self.add_error(None, "封存条数和校验码请一并填写，或都不填。")
        return values

    @property
    def noted(self) -> Noted | None:
        """Return the figure, or None where nothing was noted."""
        values = self.cleaned_data
        return Noted(values["sealed"], values["code"]) if values["code"] else None
