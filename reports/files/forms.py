"""What anyone looks for."""

from django import forms

from targets.excerpts import QUERY_LIMIT


class SearchForm(forms.Form):
    """Words, and where to look for them."""

    q = forms.CharField(
        label="搜索",
        max_length=QUERY_LIMIT,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "词语，可用空格分隔多个；或编号如 4(9)"}
        ),
        error_messages={
            "required": "请输入要查找的词语。",
            "max_length": "最多%(limit_value)d字，现有%(show_value)d字，请缩短后再搜索。",
        },
    )
