"""What leaders and the office type about an instruction."""

import json
import re
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q

from targets.choices import Role
from targets.filetypes import ACCEPTED, ENDINGS
from targets.formfields import LineField, field_of
from targets.forms.dates import DatedForm, DateInput
from targets.forms.fields import LongTextField, VersionedForm, reason_field
from targets.forms.plan import UnitsField
from targets.forms.reporting import SomeFilesForm
from targets.models import Instruction, Item, Plan, Unit, User
from targets.models.instructions import GIVER_LIMIT
from targets.rules import parse_item_number


class GiveInstructionForm(forms.Form):
    """A leader's words on an item."""

    text = reason_field("批示内容", help_text="督查室和该事项的责任单位都会看到。")


class ItemsField(LineField):
    """Numbers of items of one plan, divided by 、 or blanks; cleaned to the items."""

    plan: Plan | None = None  # set by the form

    def clean(self, value: str) -> list[Item]:
        """Return the items named; a number that the plan does not have is an error."""
        words = [each for each in re.split(r"[、，,；;\s]+", super().clean(value)) if each]
        known = {}
        if self.plan and words:
            for item in Item.objects.filter(goal__plan=self.plan).select_related("goal__plan"):
                known[item.goal.number, item.number] = item
        found = [known.get(parse_item_number(each) or (0, 0)) for each in words]
        unknown = [word for word, item in zip(words, found, strict=True) if item is None]
        if unknown:
            where = self.plan or "本区"
            raise forms.ValidationError(
                f"{where}没有事项“{'”“'.join(unknown)}”，请写成4（9）这样，用顿号分开。"
            )
        return list(dict.fromkeys(each for each in found if each))


class RegisterInstructionForm(DatedForm):
    """What stands on the sheet, whom it goes to, and what is asked of them at once."""

    day = "due_on"

    giver = LineField(
        label="批示领导",
        max_length=GIVER_LIMIT,
        help_text="职务或姓名，按批示件填写，如“区长”。",
        error_messages={"required": "请填写批示领导的职务或姓名。"},
    )
    leader = forms.ModelChoiceField(
        label="领导账号",
        required=False,
        queryset=User.objects.none(),
        empty_label="没有账号或不指明",
        help_text="选定后，该领导在自己的页面上首先看到这件批示的办理情况。",
    )
    given_on = forms.DateField(
        label="批示日期",
        widget=DateInput(),
        error_messages={"invalid": "请填写日期，如2020-07-15。", "required": "请填写批示日期。"},
    )
    text = reason_field("批示内容", help_text="照批示件抄录。责任单位会看到。")
    items = ItemsField(
        label="事项编号",
        required=False,
        help_text="如4（9）、16（1）。填多项的，每项各成一件，分别转办。",
    )
    on_ended = forms.BooleanField(label="仍登记在已结束的事项上", required=False)
    units = UnitsField(
        label="交办单位",
        required=False,
        help_text="批示不针对某个事项的，填写单位，每行一个，每个单位各成一件。",
    )
    scan = forms.FileField(
        label="批示件扫描件",
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
        help_text=f"可上传{ACCEPTED}；不超过20MB。责任单位可以下载。",
        error_messages={
            "empty": "所选文件是空文件，请核对后重新上传。",
            "max_length": "文件名过长，请改短后再上传。",
        },
    )
    follow_up = reason_field(
        "督办要求", required=False, help_text="同时转办的，写明由谁做什么；不填则登记后再转办。"
    )
    due_on = forms.DateField(
        label="落实期限",
        required=False,
        widget=DateInput(),
        error_messages={"invalid": "请填写日期，如2020-07-15。"},
    )

    def __init__(
        self, *args: Any, user: User, plan: Plan | None, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, year=plan.year if plan else today.year, **kwargs)
        leaders = User.objects.filter(role=Role.LEADER, district=user.district_id, is_active=True)
        leader = field_of(self, "leader", forms.ModelChoiceField)
        leader.queryset = leaders.order_by("pk")
        items = field_of(self, "items", ItemsField)
        items.plan = plan
        if plan:
            items.label = f"事项编号（{plan}）"
        units = field_of(self, "units", UnitsField)
        register = Unit.objects.visible_to(user).filter(successor=None)
        units.offer(register.prefetch_related("aliases").order_by("order"))

    def clean(self) -> dict[str, Any]:
        """Refuse a sheet that is registered already: the same form may arrive twice."""
        typed = super().clean()
        names = ("giver", "given_on", "text", "items", "units")
        if all(name in typed for name in names):
            to_same = Q(item__in=typed["items"]) | Q(unit__in=typed["units"])
            facts = {name: typed[name] for name in names[:3]}
            same = Instruction.objects.filter(to_same, **facts).with_item().first()
            if same:
                self.add_error(
                    None, f"这件批示已经登记给{same.addressee}，不必重复登记；请去掉后再提交。"
                )
        return typed


class FollowUpForm(DatedForm):
    """What the units are asked to do, and by when."""

    day = "due_on"

    follow_up = reason_field("督办要求", help_text="写明由谁做什么，责任单位会看到。")
    due_on = forms.DateField(
        label="落实期限",
        widget=DateInput(),
        error_messages={"invalid": "请填写日期，如2020-07-15。", "required": "请填写落实期限。"},
    )

    def __init__(self, *args: Any, instruction: Instruction, **kwargs: Any) -> None:
        initial = {"follow_up": instruction.follow_up, "due_on": instruction.due_on}
        super().__init__(*args, year=instruction.year, initial=initial, **kwargs)


class AnswerForm(VersionedForm, SomeFilesForm):
    """A unit's answer, and files beside it."""

    text = LongTextField(label="回复内容", required=False)
    field_order = ("version", "text", "files")


# What js/autosave.js saves while it is typed, and what pages call it.
ANSWER_FIELDS = json.dumps({"text": "回复内容"}, ensure_ascii=False)


class ReturnAnswerForm(VersionedForm):
    """Why an answer goes back to its unit."""

    reason = reason_field("退回原因", help_text="写明要补充、修改什么，该单位会看到。")


class FinishForm(forms.Form):
    """What came of it."""

    outcome = reason_field("落实情况", help_text="办结后领导和责任单位都会看到，不能再改。")
