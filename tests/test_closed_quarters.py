"""A closed quarter stands still, whatever is done to plan, units, statuses and accounts after."""

import random
import time
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from targets import actions, pace
from targets.actions import Promised
from targets.choices import Duty
from targets.models import (
    Goal,
    Indicator,
    Item,
    KeptItem,
    Period,
    Plan,
    Status,
    Unit,
    User,
)
from targets.questions.asked import Figure
from targets.questions.measures import indicators_in
from tests import builders
from tests.closed import look
from tests.importing_files import confirm, upload, workbook

NOW = "2030-07-10T09:00:00+08:00"
LATER = "2030-07-10T10:00:00+08:00"


@pytest.fixture
def closed(cast, time_machine) -> Period:
    """Close a second quarter that has something of everything in it."""
    time_machine.move_to(NOW, tick=False)
    for unit in cast.units[:2]:
        Unit.objects.filter(pk=unit.pk).update(portfolio_leader=cast.leader)
    builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office, "已完成")
    builders.approve(builders.entry_of(cast.period, cast.items[1]), cast.office, "已完成")
    for number in (4, 5, 6):
        actions.add_item(
            goal=cast.goal,
            number=number,
            standard=f"完成第{number}件实事。",
            leads=[cast.units[number % 3]],
            supporting=[cast.units[3]],
            by=cast.office,
        )
    actions.close_period(period=cast.period, by=cast.office)
    second = builders.open_quarter(cast.plan, cast.office, 2, date(2030, 7, 31))
    # Completed in the first, and opened again in the second.
    entry = builders.entry_of(second, cast.items[1])
    actions.judge_entry(
        entry=entry,
        version=entry.version,
        status=cast.in_progress,
        reason="复核未完成",
        by=cast.office,
    )
    third = Item.objects.get(goal=cast.goal, number=3)
    part = builders.submit(builders.contribution_of(second, third, cast.units[2]), cast.other)
    assert part.state == "submitted"
    fourth = Item.objects.get(goal=cast.goal, number=4)
    builders.approve(builders.entry_of(second, fourth), cast.office, "已完成")
    indicator = builders.measure(fourth, cast.office, target="20")
    actions.enter_value(
        entry=builders.entry_of(second, fourth),
        indicator=indicator,
        figure=Figure(Decimal(7)),
        reason="据统计",
        by=cast.office,
    )
    builders.measure(third, cast.office, name="新建公园", target="3", measure="个")
    fifth = Item.objects.get(goal=cast.goal, number=5)
    actions.cancel_item(item=fifth, reason="不再实施", stays_counted=False, by=cast.office)
    actions.close_period(period=second, by=cast.office)
    time_machine.move_to(LATER, tick=False)  # what comes after is not of the same moment
    return Period.objects.get(pk=second.pk)


# A telephone number is for today's calls, on whatever quarter's board it stands.
LEFT_ALONE = {"new_password", "code", "color", "contact_name", "contact_phone"}


