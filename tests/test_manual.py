"""The staff manual: shown by the site, with every picture that it names."""

import re

from django.conf import settings
from django.test import Client

from targets.choices import Role
from tracker.manual import MANUAL


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
    for user, path in ((cast.reporter, "/my-items/"), (cast.leader, "/dashboard/")):
        assert 'href="/help/"' in as_user(user).get(path).content.decode()
    assert Client().get("/help/").status_code == 200


def test_every_role_that_works_here_has_a_chapter():
    text = MANUAL.read_text(encoding="utf-8")
    for role in (Role.UNIT, Role.OFFICE, Role.LEADER, Role.ADMINISTRATOR):
        assert re.search(rf"^## {role.label}", text, re.MULTILINE)
