"""Take the pictures of the staff manual from the real pages: `make pictures`.

Starts the demonstration in a folder of its own on a free port of 127.0.0.1, does what the
manual describes as each role, and writes static/manual/*.png. Everything ends with it.
"""

import io
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "static" / "manual"
PASSWORD = secrets.token_urlsafe(12)
SIZE = {"width": 1180, "height": 720}
COLOURS = 96  # a page has few; a palette keeps each picture near 50 kB


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def demonstration() -> Iterator[str]:
    """Serve a new demonstration and yield its address."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "VAR_DIR": folder,
            "DEMO": "1",
            "DEMO_PASSWORD": PASSWORD,
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        }
        for command in (["migrate"], ["load_demo"], ["collectstatic", "--noinput"]):
            subprocess.run(
                [sys.executable, "manage.py", *command, "--verbosity", "0", "--skip-checks"],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "tracker.wsgi",
                "--bind",
                f"127.0.0.1:{port}",
                "--threads",
                "4",
                "--no-control-socket",
                "--log-level",
                "warning",
            ],
            cwd=ROOT,
            env=environment,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_served(address)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_until_served(address: str) -> None:
    """Return when the site answers; give up after half a minute."""
    for _ in range(150):
        try:
            with urllib.request.urlopen(f"{address}/healthz"):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise TimeoutError("the demonstration did not start")


def visit(page: Page, path: str) -> None:
    """Open a page; a picture of an error page would end in the manual unseen."""
    answer = page.goto(path)
    if answer is None or not answer.ok:
        raise RuntimeError(f"{path} answered {answer and answer.status}")


def keep(page: Page, name: str) -> None:
    """Write what the window shows, in few colours."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot()))
    small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    TARGET.mkdir(exist_ok=True)
    small.save(TARGET / f"{name}.png", optimize=True)


def log_in(browser: Browser, address: str, username: str) -> Page:
    """Return a page of the account, on its first page."""
    context = browser.new_context(base_url=address, viewport=SIZE, locale="zh-CN")
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    return page


def keep_all(page: Page, paths: dict[str, str]) -> None:
    """Visit each address and keep its picture under the name."""
    for name, path in paths.items():
        visit(page, path)
        keep(page, name)


def press(page: Page) -> None:
    """Press the main button of the page's form."""
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")


def unit_pictures(enter: Callable[[str], Page]) -> None:
    """A unit writes one report and submits it, begins another, and asks for more time."""
    page = enter("unit-01")
    keep(page, "my-items")
    page.get_by_role("link", name="开始填报").click()
    field = page.get_by_label("本单位完成情况")
    field.fill("1、上半年地区生产总值预计下降5%。\n2、主要指标降幅逐月收窄。")
    keep(page, "report")
    page.get_by_role("button", name="报送督查室").click()
    keep(page, "submitted")
    visit(page, "/my-items/?state=not_started")
    page.locator("tbody .is-act a").first.click()
    page.get_by_text("上传文件").click()
    page.get_by_text("佐证材料").first.scroll_into_view_if_needed()
    keep(page, "evidence")
    visit(page, "/periods/2/extend/")
    # The demonstration is due in thirty days (load_demo); a week more.
    until = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=37)
    page.locator("[name=until]").fill(f"{until:%Y-%m-%d}")
    page.locator("[name=reason]").fill("统计部门的数据月底才能核定。")
    keep(page, "extend")
    press(page)
    visit(page, "/items/1/request-adjustment/")
    page.locator("[name=reason]").fill("受疫情影响，原定增速已难以完成。")
    page.locator("[name=standard]").fill("地区生产总值增长5%左右。")
    page.evaluate("window.scrollTo(0, 0)")
    keep(page, "request-adjustment")
    press(page)
    keep_all(
        page,
        {
            "signed-form": "/periods/2/print/",
            "password": "/accounts/password/",
        },
    )
    visit(page, "/my-items/?state=submitted")
    page.locator("tbody .is-act a").first.click()
    keep(page, "withdraw")


