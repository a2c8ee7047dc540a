"""What the office types into a circular, checked before any action sees it."""

from django import forms

from reports.circulars.models import BODY_LIMIT, LINE_LIMIT, NAME_LIMIT, REASON_LIMIT, Circular
from reports.document.annex import COLUMNS, OPTIONAL
from targets.rules import clean_text

_TITLE_LIMIT = 200


class VersionForm(forms.Form):
    """A button's form: nothing but the version that the page showed."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class CircularForm(VersionForm):
    """A draft's words."""

    dated = forms.DateField(
        label="印发日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    title = forms.CharField(
        label="标题",
        max_length=_TITLE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="按词意断行，每行不超过20字。",
    )
    body = forms.CharField(
        label="正文",
        max_length=BODY_LIMIT,
        widget=forms.Textarea(attrs={"rows": 10, "class": "is-tall"}),
        help_text="每段一行。“一、”起首为黑体，“（一）”起首为楷体。",
    )
    report_to = forms.CharField(label="报", max_length=LINE_LIMIT, required=False)
    send_to = forms.CharField(label="发", max_length=LINE_LIMIT, required=False)
    printed_by = forms.CharField(
        label="印发机关", max_length=LINE_LIMIT, required=False, help_text="不填则为发文机关。"
    )
    is_landscape = forms.TypedChoiceField(
        label="附表版式",
        choices=((True, "横排"), (False, "竖排")),
        coerce=lambda value: value == "True",
    )
    extra_columns = forms.MultipleChoiceField(
        label="附表另列",
        choices=[(key, COLUMNS[key].head) for key in OPTIONAL],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    tells_pace = forms.BooleanField(
        label="正文写序时进度",
        required=False,
        help_text="在完成情况之后，另写各项按序时进度的情况和欠进度的事项；正文已自行改写的不受影响。",
    )
    is_sealed = forms.BooleanField(
        label="加盖印章", required=False, help_text="决定落款与成文日期的位置。"
    )
    first_number = forms.IntegerField(
        label="起始期号",
        min_value=1,
        max_value=999,
        required=False,
        help_text="仅在本年度此前的通报未用本系统印发时填写。",
    )
    first_number_reason = forms.CharField(
        label="起始期号说明", max_length=REASON_LIMIT, required=False
    )

    def clean_title(self) -> str:
        return clean_text(self.cleaned_data["title"])

    def clean_body(self) -> str:
        return clean_text(self.cleaned_data["body"])

    @classmethod
    def initial_of(cls, circular: Circular) -> dict[str, object]:
        """Return the values that the form shows at first."""
        return {name: getattr(circular, name) for name in cls.base_fields}


class ShownForm(VersionForm):
    """The form of a button that answers for what the page showed."""

    # Figures may move while the page is open.
    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)


class IssueForm(ShownForm):
    """The last question before a circular is issued, with the names from a paper slip."""

    reader = forms.CharField(
        label="核稿人",
        max_length=NAME_LIMIT,
        required=False,
        help_text="在纸质文稿上核稿、签发的，可在此记下姓名。",
    )
    signer = forms.CharField(label="签发人", max_length=NAME_LIMIT, required=False)

    def __init__(self, *args: object, has_acts: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if has_acts:  # the names are of those who read and signed it here
            del self.fields["reader"], self.fields["signer"]
