"""An import put back as one: first it is asked what came after, then each row is restored."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import F, Model

from targets.actions import contributions as writing
from targets.actions import import_rows as rows
from targets.actions.accounts import keep_an_administrator
from targets.actions.import_writing import Kept, Written, snapshot
from targets.actions.indicators import facts_of
from targets.actions.lights import refresh_open_lights
from targets.choices import ContributionState, EntryOrigin, IndicatorState, Verb
from targets.models import (
    Contribution,
    Entry,
    Goal,
    Indicator,
    Item,
    Period,
    Place,
    Plan,
    ReportedValue,
    Unit,
    UnitAlias,
    User,
    record_event,
)
from targets.refusals import Refused

Made = set[tuple[str, int]]  # model and key of the rows that the import added
Belongs = dict[str, int]  # the item and the unit of an event, by the names of `Place`

TOLD = 8  # rows that a refusal names; the rest it counts


def check_unused(changes: Iterable[Kept]) -> None:
    """Refuse where anything that the import made or changed was used or changed since.

    The refusal names what. Rows are locked, so that nothing comes between this and
    putting them back.
    """
    written = [each for each in changes if each["model"]]
    # An indicator that was changed is a new one in the old one's place.
    made = {
        (each["model"], each["pk"])
        for each in written
        if each["old"] is None or each["model"] == "indicator"
    }
    found = []
    for change in written:
        row = _row_of(change)
        reason = "已被删除" if row is None else _ASK[change["model"]](row, change, made)
        if reason:
            found.append(f"{change['name']}（{reason}）")
    if found:
        more = f"等{len(found)}处" if len(found) > TOLD else ""
        raise Refused(
            f"下列内容在导入之后又有变化，不能整体撤销：{'、'.join(found[:TOLD])}{more}。请在系统中逐项修改。"
        )


def put_back(change: Kept, *, by: User, file_name: str) -> None:
    """Restore one row from an import's record of it, or remove what it had added.

    With a standard's words what was decided of them comes back, and what they measured.
    """
    if not change["model"]:
        return  # a conflict decided for what was here: nothing had been written
    row = _row_of(change)
    if row is None:
        raise Refused(f"“{change['name']}”已被删除，不能整体撤销。请在系统中逐项修改。")
    was = _PUT[change["model"]](row, change)
    reason = f"撤销导入：{file_name}"[:200]
    _record_undoing(row, change, by=by, reason=reason, **was)
    for decided in change.get("decided", ()):
        _put_decision(decided, by=by, reason=reason)


def _row_of(change: Kept) -> Any:
    model = _MODELS[change["model"]]
    return model._default_manager.select_for_update().filter(pk=change["pk"]).first()


# What came after ----------------------------------------------------------------


def _entry_used(row: Entry, change: Kept, _made: Made) -> str:
    if not row.period.is_open:
        return f"{row.period}{row.period.get_state_display()}"
    # A later quarter that was opened since carries this one's status and text.
    carried = Entry.objects.filter(
        item_id=row.item_id,
        origin=EntryOrigin.CARRIED,
        period__plan_id=row.period.plan_id,
        period__number__gt=row.period.number,
    )
    if change["old"].get("status") != change["new"].get("status") and carried.exists():
        return "后面的季度已沿用"
    return "" if row.version == change["version"] else "季度完成情况又有修改"


def _contribution_used(row: Contribution, change: Kept, _made: Made) -> str:
    if not row.entry.period.is_open:
        return f"{row.entry.period}{row.entry.period.get_state_display()}"
    return "" if row.version == change["version"] else f"{row.unit}的填报内容又有修改或审核"


def _item_used(row: Item, change: Kept, made: Made) -> str:
    now = rows.item_facts(row)
    if any(now[name] != value for name, value in change["new"].items()):
        return "事项又有调整"
    if row.entries.exists():
        return "已有季度填报"
    if change["old"] is None and row.instructions.exists():
        return "已有批示"
    if change["old"] is None and row.adjustments.exists():
        return "已有调整申请"
    ours = [pk for model, pk in made if model == "indicator"]
    decided = row.indicators.exclude(state=IndicatorState.ENDED).exclude(pk__in=ours)
    if change["old"] is not None:
        # Those not read from its words were there before, or have nothing to do with them.
        decided = decided.filter(source_start__isnull=False)
    return "已定指标" if decided.exists() else ""


def _indicator_used(row: Indicator, change: Kept, _made: Made) -> str:
    if not row.is_live:
        return "指标又有修改"
    if row.values.filter(is_kept=True).exists():
        return "已随季度留存"
    old = Indicator.objects.filter(pk=change["replaced"]).first() if "replaced" in change else None
    takes_along = old is not None and (old.measure, old.kind) == (row.measure, row.kind)
    is_filled = row.values.exists() or row.reported.exists()
    return "已填数值" if is_filled and not takes_along else ""


def _goal_used(row: Goal, change: Kept, made: Made) -> str:
    new = {"name": row.name, "number": row.number}
    if any(new[name] != value for name, value in change["new"].items()):
        return "目标又有修改"
    others = [pk for pk in row.items.values_list("pk", flat=True) if ("item", pk) not in made]
    return "目标下又有别的事项" if change["old"] is None and others else ""


def _plan_used(row: Plan, change: Kept, made: Made) -> str:
    if row.title != change["new"]["title"]:
        return "名称又有修改"
    if Period.objects.filter(plan=row).exists():
        return "已建立季度"
    others = [pk for pk in row.goals.values_list("pk", flat=True) if ("goal", pk) not in made]
    return "又有别的目标" if others else ""


def _unit_used(row: Unit, change: Kept, _made: Made) -> str:
    if snapshot(row, rows.UNIT_FIELDS) != change["new"] or row.successor_id:
        return "单位又有修改"
    if change["old"] is not None:
        return ""
    if row.name != change["name"]:
        return "单位又有修改"
    if row.aliases.exclude(pk__in=change["aliases"]).exists():
        return "又登记了别名"
    if row.responsibilities.exists() or row.contributions.exists():
        return "已承担事项"
    if row.instructions.exists():
        return "已有批示"
    return "已有账号" if User.objects.filter(unit=row).exists() else ""


def _account_used(row: User, change: Kept, _made: Made) -> str:
    if snapshot(row, rows.ACCOUNT_FIELDS) != change["new"]:
        return "账号又有修改"
    if change["old"] is None and row.last_login is not None:
        return "已登录过"
    return "" if row.is_active else "账号已停用"


# Put back -------------------------------------------------------------------------


def _put_entry(row: Entry, change: Kept) -> Belongs:
    entry = writing.lock_entry(row.pk)
    _restore(entry, change["old"])
    entry.version += 1
    entry.save()
    # What was handed in waits for a review again.
    approved = Contribution.objects.filter(
        pk__in=change.get("approved", ()), entry=entry, state=ContributionState.APPROVED
    )
    approved.update(state=ContributionState.SUBMITTED, version=F("version") + 1)
    return {"item_id": entry.item_id}


def _put_contribution(row: Contribution, change: Kept) -> Belongs:
    contribution = writing.lock_contribution(row.pk)
    _restore(contribution, change["old"])
    contribution.version += 1
    contribution.save()
    if "values" in change:
        contribution.values.all().delete()
        for values in change["values"]:
            reported = ReportedValue(contribution=contribution)
            _restore(reported, values)
            reported.save()
    Entry.objects.filter(pk=contribution.entry_id).update(version=F("version") + 1)
    return {"item_id": contribution.entry.item_id, "unit_id": contribution.unit_id}


def _put_item(row: Item, change: Kept) -> Belongs:
    if change["old"] is None:
        row.responsibilities.all().delete()
        return _remove(row)
    row.standard, row.is_numbered = change["old"]["standard"], change["old"]["is_numbered"]
    row.save(update_fields=["standard", "is_numbered"])
    rows.set_units(row, change["old"]["leads"], change["old"]["supporting"])
    return {"item_id": row.pk}


def _put_indicator(row: Indicator, change: Kept) -> Belongs:
    """Take a new one away; one that took another's place gives it back, with its values."""
    item = row.item
    if "replaced" in change:
        old = Indicator.objects.get(pk=change["replaced"])
        row.values.update(indicator=old)
        row.reported.update(indicator=old)
        old.state, old.ended_at, old.ended_reason = IndicatorState.ACCEPTED, None, ""
        old.save()
    _remove(row)
    refresh_open_lights(item)
    return {"item_id": item.pk}


