"""What units type."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from targets import actions
from targets.actions import Figure
from targets.choices import Duty, EvidenceKind, OwnView
from targets.filetypes import ACCEPTED, ENDINGS
from targets.formfields import LineField, field_of
from targets.forms.fields import LongTextField, VersionedForm, further_field, reason_field
from targets.forms.indicators import ValueRow, value_fields, value_names
from targets.models import Contribution, Indicator, Item, Report, ReportedValue
from targets.quarters import last_day
from targets.questions.asked import indicators_of, values_before

LABELS = Report.labels()
DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ContributionForm(VersionedForm):
    """A unit's report on one item; the first of several leads has the joint text as well.

    An automatic save comes while the person still types: a head's name whose date is
    not there yet is left for the next one, and `left_out` says so.
    """

    errors_title = ""  # what was kept although the form has errors

    text = LongTextField(
        label=LABELS["text"],
        required=False,
        help_text="写到本季度末的累计情况。分段编号可用“1、”，换行会保留。",
    )
    consolidated_text = LongTextField(
        label=LABELS["consolidated_text"],
        required=False,
        help_text="可选。贵单位是第一牵头单位，可把各牵头单位的内容合成一稿，审核时优先采用。",
    )
    problems = further_field(LABELS["problems"], "可选。进展中的困难和需要协调的问题。")
    next_steps = further_field(LABELS["next_steps"], "可选。下一步怎么做、何时完成。")
    own_view = forms.ChoiceField(
        label=LABELS["own_view"],
        required=False,
        choices=[("", "不填"), *OwnView.choices],
        help_text="可选。本单位认为该事项是否已达到工作标准；完成状态由督查室核定。",
        error_messages={"invalid_choice": "请从列出的选项中选择。"},
    )
    head_name = LineField(
        label=LABELS["head_name"],
        required=False,
        max_length=50,
        help_text="单位主要领导审阅同意后填写；与审阅日期同时填写。",
        error_messages={"max_length": "姓名最多%(limit_value)d字。"},
    )
    head_agreed_on = forms.DateField(
        label=LABELS["head_agreed_on"],
        required=False,
        widget=DATE,
        error_messages={"invalid": "请填写日期，如2020-04-10。"},
    )

    def __init__(
        self,
        *args: Any,
        contribution: Contribution,
        is_automatic: bool = False,
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ):
        self.contribution, self.is_automatic, self.left_out = contribution, is_automatic, ""
        saved = {name: getattr(contribution, name) for name in Report.labels()}
        initial = {**saved, "version": contribution.version, **(initial or {})}
        super().__init__(*args, **{**kwargs, "initial": initial})
        if not (contribution.consolidates and _is_shared(contribution)):
            del self.fields["consolidated_text"]
        for name in ("problems", "next_steps"):
            if not (contribution.entry.period.asks_problems or getattr(contribution, name)):
                del self.fields[name]
        if not contribution.is_lead:
            del self.fields["own_view"]
        if not (contribution.entry.period.head_signs or contribution.head_name):
            del self.fields["head_name"], self.fields["head_agreed_on"]
        self.indicators = indicators_of(contribution)
        reported = {each.indicator_id: each for each in self._reported()}
        for indicator in self.indicators:
            self._add_value(indicator, reported.get(indicator.pk))

    def _reported(self) -> Iterable[ReportedValue]:
        return self.contribution.values.all() if self.indicators else ()

    def _add_value(self, indicator: Indicator, known: ReportedValue | None) -> None:
        """Add what is asked of an indicator: the number, until when, and whether it is foreseen."""
        names = value_names(indicator)
        fields = value_fields(indicator)
        for name, field in zip(names, fields, strict=True):
            self.fields[name] = field
        if known:
            facts = (known.value, known.as_of, "1" if known.is_estimate else "")
            for name, fact in zip(names, facts, strict=True):
                self.initial.setdefault(name, fact)

    def rows(self) -> list[ValueRow]:
        """Return the indicators' fields, a row each, with what the text says of them."""
        text = str(self["text"].value() or "")
        period = self.contribution.entry.period
        year = period.plan.year
        found = actions.readings(text, self.indicators, year)
        before = values_before(self.contribution.entry) if self.indicators else {}
        rows = []
        for each in self.indicators:
            value, as_of, estimate = value_names(each)
            row = ValueRow(
                indicator=each,
                value=self[value],
                as_of=self[as_of],
                estimate=self[estimate],
                reading=found.get(each.pk),
                end=last_day(year, period.number),
                before=before.get(each.pk),
            )
            rows.append(row)
        return rows

    def value_labels(self) -> dict[str, str]:
        """Return the names of the indicators' fields with their labels, for the script."""
        names = [name for each in self.indicators for name in value_names(each)]
        return {name: str(self.fields[name].label) for name in names}

    def figures(self) -> dict[int, Figure]:
        """Return the values that were posted, by the indicators' keys."""
        found = {}
        for each in self.indicators:
            value, as_of, estimate = value_names(each)
            if value in self.data and value in self.cleaned_data:
                found[each.pk] = Figure(
                    self.cleaned_data[value],
                    self.cleaned_data.get(as_of),
                    self.cleaned_data.get(estimate) == "1",
                )
        return found

    def _leave_wrong_values_out(self) -> None:
        """While a person still types a number, his words are saved without it."""
        wrong = [name for each in self.indicators for name in value_names(each)[:2]]
        for name in wrong:
            if name in self.errors:
                del self.errors[name]
                self.left_out = "有的数值没有填完整，改正后才会保存"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.is_automatic:
            self._leave_wrong_values_out()
        if "head_name" not in self.fields or self.errors:
            return cleaned
        if bool(cleaned["head_name"]) == bool(cleaned["head_agreed_on"]):
            return cleaned
        if not self.is_automatic:
            raise forms.ValidationError("请同时填写审阅领导姓名和审阅日期，或者都不填。")
        self.left_out = "审阅领导姓名和日期填齐后才会保存"
        cleaned["head_name"] = self.contribution.head_name
        cleaned["head_agreed_on"] = self.contribution.head_agreed_on
        return cleaned

    def report(self) -> Report:
        """Return what was typed as the actions take it; a field not shown is empty."""
        typed = {name: self.cleaned_data[name] for name in Report.labels() if name in self.fields}
        return Report(**typed)


