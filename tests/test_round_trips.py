"""What this site gave out comes in again unchanged, for every plan that it can hold."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from reports.circulars.exporting import quarter_content
from reports.document.annex import build_annex
from reports.document.docx import circular_docx
from reports.document.xlsx import annex_xlsx
from reports.figures.quarter import build_figures
from targets import actions
from targets.importing import Kind, Preview, State, preview_source, read_source
from targets.importing.words import differs
from targets.models import Entry, Goal, Item, Period, Report
from tests import builders
from tests.importing_files import counts, upload

# Soft breaks, Latin words with blanks, blanks that indent, half-width signs, long paragraphs,
# what an imported text may look like and what a scanner's tidying would change.
PIECES = (
    "完成投资3.2亿元，占年度的80%。",
    "打造 Smart City 示范区",
    "；2、建成5G基站120个",
    "\n",
    "\n2、",
    "\n　　一是",
    "　　",
    "（1）",
    "（续）",
    "增长—91.2%; 其中: A(甲) 1,000 户",
    "①②③",
    " x² ≥ 3 ",
    "=1+1",
    "很长的一段，" * 30,
    "未填报",
    "附：",
)
SAME = ["完成投资3.2亿元。"] * 2
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join)
three = st.lists(texts.map(str.strip).filter(bool), min_size=3, max_size=3)


def previewed(cast, data: bytes, kind: Kind, target: int) -> Preview:
    source = read_source(
        data=data, file_name="附表", kind=kind, user_id=cast.office.pk, target=target
    )
    return preview_source(source, cast.office)


def exports(period: Period) -> dict[str, bytes]:
    """Return the annex as a workbook and within the circular's Word file."""
    period = Period.objects.select_related("plan__district").get(pk=period.pk)
    return {
        "附表.xlsx": annex_xlsx(build_annex(build_figures(period))),
        "通报.docx": circular_docx(quarter_content(period)),
    }


def assert_all_come_back(cast, data: bytes) -> None:
    for kind, target in ((Kind.PROGRESS, cast.period.pk), (Kind.PLAN, cast.plan.year)):
        preview = previewed(cast, data, kind, target)
        assert preview.is_understood, [*preview.problems, *preview.questions]
        changed = [
            (each.label, each.state, each.differences)
            for each in preview.changes
            if each.state != State.UNCHANGED
        ]
        assert changed == []
        told = {each.label for each in preview.changes}
        opened = Item.objects.filter(goal__plan=cast.plan)
        if kind == Kind.PROGRESS:
            opened = opened.filter(entries__period=cast.period)
        labels = {f"{each.goal.number}（{each.number}）" for each in opened}
        assert labels <= told, "each of them was read"


def fill(cast, standards: list[str], progress: list[str]) -> None:
    items = list(Item.objects.filter(goal__plan=cast.plan).in_print_order())
    for item, text in zip(items, standards, strict=False):
        Item.objects.filter(pk=item.pk).update(standard=text)
    for item, text in zip(items, progress, strict=False):
        entry = builders.entry_of(cast.period, item)
        if not entry.is_judged:
            builders.approve(entry, cast.office, text=text)
        else:
            Entry.objects.filter(pk=entry.pk).update(approved_text=text)


@pytest.mark.slow
@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller case is found by hand
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(
    standards=["完成投资3.2亿元。" * 2 + "很长的一段，" * 120, *SAME], progress=[*SAME, "甲。"]
)
@given(standards=three, progress=three)
def test_every_annex_comes_back(cast, standards, progress):
    fill(cast, standards, progress)
    for data in exports(cast.period).values():
        assert_all_come_back(cast, data)


def test_a_row_divided_at_blanks_comes_back(cast):
    """Of a row's parts nobody can tell the blanks that stood where it was divided."""
    fill(cast, SAME, ["　　".join(["推进Smart City建设"] * 300), "甲。", "A " * 3000])
    for data in exports(cast.period).values():
        assert_all_come_back(cast, data)


