"""The exported annex comes back: what was touched in the file, and what here since."""

import io

import pytest
from openpyxl import load_workbook

from reports.document.annex import build_annex
from reports.document.xlsx import annex_xlsx
from reports.figures.quarter import build_figures
from targets import actions
from targets.importing.workbook import LINE_END
from targets.models import Entry, Period, Report
from tests import builders
from tests import importing_files as files
from tests.importing_files import choose, confirm, counts, upload

EXPORTED = "1、完成投资3亿元。\n2、已开工。"
SHEETS = ("附表", "明细")


@pytest.fixture
def entries(cast) -> list[Entry]:
    """Three items, judged with the same text."""
    judged = [builders.entry_of(cast.period, item) for item in cast.items[:3]]
    return [builders.approve(each, cast.office, text=EXPORTED) for each in judged]


@pytest.fixture
def office(cast, as_user):
    return as_user(cast.office)


def export(period: Period) -> bytes:
    """Return the quarter's annex as the site gives it out."""
    period = Period.objects.select_related("plan__district").get(pk=period.pk)
    return annex_xlsx(build_annex(build_figures(period)))


def edited(data: bytes, sheet: str, texts: dict[str, str], *, drop: str = "") -> bytes:
    """Return the workbook with the rows of these standards changed on one sheet."""
    book = load_workbook(io.BytesIO(data))
    standard, progress = (4, 5) if sheet == "明细" else (3, 4)
    for row in range(1, book[sheet].max_row + 1):
        for part, text in texts.items():
            if part in str(book[sheet].cell(row, standard).value):
                book[sheet].cell(row, progress).value = text
    if drop:
        del book[drop]
    return files.saved(book)


def rewrite(entry: Entry, cast, text: str) -> None:
    """Change an approved text here, as a colleague does in the meantime."""
    entry = Entry.objects.with_item().get(pk=entry.pk)
    reopened = actions.reopen_entry(
        entry=entry, version=entry.version, units=[], reason="更正", by=cast.office
    )
    builders.approve(reopened, cast.office, text=text)


def text_of(entry: Entry) -> str:
    return Entry.objects.get(pk=entry.pk).approved_text


def shown(office, data: bytes, period: Period, sheet: str):
    page = upload(office, data, "progress", period=period.pk)
    return choose(office, page, sheet=sheet)


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("file", "文件中的新文字。"),
        ("here", "同事的新文字。"),
        ("both", "同事的新文字。\n文件中的新文字。"),
    ],
)
def test_a_row_changed_on_both_sides_is_a_conflict(cast, office, entries, sheet, choice, expected):
    data = edited(export(cast.period), sheet, {"第1件": "文件中的新文字。"})
    rewrite(entries[0], cast, "同事的新文字。")
    page = shown(office, data, cast.period, sheet)
    assert counts(page) == {"new": 0, "changed": 0, "conflict": 1, "unchanged": 2, "problems": 0}
    html = page.content.decode()
    assert "导出这份附表之后，系统中的这一项又有修改" in html
    assert "文件中的新文字。" in html
    assert "同事的新文字。" in html
    assert not page.context["preview"].may_apply
    page = choose(office, page, **{"text:1(1)": choice})
    confirm(office, page)
    assert text_of(entries[0]) == expected
    assert text_of(entries[1]) == EXPORTED


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_row_changed_here_alone_stays_as_it_is_here(cast, office, entries, sheet):
    data = edited(export(cast.period), sheet, {"第2件": "文件中的新文字。"})
    rewrite(entries[0], cast, "同事的新文字。")
    page = shown(office, data, cast.period, sheet)
    assert counts(page) == {"new": 0, "changed": 1, "conflict": 0, "unchanged": 2, "problems": 0}
    assert "事项1（1）在导出之后系统中已有修改，文件中没有改动" in page.content.decode()
    confirm(office, page)
    assert [text_of(each) for each in entries] == ["同事的新文字。", "文件中的新文字。", EXPORTED]


def test_a_row_that_had_no_text_when_it_went_out_is_a_conflict_too(cast, office):
    data = edited(export(cast.period), "明细", {"第1件": "文件中的新文字。"})
    entry = builders.approve(
        builders.entry_of(cast.period, cast.items[0]), cast.office, text="同事的新文字。"
    )
    page = shown(office, data, cast.period, "明细")
    assert counts(page)["conflict"] == 1
    page = choose(office, page, **{"text:1(1)": "here"})
    assert page.context["preview"].may_apply
    assert text_of(entry) == "同事的新文字。"


def test_what_a_colleague_entered_for_a_unit_since_is_a_conflict(cast, office):
    data = edited(export(cast.period), "明细", {"第1件": "文件中的新文字。"})
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    actions.enter_contribution(
        contribution=mine,
        version=mine.version,
        report=Report("同事代填。"),
        reason="电话报送",
        by=cast.office,
    )
    page = shown(office, data, cast.period, "明细")
    assert counts(page)["conflict"] == 1
    page = choose(office, page, **{"text:1(1)": "both"})
    confirm(office, page)
    mine.refresh_from_db()
    assert mine.text == "同事代填。\n文件中的新文字。"


