"""Accounts and units as lists, with what may be done to each."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from django.utils.safestring import SafeString

from targets.choices import Role
from targets.markup import addresses, fill, join
from targets.tables.lists import BUTTON, NONE, SMALL, Column, ListTable, badge

Act = tuple[Callable[[int], str], str]  # where it is done, and its word

_ROLES = dict(Role.choices)


def _buttons(acts: Iterable[Act], pk: int, name: str) -> SafeString:
    return join(" ", (fill(BUTTON, url=at(pk), act=act, name=name) for at, act in acts))


class AccountTable(ListTable):
    """A district's accounts."""

    caption = "账号"
    values = ("pk", "username", "name", "role", "unit__name", "phone", "is_active", "has_factor")

    username = Column("用户名", '<a href="{url}">{username}</a>')
    name = Column("姓名", "{name}")
    role = Column("角色", "{role}")
    unit = Column("单位", "{unit}", "cell-unit")
    phone = Column("联系电话", "{phone}")
    state = Column("状态", "{state}", "cell-tight")
    act = Column("操作", "{acts}", "cell-act")

    class Meta(ListTable.Meta):
        per_page = 200
        empty_text = "还没有账号"

    def lines(self, rows: list[Any]) -> Iterator[dict[str, object]]:
        """Yield the accounts' lines; an account that is off can only be let in again."""
        change_at = addresses("targets:change-account")
        active = (
            (addresses("targets:reset-password"), "重置密码"),
            (addresses("targets:deactivate-account"), "停用"),
        )
        with_factor = (*active, (addresses("targets:reset-second-factor"), "解除动态口令"))
        inactive = ((addresses("targets:activate-account"), "启用"),)
        states = {True: badge("green", "启用"), False: badge("grey", "停用")}
        for row in rows:
            usable = with_factor if row.has_factor else active
            yield {
                "url": change_at(row.pk),
                "username": row.username,
                "name": row.name,
                "role": _ROLES[row.role],
                "unit": row.unit__name or NONE,
                "phone": row.phone or NONE,
                "state": states[row.is_active],
                "acts": _buttons(usable if row.is_active else inactive, row.pk, row.username),
            }


class UnitTable(ListTable):
    """A district's units with whom to telephone."""

    caption = "单位"
    values = (
        "pk",
        "name",
        "contact_name",
        "contact_phone",
        "account_total",
        "successor__name",
        "superseded_on",
        "waiting_pk",
        "waiting_on",
        "waiting_name",
    )

    name = Column("单位", "{name}{successor}", "cell-unit")
    contact = Column("联络员", "{contact}")
    phone = Column("联络电话", "{phone}")
    accounts = Column("启用的账号", "{accounts}", "cell-number")
    act = Column("操作", "{acts}", "cell-act")

    class Meta(ListTable.Meta):
        per_page = 200
        empty_text = "还没有单位"

    def lines(self, rows: list[Any]) -> Iterator[dict[str, object]]:
        """Yield the units' lines; what another unit took over from is only named."""
        contact = (addresses("targets:change-contact"), "联络员")
        succeed = (addresses("targets:succeed-unit"), "更名、合并")
        withdraw_at = addresses("targets:withdraw-succession")
        is_office = self.request.user.is_office
        for row in rows:
            name = f"：{row.name}"
            acts = [contact] if is_office or row.waiting_pk else [contact, succeed]
            buttons = [_buttons(acts, row.pk, name)]
            if row.waiting_pk and not is_office:
                buttons.append(_buttons([(withdraw_at, "撤回更名、合并")], row.waiting_pk, name))
            yield {
                "name": row.name,
                "successor": _succession(row),
                "contact": row.contact_name or NONE,
                "phone": row.contact_phone or NONE,
                "accounts": row.account_total,
                "acts": "" if row.successor__name else join(" ", buttons),
            }


def _succession(row: Any) -> str:
    if row.successor__name:
        return fill(SMALL, text=f"{_day(row.superseded_on)}起由{row.successor__name}承接")
    if row.waiting_on:
        return fill(SMALL, text=f"已预定：{_day(row.waiting_on)}起由{row.waiting_name}承接")
    return ""


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
