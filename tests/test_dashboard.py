"""The leader's page: each number opens its list, changes and worries are right, nothing grows."""

import csv
import gzip
import io
from datetime import date
from itertools import pairwise

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from reports.dashboard.brief import brief_html
from targets import actions
from targets.models import Contribution, Entry, Extension, Item, Period, Unit, User
from tests import builders
from tests.following import counting_links, counts_of, follow_numbers, listed, read_numbers
from tests.pdf_reading import read_pdf
from tests.reading import read_page

DAY = "2030-07-10T09:00:00+08:00"  # ten days after the second quarter was due


@pytest.fixture
def year(cast, time_machine):
    """Two quarters with everything that the page tells of, and last year's plan."""
    time_machine.move_to("2030-04-01T09:00:00+08:00")
    cast.units += builders.make_units(cast.district, 4)
    for number in range(4, 14):
        unit = cast.units[number % 6]
        builders.make_item(cast.goal, number, [unit], [cast.units[7]])
    plan = builders.make_plan(cast.district, 2029)
    builders.fill_plan(plan, cast.units, 12)
    for number in (1, 2):
        old = builders.open_quarter(plan, cast.office, number, date(2029, 3 * number, 28))
        for entry in Entry.objects.filter(period=old, status=None)[: 4 * number]:
            builders.approve(entry, cast.office, "已完成")
    first = Period.objects.get(plan=cast.plan, number=1)
    Period.objects.filter(pk=first.pk).update(due_on=date(2030, 4, 10))
    for item in Item.objects.filter(goal=cast.goal, number__gte=4):
        Entry.objects.create(period=first, item=item)
    for number, entry in enumerate(Entry.objects.filter(period=first).order_by("item__number")):
        builders.approve(entry, cast.office, "已完成" if number < 4 else "正在推进", f"甲{number}")
    time_machine.move_to("2030-06-10T09:00:00+08:00")
    second = builders.open_quarter(cast.plan, cast.office, 2, date(2030, 6, 30))
    entries = {each.item.number: each for each in Entry.objects.with_item().filter(period=second)}
    for number, moment in ((5, "2030-06-20"), (6, "2030-07-05"), (7, "2030-06-21")):
        time_machine.move_to(f"{moment}T09:00:00+08:00")
        mine = Contribution.objects.get(entry=entries[number])
        user = cast.reporter if mine.unit_id == cast.units[0].pk else None
        if user is None:
            user = type(cast.reporter).objects.create_user(
                f"user-{number}", name="x", role="unit", district=cast.district, unit=mine.unit
            )
        builders.submit(mine, user)
    builders.approve(entries[5], cast.office, "已完成", "新近完成。")
    builders.approve(entries[8], cast.office, "正在推进", "甲7")  # the same text as in April
    actions.reopen_entry(
        entry=entries[1], version=entries[1].version, units=[], reason="核实", by=cast.office
    )
    actions.cancel_item(
        item=entries[9].item, reason="不再实施", stays_counted=False, by=cast.office
    )
    Extension.objects.create(
        period=second,
        unit=Unit.objects.get(
            responsibilities__item__number=10,
            responsibilities__item__goal=cast.goal,
            responsibilities__duty="lead",
        ),
        until=date(2030, 7, 31),
        reason="汛情",
        state="granted",
        requested_by=cast.reporter,
        decided_by=cast.office,
        decided_at="2030-06-15T09:00:00+08:00",
    )
    Unit.objects.filter(pk__in=[cast.units[0].pk, cast.units[2].pk]).update(
        portfolio_leader=cast.leader
    )
    time_machine.move_to(DAY)
    return cast


def dashboard(browser, query: str = "period=2030Q2"):
    answer = browser.get(f"/dashboard/?{query}")
    assert answer.status_code == 200
    return answer


def numbers_of(rows) -> list[int]:
    return [row.item_number for row in rows]