def _put_decision(decided: Kept, *, by: User, reason: str) -> None:
    """Put back what was decided of words that stand again; nothing was reported of it yet."""
    row = Indicator.objects.get(pk=decided["id"])
    _restore(row, decided)
    row.ended_at, row.ended_reason = None, ""
    row.save()
    if row.is_live:
        record_event(by=by, verb=Verb.UNDO, subject=row, new=facts_of(row), reason=reason)


def _put_goal(row: Goal, change: Kept) -> Belongs:
    if change["old"] is None:
        return _remove(row)
    row.name = change["old"]["name"]
    row.save(update_fields=["name"])
    return {}


def _put_plan(row: Plan, _change: Kept) -> Belongs:
    return _remove(row)


def _put_unit(row: Unit, change: Kept) -> Belongs:
    UnitAlias.objects.filter(pk__in=change["aliases"], unit=row).delete()
    if change["old"] is None:
        return _remove(row)
    _restore(row, change["old"])
    row.save()
    return {}


def _put_account(row: User, change: Kept) -> Belongs:
    """Put an account back; a new one is switched off, since the trail may name it."""
    if change["old"] is None or change["old"]["role"] != row.role:
        keep_an_administrator(row)
    if change["old"] is None:
        row.is_active = False
    else:
        _restore(row, change["old"])
    row.save()
    return {}


