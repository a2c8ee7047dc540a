"""The documents of the demonstration, written by the commands, hold every word and figure."""

import csv
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from targets import actions
from targets.models import Entry, Period, User
from tests import builders
from tests.annex_reading import pdf_columns, print_text
from tests.documents import read_source
from tests.pdf_reading import Sheet, read_pdf
from tests.reading import read_page

pytestmark = pytest.mark.document

SENTENCE = (
    "2020年区《政府工作报告》确定的主要目标任务分解为118项责任事项，涉及责任单位54家。"
    "从督查情况看，1—3月，各牵头单位按照任务要求，积极推进118项责任事项，"
    "已完成年度目标任务的36项，占31%；正在推进的82项，占69%。"
)
PROGRESS = "一季度完成情况"
HEADS = ("序号", "目标名称", "工作标准", PROGRESS, "牵头单位")


@pytest.fixture
def export(real_plan, tmp_path):
    """Return a function that runs an export command and gives the file's path."""

    def run(command: str, name: str, *options: str) -> Path:
        path = tmp_path / name
        call_command(command, "2020Q1", str(path), *options, verbosity=0)
        return path

    return run


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def numbered(row: dict[str, str]) -> str:
    label = f"（{row['item_no']}）" if row["item_numbered"] == "yes" else ""
    return label + row["standard"]


def printed_units(sheets: list[Sheet], continued: re.Pattern[str]) -> list[str]:
    """Return the units of each item as the pages print them; a row that goes on says them again."""
    expected = [row["lead_units_as_printed"].replace("|", "") for row in read_source("annex.csv")]
    found: list[str] = []
    for sheet in sheets:
        columns = pdf_columns([sheet], HEADS)
        left = columns["牵头单位"]
        if continued.match(columns["工作标准"]):
            assert left.startswith(found[-1]), "a row that goes on says who leads it"
            left = left.removeprefix(found[-1])
        while left:
            units = expected[len(found)]
            assert left.startswith(units)
            found.append(units)
            left = left.removeprefix(units)
    return found


def test_the_circular_says_the_published_sentence_and_every_item_word_for_word(export):
    sheets = read_pdf(export("export_circular", "circular.pdf").read_bytes())
    assert SENTENCE in sheets[0].text
    assert "第2期" in squeezed(sheets[0].text)
    assert "2020年4月28日" in sheets[0].text
    last = sheets[-1].text
    assert "报：区人民政府区长、副区长。" in last
    assert "发：相关责任单位。" in last
    columns = pdf_columns(sheets, HEADS)
    standards, progress = columns["工作标准"], columns[PROGRESS]
    rows = read_source("annex.csv")
    continued = re.compile(r"(（[0-9]+）)?（续）")
    assert continued.sub("", standards) == squeezed("".join(numbered(row) for row in rows))
    assert continued.sub("", progress) == squeezed("".join(row["progress"] for row in rows))
    assert printed_units(sheets, continued) == [
        row["lead_units_as_printed"].replace("|", "") for row in rows
    ]


def test_the_annex_workbook_holds_every_item_word_for_word(export):
    book = load_workbook(export("export_annex", "annex.xlsx"))
    flat = list(book.worksheets[1].iter_rows(values_only=True))
    head, *rows = flat
    assert len(rows) == 118
    for row, source in zip(rows, read_source("annex.csv"), strict=True):
        cells = dict(zip(head, row, strict=True))
        assert cells["目标名称"] == source["goal_name"]
        assert source["standard"] in cells["工作标准"]
        assert cells["一季度完成情况"] == source["progress"]
        printed = source["lead_units_as_printed"].split("|")
        assert re.split(r"[、\n]", cells["牵头单位"]) == printed
    standards = print_text(book, "工作标准")
    for source in read_source("annex.csv"):
        assert squeezed(source["standard"]) in squeezed(standards)


def test_the_annex_as_pdf_and_csv(export):
    columns = pdf_columns(read_pdf(export("export_annex", "annex.pdf").read_bytes()), HEADS)
    assert squeezed(read_source("annex.csv")[-1]["standard"]) in columns["工作标准"]
    with export("export_annex", "annex.csv").open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.reader(file)) == 119


def test_changing_one_status_changes_both_documents_and_the_dashboard(export, as_user):
    period = Period.objects.select_related("plan__district").get(number=1)
    office = User.objects.get(username="office")
    actions.reopen_period(period=period, reason="更正", by=office)
    entry = Entry.objects.with_item().get(period=period, item__goal__number=1, item__number=1)
    entry = actions.reopen_entry(
        entry=entry, version=entry.version, units=[], reason="改判", by=office
    )
    builders.approve(entry, office, "已完成", "改判之后的表述。")
    sheets = read_pdf(export("export_circular", "circular.pdf").read_bytes())
    assert "已完成年度目标任务的37项，占31%；正在推进的81项，占69%。" in sheets[0].text
    assert "改判之后的表述。" in pdf_columns(sheets, HEADS)[PROGRESS]
    book = load_workbook(export("export_annex", "annex.xlsx"))
    rows = list(book.worksheets[1].iter_rows(values_only=True))
    first = dict(zip(rows[0], rows[1], strict=True))
    assert first["一季度完成情况"] == "改判之后的表述。"
    assert "已完成" in first.values()
    page = as_user(office).get("/dashboard/?period=2020Q1").content.decode()
    assert "37/118" in read_page(page).text


@pytest.mark.parametrize("name", ["circular.txt", "circular"])
def test_an_unknown_kind_of_file_is_refused(export, name):
    with pytest.raises(CommandError, match="后缀"):
        export("export_circular", name)


def test_an_unknown_quarter_is_refused(real_plan, tmp_path):
    with pytest.raises(CommandError):
        call_command("export_annex", "2019Q1", str(tmp_path / "a.xlsx"))
    assert not (tmp_path / "a.xlsx").exists()
