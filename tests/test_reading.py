"""The reader of numbers in running text: a test a rule, and the keys made by hand."""

import csv
import time
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from targets.choices import Comparison, IndicatorKind
from targets.models import Entry
from targets.reading.amounts import FOLDED, fold, read_passage
from targets.reading.indicators import propose_indicators, resolve
from targets.reading.numerals import read_numeral
from targets.reading.oddities import oddities
from targets.reading.plain import plain_number, typed_number
from targets.reading.signs import as_kept, as_typed
from targets.reading.values import propose_values

DATA = Path(__file__).parent / "data"


def amounts(text: str) -> list[str]:
    return [f"{plain_number(each.value)}{each.unit}" for each in read_passage(text).amounts]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1,200.5", "1200.5"),
        ("三十五", "35"),
        ("一百零二", "102"),
        ("两千三百", "2300"),
        ("十", "10"),
        ("二〇二〇", "2020"),
        ("三万五千", "35000"),
        ("一亿零三百万", "103000000"),
    ],
)
def test_a_number_in_digits_or_in_chinese(written, number):
    assert read_numeral(written) == Decimal(number)


@pytest.mark.parametrize("written", ["", "三五", "百万", "1" * 19, "十十", "万"])
def test_what_is_no_number(written):
    assert read_numeral(written) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("新建球场１５块、停车场３处。", ["15块", "3处"]),  # full-width digits
        ("投资3.8亿元、造林1.2万亩、接待1,200万人次", ["3.8亿元", "1.2万亩", "1200万人次"]),
        ("金额4.2亿，其余待定", ["4.2亿元"]),
        ("突破十亿美元，新增三万人", ["10亿美元", "3万人"]),
        ("建成三个、新建一座，一批项目、一方面", ["3个", "1座"]),
        ("增长—91.2%，增幅－36.8%，降幅-3%", ["-91.2%", "-36.8%", "-3%"]),
        # As our own pages print a minus, and what other programs make of one.
        ("增长−3.2%，增幅‑1%，增速―2%，增长──4%", ["-3.2%", "-1%", "-2%", "-4%"]),
        ("−3.2%，比重5−8%", ["-3.2%", "5%"]),
        ("森林覆盖率达百分之三十", ["30%"]),
        ("提高2个百分点，2个工作日以内", ["2个百分点", "2个工作日"]),
        ("面积5㎡，土方6.5万m³", ["5平方米", "6.5万立方米"]),
        ("检测550批（次）、20台（套）", ["550批次", "20台套"]),
        ("1000余次、300余万元", ["1000次", "300万元"]),
        ("创建万亩基地", ["1万亩"]),
        ("总产值比达到1.5:1", ["1.5:1"]),
        # What counts nothing.
        ("2020年1—3月，3月21日，第3届，十四五规划，截至3月底", []),
        ("4A级景区、G347线、S118、110千伏、21号线、4K演播室", []),
        ("“四个三”工程、“10个100”活动、《3个规定》、武政规〔2017〕24号", []),
        ("1、第一项\n2. 第二项\n（3）第三项", []),
        ("亿元以上项目、百亿企业、千人计划、两张名片、八项规定、三年行动、五大产业", []),
        ("二次装修，3岁以下，15分钟生活圈", []),
    ],
)
def test_what_counts_something_and_what_does_not(text, found):
    assert amounts(text) == found


def test_a_range_is_one_amount():
    (rate,) = read_passage("增长5%—8%").amounts
    assert (rate.value, rate.high, rate.comparison) == (5, 8, Comparison.RANGE)
    (count,) = read_passage("新建5-10个").amounts
    assert (count.value, count.high) == (5, 10)