def _is_shared(contribution: Contribution) -> bool:
    """Tell whether other units lead the item too."""
    duties = contribution.entry.line.responsibilities.all()
    return sum(each.duty == Duty.LEAD for each in duties) > 1


class FilesInput(forms.ClearableFileInput):
    """A file input that takes several files at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """A list of uploaded files, each checked as a FileField checks one."""

    def clean(self, data: object, initial: object = None) -> "Files":
        files = data if isinstance(data, list | tuple) else [data]
        check = super().clean
        return [check(file, initial) for file in files if file or self.required]


Files = list["UploadedFile[bytes]"]
AT_ONCE = 60 * 1024 * 1024  # bytes


class SomeFilesForm(forms.Form):
    """Files to attach."""

    files = FilesField(  # type: ignore[assignment]  # a field, not the files that came
        label="选择文件",
        required=False,
        widget=FilesInput(attrs={"multiple": True, "accept": ",".join(ENDINGS)}),
        help_text=f"可上传{ACCEPTED}；每个不超过20MB，一次合计不超过60MB，每项最多10个。",
        error_messages={
            "empty": "所选文件是空文件，请核对后重新上传。",
            "max_length": "文件名过长，请改短后再上传。",
        },
    )

    def clean_files(self) -> "Files":
        """Refuse more at once than the web server in front lets through (deploy/nginx.conf)."""
        if sum(file.size for file in self.cleaned_data["files"]) > AT_ONCE:
            raise forms.ValidationError("一次上传的文件合计不能超过60MB，请分几次上传。")
        return self.cleaned_data["files"]


class AttachForm(SomeFilesForm):
    """Files to attach, all of one kind."""

    kind = forms.ChoiceField(
        label="文件类别",
        required=False,
        choices=EvidenceKind.choices,
        initial=EvidenceKind.EVIDENCE,
    )

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or EvidenceKind.EVIDENCE


class OwedItemField(forms.ModelChoiceField):  # type: ignore[type-arg]  # none at run time
    """One of the items that are still owed, named by its standard; nothing chosen: all of them."""

    def label_from_instance(self, obj: Item) -> str:
        return f"只延 {obj.title}"


class ExtensionForm(forms.Form):
    """For what, until when, and why."""

    item = OwedItemField(
        Item.objects.none(),
        label="延期范围",
        required=False,
        empty_label="全部未报送的事项",
        error_messages={"invalid_choice": "该事项不必再报送，请重新选择。"},
    )
    until = forms.DateField(
        label="申请延至",
        widget=DATE,
        help_text="当日24时前有效。",
        error_messages={"invalid": "请填写日期，如2020-04-10。", "required": "请填写日期。"},
    )
    reason = reason_field("申请原因")

    def __init__(self, *args: Any, owed: QuerySet[Item], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "item", OwedItemField).queryset = owed