class Acts:
    """What may be done after the closing; each is drawn at random and may be refused."""

    def __init__(self, cast, draw: random.Random, as_user) -> None:
        self.cast, self.draw, self.as_user = cast, draw, as_user
        self.names = iter(f"改名{number}" for number in range(1, 100))

    def item(self) -> Item:
        items = Item.objects.filter(goal__plan=self.cast.plan).select_related("goal__plan")
        return self.draw.choice(list(items.order_by("pk")))

    def unit(self) -> Unit:
        return self.draw.choice(list(Unit.objects.filter(district=self.cast.district)))

    def rename(self) -> None:
        actions.succeed_unit(
            unit=self.unit(),
            on=date(2030, 7, 10),
            name=next(self.names),
            reason="机构改革",
            by=self.cast.administrator,
        )

    def merge(self) -> None:
        actions.succeed_unit(
            unit=self.unit(),
            on=date(2030, 7, 1),
            successor=self.unit(),
            reason="机构改革",
            by=self.cast.administrator,
        )

    def cancel(self) -> None:
        actions.cancel_item(
            item=self.item(),
            reason="项目取消",
            stays_counted=self.draw.random() < 0.5,
            by=self.cast.office,
        )

    def complete(self) -> None:
        actions.complete_item(item=self.item(), reason="已办结", by=self.cast.office)

    def adjust(self) -> None:
        item = self.item()
        units = list(Unit.objects.filter(district=self.cast.district, successor=None))
        leads = self.draw.sample(units, min(2, len(units)))
        actions.adjust_item(
            item=item,
            number=self.draw.randint(1, 30),
            standard=f"改过的标准{self.draw.random()}",
            leads=leads,
            supporting=[each for each in units if each not in leads][:1],
            is_numbered=self.draw.random() < 0.5,
            reason="调整",
            by=self.cast.office,
        )

    def add(self) -> None:
        units = list(Unit.objects.filter(district=self.cast.district, successor=None))
        actions.add_item(
            goal=self.cast.goal,
            number=self.draw.randint(7, 60),
            standard="新增的事项",
            leads=[self.draw.choice(units)],
            supporting=[],
            by=self.cast.office,
        )

    def carry_over(self) -> None:
        plan, _made = Plan.objects.get_or_create(
            district=self.cast.district, year=2031, defaults={"title": "2031年"}
        )
        goal, _made = Goal.objects.get_or_create(plan=plan, number=1, defaults={"name": "续"})
        actions.carry_over_item(
            item=self.item(),
            goal=goal,
            number=self.draw.randint(1, 60),
            standard="结转的标准",
            reason="结转",
            by=self.cast.office,
        )

    def change_goal(self) -> None:
        actions.change_goal(
            goal=self.cast.goal,
            number=self.draw.randint(1, 60),
            name=f"目标{self.draw.random()}"[:20],
            reason="调整",
            by=self.cast.office,
        )

    def change_plan(self) -> None:
        actions.change_plan(
            plan=self.cast.plan,
            title=f"另一个名称{self.draw.randint(1, 99)}",
            stated_unit_total=self.draw.randint(1, 99),
            reason="更正",
            by=self.cast.office,
        )

    def rename_account(self) -> None:
        """Whoever leads, reported or approved is called otherwise from now on."""
        account = self.draw.choice([self.cast.leader, self.cast.other, self.cast.office])
        account = User.objects.get(pk=account.pk)
        actions.change_account(
            account=account,
            name=next(self.names),
            role=account.role,
            unit=account.unit,
            reason="改名",
            by=User.objects.get(pk=self.cast.administrator.pk),
        )

    def count_status(self) -> None:
        status = self.draw.choice(list(Status.objects.filter(district=self.cast.district)))
        actions.count_status(
            status=status,
            is_completed=not status.is_completed,
            reason="改变统计办法",
            by=self.cast.office,
        )

    def import_plan(self) -> None:
        """Another standard and another goal's name out of a table."""
        item = self.item()
        heads = ("序号", "目标名称", "工作标准", "牵头单位", "配合单位")
        leads = [each.unit.name for each in item.responsibilities.filter(duty=Duty.LEAD)]
        others = [each.unit.name for each in item.responsibilities.filter(duty=Duty.SUPPORTING)]
        standard = f"（{item.number}）导入的标准{next(self.names)}。"
        row = (item.goal.number, "导入的目标名称", standard, "、".join(leads), "、".join(others))
        browser = self.as_user(User.objects.get(pk=self.cast.office.pk))
        page = upload(browser, workbook(heads, row), "plan", year=self.cast.plan.year)
        if page.context["preview"].may_apply:
            confirm(browser, page)

    def change_indicator(self) -> None:
        indicator = self.draw.choice(list(Indicator.objects.live().order_by("pk")))
        actions.change_indicator(
            indicator=indicator,
            promised=Promised(
                name=next(self.names),
                kind="cumulative",
                measure="座",
                target=Decimal(self.draw.randint(30, 90)),
                pace="year_end",
            ),
            reason="更正",
            by=self.cast.office,
        )

    def end_indicator(self) -> None:
        indicator = self.draw.choice(list(Indicator.objects.live().order_by("pk")))
        actions.end_indicator(indicator=indicator, reason="不再考核", by=self.cast.office)

    def measure_more(self) -> None:
        builders.measure(self.item(), self.cast.office, name=next(self.names))

    def in_admin(self) -> None:
        """Save forms of the admin, each as its page offers it and with other values."""
        self.save("office", f"status/{self.cast.completed.pk}" if self.has_status() else "")
        self.save("administrator", f"unit/{self.unit().pk}")
        self.save("administrator", f"district/{self.cast.district.pk}")
        self.save("administrator", f"user/{self.cast.leader.pk}")
        self.save("administrator", f"user/{self.cast.reporter.pk}")
        self.save("office", f"item/{self.item().pk}")
        self.save("office", f"goal/{self.cast.goal.pk}")
        self.save("office", f"plan/{self.cast.plan.pk}")

    def has_status(self) -> bool:
        return Status.objects.filter(district=self.cast.district, name="已完成").exists()

    def save(self, role: str, path: str) -> None:
        """Post an admin form back with whatever plain texts and numbers it has changed."""
        if not path:
            return
        browser = self.as_user(User.objects.get(pk=getattr(self.cast, role).pk))
        url = f"/admin/targets/{path}/change/"
        page = browser.get(url)
        if page.status_code != 200 or "adminform" not in page.context:
            return
        form = page.context["adminform"].form
        values = {name: form.initial.get(name, "") for name in form.fields}
        for name, field in form.fields.items():
            kind = type(field).__name__
            if kind == "CharField" and name not in LEFT_ALONE:
                values[name] = f"改{self.draw.randint(1, 9)}{values[name] or ''}"[:18]
            elif kind == "IntegerField":
                values[name] = self.draw.randint(1, 90)
        for formset in page.context.get("inline_admin_formsets", ()):
            management = formset.formset.management_form
            values |= {
                f"{management.prefix}-{key}": value for key, value in management.initial.items()
            }
            for each in formset.formset.forms:
                values |= {
                    f"{each.prefix}-{name}": each.initial.get(name) or "" for name in each.fields
                }
        answer = browser.post(
            url, {name: "" if value is None else value for name, value in values.items()}
        )
        assert answer.status_code < 500

    def later_quarter(self) -> None:
        number = Period.objects.filter(plan=self.cast.plan).count() + 1
        period = builders.open_quarter(self.cast.plan, self.cast.office, number, date(2030, 12, 20))
        entries = list(period.entries.filter(status=None))
        if entries:
            builders.approve(self.draw.choice(entries), self.cast.office, self.status())
        if self.draw.random() < 0.5:
            actions.close_period(period=period, by=self.cast.office)

    def status(self) -> str:
        return self.draw.choice(list(Status.objects.filter(district=self.cast.district))).name