@pytest.mark.parametrize(
    ("text", "comparison"),
    [
        ("6家以上", Comparison.AT_LEAST),
        ("不低于6家", Comparison.AT_LEAST),
        ("突破35%", Comparison.AT_LEAST),
        ("达到6家", Comparison.AT_LEAST),
        ("6家", Comparison.AT_LEAST),
        ("不超过6家", Comparison.AT_MOST),
        ("3个工作日以内", Comparison.AT_MOST),
        ("全省前10名", Comparison.AT_MOST),
        ("10%左右", Comparison.ABOUT),
        ("约10家", Comparison.ABOUT),
    ],
)
def test_the_words_of_a_comparison(text, comparison):
    assert [each.comparison for each in read_passage(text).amounts] == [comparison]


def test_an_amount_that_names_a_size_is_no_target():
    (one,) = propose_indicators("引进50亿元以上工业项目1个。")
    assert (one.target, one.measure, one.name) == (1, "个", "引进50亿元以上工业项目")
    assert [each.target for each in propose_indicators("改造2000户以上的片区3个")] == [3]


def indicators(standard: str) -> list[tuple]:
    return [
        (each.name, each.kind, plain_number(each.target), each.measure)
        for each in propose_indicators(standard)
    ]


@pytest.mark.parametrize(
    ("standard", "found"),
    [
        (
            "新建社区足球场15块、停车场3处。",
            [
                ("新建社区足球场", "cumulative", "15", "块"),
                ("新建停车场", "cumulative", "3", "处"),
            ],
        ),
        (
            "游客接待量、旅游综合收入分别增长25%、30%以上。",
            [("游客接待量增长", "growth", "25", "%"), ("旅游综合收入增长", "growth", "30", "%")],
        ),
        ("启动9个污水处理工程", [("启动污水处理工程", "cumulative", "9", "个")]),
        ("规上工业总产值翻一番", [("规上工业总产值", "growth", "100", "%")]),
        ("产值翻两番", [("产值", "growth", "300", "%")]),
        ("力争实现百亿企业零突破。", [("百亿企业", "cumulative", "1", "家")]),
        ("单位GDP能耗下降3%以上", [("单位GDP能耗下降", "growth", "-3", "%")]),
        ("一般性支出压减5%", [("一般性支出压减", "growth", "-5", "%")]),
        ("煤炭消费削减5%以上", [("煤炭消费削减", "growth", "-5", "%")]),
        ("化肥使用量减少2%—3%", [("化肥使用量减少", "growth", "-3", "%")]),
        ("技改投资占比40%以上", [("技改投资占比", "ratio", "40", "%")]),
        ("利用率提高到85%", [("利用率", "ratio", "85", "%")]),
        ("PM2.5浓度控制在40微克/立方米以下", [("PM2.5浓度", "level", "40", "微克/立方米")]),
        ("粮食产量稳定在50万吨以上", [("粮食产量", "level", "50", "万吨")]),
        ("政府债务余额控制在50亿元以内", [("政府债务余额", "level", "50", "亿元")]),
        ("企业开办时间压缩至1个工作日以内", [("企业开办时间", "level", "1", "个工作日")]),
        # A bare rate speaks of what stands before it in the sentence, and of nothing else.
        ("接待游客100万人次，同比增长12%", [
            ("接待游客", "cumulative", "100", "万人次"),
            ("接待游客同比增长", "growth", "12", "%"),
        ]),
        ("接待游客100万人次。同比增长12%", [
            ("接待游客", "cumulative", "100", "万人次"),
            ("同比增长", "growth", "12", "%"),
        ]),
        ("新增规上企业20家，其中工业12家", [
            ("新增规上企业", "cumulative", "20", "家"),
            ("工业", "cumulative", "12", "家"),
        ]),
        ("完成“四个三”工程，推进“六进”活动，编制十四五规划。", []),
    ],
)  # fmt: skip
def test_what_a_standard_promises(standard, found):
    assert indicators(standard) == found


def test_a_promised_fall_is_at_most():
    (fall,) = propose_indicators("单位GDP能耗下降3%以上")
    assert (fall.comparison, fall.kind) == (Comparison.AT_MOST, IndicatorKind.GROWTH)