def test_a_changed_row_that_was_divided_keeps_its_paragraphs(cast):
    """No number begins them; they are known again by what stands here."""
    paragraphs = [f"第{number}段推进项目建设。" * 9 for number in "一二三四五六七八九十"] * 2
    text = "\n".join([*paragraphs, "正在收尾。"])
    fill(cast, SAME, [text, "甲。", "乙。"])
    book = load_workbook(io.BytesIO(exports(cast.period)["附表.xlsx"]))
    sheet = book["附表"]
    cells = [cell for row in sheet.iter_rows(min_row=4) for cell in row if cell.value]
    assert any("（续）" in str(cell.value) for cell in cells)
    (last,) = [cell for cell in cells if "正在收尾" in str(cell.value)]
    last.value = last.value.replace("正在收尾", "已经收尾")
    changed = io.BytesIO()
    book.save(changed)
    preview = previewed(cast, changed.getvalue(), Kind.PROGRESS, cast.period.pk)
    (change,) = [each for each in preview.changes if each.state != State.UNCHANGED]
    (difference,) = change.differences
    assert difference.new == text.replace("正在收尾", "已经收尾")


@pytest.mark.parametrize(
    ("joined", "is_other"),
    [
        ("推进Smart City", False),
        ("推进SmartCity", False),
        ("推 进Smart City", True),
        ("推进Smart", True),
    ],
)
def test_joined_parts_are_another_text_by_what_is_printed(joined, is_other):
    assert differs("推进 Smart City", joined, joined=True) is is_other
    assert differs("推进 Smart City", joined)


def test_a_goal_whose_unnumbered_item_got_a_second_one_comes_back(cast):
    goal = Goal.objects.create(plan=cast.plan, number=2, name="扩大投资")
    builders.make_item(goal, 1, [cast.units[0]])
    Item.objects.filter(goal=goal).update(is_numbered=False)
    builders.make_item(goal, 2, [cast.units[1]])
    for data in exports(cast.period).values():
        assert_all_come_back(cast, data)


@pytest.mark.document
def test_the_annex_comes_back_after_libreoffice_has_saved_it(cast, tmp_path):
    fill(
        cast,
        ["打造 Smart City 示范区。", "　　建成厂房；\n2、投产。".strip(), "完成投资5亿元。"],
        ["1、开工；\n2、投产。", "增长—91.2%。", "很长的一段，" * 120],
    )
    for name, data in exports(cast.period).items():
        kind = name.rpartition(".")[2]
        path = tmp_path / f"from.{kind}"
        path.write_bytes(data)
        form = {"xlsx": "xlsx:Calc MS Excel 2007 XML", "docx": "docx:MS Word 2007 XML"}[kind]
        assert_all_come_back(cast, resaved(path, form, tmp_path))


def resaved(path: Path, form: str, folder: Path) -> bytes:
    """Return a file as LibreOffice saves it."""
    office = shutil.which("soffice")
    assert office, "LibreOffice is part of what the tests need"
    subprocess.run(
        [
            office,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            form,
            "--outdir",
            str(folder / "out"),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return (folder / "out" / path.name).read_bytes()


@pytest.mark.document
def test_a_units_workbook_comes_back_after_libreoffice_has_saved_it(cast, as_user, tmp_path):
    client = as_user(cast.reporter)
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    text = "1、打造 Smart City 示范区；\n　　2、投资3.2亿元。"
    actions.save_contribution(
        contribution=part, version=part.version, report=Report(text), by=cast.reporter
    )
    path = tmp_path / "from.xlsx"
    path.write_bytes(client.get(f"/my-items/workbook.xlsx?period={cast.period.code}").content)
    data = resaved(path, "xlsx:Calc MS Excel 2007 XML", tmp_path)
    assert counts(upload(client, data, "reports")) == {
        "new": 0,
        "changed": 0,
        "conflict": 0,
        "unchanged": 2,
        "problems": 0,
    }