ACTS = [name for name in vars(Acts) if name not in {"item", "unit", "save", "status", "has_status"}]
ACTS = [name for name in ACTS if not name.startswith("_")]


@pytest.mark.parametrize("seed", range(3))
def test_a_closed_quarter_says_the_same_after_random_acts(cast, closed, as_user, seed):
    draw = random.Random(seed)
    acts, before, done = Acts(cast, draw, as_user), look(closed, as_user=as_user, cast=cast), []
    for _ in range(8):
        name = draw.choice(ACTS)
        try:
            with transaction.atomic():
                getattr(acts, name)()
            done.append(name)
        except actions.Refused:
            continue
    assert len(done) >= 3
    after = look(closed, as_user=as_user, cast=cast)
    assert after.keys() == before.keys()
    for place, said in before.items():
        assert after[place] == said, (place, done)


def test_no_single_act_changes_a_closed_quarter(cast, closed, as_user):
    """Each on its own, taken back before the next: one look before serves them all."""

    def seen() -> dict[str, object]:
        return look(closed, as_user=as_user, cast=cast, is_whole=False)

    before = seen()
    for name in ACTS:
        with transaction.atomic():
            getattr(Acts(cast, random.Random(7), as_user), name)()
            after = seen()
            transaction.set_rollback(True)
        assert [place for place in before if before[place] != after[place]] == [], name


def test_another_rule_of_what_is_due_leaves_a_closed_quarter_and_judges_an_open_one(
    cast, closed, as_user, monkeypatch
):
    """The rule changes with a version: here twice as many months make a year."""
    third = builders.open_quarter(cast.plan, cast.office, 3, date(2030, 10, 31))
    fourth = Item.objects.get(goal=cast.goal, number=4)
    before = look(closed, as_user=as_user, cast=cast, is_whole=False)
    at_its_end = {each.verdict for each in indicators_in(closed)[fourth.pk]}
    assert {(each.light, each.words) for each in at_its_end} == {("behind", "应达10块，实际7块")}
    values = {"indicator": Indicator.objects.get(item=fourth), "figure": Figure(Decimal(7))}
    monkeypatch.setattr(pace, "MONTHS", 24)
    entry = builders.entry_of(third, fourth)
    actions.enter_value(entry=entry, **values, reason="据统计", by=cast.office)
    assert [each.verdict.words for each in indicators_in(third)[fourth.pk]] == ["应达7块，实际7块"]
    after = look(closed, as_user=as_user, cast=cast, is_whole=False)
    assert [place for place in before if before[place] != after[place]] == []
    page = as_user(cast.office).get(f"/items/{fourth.pk}/?period={closed.code}")
    assert page.status_code == 200
    # Opened again, what somebody enters there is judged by the rule of that day, and only that.
    actions.reopen_period(period=closed, reason="更正", by=cast.office)
    assert {each.verdict for each in indicators_in(closed)[fourth.pk]} == at_its_end
    entry = builders.entry_of(closed, fourth)
    actions.enter_value(entry=entry, **values, reason="核对", by=cast.office)
    assert [each.verdict.words for each in indicators_in(closed)[fourth.pk]] == ["应达5块，实际7块"]


def test_closing_takes_the_same_statements_for_any_plan_and_under_two_seconds(cast):
    units = builders.make_units(cast.district, 39)
    taken = []
    for year, items in ((2031, 12), (2032, 354)):
        plan = builders.make_plan(cast.district, year)
        builders.fill_plan(plan, units, items)
        period = builders.open_quarter(plan, cast.office)
        begun = time.process_time()
        with CaptureQueriesContext(connection) as captured:
            actions.close_period(period=period, by=cast.office)
        # Of this process; on PostgreSQL the statements run in another.
        assert time.process_time() - begun < 2
        taken.append(len(captured))
        kept = KeptItem.objects.filter(period=period)
        assert kept.count() == items
        assert kept.first().responsibilities.filter(duty=Duty.LEAD).exists()
    assert taken[0] == taken[1] <= 20