def test_changes_and_worries_of_the_quarter(year, as_user):
    overview = dashboard(as_user(year.leader)).context["overview"]
    changes = {name: numbers_of(rows) for name, rows in overview.changes.items()}
    assert changes == {"completed": [5], "reopened": [1], "cancelled": [9]}
    assert numbers_of(overview.stalled) == [8]
    worries = [(each.row.item_number, each.reasons) for each in overview.worries]
    assert worries[0] == (1, ("由已完成重新打开",))
    assert worries[1] == (8, ("两季度无进展",))
    assert len(worries) <= 10


def test_punctuality_is_measured_against_the_date_in_force(year, as_user):
    overview = dashboard(as_user(year.leader)).context["overview"]
    timing = {row.name: row.timing for row in overview.units}
    led = {
        unit.name: set(
            unit.responsibilities.filter(duty="lead", item__goal=year.goal).values_list(
                "item__number", flat=True
            )
        )
        for unit in year.units
    }
    for name, counts in timing.items():
        extended = 10 in led[name]
        assert counts.on_time == len(led[name] & {5, 7} | (led[name] & {6} if extended else set()))
        assert counts.late == (0 if extended else len(led[name] & {6}))
        assert not (extended and counts.overdue)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["leader", "office", "reporter"])
def test_every_number_opens_exactly_the_list_that_it_counted(year, as_user, role):
    browser = as_user(getattr(year, role))
    for query in (
        "period=2030Q2",
        "period=2030Q1",
        f"period=2030Q2&unit={year.units[0].pk}",
        f"period=2030Q2&goal={year.goal.pk}",
        f"period=2030Q2&leader={year.leader.pk}",
    ):
        # The files hold what the lists hold, whoever asks: once is enough.
        assert follow_numbers(browser, f"/dashboard/?{query}", files=role == "leader") > 20


@pytest.mark.slow
def test_every_number_of_the_units_list_opens_its_list(year, as_user):
    browser = as_user(year.leader)
    for query in ("period=2030Q2", f"period=2030Q2&leader={year.leader.pk}&duty=lead"):
        page = f"/dashboard/units/?{query}"
        numbers = read_numbers(browser.get(page).content.decode())
        total = listed(browser, page)
        assert f"共列出{total}家" in numbers.bare[0]
        assert {each for words in numbers.bare for each in counts_of(words)} == {total}
        links = dict(counting_links(page, numbers))
        assert len(links) > 8
        assert {url: listed(browser, url) for url in links} == links


def test_a_units_small_trend_opens_its_own_quarters(year, as_user):
    browser = as_user(year.leader)
    page = dashboard(browser)
    for row in page.context["overview"].units:
        said = "，".join(f"{each.quarter.name}{each.completed}/{each.total}" for each in row.trend)
        url = f"/dashboard/?period=2030Q2&unit={row.id}"
        html = page.content.decode()
        assert url in {address for address, _words in read_page(html).links}
        assert f">{row.name}各季度：{said}</span></a>" in html
        own = dashboard(browser, url.partition("?")[2]).context["overview"].trends.this_year
        assert [(each.completed, each.total) for each in own] == [
            (each.completed, each.total) for each in row.trend
        ]


@pytest.mark.parametrize(
    ("query", "keeps"),
    [
        ("", lambda row: True),
        ("duty=lead", lambda row: row.lead),
        ("duty=supporting", lambda row: not row.lead),
        ("size=1", lambda row: row.lead and 1 <= row.lead.total < 3),
        ("size=3", lambda row: row.lead and 3 <= row.lead.total < 8),
        ("timing=overdue", lambda row: row.timing.overdue),
    ],
)
def test_the_units_list_keeps_what_is_asked_for(year, as_user, query, keeps):
    browser = as_user(year.office)
    everyone = dashboard(browser).context["overview"].all_units
    expected = [row.name for row in everyone if keeps(row)]
    assert expected
    answer = browser.get(f"/dashboard/units/?period=2030Q2&{query}")
    assert [row.name for row in answer.context["table"].data] == expected
    url = f"/dashboard/units/units.xlsx?period=2030Q2&{query}"
    sheet = load_workbook(io.BytesIO(browser.get(url).getvalue())).active
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == expected


