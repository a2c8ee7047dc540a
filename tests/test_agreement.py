"""One quarter, one set of numbers: page, brief, circular, annex, CSV and JSON never disagree.

Generated plans are counted anew here, in plain Python, and everything is held to that count.
"""

import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from reports.dashboard.brief import brief_html
from reports.dashboard.overview import BANDS, build_overview
from reports.document.annex import build_annex, fetch_extra, print_order
from reports.document.content import compose
from reports.document.xlsx import annex_xlsx
from reports.figures.quarter import build_figures
from reports.figures.sentence import pace_paragraphs
from targets import actions
from targets.choices import Light
from targets.models import Contribution, Entry, Goal, Item, Period, Responsibility, Status
from tests import builders
from tests.following import follow_numbers
from tests.reading import read_page

pytestmark = pytest.mark.slow
UNITS = 5
UNREPORTED, PENDING = "未填报", "待核定"


@dataclass(frozen=True)
class Made:
    """One generated item."""

    goal: int
    leads: tuple[int, ...]
    supporting: tuple[int, ...]
    label: str  # the class that it falls in
    cancelled: str  # "", "counted" or "uncounted"
    light: str  # "" where the item has no indicator


@dataclass(frozen=True)
class Spec:
    """A generated quarter: statuses as (name, counts as completed), and its items."""

    statuses: tuple[tuple[str, bool], ...]
    goals: int
    items: tuple[Made, ...]


@st.composite
def specs(draw: st.DrawFn) -> Spec:
    extra = draw(st.lists(st.booleans(), max_size=2))
    statuses = (
        ("已完成", True),
        ("正在推进", False),
        *((f"状态{number}", flag) for number, flag in enumerate(extra)),
    )
    goals = draw(st.integers(1, 4))
    labels = [name for name, _ in statuses] + [PENDING, UNREPORTED]
    items = []
    for _ in range(draw(st.integers(0, 14))):
        units = draw(st.permutations(range(UNITS)))
        leads = draw(st.integers(1, 3))
        items.append(
            Made(
                goal=draw(st.integers(0, goals - 1)),
                leads=tuple(units[:leads]),
                supporting=tuple(units[leads : leads + draw(st.integers(0, 2))]),
                label=draw(st.sampled_from(labels)),
                cancelled=draw(st.sampled_from(["", "", "", "counted", "uncounted"])),
                light=draw(st.sampled_from(["", *Light.values])),
            )
        )
    return Spec(statuses, goals, tuple(items))


def build(cast, spec: Spec) -> Period:
    """Write the generated quarter of 2031 into the cast's district."""
    units = cast.units + builders.make_units(cast.district, UNITS - len(cast.units))
    for order, (name, flag) in enumerate(spec.statuses[2:], start=3):
        Status.objects.create(
            district=cast.district, name=name, clause=f"{name}的", is_completed=flag, order=order
        )
    statuses = {each.name: each for each in Status.objects.filter(district=cast.district)}
    plan = builders.make_plan(cast.district, 2031)
    goals = [
        Goal.objects.create(plan=plan, number=number, name=f"目标{number}")
        for number in range(1, spec.goals + 1)
    ]
    period = Period.objects.create(plan=plan, number=1, state="open", due_on=date(2031, 3, 31))
    for number, made in enumerate(spec.items, start=1):
        item = builders.make_item(
            goals[made.goal],
            number,
            [units[each] for each in made.leads],
            [units[each] for each in made.supporting],
        )
        if made.cancelled:
            item.outcome, item.cancelled_reason = "cancelled", "不再实施"
            item.stays_counted = made.cancelled == "counted"
            item.save()
        status = statuses.get(made.label)
        origin = "published" if status else "reported"
        entry = Entry.objects.create(
            period=period,
            item=item,
            origin=origin,
            status=status,
            approved_text="核定的表述。" if status else "",
            light=made.light,
            light_words=f"应达25%，实际{number}%" if made.light else "",
            distance=(number - 25) / Decimal(100) if made.light == Light.BEHIND else None,
        )
        if made.label == PENDING:
            Contribution.objects.create(
                entry=entry,
                unit=units[made.leads[0]],
                state="submitted",
                text="已报送。",
                submitted_at=timezone.now(),
                submitted_by=cast.reporter,
            )
    return Period.objects.select_related("plan__district").get(pk=period.pk)


