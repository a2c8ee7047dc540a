"""Lists taken out as files: as filtered, no more than the reader may read, in the trail once."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from targets import actions
from targets.models import Event, Indicator, Instruction, Item, Report, User
from tests import builders

EVIL = '=HYPERLINK("http://x")'


def rows_of(client, path: str, kind: str, /, **query: str) -> list[dict[str, str]]:
    """Return the rows of a list taken out as CSV or .xlsx, by their heads."""
    answer = client.get(f"{path}.{kind}", query)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    content = answer.getvalue()
    if kind == "csv":
        assert content.startswith(b"\xef\xbb\xbf")
        text = content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))
    sheet = load_workbook(io.BytesIO(content)).active
    cells = list(sheet.iter_rows())
    assert not [cell for row in cells for cell in row if cell.data_type in ("f", "e")]
    heads = [cell.value for cell in cells[0]]
    return [
        dict(
            zip(heads, ["" if cell.value is None else str(cell.value) for cell in row], strict=True)
        )
        for row in cells[1:]
    ]


def plain(kind: str, text: str) -> str:
    """As the file holds a text that begins like a formula."""
    return f"'{text}" if kind == "csv" else text


@pytest.fixture
def written(cast):
    """单位1 handed (1) in; its draft of (2) is its own."""
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(mine, cast.reporter, EVIL)
    draft = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    actions.save_contribution(
        contribution=draft, version=1, report=Report("尚未报送的草稿"), by=cast.reporter
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_contributions_go_out_as_filtered_without_a_units_draft(cast, written, as_user, kind):
    office = as_user(cast.office)
    rows = rows_of(office, "/contributions/contributions", kind)
    assert len(rows) == office.get("/contributions/").context["table"].paginator.count
    texts = {row["填报内容"] for row in rows}
    assert texts == {plain(kind, EVIL), ""}
    assert {row["填报进度"] for row in rows} == {"已报送", "草稿", "未填报"}
    rows = rows_of(office, "/contributions/contributions", kind, progress="draft")
    assert [(row["单位"], row["填报内容"], row["工作标准"]) for row in rows] == [
        ("单位1", "", "完成第2件实事。")
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_units_items_go_out_with_its_own_texts(cast, written, as_user, kind):
    rows = rows_of(as_user(cast.reporter), "/my-items/my-items", kind)
    assert {row["本单位完成情况"] for row in rows} >= {plain(kind, EVIL), "尚未报送的草稿"}
    rows = rows_of(as_user(cast.colleague), "/my-items/my-items", kind, state="draft")
    assert [row["本单位完成情况"] for row in rows] == ["尚未报送的草稿"]
    theirs = rows_of(as_user(cast.co_lead), "/my-items/my-items", kind)
    assert not {row["本单位完成情况"] for row in theirs} - {""}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_hits_go_out_to_those_who_may_read_them(cast, written, as_user, kind):
    def hits(user, **query: str) -> list[str]:
        return [row["文字"] for row in rows_of(as_user(user), "/search/hits", kind, **query)]

    own = {"q": "草稿", "kind": "contributions"}
    assert hits(cast.reporter, **own) == ["尚未报送的草稿"]
    assert hits(cast.office, **own) == hits(cast.co_lead, **own) == hits(cast.leader, **own) == []
    sent = {"q": "HYPERLINK", "kind": "contributions"}
    assert hits(cast.office, **sent) == [plain(kind, EVIL)]
    assert hits(cast.other, **sent) == []
    items = rows_of(as_user(cast.leader), "/search/hits", kind, q="第1件")
    assert [row["工作标准"] for row in items] == ["完成第1件实事。"]
    assert rows_of(as_user(cast.leader), "/search/hits", kind) == []
    assert as_user(cast.leader).get(f"/search/hits.{kind}", {"q": "长" * 51}).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_instructions_go_out_as_the_reader_sees_them(cast, as_user, kind):
    for item in cast.items[:2]:
        Instruction.objects.create(
            district=cast.district,
            item=item,
            text=f"@请抓紧{item.number}",
            given_by=cast.leader,
        )
    path = "/instructions/instructions"
    rows = rows_of(as_user(cast.office), path, kind)
    assert [row["批示"] for row in rows] == [
        plain(kind, "@请抓紧2"),
        plain(kind, "@请抓紧1"),
    ]
    assert {row["办理状态"] for row in rows} == {"未办结"}
    assert rows_of(as_user(cast.office), path, kind, kind="done") == []
    led = Item.objects.filter(
        pk__in=[item.pk for item in cast.items[:2]], responsibilities__unit=cast.units[2]
    )
    assert len(rows_of(as_user(cast.other), path, kind, kind="all")) == led.count()


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("/contributions/?progress=draft", "/contributions/contributions"),
        ("/my-items/?state=draft", "/my-items/my-items"),
        ("/board/?show=owing", "/board/board"),
        ("/search/?q=实事", "/search/hits"),
        ("/instructions/?kind=all", "/instructions/instructions"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_page_offers_the_file_and_taking_it_is_one_event(cast, as_user, page, path, kind):
    user = cast.reporter if path.startswith("/my-items") else cast.office
    client = as_user(user)
    html = client.get(page).content.decode()
    start = html.index(f'href="{path}.{kind}?') + len('href="')
    link = html[start : html.index('"', start)].replace("&amp;", "&")
    before = Event.objects.count()
    assert client.get(link).status_code == 200
    assert Event.objects.count() == before + 1
    event = Event.objects.order_by("pk").last()
    assert (event.verb, event.by, event.district_id) == ("export", user, user.district_id)
    assert event.new["file"] == f"{path.rpartition('/')[2]}.{kind}"
    assert event.new["filter"] == link.partition("?")[2]


@pytest.mark.parametrize(
    "path",
    [
        "/contributions/contributions.csv",
        "/my-items/my-items.csv",
        "/search/hits.csv?q=实事",
        "/search/hits.csv?q=已完成&kind=contributions",
        "/instructions/instructions.csv?kind=all",
    ],
)
def test_as_many_queries_for_ten_times_the_rows(
    cast, as_user, path, django_assert_num_queries, django_assert_max_num_queries
):
    client = as_user(cast.reporter if path.startswith("/my-items") else cast.office)
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(mine, cast.reporter)
    Instruction.objects.create(
        district=cast.district, item=cast.items[0], text="请抓紧。", given_by=cast.leader
    )
    client.get(path)  # the first request of a session asks more
    with django_assert_max_num_queries(15) as few:
        client.get(path)
    plan = builders.make_plan(cast.district, 2031)
    builders.fill_plan(plan, cast.units, 60)
    period = builders.open_quarter(plan, cast.office)
    for item in Item.objects.filter(goal__plan=plan):
        Instruction.objects.create(
            district=cast.district, item=item, text="请抓紧。", given_by=cast.leader
        )
        part = item.entries.get(period=period).contributions.filter(unit=cast.units[0]).first()
        if part:
            builders.submit(part, cast.reporter)
    with django_assert_num_queries(len(few)):
        answer = client.get(path)
    assert len(answer.getvalue().decode().splitlines()) > 15


def test_the_indicators_of_the_items_go_out_as_filtered_with_exact_numbers(real_plan, as_user):
    leader = as_user(User.objects.get(username="leader"))
    rows = rows_of(leader, "/items/indicators", "xlsx", period="2020Q1", light="behind")
    found = {(row["目标序号"], row["事项序号"], row["指标名称"]): row for row in rows}
    behind = found["1", "3", "全社会固定资产投资增长"]
    facts = (
        "类型",
        "比较方式",
        "目标值",
        "计量单位",
        "本季度数值",
        "实际或预计",
        "进度",
        "进度依据",
    )
    assert [behind[name] for name in facts] == [
        "增速",
        "左右",
        "10",
        "%",
        "-87",
        "预计数",
        "欠进度",
        "应达10%，实际−87%",
    ]
    employed = found["17", "1", "新增城镇就业"]
    assert (employed["目标值"], employed["本季度数值"]) == ("1.1", "0.1792")
    assert "新增城镇就业1.1万人" in employed["标准原文"]
    assert ("12", "10", "新增人工造林") not in found, "its item is ahead"
    whole = rows_of(leader, "/items/indicators", "xlsx", period="2020Q1")
    assert len(whole) == Indicator.objects.live().count()


def test_the_indicators_are_numbers_to_a_spreadsheet(cast, as_user, django_assert_num_queries):
    promised = actions.Promised(
        name=EVIL, kind="cumulative", measure="亿元", target=Decimal("1E+3"), comparison="at_least"
    )
    actions.accept_indicator(item=cast.items[0], promised=promised, by=cast.office)
    office = as_user(cast.office)
    office.get("/items/indicators.xlsx")  # the first request of a session asks more
    with CaptureQueriesContext(connection) as few:
        office.get("/items/indicators.xlsx").getvalue()
    for number in range(3):
        builders.measure(cast.items[1], cast.office, name=f"停车场{number}")
    with django_assert_num_queries(len(few)):
        answer = office.get("/items/indicators.xlsx")
    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    row = dict(zip([head.value for head in sheet[1]], sheet[2], strict=True))
    assert row["指标名称"].value == EVIL
    assert (row["目标值"].value, row["目标值"].data_type) == (1000, "n")
    assert row["本季度数值"].value is None, "no value yet"
    assert sheet.max_row == 5
    assert Event.objects.latest("pk").new["file"] == "indicators.xlsx"
