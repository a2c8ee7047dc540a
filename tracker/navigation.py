"""The menu: at most seven entries a role, in groups, with what waits behind each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse

from targets.choices import Role
from targets.models import User

# How a count is shown: grey as usual, blue what is new, red what is late.
USUAL, NEW, LATE = "", "new", "late"


@dataclass(frozen=True, slots=True)
class Count:
    """What waits behind an entry: how many, how it is shown, and its words for a screen reader."""

    number: int
    colour: str
    words: str


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry: its label, the page it opens, and the addresses on which it lights up."""

    label: str
    page: str
    prefixes: tuple[str, ...]
    count: Callable[[User], Count] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as a page shows it."""

    label: str
    url: str
    is_current: bool
    count: Count | None


def _progress(user: User) -> Count:
    overdue = getattr(user, "overdue", 0)
    if overdue:
        return Count(overdue, LATE, "项逾期未报")
    return Count(getattr(user, "owing", 0), USUAL, "项待报送" if user.is_unit else "个单位待报送")


def _review(user: User) -> Count:
    return Count(getattr(user, "to_review", 0), USUAL, "项待审核")


def _instructions(user: User) -> Count:
    late = getattr(user, "late_instructions", 0)
    waiting = {
        "逾期": late,
        "待转办": getattr(user, "new_instructions", 0),
        "回复待审": getattr(user, "answered_instructions", 0),
        "回复被退回": getattr(user, "returned_answers", 0),
    }
    words = "，".join(f"{count}件{what}" for what, count in waiting.items() if count)
    return Count(sum(waiting.values()), LATE if late else NEW, f"件批示：{words}")


# Prefixes of addresses: the longest that fits decides, so that /items/5/adjust/ is 事项.
MY_ITEMS = MenuEntry(
    "填报", "targets:my-items", ("/my-items/", "/contributions/", "/periods/"), _progress
)
BOARD = MenuEntry(
    "进度",
    "targets:board",
    ("/board/", "/contributions/", "/periods/", "/extensions/", "/adjustments/"),
    _progress,
)
REVIEW = MenuEntry("审核", "targets:review-queue", ("/review/", "/entries/"), _review)
INSTRUCTIONS = MenuEntry(
    "批示", "targets:instructions", ("/instructions/", "/answers/", "/sheets/"), _instructions
)
ITEMS = MenuEntry("事项", "targets:items", ("/items/", "/plans/", "/goals/"))
DASHBOARD = MenuEntry("完成情况", "reports:dashboard", ("/dashboard/",))
OVERVIEW = MenuEntry("总览", "reports:dashboard", ("/dashboard/",))
LEADS = MenuEntry("单位", "reports:units", ("/dashboard/units/", "/units/"))
CIRCULARS = MenuEntry("通报", "reports:circulars", ("/circulars/",))
TRAIL = MenuEntry("操作记录", "targets:trail", ("/trail/",))
ACCOUNTS = MenuEntry("账号", "targets:accounts", ("/people/",))
UNITS = MenuEntry("单位", "targets:units", ("/units/",))
SETTINGS = MenuEntry(
    "设置",
    "settings",
    ("/settings/", "/reminder-rule/", "/sheet-rule/", "/imports/", "/admin/", "/units/"),
)

MENU: dict[Role, tuple[tuple[MenuEntry, ...], ...]] = {
    Role.UNIT: ((MY_ITEMS, INSTRUCTIONS), (ITEMS, DASHBOARD, CIRCULARS)),
    Role.OFFICE: ((BOARD, REVIEW, INSTRUCTIONS), (ITEMS, DASHBOARD, CIRCULARS), (SETTINGS,)),
    Role.LEADER: ((OVERVIEW, INSTRUCTIONS), (ITEMS, LEADS, CIRCULARS)),
    Role.AUDITOR: ((TRAIL,), (ITEMS, DASHBOARD, CIRCULARS)),
    Role.ADMINISTRATOR: ((ACCOUNTS, UNITS), (ITEMS, DASHBOARD, CIRCULARS), (SETTINGS,)),
}

# What stands behind 设置: label, page, and what it is for.
Link = tuple[str, str, str]
IMPORTS: Link = ("导入", "targets:imports", "从Excel、Word导入年度任务、季度完成情况、单位和账号")
PERIODS: Link = ("季度", "targets:periods", "新建、开放、关闭季度，调整填报截止日期")
PLANS: Link = (
    "年度任务",
    "targets:plans",
    "目标、责任事项及其牵头、配合单位的新增、调整、取消、结转",
)
REMINDERS: Link = ("自动催办", "targets:reminder-rule", "截止前、当日、逾期后哪几天由系统催办")
SHEETS: Link = ("督办单分级", "targets:sheet-rule", "批示逾期几天起印发蓝色、黄色、红色督办单")
CONTACTS: Link = ("单位与联络员", "targets:units", "各责任单位的联络员、电话和沿革")
CATALOGUE: Link = ("后台管理", "admin:index", "完成状态、单位别名等基础数据")
RECORDS: Link = ("操作记录", "targets:trail", "谁在何时做了什么")
STATUS: Link = ("系统状态", "status", "备份、定时任务、待发消息、磁盘和较慢的页面")
SETTINGS_PAGES: dict[Role, tuple[Link, ...]] = {
    Role.OFFICE: (PERIODS, PLANS, IMPORTS, REMINDERS, SHEETS, CONTACTS, RECORDS, CATALOGUE),
    Role.ADMINISTRATOR: (STATUS, IMPORTS, CATALOGUE),
}


def menu(request: HttpRequest) -> list[list[Shown]]:
    """Return the groups of the menu for whoever asks; empty before the login."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    groups = MENU.get(Role(user.role), ())
    current = _current(request.path, [entry for group in groups for entry in group])
    return [[_show(entry, user, entry is current) for entry in group] for group in groups]


def _current(path: str, entries: list[MenuEntry]) -> MenuEntry | None:
    """Return the entry with the longest prefix of the address."""
    fitting = [
        (len(prefix), entry)
        for entry in entries
        for prefix in entry.prefixes
        if path.startswith(prefix)
    ]
    return max(fitting, key=lambda each: each[0])[1] if fitting else None


def _show(entry: MenuEntry, user: User, is_current: bool) -> Shown:
    count = entry.count(user) if entry.count else None
    url = _address(entry.page, get_script_prefix())
    return Shown(entry.label, url, is_current, count if count and count.number else None)


@lru_cache
def _address(name: str, script_prefix: str) -> str:
    """Return a page's address, found once below each prefix: every page of the site names seven."""
    return reverse(name)