signs = st.sampled_from([Comparison.AT_LEAST, Comparison.AT_MOST, Comparison.ABOUT])


@given(signs, st.decimals(min_value="0.1", max_value=99, places=1))
def test_a_fall_is_typed_as_it_was_kept_and_kept_as_it_is_typed(comparison, size):
    kept = as_kept("能耗下降", "growth", (comparison, size, None))
    assert kept[1] == -size
    assert as_typed("能耗下降", "growth", kept) == (comparison, size, None)
    # A name that says nothing of a fall leaves the sign as it is.
    assert as_kept("能耗", "growth", (comparison, size, None))[1] == size
    assert as_typed("能耗", "growth", kept) == kept


def test_a_proposal_keeps_its_words():
    standard = "新建社区足球场15块、停车场3处。"
    first, second = propose_indicators(standard)
    assert standard[first.start : first.end] == "新建社区足球场15块"
    assert standard[second.start : second.end] == "停车场3处"


def values(text: str, standard: str) -> dict[str, str]:
    promised = propose_indicators(standard)
    return {
        promised[each.place].name: plain_number(each.value)
        for each in propose_values(text, promised, year=2020)
    }


@pytest.mark.parametrize(
    ("standard", "text", "found"),
    [
        ("投资增长10%", "全区投资完成3亿元，占预算的21.4%，同比下降30%。", {"投资增长": "-30"}),
        ("工业投资增长15%", "工业投资1.95亿元，同比增长—91.2%。", {"工业投资增长": "-91.2"}),
        ("能耗下降3%", "能耗同比降3.2%。", {"能耗下降": "-3.2"}),
        ("能耗下降3%", "能耗上升1.2%。", {"能耗下降": "1.2"}),
        ("一般性支出压减5%", "一般性支出压减6.5%。", {"一般性支出压减": "-6.5"}),
        ("新增就业1.1万人", "完成新增就业1792人。", {"新增就业": "0.1792"}),
        ("新建足球场15块", "足球场12块开展选址。", {}),  # a step on the way
        ("新增高新企业15家", "下达新增高新企业15家，科技小巨人20家。", {}),
        ("产值增长10%", "产值增长10%，由于停工，产值是负增长。", {}),
        ("新建绿地60公顷", "已新建绿地30公顷，占目标任务60公顷的50%。", {"新建绿地": "30"}),
        ("新增造林2000亩", "新增造林6089亩，其中桃基地新增2865亩。", {"新增造林": "6089"}),
        ("改造危桥10座", "完成2019年危桥改造12座验收。", {}),  # last year's
        ("完成投资30亿元", "跟进了4个项目，接待3批客商。", {}),
        ("申报项目3个", "申报项目2个。", {"申报项目": "2"}),  # the step is what is counted
        ("接待游客100万人次", "接待游客30.5万人次。", {"接待游客": "30.5"}),
        ("利用率85%以上", "利用率89%。", {"利用率": "89"}),
    ],
)
def test_what_a_report_says_of_an_indicator(standard, text, found):
    assert values(text, standard) == found


def test_a_value_keeps_its_place_its_sentence_and_whether_it_is_foreseen():
    text = "基本情况良好。预计一季度到位资金45.3亿元；其他略。"
    (value,) = propose_values(text, propose_indicators("到位资金505亿元以上"), year=2020)
    assert text[value.start : value.end] == "45.3亿元"
    assert value.source == "预计一季度到位资金45.3亿元"
    assert value.is_estimate


def test_one_number_serves_one_indicator():
    found = values("新增就业5人。", "新增就业10人、新增再就业10人")
    assert len(found) == 1