@pytest.mark.parametrize("changed", ["without the sheet", "another quarter's title"])
def test_a_file_without_marks_that_fit_is_compared_as_any_other(cast, office, entries, changed):
    data = export(cast.period)
    if changed == "without the sheet":
        data = edited(data, "明细", {"第1件": "文件中的新文字。"}, drop="导出校验")
    else:
        book = load_workbook(io.BytesIO(data))
        book["导出校验"]["A1"] = "2029年区《政府工作报告》确定的主要目标任务第一季度完成情况"
        data = edited(files.saved(book), "明细", {"第1件": "文件中的新文字。"})
    rewrite(entries[0], cast, "同事的新文字。")
    page = shown(office, data, cast.period, "明细")
    assert counts(page) == {"new": 0, "changed": 1, "conflict": 0, "unchanged": 2, "problems": 0}


def test_the_marks_are_hidden_and_follow_the_words_alone(cast, office, entries):
    data = export(cast.period)
    assert data == export(cast.period)
    book = load_workbook(io.BytesIO(data))
    assert [sheet.title for sheet in book if sheet.sheet_state == "visible"] == list(SHEETS)
    page = upload(office, data, "progress", period=cast.period.pk)
    assert page.context["preview"].sheets == list(SHEETS)
    rewrite(entries[0], cast, "改过。")
    rewrite(entries[0], cast, EXPORTED)
    assert export(cast.period) == data


def test_the_annex_comes_back_though_an_item_owes_nothing_any_more(cast, office):
    item = cast.items[1]
    actions.cancel_item(item=item, reason="政策调整", stays_counted=True, by=cast.office)
    second = builders.open_quarter(cast.plan, cast.office, 2)
    assert not Entry.objects.filter(period=second, item=item).exists()
    page = upload(office, export(second), "progress", period=second.pk)
    html = page.content.decode()
    assert "没有填报任务，文件中也没有完成情况" in html
    assert "暂不能导入" not in html
    written = edited(export(second), "附表", {item.standard: "又有进展。"})
    page = upload(office, written, "progress", period=second.pk)
    assert "请从文件中删除这一行" in page.content.decode()


LONG = "1、" + "推进重点项目建设，完成投资12.5亿元；" * 6 + "\n2、Phase II of the park has begun."


def lines_ended(data: bytes, sheet: str) -> bool:
    book = load_workbook(io.BytesIO(data))
    return any(LINE_END in str(cell.value) for row in book[sheet].iter_rows() for cell in row)


@pytest.mark.parametrize("renamed", ["附表", "附表 (2)"])
def test_line_ends_of_the_printed_sheet_are_no_paragraphs(cast, office, entries, renamed) -> None:
    rewrite(entries[0], cast, LONG)
    data = export(cast.period)
    assert lines_ended(data, "附表")
    assert not lines_ended(data, "明细")
    for sheet in SHEETS:
        seen = counts(shown(office, data, cast.period, sheet))
        assert {state for state, count in seen.items() if count} == {"unchanged"}
    book = load_workbook(io.BytesIO(data))
    cells = [cell for row in book["附表"].iter_rows() for cell in row if cell.column == 4]
    cell = next(cell for cell in cells if LINE_END in str(cell.value))
    cell.value = cell.value.replace("has begun", "is complete")
    book["附表"].title = renamed
    confirm(office, shown(office, files.saved(book), cast.period, renamed))
    assert text_of(entries[0]) == LONG.replace("has begun", "is complete")


# As pasted from a web page: what looks like a line end of ours is a paragraph's.
PASTED = "一是完成投资3亿元。\u00a0\n二是已开工。"


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_paragraph_that_ends_with_a_no_break_blank_stays_one(cast, office, entries, sheet):
    rewrite(entries[0], cast, PASTED)
    book = load_workbook(io.BytesIO(export(cast.period)))
    cells = [cell for row in book[sheet].iter_rows() for cell in row]
    cell = next(cell for cell in cells if "二是已开工" in str(cell.value))
    cell.value = cell.value.replace("已开工", "已竣工")
    confirm(office, shown(office, files.saved(book), cast.period, sheet))
    paragraphs = [each.rstrip() for each in text_of(entries[0]).split("\n")]
    assert paragraphs == ["一是完成投资3亿元。", "二是已竣工。"]


def test_what_was_typed_on_the_sheet_to_analyse_is_taken_word_for_word(cast, office, entries):
    data = edited(export(cast.period), "明细", {"第1件": PASTED})
    confirm(office, shown(office, data, cast.period, "明细"))
    assert text_of(entries[0]) == PASTED
