"""The last minute: 39 lead units hand in their 146 contributions at once, on either database."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from targets import actions
from targets.models import Contribution, Entry, Event, Item, Period, Status, User
from tests import builders

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def text_of(pk: int) -> str:
    return f"第{pk}号内容：完成投资{pk}万元。"


def hand_in(unit_id: int, pages: dict[int, int], start: threading.Barrier) -> list[int]:
    """Submit a unit's contributions as its reporter, each twice: hurried people press again."""
    try:
        browser = Client()
        browser.force_login(
            User.objects.get(unit_id=unit_id), backend="tracker.backends.AccountBackend"
        )
        start.wait(timeout=60)
        answers = []
        for pk, version in pages.items():
            form = {"version": version, "text": text_of(pk), "then": "submit"}
            for _ in range(2):
                answers.append(browser.post(f"/contributions/{pk}/", form).status_code)
        return answers
    finally:
        connection.close()


@pytest.fixture
def period(transactional_db, real_plan):
    """Open the second quarter of the real plan as if nothing were completed yet: all owe."""
    Contribution.objects.all().delete()
    Entry.objects.filter(period__number=2).delete()
    Period.objects.filter(number=2).delete()
    Entry.objects.update(status=Status.objects.get(is_completed=False))
    office = User.objects.get(username="office")
    cancelled = Item.objects.get(goal__number=4, number=9)
    actions.restore_item(item=cancelled, reason="一项也没有取消时", by=office)
    return builders.open_quarter(real_plan, office, 2, due_on=builders.DUE)


def test_146_contributions_of_39_units_at_once(period, time_machine):
    time_machine.move_to(f"{period.due_on}T23:59:00+08:00", tick=True)
    owed: dict[int, dict[int, int]] = {}
    for each in Contribution.objects.filter(entry__period=period):
        owed.setdefault(each.unit_id, {})[each.pk] = each.version
    assert (len(owed), sum(len(pages) for pages in owed.values())) == (39, 146)
    start = threading.Barrier(len(owed))
    with ThreadPoolExecutor(len(owed)) as threads:
        answers = list(threads.map(lambda unit: hand_in(unit, owed[unit], start), owed))
    assert {status for unit in answers for status in unit} == {302}

    rows = list(Contribution.objects.filter(entry__period=period).with_due())
    assert len(rows) == 146
    assert {row.state for row in rows} == {"submitted"}
    assert [row.text for row in rows] == [text_of(row.pk) for row in rows]
    assert not any(row.is_late for row in rows)
    assert {row.version for row in rows} == {2}, "each was written exactly once"
    told = Event.objects.filter(verb="submit", subject="contribution")
    submits = told.values_list("subject_id", flat=True)
    assert sorted(submits) == sorted(row.pk for row in rows)
    for entry in period.entries.prefetch_related("contributions"):
        leads = len(entry.contributions.all())
        assert entry.version == 1 + leads, "no raise of an entry's version was lost"
