"""The written Word and Excel files hold to the schemas of Open XML, as Office checks them."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from openxml_audit import OpenXmlValidator, ValidationSeverity

from reports.document.content import BodyTable, CircularContent, Orientation
from reports.document.docx import circular_docx
from reports.document.fonts import ROLES
from reports.document.import_templates import ImportTable, import_book
from reports.document.tables import table_file
from reports.document.unit_workbooks import unit_rows, unit_xlsx
from reports.document.xlsx import annex_xlsx
from targets.importing.heads import PLAN_HEADS
from tests.conftest import Cast
from tests.documents import content_of, make_row, source_content

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def busy_content() -> CircularContent:
    """Return a circular that uses everything that the Word file can hold."""
    rows = [
        make_row(1, 1),
        make_row(1, 2, text="甲。\n乙。" * 900, units=["区自然资源和规划局"] * 2),
    ]
    content = content_of(
        rows,
        body=(
            "一、总体情况。好。\n（一）分项。",
            BodyTable("排名", ("单位", "数"), (("甲", "1"),)),
        ),
    )
    return replace(
        content,
        orientation=Orientation.PORTRAIT,
        further=(content.annex,),
        addressed_to="各街镇",
        remark="此件公开",
        copy_to="、".join(f"第{n}责任单位" for n in range(60)) + "。",
        corrects="2020年第1期",
        issuer="武汉市新洲区人民政府督查室与武汉市新洲区发展和改革局",
    )


FILES: dict[str, Callable[[], bytes]] = {
    "circular.docx": lambda: circular_docx(source_content()),
    "portrait.docx": lambda: circular_docx(
        replace(source_content(), orientation=Orientation.PORTRAIT)
    ),
    "busy.docx": lambda: circular_docx(busy_content()),
    "two-pages.docx": lambda: circular_docx(content_of([make_row(1, 1)], body=("甲" * 270,))),
    "annex.xlsx": lambda: annex_xlsx(source_content().annex, created_by="督查室"),
    "busy.xlsx": lambda: annex_xlsx(*busy_content().annexes),
    "list.xlsx": lambda: b"".join(table_file("清单", ("名称", "数"), [("=甲", 1)], (20, 9))),
    "wide-list.xlsx": lambda: b"".join(
        table_file("清单", ("数", "名称", "文字"), [(1, "=甲", "一" * 9000)], (9, 120, 120))
    ),
    "template.xlsx": lambda: import_book("年度任务", ImportTable("年度任务", PLAN_HEADS)),
}


@pytest.fixture(scope="module")
def validator() -> OpenXmlValidator:
    return OpenXmlValidator()


def faults(validator: OpenXmlValidator, path: Path) -> list[str]:
    """Return what is against a schema; that Excel would keep its texts elsewhere is none."""
    found = validator.validate(path).errors
    return [str(each) for each in found if each.severity == ValidationSeverity.ERROR]


@pytest.mark.parametrize("name", list(FILES))
def test_files_are_valid(validator: OpenXmlValidator, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name]())
    assert faults(validator, path) == []


def test_a_units_workbook_is_valid(validator: OpenXmlValidator, cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "unit.xlsx"
    unit, rows = next(iter(unit_rows(cast.period, cast.office).items()))
    path.write_bytes(unit_xlsx(cast.period, unit, rows))
    assert faults(validator, path) == []


def test_the_validator_finds_what_is_out_of_order(
    validator: OpenXmlValidator, tmp_path: Path
) -> None:
    path = tmp_path / "odd.docx"
    with (
        zipfile.ZipFile(io.BytesIO(FILES["busy.docx"]())) as sound,
        zipfile.ZipFile(path, "w") as odd,
    ):
        for name in sound.namelist():
            data = sound.read(name)
            if name == "word/document.xml":
                data = data.replace(b"<w:cantSplit/><w:tblHeader/>", b"<w:jc/><w:sz/>", 1)
            odd.writestr(name, data)
    assert faults(validator, path)


def word_part(name: str) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(FILES["circular.docx"]())) as package:
        return etree.fromstring(package.read(f"word/{name}.xml"))


def test_word_knows_every_face_by_its_other_names() -> None:
    fonts = {each.get(f"{W}name"): each for each in word_part("fontTable")}
    assert set(fonts) == {role.office_name for role in ROLES.values()}
    names = {name: font.find(f"{W}altName").get(f"{W}val") for name, font in fonts.items()}
    assert "FZXiaoBiaoSong-B05S" in names["方正小标宋简体"].split(",")
    assert "FangSong" in names["仿宋_GB2312"].split(",")
    assert "SimHei" in names["黑体"].split(",")
    assert {font.find(f"{W}charset").get(f"{W}val") for font in fonts.values()} == {"86"}  # GB2312


def test_word_holds_no_style_that_is_not_ours() -> None:
    styles = word_part("styles")
    found = {each.get(f"{W}styleId") for each in styles.findall(f"{W}style")}
    used = {each.get(f"{W}val") for each in word_part("document").iter(f"{W}pStyle")}
    assert used <= found
    assert len(found) < 25
    assert styles.find(f"{W}latentStyles") is None
