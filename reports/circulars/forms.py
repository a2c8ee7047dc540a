"""What the office types into a circular, checked before any action sees it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db import models
from django.http import QueryDict

from reports.circulars.annexes import CHANGED, HEADS, HELP, choose, read_annexes, unknown_choices
from reports.circulars.models import (
    BODY_LIMIT,
    KIND_FIELDS,
    LINE_LIMIT,
    NAME_LIMIT,
    NAMES_LIMIT,
    REASON_LIMIT,
    Circular,
    CircularKind,
    UnitCount,
)
from reports.circulars.parts import PLACEHOLDERS_LIMIT, count_parts
from reports.document.annex import COLUMNS, OPTIONAL
from reports.document.typesetting import RECIPIENT_LINES, recipient_lines
from reports.figures.quarter import QuarterFigures
from targets.formfields import LineField

_TITLE_LIMIT = 200
_YEARS = range(2000, 2100)
_ANNEXES_LIMIT = 20  # each may hold the whole plan


def _check_placeholders(text: str) -> None:
    count = count_parts(text)
    if count > PLACEHOLDERS_LIMIT:
        raise forms.ValidationError(f"自动内容写了{count}处，最多{PLACEHOLDERS_LIMIT}处，请删减。")


class VersionForm(forms.Form):
    """A button's form: nothing but the version that the page showed."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class PageForm(forms.Form):
    """Which page, the first where none is named, and of which content, else as it is now."""

    number = forms.IntegerField(min_value=1, max_value=9999, required=False)
    of = LineField(max_length=200, required=False)


class CorrectionRows(models.TextChoices):
    """What the annex of a correction holds."""

    WHOLE = "whole", "整份附表"
    SHORT = "short", "只列有改动的事项"