@pytest.mark.parametrize(
    ("facts", "remark"),
    [
        ({"value": 5, "before": 8}, "累计数少于上季度的8亿元"),
        ({"value": 800, "before": 8}, "与上季度的8亿元相差100倍以上"),
        ({"value": "0.0008", "before": 8, "kind": "level"}, "与上季度的8亿元相差100倍以上"),
        ({"value": 30_000, "target": 30}, "超过目标的100倍"),  # 3万元 where 亿元 is asked
        ({"value": -5}, "累计数小于0，请核对正负号"),
        ({"value": 3, "target": -2, "kind": "growth"}, "要求的是下降，填的是增长3亿元"),
        ({"value": 3, "read_as": "万元"}, "文中以万元计，已换算为亿元"),
    ],
)
def test_what_is_odd_in_a_value_is_pointed_out(facts, remark):
    numbers = {
        name: Decimal(facts[name]) if name in facts else None
        for name in ("value", "before", "target")
    }
    kind = facts.get("kind", "cumulative")
    read_as = facts.get("read_as", "")
    assert remark in "".join(oddities(kind=kind, measure="亿元", read_as=read_as, **numbers))


@pytest.mark.parametrize(
    ("kind", "value", "before"),
    [
        ("cumulative", 8, 8),
        ("cumulative", 9, 8),
        ("level", 5, 8),
        ("growth", -87, 10),
        ("milestone", 0, 1),
        ("cumulative", 5, 0),
    ],
)
def test_what_is_not_odd_is_not_pointed_out(kind, value, before):
    numbers = {"value": Decimal(value), "before": Decimal(before), "target": Decimal(10)}
    assert oddities(kind=kind, measure="亿元", read_as="亿元", **numbers) == []


@given(st.decimals(min_value=-(10**7), max_value=10**7, places=8))
def test_a_number_as_it_is_printed_is_the_number_as_it_is_typed(number):
    assert typed_number(plain_number(number)) == number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("１，２００．５", "1200.5"),
        ("—91.2", "-91.2"),
        (" 7.80 ", "7.8"),
        ("-1,234,567", "-1234567"),
        ("1 234 567.5", "1234567.5"),
        ("1, 234", "1234"),
        ("‐3", "-3"),
        ("— 3", "-3"),
        ("＋3", "3"),
        ("\ufeff3\u200b", "3"),
    ],
)
def test_a_number_as_people_type_it(typed, number):
    assert typed_number(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed",
    ["1e3", "NaN", "1_000", "12,34", "3 5", "1 00", "+-3", "五", "5块", "1" * 16, "9" * 400],
)
def test_what_is_typed_and_no_number(typed):
    with pytest.raises(ValueError, match="请只填数字"):
        typed_number(typed)


# --- the keys -------------------------------------------------------------------


def key(name: str) -> list[tuple]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        column = "target" if "target" in rows.fieldnames else "value"
        return [
            (int(row["goal_no"]), int(row["item_no"]), Decimal(row[column]), row["measure"])
            for row in rows
        ]


def printed(command: str, *arguments: str, column: str) -> list[tuple]:
    out = StringIO()
    call_command(command, *arguments, "--format", "csv", stdout=out)
    return [
        (int(row["goal_no"]), int(row["item_no"]), Decimal(row[column]), row["measure"])
        for row in csv.DictReader(StringIO(out.getvalue()))
    ]


def precision_and_recall(found: list[tuple], wanted: list[tuple]) -> tuple[float, float]:
    rest, hits = list(wanted), 0
    for each in found:
        if each in rest:
            rest.remove(each)
            hits += 1
    return hits / len(found), hits / len(wanted)


def test_indicators_of_the_first_ten_goals_hold_the_key(real_plan):
    found = [row for row in printed("read_indicators", "2020", column="target") if row[0] <= 10]
    precision, recall = precision_and_recall(found, key("indicators_1_10.csv"))
    assert precision >= 0.95
    assert recall >= 0.95, "the issue asks for 0.90; what is held is not given up"


def test_values_of_the_first_ten_goals_hold_the_key(real_plan):
    found = [row for row in printed("read_values", "2020Q1", column="value") if row[0] <= 10]
    precision, recall = precision_and_recall(found, key("values_2020Q1_1_10.csv"))
    assert precision >= 0.95
    assert recall >= 0.90


