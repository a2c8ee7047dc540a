"""The big lists: columns that a reader leaves out, and the paper that they are printed on."""

import io
import re

import pypdfium2
import pytest

LISTS = {
    "/items/": ("hide=text&hide=pace", {"完成情况", "进度"}),
    "/contributions/": ("hide=due_in_force", {"截止日期"}),
    "/trail/": ("hide=address", {"来源地址"}),
}


def heads_of(html: str) -> list[str]:
    """Return the heads of the page's table, as they are read."""
    row = re.search(r"<thead>(.*?)</thead>", html, re.S)
    cells = re.findall(r"<th[^>]*>(.*?)</th>", row.group(1), re.S) if row else []
    return [re.sub(r"<[^>]+>|\s", "", each) for each in cells]


@pytest.mark.parametrize("address", LISTS)
def test_columns_are_left_out_by_choice_and_stay_out_on_the_next_page(cast, as_user, address):
    hide, gone = LISTS[address]
    client = as_user(cast.office)
    whole = client.get(address).content.decode()
    html = client.get(f"{address}?{hide}&per_page=1").content.decode()
    assert set(heads_of(whole)) - set(heads_of(html)) == gone
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    assert not [each for each in gone if f'data-label="{each}"' in body]
    assert f"不显示的列（{len(gone)}）" in html
    onward = [each for each in re.findall(r'href="\?([^"]+)"', html) if "page=2" in each]
    assert onward
    assert all(each in onward[0].replace("&amp;", "&") for each in hide.split("&"))


def test_what_is_no_column_and_the_first_one_cannot_be_left_out(cast, as_user):
    client = as_user(cast.office)
    whole = heads_of(client.get("/items/").content.decode())
    html = client.get("/items/?hide=number&hide=nothing&hide=%00").content.decode()
    assert heads_of(html) == whole
    assert "不显示的列（" not in html


def test_a_saved_filter_keeps_the_columns(cast, as_user):
    client = as_user(cast.office)
    saved = {"list": "targets:items", "name": "窄表", "query": "hide=text&period=2030Q1"}
    client.post("/filters/save/", saved)
    html = client.get("/items/").content.decode()
    kept = re.search(r'href="\?([^"]*hide=text[^"]*)">窄表', html)
    assert kept, "the saved filter names the column"
    assert "完成情况" not in heads_of(client.get(f"/items/?{kept.group(1)}").content.decode())


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_wide_lists_print_on_the_long_side_and_have_a_button(cast, browse):
    page = browse(cast.office)
    for address, is_wide in (("/items/", True), ("/board/", True), ("/periods/", False)):
        page.goto(address)
        assert page.locator("[data-print]").is_visible() is is_wide
        printed = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        width, height = printed[0].get_size()
        assert (width > height) is is_wide, address
        assert "打印" not in printed[0].get_textpage().get_text_range()
