"""What is kept between WeasyPrint's lines changes no byte of what it writes."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import weasyprint

from reports.document import engine
from reports.document.content import BodyTable, Orientation
from reports.document.pdf import Variant, render_pdf
from reports.document.typesetting import circular_css, circular_html, circular_pdf
from tests.documents import content_of, make_row, source_content
from tests.pdf_reading import read_pdf

pytestmark = pytest.mark.document
# Renders what it is given with the engine as it comes, and answers with the files' digests.
AS_IT_COMES = """
import hashlib, json, sys
import django
from reports.document import engine
engine.quicken = lambda: None
django.setup()
from reports.document.pdf import Variant, render_pdf
from weasyprint.text.line_break import Layout
assert Layout.reactivate.__module__ == "weasyprint.text.line_break"
for html, css, variant in json.load(sys.stdin):
    print(hashlib.sha256(render_pdf(html, css, Variant(variant))).hexdigest())
"""


def test_keeping_changes_no_byte() -> None:
    table = BodyTable(
        "各单位完成情况", ("单位", "完成率"), (("区发改局", "31%"), ("区民政局", "7%"))
    )
    rare = make_row(1, 1, text="平方米³㎡\u200b文字😀𠮷，“引号”——破折号……GDP增长7.8％。\n" * 9)
    contents = [
        source_content(),
        replace(source_content(), orientation=Orientation.PORTRAIT),
        replace(
            content_of([rare]), body=("一、总体情况。说明如下。", table, "下一步。"), is_sealed=True
        ),
    ]
    pages = [
        (circular_html(each), circular_css(each.orientation), variant)
        for each, variant in zip(contents, Variant, strict=True)
    ]
    done = subprocess.run(
        [sys.executable, "-c", AS_IT_COMES],
        input=json.dumps(pages),
        cwd=Path(__file__).resolve().parent.parent,
        check=True,
        capture_output=True,
        text=True,
    )
    ours = [hashlib.sha256(render_pdf(*page)).hexdigest() for page in pages]
    assert done.stdout.split() == ours


def test_the_version_in_use_is_the_one_looked_at() -> None:
    """Else nothing is kept: the engine's new names are to be read, and this test's digests."""
    assert weasyprint.__version__ == engine.VERSION
    assert weasyprint.layout.inline.resolve_percentages.__module__ == engine.__name__


@pytest.mark.parametrize("sign", ["−", "³"])
def test_a_line_with_signs_of_another_face_is_as_high_as_any(sign: str) -> None:
    """A minus or m³ comes from another face, whose lines stood 30.24 pt apart for 28.95."""

    def ends(each: str) -> list[list[float]]:
        body = tuple(f"同比{each}三分之一。" for _at in range(15))
        rows = [make_row(1, at, text=f"面积{each}。\n" * 30) for at in range(1, 5)]
        sheets = read_pdf(circular_pdf(replace(content_of(rows), body=body)))
        return [[round(mark.y, 1) for mark in sheet.marks if mark.text == "。"] for sheet in sheets]

    assert ends(sign) == ends("字")
