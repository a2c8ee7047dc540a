"""The archive and the web form of the PDF, held to the standards that they declare.

The validator is one of its own, written from the standards: what WeasyPrint says of its
files is not asked. That it finds faults is shown with faults put in.
"""

import zlib
from collections.abc import Callable
from dataclasses import replace

import page
import pydyf
import pytest

from reports.document.content import BodyTable, CircularContent, Orientation
from reports.document.pdf import Variant, _compress, render_pdf
from reports.document.typesetting import (
    annex_pdf,
    circular_css,
    circular_html,
    circular_pdf,
    plan_annex,
)
from tests.documents import content_of, make_row, source_content
from tests.pdf_reading import inflated, read_pdf

pytestmark = pytest.mark.document
PROFILES = {
    Variant.ARCHIVE: page.ValidationProfile.PDF_A_2U,
    Variant.WEB: page.ValidationProfile.PDF_UA_1,
}
# With a character for which no typeface of the machine has a sign.
RARE = "平方米³㎡\x00\u200b文字😀𠮷\ue000，①②③④，“引号”——破折号……GDP增长7.8％。"
# Of two, the second goes on on the next page.
TABLE = BodyTable("各单位情况", ("名次", "单位"), tuple((f"{n}", "区发改局") for n in range(1, 16)))


def faults(data: bytes, variant: Variant) -> set[str]:
    """Return the rules of the variant's standard that the file breaks."""
    report = page.validate_pdf_bytes(data, profile=PROFILES[variant])
    assert report.rules.total > 100
    assert report.is_compliant is not bool(report.failures)
    return {failure.rule_id for failure in report.failures}


@pytest.mark.parametrize("variant", PROFILES)
@pytest.mark.parametrize("orientation", list(Orientation))
@pytest.mark.parametrize("make", [circular_pdf, annex_pdf])
def test_published_quarter_keeps_to_its_standard(
    make: Callable[[CircularContent, Variant], bytes], orientation: Orientation, variant: Variant
) -> None:
    content = replace(source_content(), orientation=orientation)
    assert faults(make(content, variant), variant) == set()


@pytest.mark.parametrize("variant", PROFILES)
@pytest.mark.parametrize(
    "content",
    [
        content_of([]),
        content_of([make_row(1, 1, is_numbered=False)]),
        content_of([make_row(1, n) for n in range(1, 61)]),
        content_of([make_row(1, 1, text="推进项目建设。" * 700), make_row(2, 1)]),
        content_of([make_row(1, 1, text=RARE, standard=RARE)], body=("一、总体情况", RARE)),
        content_of([make_row(1, 1)], body=(RARE, TABLE, TABLE, "其他单位要抓紧推进。")),
    ],
    ids=["no-item", "one-item", "sixty-items", "long-entry", "rare-characters", "tables"],
)
def test_odd_circulars_keep_to_their_standard(content: CircularContent, variant: Variant) -> None:
    assert faults(circular_pdf(content, variant), variant) == set()


@pytest.mark.parametrize(
    ("variant", "sound", "broken", "rule"),
    [
        (Variant.ARCHIVE, "甲", "\ue000", "PDFA2U-NOTDEF-GLYPH-001"),
        (Variant.WEB, "甲", "\ue000", "PDFUA1-NOTDEF-GLYPH-001"),
        (Variant.WEB, 'rowspan="2">1<', 'rowspan="1">1<', "PDFUA1-TABLE-ROW-COLUMNSPAN-001"),
        (Variant.WEB, "h2", "h4", "PDFUA1-HEADING-NESTING-001"),
        (Variant.WEB, ' lang="zh-CN"', "", "PDFUA1-LANGUAGE-TAG-001"),
        (Variant.WEB, "<title>", "<title></title><title>", "PDFUA1-METADATA-TITLE-001"),
    ],
)
def test_a_fault_put_in_is_found(variant: Variant, sound: str, broken: str, rule: str) -> None:
    content = content_of([make_row(1, 1, text="甲"), make_row(1, 2)])
    html = circular_html(content)
    assert sound in html
    css = circular_css(content.orientation)
    assert rule in faults(render_pdf(html.replace(sound, broken), css, variant), variant)


def test_no_compressed_stream_runs_into_the_line_end_that_follows() -> None:
    file = pydyf.PDF()
    for count in range(512):
        file.add_object(pydyf.Stream([b"q " * count], compress=True))
    _compress(file)
    for count, stream in enumerate(file.objects[-512:]):
        (packed,) = stream.stream
        assert not packed.endswith(b"\r"), count
        assert zlib.decompress(packed).split() == [b"q"] * count


def test_print_form_claims_neither_standard() -> None:
    data = circular_pdf(content_of([make_row(1, 1)]))
    assert "PDFA2U-ID-SCHEMA-001" in faults(data, Variant.ARCHIVE)
    assert "PDFUA1-ID-SCHEMA-001" in faults(data, Variant.WEB)


def test_every_column_head_rules_its_column() -> None:
    """A list of heads in each cell would name the wrong ones beside merged cells."""
    content = source_content()
    data = inflated(circular_pdf(content, Variant.WEB))
    assert data.count(b"/Scope /Column") == 5 * len(plan_annex(content)) > 0
    assert b"/Headers" not in data


def test_first_page_is_painted_in_the_order_in_which_it_is_read() -> None:
    text = read_pdf(circular_pdf(source_content(), Variant.WEB))[0].text
    places = [
        text.index(part)
        for part in ("督查通报", "第2期", "2020年4月28日", "关于2020年区", "分解为")
    ]
    assert places == sorted(places)


def test_archives_metadata_can_be_read_without_unpacking() -> None:
    data = circular_pdf(source_content(), Variant.ARCHIVE)
    assert b'pdfaid:part="2" pdfaid:conformance="U"' in data


def test_a_character_that_no_face_has_is_printed_as_printers_do() -> None:
    content = content_of([make_row(1, 1, text="甲\ue000乙\U0002ffff丙")])
    assert "甲〓乙〓丙" in "".join(sheet.text for sheet in read_pdf(circular_pdf(content)))
