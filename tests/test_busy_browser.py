"""Long work says that it goes on, and how far, while the server is at it."""

import re

import pytest
from playwright.sync_api import expect

from tests import importing_files as files

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_import_tells_its_time_and_the_page_stays_usable(cast, browse, tmp_path):
    page = browse(cast.office)
    page.goto("/imports/")
    path = tmp_path / "任务.xlsx"
    heads = ("序号", "目标名称", "工作标准", "牵头单位")
    path.write_bytes(files.workbook(heads, (2, "改善民生", "（1）新建学校1所。", "单位1")))
    page.set_input_files("input[type=file]", path)
    page.check("input[name=kind][value=plan]")
    page.fill("input[name=year]", "2031")
    page.click("button[type=submit] >> text=上传并预览")
    page.wait_for_url("**/preview/**")
    # The post itself waits: while a page is on its way the browser answers no test.
    form = page.locator("form[data-busy='正在写入']")
    form.evaluate("form => form.addEventListener('submit', each => each.preventDefault())")
    form.locator("button").click()
    line = page.get_by_role("status").filter(has_text="正在写入")
    expect(line).to_have_text(re.compile("正在写入，已用[1-9]秒，约需1秒。"))
    assert line.locator("progress").evaluate("bar => bar.value") == 0.95, "the end is the next page"


def test_a_file_in_the_making_is_told_until_it_comes(cast, browse):
    page = browse(cast.office)
    page.goto("/periods/")
    link = page.get_by_text("各单位填报表（zip）").first
    with page.expect_download() as download:
        link.click()
        expect(page.get_by_role("status").filter(has_text="正在生成各单位填报表")).to_be_visible()
    assert download.value.suggested_filename.endswith(".zip")