def test_the_units_list_is_sorted_by_any_column(year, as_user):
    browser = as_user(year.office)
    url = "/dashboard/units/?period=2030Q2&sort="
    for name in ("name", "rate", "lead", "timing", "overdue", "supporting"):
        rows = browser.get(url + name).context["table"].data
        backwards = browser.get(url + "-" + name).context["table"].data
        assert {row.id for row in rows} == {row.id for row in backwards}
    totals = [
        row.lead.total if row.lead else 0 for row in browser.get(url + "lead").context["table"].data
    ]
    assert totals == sorted(totals)


def test_the_exported_list_is_the_list(year, as_user):
    browser = as_user(year.leader)
    query = "period=2030Q2&class_key=completed"
    shown = browser.get(f"/items/?{query}").context["table"].paginator.count
    lines = browser.get(f"/items/items.csv?{query}").getvalue().decode("utf-8-sig").strip()
    assert len(lines.split("\r\n")) == shown + 1
    assert browser.get(f"/items/items.xlsx?{query}").getvalue()[:2] == b"PK"


def test_the_figures_go_out_alike_as_csv_and_workbook(year, as_user):
    browser = as_user(year.leader)
    url = "/dashboard/figures.{}?period=2030Q2&goal=" + str(year.goal.pk)
    content = browser.get(url.format("csv")).getvalue().decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(content, newline="")))
    sheet = load_workbook(io.BytesIO(browser.get(url.format("xlsx")).getvalue())).active
    assert lines == [
        ["" if cell is None else str(cell) for cell in row]
        for row in sheet.iter_rows(values_only=True)
    ]
    total = dashboard(browser, url.partition("?")[2]).context["figures"].item_total
    assert lines[1][:4] == ["全部", "", "合计", str(total)]


def test_a_leaders_own_part_comes_first(year, as_user):
    answer = dashboard(as_user(year.leader))
    html = answer.content.decode()
    assert 0 < html.index("我分管的事项") < html.index("各目标完成情况")
    own = Item.objects.with_leader().filter(goal=year.goal, leader_id=year.leader.pk)
    counted = own.exclude(outcome="cancelled").count()
    assert answer.context["portfolio"]["figures"].item_total == counted
    mine = dashboard(as_user(year.leader), "period=2030Q2&leader=me")
    assert mine.context["figures"].item_total == counted
    assert "我分管的事项" not in dashboard(as_user(year.office)).content.decode()


def test_an_items_own_leader_goes_before_its_units(year, as_user):
    item = Item.objects.get(goal=year.goal, number=4)
    other = type(year.leader).objects.create_user(
        "leader-2", name="李副区长", role="leader", district=year.district
    )
    item.portfolio_leader = other
    item.save()
    figures = dashboard(as_user(other)).context["portfolio"]["figures"]
    assert [row.item_number for row in figures.rows] == [4]


def test_units_are_ranked_among_units_of_their_size(year, as_user):
    overview = dashboard(as_user(year.leader)).context["overview"]
    sizes = [[row.lead.total for row in band.rows] for band in overview.bands]
    assert all(min(before) > max(after) for before, after in pairwise(sizes))
    for band in overview.bands:
        rates = [row.lead.completed / row.lead.total for row in band.rows if row.lead.total]
        assert rates == sorted(rates), "the worst first"


def test_goals_stand_with_the_worst_first_and_the_page_lists_the_briefs_worries(real_plan, as_user):
    answer = dashboard(as_user(User.objects.get(username="leader")), "period=2020Q1")
    overview = answer.context["overview"]
    rates = [each.completed / each.total for each in overview.goals]
    assert rates == sorted(rates)
    html = answer.content.decode()
    brief = brief_html(overview, answer.context["period"], today=date(2020, 4, 28))
    assert len(overview.worries) == 10
    for worry in overview.worries:
        assert f'href="/items/{worry.row.item_id}/"' in html
        assert worry.row.standard[:20] in brief


