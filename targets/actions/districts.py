"""A district begins: its names, the verdicts that its office gives, and its first accounts.

Nobody can do this on a page: whoever may run manage.py does (manage.py setup).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from targets.actions.accounts import NewAccount, create_first_accounts
from targets.actions.passwords import Slip
from targets.choices import Color, Verb
from targets.models import COMMAND_LINE, District, Status, record_event
from targets.refusals import Refused

LABELS = {field.name: str(field.verbose_name) for field in District._meta.concrete_fields}


@dataclass(frozen=True, slots=True)
class NewStatus:
    """A verdict as the office words it; its order is its place in the list."""

    name: str
    clause: str  # in the circular, before the number of items
    is_completed: bool = False
    color: Color = Color.BLUE


# Sets that published circulars use; the first is the source circular's.
STATUS_SETS: dict[str, tuple[NewStatus, ...]] = {
    "完成情况": (
        NewStatus("已完成", "已完成年度目标任务的", is_completed=True, color=Color.GREEN),
        NewStatus("正在推进", "正在推进的"),
    ),
    "序时进度": (
        NewStatus("已完成", "已完成年度目标任务的", is_completed=True, color=Color.GREEN),
        NewStatus("达序时进度", "达到序时进度的"),
        NewStatus("滞后序时", "滞后于序时进度的", color=Color.RED),
    ),
    "五类进度": (
        NewStatus("已完成", "已完成和提前完成的", is_completed=True, color=Color.GREEN),
        NewStatus("超进度", "超进度的", color=Color.GREEN),
        NewStatus("达进度", "达进度的"),
        NewStatus("欠进度", "欠进度的", color=Color.RED),
        NewStatus("其它", "其它类的", color=Color.GREY),
    ),
}


@dataclass(frozen=True, slots=True)
class NewDistrict:
    """A district by its code, with the names that pages and circulars print."""

    code: str
    name: str
    office_name: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """What setting a district up made; what was there already is not in it."""

    district: District
    is_new: bool
    statuses: list[Status]
    slips: list[Slip]


@transaction.atomic
def set_up_district(
    *, new: NewDistrict, statuses: Sequence[NewStatus], accounts: Sequence[NewAccount]
) -> Beginning:
    """Make a district with its statuses and first accounts; run again, make what is missing.

    The names of a district that is there are not changed: they are printed in circulars, and a
    page of the administrator changes them, with its event.
    """
    district = District.objects.select_for_update().filter(code=new.code).first()
    is_new = district is None
    if district is None:
        district = _create(new)
    elif (district.name, district.office_name) != (new.name, new.office_name):
        raise Refused(
            f"区划代码{new.code}已有“{district.name}”（{district.office_name}），名称与所填的不同。"
            "改名请由系统管理员在后台管理中办理。"
        )
    made = [] if district.statuses.exists() else _add_statuses(district, statuses)
    slips = create_first_accounts(district=district, accounts=accounts)
    return Beginning(district, is_new, made, slips)


def _create(new: NewDistrict) -> District:
    district = District(code=new.code, name=new.name, office_name=new.office_name)
    try:
        district.full_clean()
    except ValidationError as error:
        told = (
            f"{LABELS[name]}：{''.join(messages)}" for name, messages in error.message_dict.items()
        )
        raise Refused("；".join(told)) from error
    district.save()
    _record(district, asdict(new))
    return district


def _add_statuses(district: District, statuses: Sequence[NewStatus]) -> list[Status]:
    if not any(each.is_completed for each in statuses):
        raise Refused("至少要有一个状态计为完成，否则算不出完成率。")
    made = []
    for order, new in enumerate(statuses, start=1):
        status = Status(district=district, order=order, **asdict(new))
        try:
            status.full_clean()
        except ValidationError as error:
            raise Refused(f"状态“{new.name}”：{'；'.join(error.messages)}") from error
        status.save()
        _record(status, {**asdict(new), "order": order})
        made.append(status)
    return made


def _record(subject: District | Status, facts: dict[str, object]) -> None:
    record_event(by=None, actor=COMMAND_LINE, verb=Verb.CREATE, subject=subject, new=facts)
