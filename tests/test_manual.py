"""The staff manual: shown by the site, with every picture that it names."""

import re

from django.conf import settings
from django.test import Client

from targets.choices import Role
from tests.test_access import PAGES
from tracker.manual import MANUAL, PLACES


def test_the_help_page_shows_every_chapter_and_picture(cast, as_user):
    text = MANUAL.read_text(encoding="utf-8")
    html = as_user(cast.reporter).get("/help/").content.decode()
    for title in re.findall(r"^## (.+)$", text, re.MULTILINE):
        assert f">{title}</h2>" in html
        assert f">{title}</a>" in html
    pictures = re.findall(r"\]\(\.\./static/([^)]+)\)", text)
    assert len(pictures) >= 15
    for name in pictures:
        assert f'src="/static/{name}"' in html
        assert (settings.BASE_DIR / "static" / name).stat().st_size < 200_000


def test_every_page_links_the_manual(cast, as_user):
    for user, path in ((cast.reporter, "/items/"), (cast.leader, "/search/")):
        assert 'href="/help/"' in as_user(user).get(path).content.decode()
    assert Client().get("/help/").status_code == 200


def test_every_role_that_works_here_has_a_chapter():
    text = MANUAL.read_text(encoding="utf-8")
    for role in (Role.UNIT, Role.OFFICE, Role.LEADER, Role.ADMINISTRATOR):
        assert re.search(rf"^## {role.label}", text, re.MULTILINE)


def test_help_opens_at_the_task_at_hand(cast, as_user):
    assert set(PLACES) <= set(PAGES)  # no page that is gone
    manual = as_user(cast.office).get("/help/").content.decode()
    assert [place for place in PLACES.values() if f'id="{place}"' not in manual] == []
    for user, path, place in (
        (cast.reporter, "/my-items/", "责任单位：填报与报送"),
        (cast.office, "/review/", "审核"),
        (cast.office, f"/periods/{cast.period.pk}/close/", "关闭季度、开放下季度"),
    ):
        html = as_user(user).get(path).content.decode()
        assert html.count(f'href="/help/#{place}"') == 2  # in the menu and at the foot