def _remove(row: Model) -> Belongs:
    """Delete a row that the import made; its key stays on it for the event."""
    pk = row.pk
    row.delete()
    row.pk = pk
    return {}


def _restore(row: Model, values: Kept) -> None:
    columns = {each.name: each for each in row._meta.fields}
    for name, value in values.items():
        setattr(row, columns[name].attname, columns[name].to_python(value))


def _record_undoing(
    row: Written,
    change: Kept,
    *,
    by: User,
    reason: str,
    item_id: int | None = None,
    unit_id: int | None = None,
) -> None:
    draft = row if isinstance(row, Contribution) else None
    record_event(
        by=by,
        verb=Verb.UNDO,
        subject=row,
        place=Place(by.district_id, item_id, unit_id),
        # A draft's words stay out of the trail.
        old={} if draft else change["new"],
        new={"state": draft.state} if draft else change["old"] or {},
        reason=reason,
    )


_MODELS: dict[str, type[Model]] = {
    "entry": Entry,
    "contribution": Contribution,
    "item": Item,
    "indicator": Indicator,
    "goal": Goal,
    "plan": Plan,
    "unit": Unit,
    "user": User,
}
_ASK: dict[str, Callable[[Any, Kept, Made], str]] = {
    "entry": _entry_used,
    "contribution": _contribution_used,
    "item": _item_used,
    "indicator": _indicator_used,
    "goal": _goal_used,
    "plan": _plan_used,
    "unit": _unit_used,
    "user": _account_used,
}
_PUT: dict[str, Callable[[Any, Kept], Belongs]] = {
    "entry": _put_entry,
    "contribution": _put_contribution,
    "item": _put_item,
    "indicator": _put_indicator,
    "goal": _put_goal,
    "plan": _put_plan,
    "unit": _put_unit,
    "user": _put_account,
}