def test_last_years_plan_stands_beside_this_years(year, as_user):
    trends = dashboard(as_user(year.leader)).context["overview"].trends
    assert [(each.quarter.number, each.total) for each in trends.last_year] == [(1, 12), (2, 12)]
    assert trends.year_before.quarter.year == 2029
    assert "上年同期" in dashboard(as_user(year.leader)).content.decode()


@pytest.mark.parametrize(
    "query",
    ["goal=x", "unit=-1", "leader=0", "goal=99999999999999999999", "unit=%00", "leader=me"],
)
def test_a_bad_filter_is_named_and_leaves_the_page_whole(year, as_user, query):
    answer = dashboard(as_user(year.office), f"period=2030Q2&{query}")
    assert "有筛选条件无法识别" in answer.content.decode()
    assert not answer.context["overview"].scope


@pytest.mark.document
def test_the_brief_is_one_page_whatever_the_plan(year, as_user):
    plan = builders.make_plan(year.district, 2032)
    units = builders.make_units(year.district, 20)
    for unit in units:
        unit.name = f"{unit.name}{'很长的单位名称' * 3}"
        unit.save()
    builders.fill_plan(plan, units, 200, per_goal=4)
    for item in Item.objects.filter(goal__plan=plan):
        item.standard = "很长的工作标准。" * 40
        item.save()
    builders.open_quarter(plan, year.office, 1, date(2032, 3, 31))
    for code in ("2030Q2", "2032Q1"):
        answer = as_user(year.leader).get(f"/dashboard/brief.pdf?period={code}")
        assert answer["Content-Type"] == "application/pdf"
        assert len(pypdfium2.PdfDocument(answer.content)) == 1


@pytest.mark.document
def test_the_brief_is_laid_out_in_blocks(year, as_user):
    answer = as_user(year.leader).get("/dashboard/brief.pdf?period=2030Q2")
    [sheet] = read_pdf(answer.content)
    title = sheet.line("上半年目标任务完成情况简报")
    middle = (title[0].left + title[-1].right) / 2
    assert abs(middle - sheet.width / 2) < 2, "the title stands alone in the middle"
    heads = [sheet.line(name)[0] for name in ("各目标完成情况", "需要关注的事项")]
    assert [head.x for head in heads] == pytest.approx([heads[0].x] * 2)
    assert title[0].y < heads[0].y < heads[1].y
    assert all(0 < mark.right < sheet.width for mark in sheet.marks)
    assert sheet.text.count("简报") == 1, "the document's own title is not printed"