class CircularForm(VersionForm):
    """A draft's words; `figures` are the quarter's, to check choices of rows against.

    `circular` is the draft: whether it corrects an issue, and how its recipients are labelled.
    """

    def __init__(
        self,
        *args: Any,
        figures: QuarterFigures | None = None,
        circular: Circular,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.figures = figures
        self.circular = circular
        if circular.corrects is None:
            del self.fields["correction_rows"]

    dated = forms.DateField(
        label="印发日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    title = LineField(
        label="标题",
        max_length=_TITLE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="按词意断行，每行不超过20字。",
    )
    body = LineField(
        label="正文",
        max_length=BODY_LIMIT,
        widget=forms.Textarea(attrs={"rows": 10, "class": "is-tall"}),
        help_text="每段一行。“一、”起首为黑体，“（一）”起首为楷体。花括号中的内容随统计自动生成，可插入的列在下面。",
    )
    addressed_to = LineField(
        label="主送机关", max_length=NAMES_LIMIT, required=False, help_text="印在标题之下，可不填。"
    )
    report_to = LineField(label="报", max_length=NAMES_LIMIT, required=False)
    copy_to = LineField(label="送", max_length=NAMES_LIMIT, required=False)
    send_to = LineField(
        label="发",
        max_length=NAMES_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    remark = LineField(
        label="附注",
        max_length=LINE_LIMIT,
        required=False,
        help_text="印在成文日期下一行的括号内。",
    )
    subset = LineField(
        label="通报范围",
        max_length=LINE_LIMIT,
        required=False,
        help_text="只通报部分事项时填写，写法与附表范围相同；不填为全部事项。",
    )
    correction_rows = forms.ChoiceField(
        label="更正附表",
        choices=CorrectionRows.choices,
        widget=forms.RadioSelect,
        required=False,
        help_text="选“只列有改动的事项”的，下面的“附表内容”不起作用。",
    )
    annexes = LineField(
        label="附表内容",
        max_length=BODY_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=HELP,
    )
    unit_count = forms.ChoiceField(label="责任单位家数", choices=UnitCount.choices, required=False)
    has_tenths = forms.BooleanField(label="占比保留一位小数", required=False)
    printed_by = LineField(
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
    first_number_reason = LineField(label="起始期号说明", max_length=REASON_LIMIT, required=False)

    def clean_dated(self) -> date:
        """Refuse what is no year of an issue; drafts.warnings_of names an unlikely one."""
        dated: date = self.cleaned_data["dated"]
        if dated.year not in _YEARS:
            raise forms.ValidationError(f"印发日期是{dated.year}年，请核对年份。")
        return dated

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        _check_placeholders(body)
        return body

    def clean_unit_count(self) -> str:
        return self.cleaned_data["unit_count"] or UnitCount.ALL.value

    def clean_annexes(self) -> str:
        text: str = self.cleaned_data["annexes"]
        annexes = read_annexes(text) or ()
        if len(annexes) > _ANNEXES_LIMIT:
            raise forms.ValidationError(
                f"写了{len(annexes)}个附表，最多{_ANNEXES_LIMIT}个；几个范围可用“、”合为一个附表。"
            )
        lost = [head for each in annexes for head in each.unknown_columns]
        if lost:
            raise forms.ValidationError(
                f"“{'、'.join(lost)}”不是附表可以另列的栏，可写：{'、'.join(HEADS)}。"
            )
        for each in annexes:
            # Only a correction has rows that it puts right.
            if each.choice != CHANGED or self.circular.corrects is None:
                self._check_choice(each.choice, self.cleaned_data.get("subset", ""))
        return text

    def clean(self) -> dict[str, Any]:
        """Turn the rows of a correction into a choice for its annex; count the recipients."""
        cleaned = super().clean() or self.cleaned_data
        self._check_recipients(cleaned)
        chosen = cleaned.pop("correction_rows", "")
        if chosen == CorrectionRows.SHORT:
            cleaned["annexes"] = CHANGED
            self.errors.pop("annexes", None)  # what stands there is not looked at
        elif chosen == CorrectionRows.WHOLE and cleaned.get("annexes") == CHANGED:
            carried = self.circular.corrects.annexes if self.circular.corrects else ""
            cleaned["annexes"] = "" if carried == CHANGED else carried
        return cleaned

    def _check_recipients(self, cleaned: dict[str, Any]) -> None:
        kind = self.circular.kind
        labels = {
            "report_to": kind.report_label,
            "copy_to": kind.copy_label,
            "send_to": kind.send_label,
        }
        named = [(f"{labels[name]}：", cleaned[name]) for name in labels if cleaned.get(name)]
        lines = recipient_lines(named)
        if lines > RECIPIENT_LINES:
            said = (
                f"“{'、'.join(labels.values())}”共要印{lines}行，版记一页只能印{RECIPIENT_LINES}行，"
                "请精简，例如写“各责任单位”。"
            )
            longest = max(labels, key=lambda name: len(cleaned.get(name, "")))
            self.add_error(longest, said)

    def clean_subset(self) -> str:
        self._check_choice(self.cleaned_data["subset"])
        return self.cleaned_data["subset"]

    def _check_choice(self, choice: str, subset: str = "") -> None:
        if self.figures is None:
            return
        unknown = unknown_choices(self.figures, choice)
        if unknown:
            raise forms.ValidationError(
                f"“{'、'.join(unknown)}”不是可用的范围：没有这样的状态、目标、牵头单位或事项编号。"
            )
        figures = choose(self.figures, subset) if subset else self.figures
        if figures.rows and not choose(figures, choice).rows:
            if subset:
                said = f"“{choice}”在通报范围“{subset}”内没有事项，请改范围或删去这一行。"
                raise forms.ValidationError(said)
            raise forms.ValidationError(f"“{choice}”目前没有事项，请改范围或删去这一行。")

    @classmethod
    def initial_of(cls, circular: Circular) -> dict[str, object]:
        """Return the values that the form shows at first."""
        is_short = circular.annexes.strip() == CHANGED
        values = {
            name: getattr(circular, name) for name in cls.base_fields if name != "correction_rows"
        }
        return values | {
            "correction_rows": CorrectionRows.SHORT if is_short else CorrectionRows.WHOLE
        }


_TYPED = [name for name, field in CircularForm.base_fields.items() if isinstance(field, LineField)]
# What the login takes along when the session ended meanwhile; a choice is quickly made again.
COMPOSED = ("version", "dated", "first_number", *_TYPED)


def typed_words(data: QueryDict) -> list[tuple[str, str]]:
    """Return (label, text) of what was typed into a draft's form, to be given back."""
    fields = CircularForm.base_fields
    texts = [(str(fields[name].label), str(data.get(name, ""))) for name in _TYPED]
    return [(label, text) for label, text in texts if text.strip()]


def others_words(form: CircularForm, words: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return (label, text) of what stands in a draft otherwise than in the form that was posted."""
    return [
        (str(form.fields[name].label), str(words[name]))
        for name in _TYPED
        if name in words and name in form.fields and words[name] != form.cleaned_data.get(name)
    ]


class ShownForm(VersionForm):
    """The form of a button that answers for what the page showed."""

    # Figures may move while the page is open.
    shown = LineField(max_length=64, widget=forms.HiddenInput)


class IssueForm(ShownForm):
    """The last question before a circular is issued, with the names from a paper slip."""

    reader = LineField(
        label="核稿人",
        max_length=NAME_LIMIT,
        required=False,
        help_text="在纸质文稿上核稿、签发的，可在此记下姓名。",
    )
    signer = LineField(label="签发人", max_length=NAME_LIMIT, required=False)

    def __init__(self, *args: Any, has_acts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_acts:  # the names are of those who read and signed it here
            del self.fields["reader"], self.fields["signer"]


class KindForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument when it runs
    """A kind of circular: masthead, numbers, labels, usual wording."""

    # CircularKind.digest of what the page showed.
    shown = LineField(max_length=64, required=False, widget=forms.HiddenInput)

    class Meta:
        model = CircularKind
        fields = KIND_FIELDS
        field_classes = {name: LineField for name in KIND_FIELDS if name != "number_form"}
        widgets = dict.fromkeys(
            ("opening", "demands", "closing"), forms.Textarea(attrs={"rows": 4})
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["shown"] = self.instance.digest

    def clean(self) -> dict[str, Any]:
        """Bound what a draft begins with by what its own form takes."""
        cleaned = super().clean() or self.cleaned_data
        words = "\n".join(cleaned.get(name) or "" for name in ("opening", "demands", "closing"))
        if len(words) > BODY_LIMIT:
            raise forms.ValidationError(
                f"开头、工作要求、结尾共{len(words)}字，最多{BODY_LIMIT}字，请删减。"
            )
        _check_placeholders(words)
        return cleaned