def count(spec: Spec, items: list[Made]) -> dict:
    """Count items anew: what every place must say about them."""
    counted = [each for each in items if each.cancelled != "uncounted"]
    labels = Counter(each.label for each in counted)
    finished = {name for name, flag in spec.statuses if flag}
    return {
        "total": len(counted),
        "completed": sum(labels[name] for name in finished),
        "labels": {name: number for name, number in labels.items() if number},
    }


def numbers_behind(spec: Spec) -> list[str]:
    """Return the items behind, the farthest first: the one with the smallest number."""
    return [
        f"{made.goal + 1}({number})"
        for number, made in enumerate(spec.items, start=1)
        if made.light == Light.BEHIND and made.cancelled != "uncounted"
    ]


def rate(group: dict) -> str:
    return f"{group['completed']}/{group['total']}"


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(spec=specs())
def test_every_place_says_the_same_numbers(cast, spec):
    with transaction.atomic():
        check_agreement(cast, spec)
        transaction.set_rollback(True)


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(spec=specs())
def test_every_number_of_a_generated_plan_opens_its_list(cast, spec):
    browser = Client()
    browser.force_login(cast.leader, backend="tracker.backends.AccountBackend")
    with transaction.atomic():
        build(cast, spec)
        follow_numbers(browser, "/dashboard/?period=2031Q1")
        transaction.set_rollback(True)


def check_agreement(cast, spec: Spec) -> None:
    period = build(cast, spec)
    whole = count(spec, list(spec.items))
    goals = {
        f"目标{number + 1}": count(spec, [each for each in spec.items if each.goal == number])
        for number in range(spec.goals)
    }
    leading = {each for item in spec.items for each in item.leads}
    supporting = {each for item in spec.items for each in item.supporting}
    units = {
        f"单位{number + 1}": count(spec, [each for each in spec.items if number in each.leads])
        for number in leading
    }
    helped = {
        f"单位{number + 1}": count(spec, [each for each in spec.items if number in each.supporting])
        for number in supporting
    }
    check_data(cast, whole, goals, units, helped)
    check_pace(cast, period, spec)
    check_page(cast, whole, goals, units, helped)
    check_units(cast, units, helped)
    check_documents(period, spec, whole, goals)


def check_data(cast, whole: dict, goals: dict, units: dict, helped: dict) -> None:
    _token, secret = actions.make_token(name="测试", by=cast.administrator)
    headers = {"Authorization": f"Bearer {secret}"}
    client = Client()
    data = json.loads(client.get("/api/v1/figures/2031Q1.json", headers=headers).content)
    labels = {each["key"]: each["label"] for each in data["classes"]}

    def plain(group: dict) -> dict:
        named = {labels[key]: number for key, number in group["classes"].items() if number}
        return {"total": group["total"], "completed": group["completed"], "labels": named}

    assert (data["total"], data["completed"]) == (whole["total"], whole["completed"])
    counts = {each["label"]: each["count"] for each in data["classes"] if each["count"]}
    assert counts == whole["labels"]
    percents = [each["percent"] for each in data["classes"]]
    assert sum(percents) == 100 if whole["total"] else set(percents) == {None}
    shares = [each["percent"] for each in data["classes"] if each["is_completed"]]
    assert data["completed_percent"] == (sum(shares) if whole["total"] else None)
    assert data["trend"][-1]["completed"] == whole["completed"]
    assert data["trend"][-1]["total"] == whole["total"]
    assert data["trend"][-1]["completed_percent"] == data["completed_percent"]
    assert {each["name"]: plain(each) for each in data["goals"]} == goals
    assert {each["name"]: plain(each) for each in data["units"]} == units
    assert {each["name"]: (each["completed"], each["total"]) for each in data["supporters"]} == {
        name: (each["completed"], each["total"]) for name, each in helped.items()
    }
    items = json.loads(client.get("/api/v1/items/2031Q1.json", headers=headers).content)["items"]
    listed = Counter(each["class_label"] for each in items if each["is_counted"])
    assert listed == whole["labels"]
    content = client.get("/api/v1/figures/2031Q1.csv", headers=headers).getvalue()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    totals = {(row["分组"], row["名称"]): (int(row["完成"]), int(row["总数"])) for row in rows}
    expected = {("全部", "合计"): whole}
    expected |= {("目标", name): each for name, each in goals.items()}
    expected |= {("牵头单位", name): each for name, each in units.items()}
    assert totals == {key: (each["completed"], each["total"]) for key, each in expected.items()}