def test_a_whole_quarter_is_read_in_less_than_a_second(real_plan):
    entries = Entry.objects.filter(period__number=1).select_related("item")
    texts = [(each.item.standard, each.approved_text) for each in entries]
    assert len(texts) == 118
    read_passage.cache_clear()
    start = time.process_time()
    for standard, text in texts:
        propose_values(text, propose_indicators(standard), year=2020)
    assert time.process_time() - start < 1


def test_one_goal_is_read_alone(real_plan):
    rows = printed("read_indicators", "2020", "--goal", "5", column="target")
    assert {row[0] for row in rows} == {5}


@pytest.mark.parametrize(
    "command", [("read_indicators", "1999"), ("read_values", "1999Q1"), ("read_values", "2020X")]
)
def test_what_is_not_there_is_said(real_plan, command):
    with pytest.raises(CommandError):
        call_command(*command)


# --- bounds ---------------------------------------------------------------------


@given(st.text(max_size=300))
def test_folding_moves_nothing(text):
    assert len(fold(text)) == len(text)


@given(st.text(alphabet="0123456789，,.、。个家亿万%—一二三十百增长新建其中“”（）", max_size=200))
def test_whatever_is_read_stands_where_it_says(text):
    passage = read_passage(text)
    for amount in passage.amounts:
        assert 0 <= amount.start < amount.end <= amount.extent <= len(text)
    for each in propose_indicators(text):
        assert 0 <= each.start < each.end <= len(text)
    for each in propose_values(text, propose_indicators("新建5个，增长3%"), year=2020):
        assert each.source in text


ENDLESS = [
    "1," * 10_000,
    "1,234" * 4_000,
    "1" * 20_000,
    "，" * 20_000,
    "12个" * 6_600,
    "“" * 20_000,
    "一" * 20_000,
    "1—" * 10_000,
    "分别5个" * 5_000,
    "翻番" * 10_000,
    "零突破" * 6_600,
    "其中5个" * 5_000,
    "新建5个，" * 4_000,
    "\ufdfa" * 20_000,
]


@pytest.mark.parametrize("text", ENDLESS, ids=[each[:4] for each in ENDLESS])
def test_twenty_thousand_signs_are_read_in_bounded_work(text):
    promised = propose_indicators("新增项目5个、停车场3个，增长10%，完成投资3亿元")

    def took() -> float:
        read_passage.cache_clear()
        start = time.process_time()
        propose_indicators(text)
        propose_values(text, promised, year=2020)
        return time.process_time() - start

    # 50 ms for digits and commas on a quiet machine; twice that where amounts are compared too.
    assert min(took() for _ in range(3)) < (0.05 if set(text) <= set("1234,") else 0.1)


def test_a_text_of_many_signs_makes_no_later_one_slow():
    swelling = "\ufdfa" * 20_000  # eighteen letters each under NFKC

    def took() -> float:
        start = time.process_time()
        fold(swelling)
        return time.process_time() - start

    fold("".join(map(chr, range(0x4E00, 0x4E00 + 2 * FOLDED))))
    assert min(took() for _ in range(3)) < 0.01


def test_a_text_twice_as_long_takes_about_twice_as_long():
    def took(text: str) -> float:
        def once() -> float:
            read_passage.cache_clear()
            start = time.process_time()
            read_passage(text)
            return time.process_time() - start

        return min(once() for _ in range(5))

    assert took("1,2,三个，" * 4_000) < 4 * took("1,2,三个，" * 2_000)


def test_measures_are_resolved_exactly():
    assert resolve(Decimal("3.8"), "万亩") == (Decimal(38000), "亩")
    assert resolve(Decimal(5), "千瓦") == (Decimal(5), "千瓦")
    assert resolve(Decimal("0.1"), "亿元") == (Decimal(10_000_000), "元")
