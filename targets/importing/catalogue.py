"""Units with their other names, and accounts: the administrator's tables."""

import re
from collections.abc import Iterator
from dataclasses import replace

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from targets.choices import Role
from targets.importing.annex import ask_units, load_register
from targets.importing.heads import ACCOUNT_HEADS, UNIT_HEADS, Heads
from targets.importing.layout import Table, find_tables
from targets.importing.preview import (
    Change,
    Difference,
    FilePlace,
    Kind,
    Note,
    Preview,
    Problem,
    State,
)
from targets.importing.rows import AccountRow, UnitRow
from targets.importing.source import Source
from targets.importing.units import Register
from targets.importing.words import plain, whole_number, without_blanks
from targets.models import District, Unit, UnitAlias, User, normalized_username
from targets.rules import clean_text

_FIELDS = {"contact_name": "联络员", "contact_phone": "联络电话"}
_ROLES = {
    **{str(role.label): role.value for role in Role},
    "单位": Role.UNIT.value,
    "领导": Role.LEADER.value,
}
_SPLIT = re.compile(r"[、,，;；|\n]+")
LENGTHS = {"name": 100, "aliases": 100, "contact_name": 50, "contact_phone": 50, "display": 50}


def _rows(
    source: Source, preview: Preview, heads: Heads
) -> Iterator[tuple[Table, int, dict[str, str]]]:
    for table in find_tables(source.grids, heads, source.choices, preview):
        for index in table.body():
            cells = dict.fromkeys(heads.by_meaning, "") | {
                meaning: clean_text(table.grid.rows[index][column])
                for meaning, column in table.columns.items()
            }
            bad = [
                (meaning, kind)
                for meaning, kind in table.odd_cells(index, heads.by_meaning)
                if kind in ("公式", "错误值", "日期", "逻辑值")
            ]
            for meaning, kind in bad:
                _problem(preview, table, index, meaning, f"单元格是{kind}", "文字", "请改为文字。")
            if not bad:
                yield table, index, cells


def preview_units(source: Source, district: District) -> Preview:
    """Compare a table of units with the register; a name that is an alias is that unit."""
    preview = Preview(Kind.UNITS, "单位与别名")
    register = load_register(district.pk, {})
    units = {unit.pk: unit for unit in Unit.objects.filter(district=district)}
    aliases: dict[int, list[str]] = {}
    for unit_id, name in UnitAlias.objects.filter(unit__district=district).values_list(
        "unit_id", "name"
    ):
        aliases.setdefault(unit_id, []).append(name)
    owners: dict[str, str] = {plain(unit.name): unit.name for unit in units.values()}
    for unit_id, names in aliases.items():
        owners |= {plain(name): units[unit_id].name for name in names}
    seen: set[str] = set()
    for table, index, cells in _rows(source, preview, UNIT_HEADS):
        name = without_blanks(cells["name"])
        if not name or plain(name) in seen or len(name) > LENGTHS["name"]:
            expected = f"单位名称，每个单位一行，最多{LENGTHS['name']}字"
            _problem(
                preview, table, index, "name", name[:40] or "（空）", expected, "请核对这一行。"
            )
            continue
        seen.add(plain(name))
        unit = next((each for each in units.values() if plain(each.name) == plain(name)), None)
        reading = register.read(name)
        if unit is None and len(reading.unit_ids) == 1 and not reading.unmatched:
            unit = units[reading.unit_ids[0]]
            text = f"“{name}”是{unit.name}的别名，按{unit.name}处理。"
            preview.notes.append(Note(table.place(index, "name"), text))
        if unit is None and (similar := register.similar(name)):
            text = f"“{name}”将作为新单位；与已有的{'、'.join(similar)}相近，请确认不是同一单位。"
            preview.notes.append(Note(table.place(index, "name"), text))
        final = unit.name if unit else name
        wanted = _aliases_of(preview, table, index, cells["aliases"], final, owners)
        owners |= {plain(each): final for each in (final, *wanted)}
        known = {plain(each) for each in (aliases.get(unit.pk, []) if unit else [])}
        added = [each for each in wanted if plain(each) not in known]
        preview.changes.append(_unit_change(table, index, cells, unit, name, added))
    return preview


def _aliases_of(
    preview: Preview, table: Table, index: int, text: str, name: str, owners: dict[str, str]
) -> list[str]:
    wanted = []
    for each in filter(None, map(without_blanks, _SPLIT.split(text))):
        owner = owners.get(plain(each), name)
        if owner != name or len(each) > LENGTHS["aliases"]:
            found, expected = (
                f"别名“{each[:40]}”",
                f"不属于其他单位的别名，最多{LENGTHS['aliases']}字",
            )
            _problem(preview, table, index, "aliases", found, expected, f"它已是{owner}的名称。")
        elif plain(each) != plain(name):
            wanted.append(each)
    return wanted