def other_units_pictures(enter: Callable[[str], Page]) -> None:
    """A first lead consolidates and is given a hint; a supporting unit has its own list."""
    page = enter("unit-04")
    page.locator("tbody tr", has_text="2（4）").locator(".is-act a").click()
    page.get_by_role("button", name="从上季度的文字开始").click()
    page.get_by_label("汇总稿").scroll_into_view_if_needed()
    keep(page, "consolidated")
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="忽略").first.scroll_into_view_if_needed()
    keep(page, "hints")
    visit(page, "/imports/")
    keep(page, "offline")
    page = enter("unit-40")
    page.get_by_role("button", name="补充情况").first.scroll_into_view_if_needed()
    keep(page, "supporting")


def office_pictures(enter: Callable[[str], Page]) -> None:
    """The office looks at the board, returns and approves, steers and drafts."""
    page = enter("office")
    keep(page, "board")
    keep_all(
        page,
        {
            "remind": "/periods/2/remind/",
            "extensions": "/periods/2/extensions/",
            "adjustments": "/adjustments/",
            "notice": "/periods/2/notice/",
            "queue": "/review/",
        },
    )
    visit(page, "/items/?period=2020Q2&state=submitted")
    page.locator("tbody a[href*='/review/']").first.click()
    page.get_by_label("正在推进").check()
    keep(page, "review")
    page.get_by_text("退回修改").first.click()
    page.locator("textarea[name=reason]").first.fill("请补充固定资产投资的数据。")
    keep(page, "return")
    page.get_by_role("button", name="退回区发改局").click()
    keep_all(
        page,
        {
            "enter": "/contributions/2/enter/",
            "judge": "/review/judge/?period=2020Q2",
            "periods": "/periods/",
            "create-period": "/periods/create/",
            "close-period": "/periods/2/close/",
            "plan": "/plans/2020/",
            "adjust": "/items/1/adjust/",
            "items": "/items/?period=2020Q1",
            "circulars": "/circulars/1/",
            "edit-circular": "/circulars/1/edit/",
            "issue-circular": "/circulars/1/issue/",
            "trail": "/trail/",
            "imports": "/imports/",
        },
    )


def returned_pictures(enter: Callable[[str], Page]) -> None:
    """The unit sees what came back."""
    keep(enter("unit-01"), "returned")


def leader_pictures(enter: Callable[[str], Page]) -> None:
    """A leader reads the first quarter and one item, and leaves an instruction."""
    page = enter("leader")
    keep_all(page, {"dashboard": "/dashboard/?period=2020Q1"})
    visit(page, "/items/?period=2020Q1&goal=&q=4(9)")
    page.locator("tbody th a").first.click()
    keep(page, "item")
    visit(page, "/items/1/instruct/")
    page.locator("[name=text]").fill("请发改局牵头，提出下半年稳增长的具体措施。")
    keep(page, "instruct")
    press(page)
    keep_all(page, {"search": "/search/?q=航天"})
    keep_all(enter("office"), {"instructions": "/instructions/"})


def administrator_pictures(enter: Callable[[str], Page]) -> None:
    """The administrator's accounts and units."""
    keep_all(
        enter("admin"),
        {
            "accounts": "/people/",
            "create-accounts": "/people/create/",
            "units": "/units/",
            "contact": "/units/1/contact/",
            "succeed": "/units/1/succeed/",
        },
    )


def sign_off_pictures(enter: Callable[[str], Page]) -> None:
    """A district that asks for it: the office reads the draft, the leader is to sign it."""
    page = enter("admin")
    visit(page, "/admin/targets/district/1/change/")
    page.locator("[name=requires_sign_off]").check()
    page.locator("[name=_save]").click()
    page = enter("office")
    visit(page, "/circulars/1/")
    page.get_by_role("button", name="核稿无误").click()
    keep_all(enter("leader"), {"sign-circular": "/circulars/1/"})
    keep_all(page, {"check-trail": "/trail/check/"})


def main() -> None:
    """Take every picture."""
    with demonstration() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu"],
        )
        page = browser.new_page(viewport=SIZE, base_url=address, locale="zh-CN")
        visit(page, "/accounts/login/")
        keep(page, "login")

        def enter(username: str) -> Page:
            return log_in(browser, address, username)

        unit_pictures(enter)
        other_units_pictures(enter)
        office_pictures(enter)
        returned_pictures(enter)
        leader_pictures(enter)
        administrator_pictures(enter)
        sign_off_pictures(enter)
        browser.close()


if __name__ == "__main__":
    main()
