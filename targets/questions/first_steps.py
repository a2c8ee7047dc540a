"""What a new district has to do before its first quarter can be reported."""

from dataclasses import dataclass

from targets.choices import PeriodState, Role
from targets.models import Item, Period, Unit, User


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing to do once: what, who does it where (the name of an address), and how."""

    label: str
    hint: str
    role: Role
    url_name: str
    is_done: bool


def first_steps(user: User) -> list[FirstStep]:
    """Return the steps of the user's district in their order; [] once all are done."""
    district = user.district_id
    reporters = User.objects.filter(district=district, role=Role.UNIT, is_active=True)
    opened = Period.objects.filter(plan__district=district).exclude(state=PeriodState.DRAFT)
    steps = [
        FirstStep(
            "导入单位",
            "本区各责任单位和它们的别名，Excel或Word表格。",
            Role.ADMINISTRATOR,
            "targets:imports",
            Unit.objects.filter(district=district).exists(),
        ),
        FirstStep(
            "导入年度任务",
            "责任分解方案：目标、责任事项、牵头和配合单位。",
            Role.OFFICE,
            "targets:imports",
            Item.objects.filter(goal__plan__district=district).exists(),
        ),
        FirstStep(
            "建立账号",
            "每个单位至少一个，初始密码打印后分发。",
            Role.ADMINISTRATOR,
            "targets:create-accounts",
            reporters.exists(),
        ),
        FirstStep(
            "开放季度",
            "新建季度，写明填报截止，开放填报。",
            Role.OFFICE,
            "targets:periods",
            opened.exists(),
        ),
    ]
    return [] if all(each.is_done for each in steps) else steps