def _unit_change(
    table: Table, index: int, cells: dict[str, str], unit: Unit | None, name: str, added: list[str]
) -> Change:
    name = unit.name if unit else name
    differences = [] if unit else [Difference("单位名称", "", name)]
    if added:
        differences.append(Difference("别名", "", "、".join(added)))
    contact = {}
    for meaning, label in _FIELDS.items():
        new, old = cells[meaning][:50], getattr(unit, meaning, "")
        contact[meaning] = "" if new == old else new
        if contact[meaning]:
            differences.append(Difference(label, old, new))
    order = 0 if unit else whole_number(cells["order"]) or 0
    state = State.NEW if unit is None else State.CHANGED if differences else State.UNCHANGED
    return Change(
        f"unit:{name}",
        name,
        table.place(index),
        state,
        differences,
        pk=unit.pk if unit else None,
        row=UnitRow(name, tuple(added), order, **contact),
    )


def preview_accounts(source: Source, district: District) -> Preview:
    """Compare a table of accounts with those here; passwords never come from a file."""
    preview = Preview(Kind.ACCOUNTS, "账号")
    register = load_register(district.pk, source.choices.units)
    named: list[tuple[str, FilePlace]] = []
    users = {user.username: user for user in User.objects.select_related("unit")}
    seen: set[str] = set()
    for table, index, cells in _rows(source, preview, ACCOUNT_HEADS):
        if plain(cells["unit"]) and _ROLES.get(plain(cells["role"])) == Role.UNIT:
            named.append((cells["unit"], table.place(index, "unit")))
        row = _account_row(preview, table, index, cells, register)
        if row is None:
            continue
        user = users.get(row.username)
        is_foreign = user is not None and user.district_id not in (None, district.pk)
        if is_foreign or row.username in seen:
            todo = "请换一个用户名。" if is_foreign else "请删除重复的行。"
            _problem(preview, table, index, "username", row.username, "没有被使用的用户名", todo)
            continue
        seen.add(row.username)
        preview.changes.append(_account_change(table, index, row, user, register.names))
    ask_units(preview, named, register)
    return preview


def _account_row(
    preview: Preview, table: Table, index: int, cells: dict[str, str], register: Register
) -> AccountRow | None:
    before = len(preview.problems)
    username = normalized_username(without_blanks(cells["username"]))
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError:
        expected = "字母、数字和 @ . + - _"
        _problem(preview, table, index, "username", username[:40], expected, "请修改用户名。")
    if not cells["display"] or len(cells["display"]) > LENGTHS["display"] or len(username) > 50:
        _problem(preview, table, index, "display", cells["display"][:40], "1至50字", "请修改。")
    role = _ROLES.get(plain(cells["role"]))
    if role is None:
        expected = "、".join(str(each.label) for each in Role)
        _problem(
            preview, table, index, "role", cells["role"][:40] or "（空）", expected, "请修改角色。"
        )
    if cells["password"]:
        todo = "请清空这一列。导入后由管理员在“后台管理”中设置初始密码。"
        _problem(preview, table, index, "password", "有内容", "文件中不写密码", todo)
    if cells["email"]:
        try:
            validate_email(cells["email"])
        except ValidationError:
            todo = "请修改或清空。"
            _problem(preview, table, index, "email", cells["email"][:40], "电子邮箱地址", todo)
    unit_id = _unit_of(preview, table, index, cells["unit"], role, register)
    if role is None or len(preview.problems) > before or (role == Role.UNIT and unit_id is None):
        return None
    return AccountRow(
        username=username,
        name=cells["display"],
        role=role,
        unit_id=unit_id,
        phone=cells["phone"][:50],
        email=cells["email"],
    )


def _unit_of(
    preview: Preview, table: Table, index: int, text: str, role: str | None, register: Register
) -> int | None:
    place = table.place(index, "unit")
    if role != Role.UNIT:
        if text:
            preview.notes.append(Note(place, "这个角色不属于单位，单位一栏不采用。"))
        return None
    reading = register.read(text)
    if not reading.unmatched and len(reading.unit_ids) != 1:
        preview.problems.append(
            Problem(place, text[:40] or "（空）", "一个单位的名称", "责任单位账号须写明所属单位。")
        )
    return reading.unit_ids[0] if len(reading.unit_ids) == 1 else None


def _account_change(
    table: Table, index: int, row: AccountRow, user: User | None, units: dict[int, str]
) -> Change:
    shown = {
        "name": "显示名称",
        "role": "角色",
        "unit_id": "单位",
        "phone": "联系电话",
        "email": "电子邮箱",
    }
    if user is not None:
        row = replace(row, phone=row.phone or user.phone, email=row.email or user.email)
    differences = []
    for field, label in shown.items():
        old, new = getattr(user, field, None), getattr(row, field)
        if (old or "") != (new or ""):
            differences.append(
                Difference(label, _said(field, old, units), _said(field, new, units))
            )
    state = State.NEW if user is None else State.CHANGED if differences else State.UNCHANGED
    return Change(
        f"account:{row.username}",
        row.username,
        table.place(index),
        state,
        differences,
        pk=user.pk if user else None,
        row=row,
    )


def _said(field: str, value: str | int | None, units: dict[int, str]) -> str:
    if not value:
        return ""
    if field == "role":
        return str(Role(str(value)).label)
    return units.get(int(value), "") if field == "unit_id" else str(value)


def _problem(
    preview: Preview, table: Table, index: int, meaning: str, found: str, expected: str, todo: str
) -> None:
    preview.problems.append(Problem(table.place(index, meaning), found, expected, todo))
