"""A correction names the changed words of the title and body, on the page and on paper."""

import re

import pytest

from reports.circulars import actions, drafts
from reports.circulars.models import Circular, FileKind
from reports.circulars.rendering import render_file
from reports.circulars.rewording import reworded_body
from tests import builders
from tests.circulars import issue, make_draft
from tests.pdf_reading import opened

FIRST = "各单位积极推进118项责任事项，已完成年度目标任务的50项，占43%；正在推进的68项，占57%。"
RIGHT = "各单位积极推进118项责任事项，已完成年度目标任务的36项，占31%；正在推进的82项，占69%。"
LAST = "请各单位抓好“回头看”。"


def said(old: list[str], new: list[str]) -> list[str]:
    return [f"{each.where}：{each.said}" for each in reworded_body(old, new)]


def test_a_changed_sentence_is_quoted_by_its_changed_clauses():
    assert said(["一、总体情况", FIRST, LAST], ["一、总体情况", RIGHT, LAST]) == [
        "正文第2段：原为“已完成年度目标任务的50项，占43%”，更正为“已完成年度目标任务的36项，占31%”",
        "正文第2段：原为“正在推进的68项，占57%”，更正为“正在推进的82项，占69%”",
    ]


@pytest.mark.parametrize(
    ("new", "listed"),
    [
        ([FIRST, LAST], []),
        ([FIRST], ["正文第2段：原为“请各单位抓好‘回头看’”，现予删去"]),
        ([FIRST, "新的一段。", LAST], ["正文第1段之后：增加“新的一段”"]),
        (["新的一段。", FIRST, LAST], ["正文开头：增加“新的一段”"]),
        ([f"{FIRST}新的一句。", LAST], ["正文第1段：增加“新的一句”"]),
        (
            [FIRST.replace("57", "69"), "新的一段。", LAST],
            [
                "正文第1段：原为“正在推进的68项，占57%”，更正为“正在推进的68项，占69%”",
                "正文第1段之后：增加“新的一段”",
            ],
        ),
        # A notice of its own takes nothing back.
        (["特此更正。"], []),
        ([], []),
        (
            ["请各单位抓紧抓好“回头看”。"],
            ["正文第2段：原为“请各单位抓好‘回头看’”，更正为“请各单位抓紧抓好‘回头看’”"],
        ),
    ],
)
def test_what_is_put_in_and_left_out_is_said_so(new, listed):
    assert said([FIRST, LAST], new) == listed


@pytest.fixture
def correction(cast, quick) -> Circular:
    draft = make_draft(cast)
    draft = actions.edit_circular(
        circular=draft, version=1, by=cast.office, title="关于情况的通报", body=f"{FIRST}\n{LAST}"
    )
    return actions.correct_circular(circular=issue(draft, cast.office), by=cast.office)


def reword(correction: Circular, by, **words: str) -> Circular:
    return actions.edit_circular(circular=correction, version=correction.version, by=by, **words)


OPENING = "2020年第1期《督查通报》有关内容现予更正，以本期为准。"


def test_a_correction_lists_changed_words_before_changed_rows(cast, correction):
    builders.approve(builders.entry_of(cast.period, cast.items[1]), cast.office, "已完成", "补报。")
    body = f"{{更正内容}}\n{RIGHT}\n{LAST}"
    draft = reword(correction, cast.office, title="关于督查情况的通报", body=body)
    content = drafts.circular_content(draft)
    assert content.body[:4] == (
        OPENING,
        "1．标题：原为“关于情况的通报”，更正为“关于督查情况的通报”。",
        "2．正文第1段：原为“已完成年度目标任务的50项，占43%”，"
        "更正为“已完成年度目标任务的36项，占31%”。",
        "3．正文第1段：原为“正在推进的68项，占57%”，更正为“正在推进的82项，占69%”。",
    )
    assert content.body[4].startswith("4．第1个目标（2）完成情况：")
    frozen = drafts.circular_content(issue(draft, cast.office))
    assert frozen.body == content.body


@pytest.mark.parametrize(
    "body",
    [
        f"{{更正内容}}\n{RIGHT}\n{LAST}",
        f"现将有关内容更正如下：\n{{更正内容}}\n{RIGHT}\n{LAST}",
        f"更正如下：{{更正内容}}\n{RIGHT}\n{LAST}",
        f"{RIGHT}\n{LAST}\n{{更正内容}}",
    ],
)
def test_what_introduces_a_correction_is_no_change_of_the_issued_words(cast, correction, body):
    draft = reword(correction, cast.office, body=body)
    text = "\n".join(drafts.circular_content(draft).paragraphs)
    assert "1．正文第1段：原为" in text
    assert "2．正文第1段：原为" in text
    assert "3．" not in text
    assert "增加" not in text


def test_the_pages_mark_the_changed_words(cast, correction, as_user):
    office = as_user(cast.office)
    address = f"/circulars/{correction.pk}/"
    assert "相比改动的文字" not in office.get(address).content.decode()
    reword(correction, cast.office, body=f"{{更正内容}}\n{RIGHT}\n{LAST}")
    for page in (office.get(address), office.get(f"{address}edit/")):
        text = page.content.decode()
        assert "与2020年第1期相比改动的文字" in text
        assert '<h2 class="small">正文第1段</h2>' in text
        assert "<del><span" in text
        removed = re.findall(r"<del><span[^>]*>〔删去：</span>([^<]*)<", text)
        assert removed == ["50", "43", "68", "57"]


def test_a_short_correction_of_words_alone_has_no_annex_and_no_warning(cast, correction, as_user):
    draft = reword(correction, cast.office, annexes="更正事项")
    office, address = as_user(cast.office), f"/circulars/{correction.pk}/"
    assert "标题、正文和附表都没有改动" in office.get(address).content.decode()
    draft = reword(draft, cast.office, body=f"{{更正内容}}\n{RIGHT}\n{LAST}")
    page = office.get(address).content.decode()
    assert "没有改动" not in page
    assert "现在没有事项" not in page
    assert not drafts.circular_content(draft).has_annex


def test_the_paper_says_what_is_put_right(cast, correction):
    body = f"{{更正内容}}\n{RIGHT}\n{LAST}"
    draft = reword(correction, cast.office, annexes="更正事项", body=body)
    with opened(render_file(drafts.circular_content(draft), FileKind.PDF)) as paper:
        pages = [page.get_textpage().get_text_range() for page in paper]
    text = "".join("".join(pages).split())
    assert OPENING in text
    assert "原为“已完成年度目标任务的50项，占43%”，更正为“已完成年度目标任务的36项，占31%”" in text
    assert "牵头单位" not in text