def statements(browser, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


def test_statements_stay_with_eight_quarters_and_ten_years(cast, as_user):
    browser = as_user(cast.leader)
    browser.get("/dashboard/")
    with_one = statements(browser, "/dashboard/?period=2030Q1")
    for year in range(2021, 2030):
        plan = builders.make_plan(cast.district, year)
        builders.fill_plan(plan, cast.units, 12)
        for number in (1, 2, 3, 4):
            builders.open_quarter(plan, cast.office, number, date(year, 3 * number, 28))
    for number in (2, 3, 4):
        builders.open_quarter(cast.plan, cast.office, number)
    assert statements(browser, "/dashboard/?period=2030Q4") == with_one <= 11


def test_names_are_escaped_wherever_they_are_printed(year, as_user):
    evil = '<img src="x" onerror="alert(1)">'
    for row in (year.goal, year.units[0], year.leader):
        row.name = evil
        row.save()
    status = year.in_progress
    status.name = evil[:15]
    status.save()
    for url in ("/dashboard/?period=2030Q2", "/dashboard/units/?period=2030Q2"):
        html = as_user(year.office).get(url).content.decode()
        assert "<img src" not in html.replace('<img src="/static/', "")
        assert "&lt;img src=" in html


# A unit's page and a goal's ---------------------------------------------------


def test_a_units_page_lists_what_it_leads_and_follows_its_numbers(year, as_user):
    unit = year.units[0]
    page = f"/dashboard/units/{unit.pk}/?period=2030Q2"
    for role in ("leader", "reporter"):
        browser = as_user(getattr(year, role))
        assert follow_numbers(browser, page) > 3
    answer = as_user(year.leader).get(page)
    led = {row.item_id for row in answer.context["figures"].rows}
    assert led == set(
        Item.objects.filter(
            goal=year.goal, responsibilities__unit=unit, responsibilities__duty="lead"
        ).values_list("pk", flat=True)
    )
    for pk in led:
        assert f'href="/items/{pk}/"' in answer.content.decode()


def test_a_units_and_a_goals_page_say_which_promises_are_behind(real_plan, as_user):
    leader = as_user(User.objects.get(username="leader"))
    unit = Unit.objects.get(name="区发改局")
    for page in (f"units/{unit.pk}", f"goals/{Item.objects.get(goal__number=1, number=3).goal_id}"):
        page = f"/dashboard/{page}/?period=2020Q1"
        answer = leader.get(page)
        standing = answer.context["standing"]
        assert 0 < standing.total < 20
        html = answer.content.decode()
        assert f"{standing.total}项<" in html or f"{standing.total}项设有指标" in html
        assert standing.behind[0].goal_number == 1
        assert standing.behind[0].item_number == 3
        assert follow_numbers(leader, page) > 3


def test_what_a_unit_was_told_is_shown_to_it_and_its_supervisors_alone(year, as_user):
    page = f"/dashboard/units/{year.units[0].pk}/?period=2030Q2"
    for role in ("leader", "office", "auditor", "reporter"):
        assert as_user(getattr(year, role)).get(page).context["conduct"] is not None
    for role in ("other", "supporter", "administrator"):
        answer = as_user(getattr(year, role)).get(page)
        assert answer.context["conduct"] is None
        assert "本年退回" not in answer.content.decode()


def test_a_goals_page_lists_its_items_and_units(year, as_user):
    page = f"/dashboard/goals/{year.goal.pk}/?period=2030Q2"
    browser = as_user(year.leader)
    assert follow_numbers(browser, page) > 3
    html = browser.get(page).content.decode()
    for item in Item.objects.filter(goal=year.goal):
        assert f'href="/items/{item.pk}/"' in html
    for unit in Unit.objects.filter(responsibilities__item__goal=year.goal).distinct()[:3]:
        assert unit.name in html
    assert "上季度末完成" in html
    assert "首季" not in html


def test_an_instruction_stands_on_the_pages_of_its_unit_and_goal(year, as_user):
    item = Item.objects.get(goal=year.goal, number=1)
    actions.give_instruction(item=item, text="请逐项排出计划。", by=year.leader)
    for page in (f"units/{year.units[0].pk}", f"goals/{year.goal.pk}"):
        url = f"/dashboard/{page}/?period=2030Q2"
        assert "请逐项排出计划。" in as_user(year.leader).get(url).content.decode()
        assert "请逐项排出计划。" not in as_user(year.auditor).get(url).content.decode()


def test_the_page_is_small_on_the_wire(real_plan, as_user):
    """As browsers ask for it, in the demonstration: at most 15 KiB."""
    office = as_user(User.objects.get(username="office"))
    zipped = {"accept-encoding": "gzip, deflate"}
    answers = [office.get("/dashboard/", headers=zipped) for _ in range(6)]
    assert {each.headers["Content-Encoding"] for each in answers} == {"gzip"}
    assert max(len(each.content) for each in answers) <= 15 * 1024
    assert b"</html>" in gzip.decompress(answers[0].content)
    # Random bytes in each: its length says nothing of a secret in it.
    assert len({len(each.content) for each in answers}) > 1
    file = office.get("/items/items.csv", headers=zipped)
    assert "Content-Encoding" not in file.headers