def check_pace(cast, period: Period, spec: Spec) -> None:
    """Page, brief, annex, circular and API say the same of the lights, in the same order."""
    counted = Counter(each.light for each in spec.items if each.cancelled != "uncounted")
    lights, behind = {light: counted[light] for light in Light.values}, numbers_behind(spec)
    measured = sum(lights.values())
    _token, secret = actions.make_token(name="进度", by=cast.administrator)
    headers = {"Authorization": f"Bearer {secret}"}
    client = Client()
    data = json.loads(client.get("/api/v1/figures/2031Q1.json", headers=headers).content)
    assert {each["light"]: each["count"] for each in data["lights"]} == lights
    assert data["behind"] == behind
    items = json.loads(client.get("/api/v1/items/2031Q1.json", headers=headers).content)["items"]
    listed = Counter(each["light"] for each in items if each["is_counted"])
    assert {light: listed[light] for light in lights} == lights
    browser = Client()
    browser.force_login(cast.leader, backend="tracker.backends.AccountBackend")
    page = read_page(browser.get("/dashboard/?period=2031Q1").content.decode())
    for light, number in lights.items():
        assert not measured or f"{Light(light).label}{number}项" in page.text
    rows = page.rows.get("欠进度的事项，差距最大的在前", [[]])[1:]
    assert [row[0].replace("（", "(").replace("）", ")") for row in rows] == behind[:10]
    figures = build_figures(period)
    overview = build_overview(period, [period], today=date(2031, 4, 1))
    worried = [
        f"{each.row.goal_number}({each.row.item_number})"
        for each in overview.worries
        if each.row.light == Light.BEHIND
    ]
    live = [name for name in behind if spec.items[int(name.split("(")[1][:-1]) - 1].cancelled == ""]
    assert worried == live[: len(worried)]
    said = "".join(pace_paragraphs(figures))
    assert sum(int(each) for each in re.findall(r"([0-9]+)项、占", said)) == measured
    assert sum(int(each) for each in re.findall(r"占([0-9]+)%", said)) == (100 if measured else 0)
    told = re.findall(r"([0-9]+)（([0-9]+)）项", said)
    assert sorted(f"{goal}({number})" for goal, number in told) == sorted(behind)
    extra = fetch_extra(period, ("pace",))
    annex = build_annex(figures, print_order(("pace",)), extra)
    printed = Counter(row.extra["pace"].split("\n")[0] for row in annex.rows)
    everything = Counter(Light(each.light).label for each in spec.items if each.light)
    assert {name: printed[name] for name in everything} == everything


