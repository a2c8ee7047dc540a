"""What lists can be narrowed by; bad values are named on the page and do nothing else."""

import re
from collections.abc import Iterable
from copy import copy
from functools import lru_cache
from typing import Any, Self

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from targets.choices import (
    AWAITING,
    CLASS_LABELS,
    EXCUSED,
    ContributionState,
    Duty,
    EntryState,
    ItemChange,
    ItemOutcome,
    Light,
    Timing,
    Verb,
)
from targets.models import Contribution, Event, Item, Period, Unit, User
from targets.models.contributions import ContributionQuerySet
from targets.models.trail import EventQuerySet
from targets.questions import Lines, duties_in, goals_in, items_in, statuses_in, units_in
from targets.rules import goal_label, parse_item_number
from targets.statements import Values, compiled_once, values_of
from targets.widgets import Select

COUNTED = "counted"
COMPLETED = "completed"
DUE = "due"
WAITING = "waiting"
MEASURED = "measured"
ME = "me"
# How far a contribution is, where several states are meant.
OWED = ("owed", "未报送（含未填报、草稿、退回）")
_ACCOUNT = re.compile(r"[0-9]{1,9}", re.ASCII)


def _unnarrowed(rows: QuerySet[Any], name: str, value: object) -> QuerySet[Any]:
    """Narrow nothing: the view, or another filter, reads this value."""
    return rows


def matching_text(items: Lines, name: str, words: str) -> Lines:
    """Keep the items that hold every one of the words, or that are numbered so: 4(9)."""
    if number := parse_item_number(words):
        return items.filter(goal__number=number[0], number=number[1])
    for word in words.split():
        items = items.filter(
            Q(standard__icontains=word)
            | Q(goal__name__icontains=word)
            | Q(entry__approved_text__icontains=word)
        )
    return items


class ChoiceFilter(django_filters.ChoiceFilter):  # type: ignore[misc]  # it has no types
    """One of several values, chosen in a select that costs little to draw."""

    def __init__(self, *, choices: Iterable[tuple[object, object]] = (), **options: Any) -> None:
        super().__init__(widget=Select, **options)
        self.offer(choices)

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Be copied as far as a request changes it: what is offered, and the filter's own form."""
        made = copy(self)
        made.extra = dict(self.extra)
        made.method = self.method  # which binds it to the copy
        return made

    def offer(self, choices: Iterable[tuple[object, object]]) -> None:
        """Take (value, label) of what may be chosen, behind a function: a form copies lists."""
        choices = list(choices)
        self.extra["choices"] = lambda: choices


@lru_cache(maxsize=100)
def _items_of(period_values: Values) -> Lines:
    """Return a period's items with their entries, never to be evaluated itself.

    Composed once a process: that takes longer than the database takes to answer it.
    """
    return items_in(Period(*period_values))


@compiled_once
def _goals(period_values: Values) -> QuerySet[Any, Values]:
    period = Period(*period_values)
    return goals_in(period).values_list("goal_key", "number", "name")


@compiled_once
def _units(period_values: Values) -> QuerySet[Any, Values]:
    period = Period(*period_values)
    return (
        duties_in(period)
        .order_by("unit_order")
        .values_list("unit_id", "unit_name", "unit_order")
        .distinct()
    )


@compiled_once
def _statuses(period_values: Values, district_id: int) -> QuerySet[Any, Values]:
    return statuses_in(Period(*period_values), district_id).values_list("status_key", "name")


class ItemFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """Items with their entry of one period; each number on a dashboard opens this list."""

    q = django_filters.CharFilter(
        label="搜索",
        method=matching_text,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "标准、目标、完成情况或 4(9)"}
        ),
        max_length=50,
    )
    period = django_filters.CharFilter(method=_unnarrowed, widget=forms.HiddenInput)
    goal = ChoiceFilter(label="目标", field_name="goal_key", empty_label="全部目标")
    unit = ChoiceFilter(label="责任单位", empty_label="全部单位", method="of_unit")
    duty = ChoiceFilter(
        label="职责", choices=Duty.choices, empty_label="牵头或配合", method=_unnarrowed
    )
    class_key = ChoiceFilter(label="完成状态", empty_label="全部", method="in_class")
    state = ChoiceFilter(
        label="审核环节",
        choices=[*EntryState.choices, (WAITING, "待审核（含部分报送、重新审核中）")],
        empty_label="全部",
        method="as_far_as",
    )
    timing = ChoiceFilter(
        label="报送时效",
        choices=[*Timing.choices, (DUE, "应报送（按时、逾期）")],
        empty_label="全部",
        method="timed",
    )
    change = ChoiceFilter(
        label="较上季度", choices=ItemChange.choices, empty_label="全部", method="changed"
    )
    attention = ChoiceFilter(
        label="关注", choices=[("stalled", "两季度无进展")], empty_label="全部", method="worrying"
    )
    light = ChoiceFilter(
        label="进度",
        choices=[*Light.choices, (MEASURED, "设有指标的全部事项")],
        empty_label="全部",
        method="in_light",
    )
    # Without a select: its names would cost every list a statement.
    leader = django_filters.CharFilter(method="of_leader", widget=forms.HiddenInput)

    class Meta:
        model = Item
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict, *, period: Period, user: User) -> None:
        data = data.copy()
        data["period"] = period.code
        super().__init__(data, queryset=_items_of(values_of(period)))
        self.period, self.user = period, user
        plan, values = period.plan, values_of(period)
        self.filters["goal"].offer(
            (pk, goal_label(number, name)) for pk, number, name in _goals(values)
        )
        self.filters["unit"].offer((pk, name) for pk, name, _order in _units(values))
        self.filters["class_key"].offer(
            [
                *((f"status-{pk}", name) for pk, name in _statuses(values, plan.district_id)),
                *CLASS_LABELS.items(),
                (COMPLETED, "计为完成的全部事项"),
                (COUNTED, "计入总数的全部事项"),
            ]
        )

    def in_light(self, items: Lines, name: str, light: str) -> Lines:
        """Keep the items with the light that counts: the office's own, else the computed one."""
        return items.exclude(light="") if light == MEASURED else items.filter(light=light)

    def of_unit(self, items: Lines, name: str, unit: str) -> Lines:
        """Keep the unit's items: those it leads, or supports, or either."""
        duty = self.form.cleaned_data.get("duty")
        if duty == Duty.LEAD:
            return items.led_by(int(unit))
        if duty == Duty.SUPPORTING:
            return items.supported_by(int(unit))
        return items.of_unit(int(unit))

    def as_far_as(self, items: Lines, name: str, state: str) -> Lines:
        """Keep the items this far on their way, or all that wait for the office."""
        if state == WAITING:
            return items.filter(state__in=AWAITING, outcome=ItemOutcome.LIVE)
        return items.filter(state=state)

    def timed(self, items: Lines, name: str, timing: str) -> Lines:
        """Keep the items with a report so timed: the chosen unit's, or any lead's of today."""
        leads = duties_in(self.period).filter(
            item_key=OuterRef("entry__item_id"), unit_id=OuterRef("unit_id"), duty=Duty.LEAD
        )
        rows = Contribution.objects.filter(
            Exists(leads),
            entry__period=self.period,
            entry__item_id=OuterRef("item_key"),
        ).with_timing(self.period.day_of(timezone.localdate()))
        if unit := self.form.cleaned_data.get("unit"):
            rows = rows.filter(unit_id=int(unit))
        kept = (
            rows.exclude(Q(timing=Timing.WAITING))
            if timing == DUE
            else rows.filter(Q(timing=timing))
        )
        return items.filter(Exists(kept))

    def changed(self, items: Lines, name: str, change: str) -> Lines:
        """Keep the items that changed so since the quarter before."""
        return items.with_changes(self.period).filter(change=change)

    def worrying(self, items: Lines, name: str, value: str) -> Lines:
        """Keep the items without movement for two quarters."""
        return items.with_changes(self.period).filter(is_stalled=True)

    def of_leader(self, items: Lines, name: str, value: str) -> Lines:
        """Keep a portfolio leader's items: "me", or the account's number."""
        if value == ME:
            return items.with_leader().filter(leader_id=self.user.pk)
        if not _ACCOUNT.fullmatch(value):
            return items.none()
        return items.with_leader().filter(leader_id=int(value))

    def in_class(self, items: Lines, name: str, key: str) -> Lines:
        """Keep the items that the figures count in the class."""
        if key == COUNTED:
            return items.exclude(class_key="")
        if key == COMPLETED:
            return items.exclude(class_key="").filter(is_completed=True)
        return items.filter(class_key=key)


class MyItemsFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """A unit's own contributions of one period."""

    q = django_filters.CharFilter(
        label="搜索",
        method="matching",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "工作标准或目标"}),
        max_length=50,
    )
    period = django_filters.CharFilter(method=_unnarrowed, widget=forms.HiddenInput)
    duty = ChoiceFilter(label="职责", choices=Duty.choices, empty_label="牵头或配合")
    state = ChoiceFilter(
        label="状态",
        choices=[
            OWED,
            ("sent_back", "退回待改"),
            ("ready", "已写好的草稿"),
            *ContributionState.choices,
        ],
        empty_label="全部",
        method="as_far_as",
    )

    class Meta:
        model = Contribution
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict, *, period: Period, queryset: ContributionQuerySet) -> None:
        data = data.copy()
        data["period"] = period.code
        super().__init__(data, queryset=queryset.with_line())

    def as_far_as(self, rows: ContributionQuerySet, name: str, value: str) -> ContributionQuerySet:
        """Keep the contributions that are this far, as the numbers above the list count them."""
        if value == "owed":
            return rows.owed()
        if value == "sent_back":
            return rows.owed().exclude(return_reason="")
        if value == "ready":
            return rows.filter(state=ContributionState.DRAFT).exclude(text="")
        return rows.filter(state=value)

    def matching(self, rows: ContributionQuerySet, name: str, words: str) -> ContributionQuerySet:
        """Keep the contributions whose item holds every one of the words."""
        for word in words.split():
            rows = rows.filter(Q(standard__icontains=word) | Q(goal_name__icontains=word))
        return rows


class ContributionFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """A period's contributions of all units; each number on the board opens this list."""

    unit = ChoiceFilter(label="单位", field_name="unit_id", empty_label="全部单位")
    period = django_filters.CharFilter(method=_unnarrowed, widget=forms.HiddenInput)
    duty = ChoiceFilter(label="职责", choices=Duty.choices, empty_label="牵头或配合")
    progress = ChoiceFilter(
        label="填报进度",
        choices=[
            ("due", "应报送（不含无须报送）"),
            OWED,
            *ContributionState.choices,
            (EXCUSED, "无须报送"),
        ],
        empty_label="全部",
        method="as_far_as",
    )
    overdue = ChoiceFilter(
        label="逾期",
        choices=[("true", "逾期"), ("false", "未逾期")],
        empty_label="全部",
        method="is_overdue",
    )

    class Meta:
        model = Contribution
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict, *, period: Period, queryset: ContributionQuerySet) -> None:
        data = data.copy()
        data["period"] = period.code
        super().__init__(data, queryset=queryset.with_line().with_unit_order())
        self.filters["unit"].offer(units_in(period).values_list("pk", "name"))

    def as_far_as(self, rows: ContributionQuerySet, name: str, value: str) -> ContributionQuerySet:
        """Keep the contributions that are this far; "owed" is whatever is still waited for.

        "due" is what was handed in or is waited for.
        """
        several = {"due": ~Q(progress=EXCUSED), "owed": Q(is_owed=True)}
        return rows.filter(several.get(value, Q(progress=value)))

    def is_overdue(self, rows: ContributionQuerySet, name: str, value: str) -> ContributionQuerySet:
        """Keep what is past its day in force, or what is not."""
        return rows.filter(Q(is_overdue=value == "true"))


def date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class EventFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """The trail, narrowed by who, what, which unit and when."""

    q = django_filters.CharFilter(
        label="搜索",
        method="matching",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "对象、原因或事项 4(9)"}),
        max_length=50,
    )
    actor = django_filters.CharFilter(
        label="账号或姓名", method="done_by", max_length=50, widget=forms.TextInput()
    )
    verb = ChoiceFilter(label="操作", choices=Verb.choices, empty_label="全部")
    unit = ChoiceFilter(label="单位", field_name="unit_id", empty_label="全部单位")
    since = django_filters.DateFilter(
        label="起始日期", field_name="at", lookup_expr="date__gte", widget=date_input()
    )
    until = django_filters.DateFilter(
        label="截止日期", field_name="at", lookup_expr="date__lte", widget=date_input()
    )

    class Meta:
        model = Event
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict, *, queryset: EventQuerySet, user: User) -> None:
        super().__init__(data, queryset=queryset)
        self.filters["unit"].offer(Unit.objects.visible_to(user).values_list("pk", "name"))

    def matching(self, events: EventQuerySet, name: str, words: str) -> EventQuerySet:
        """Keep the events about rows so named or for reasons so worded, or about item 4(9)."""
        if number := parse_item_number(words):
            return events.filter(item__goal__number=number[0], item__number=number[1])
        for word in words.split():
            events = events.filter(Q(subject_name__icontains=word) | Q(reason__icontains=word))
        return events

    def done_by(self, events: EventQuerySet, name: str, words: str) -> EventQuerySet:
        """Keep the events of accounts with this in their name."""
        named = Q(actor_name__icontains=words) | Q(actor_name="", by__name__icontains=words)
        return events.filter(Q(actor__icontains=words) | named)