def check_page(cast, whole: dict, goals: dict, units: dict, helped: dict) -> None:
    browser = Client()
    browser.force_login(cast.leader, backend="tracker.backends.AccountBackend")
    page = read_page(browser.get("/dashboard/?period=2031Q1").content.decode())
    assert f"{rate(whole)}项" in page.text
    for label, number in whole["labels"].items():
        assert re.search(
            rf"{label}[^0-9]*{number}项" if label != PENDING else f"{number}项", page.text
        )
    head, *rows = page.rows["各目标完成情况"]
    shown = {row[0].split("．")[1]: dict(zip(head, row, strict=True)) for row in rows}
    assert {name: row["完成/总数"] for name, row in shown.items()} == {
        name: rate(each) for name, each in goals.items()
    }
    for name, row in shown.items():
        for label in head[4:]:
            assert int(row[label]) == goals[name]["labels"].get(label, 0)
    # The first band stands open under the section's name, the others are folded under their own.
    captions = ["各牵头单位完成情况", *(heading for _least, heading in BANDS)]
    lines = [row for name in captions for row in page.rows.get(name, []) if row[0] in units]
    assert {row[0]: row[3] for row in lines} == {name: rate(each) for name, each in units.items()}
    assert {row[0]: row[-1] for row in lines} == {
        name: rate(helped[name]) if name in helped else "—" for name in units
    }
    for name in helped.keys() - units.keys():
        assert f"{name}完成{rate(helped[name])}" in page.text


def check_units(cast, units: dict, helped: dict) -> None:
    browser = Client()
    browser.force_login(cast.leader, backend="tracker.backends.AccountBackend")
    page = read_page(browser.get("/dashboard/units/?period=2031Q1").content.decode())
    names = units.keys() | helped.keys()
    assert f"共列出{len(names)}家" in page.text
    expected = {
        name: (
            rate(units[name]) if name in units else "—",
            rate(helped[name]) if name in helped else "—",
        )
        for name in names
    }
    lines = page.rows.get("责任单位", [])[1:]
    assert {row[0]: (row[2], row[-1]) for row in lines} == expected
    content = browser.get("/dashboard/units/units.csv?period=2031Q1").getvalue()
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    none = {"completed": 0, "total": 0}
    assert {
        row["单位"]: [
            int(row[f"{duty}{what}"]) for duty in ("牵头", "配合") for what in ("完成", "总数")
        ]
        for row in rows
    } == {
        name: [
            group[what]
            for group in (units.get(name, none), helped.get(name, none))
            for what in ("completed", "total")
        ]
        for name in names
    }


def check_documents(period: Period, spec: Spec, whole: dict, goals: dict) -> None:
    figures = build_figures(period)
    overview = build_overview(period, [period], today=date(2031, 4, 1))
    sentence = overview.sentence
    assert [int(each) for each in re.findall(r"([0-9]+)项，占", sentence)] == [
        each.count for each in figures.classes if each.count
    ]
    if whole["total"]:
        assert sum(int(each) for each in re.findall(r"占([0-9]+)%", sentence)) == 100
    content = compose(figures, number=1, issued_on=date(2031, 4, 1))
    assert sentence in content.body
    sheet = read_page(
        brief_html(overview, period, today=date(2031, 4, 1)).replace("<body", "<main")
    )
    assert f"{rate(whole)}项" in sheet.text
    assert sentence in sheet.text
    for name, group in goals.items():
        assert re.search(rf"．{name}{rate(group)}(—|[0-9]+%)", sheet.text)
    book = load_workbook(io.BytesIO(annex_xlsx(build_annex(figures))))
    head, *rows = book.worksheets[1].iter_rows(values_only=True)
    status = head.index("完成状态")
    judged = Counter(row[status] for row in rows if row[status])
    everything = Counter(
        each.label for each in spec.items if each.label not in {PENDING, UNREPORTED}
    )
    assert judged == everything
    assert len(rows) == len(spec.items)
    assert Responsibility.objects.filter(item__goal__plan=period.plan).count() == sum(
        len(each.leads) + len(each.supporting) for each in spec.items
    )
    assert Item.objects.filter(goal__plan=period.plan).count() == len(spec.items)
