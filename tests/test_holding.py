"""Uploads that wait to be confirmed: one's own, for a day, within a quota."""

import io
import os
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from targets.importing import Holding, Kind, Source, Unreadable
from targets.importing.grid import Grid

HALF = 600_000  # characters; two and a little make a megabyte


def source(user_id: int, characters: int = 10) -> Source:
    grid = Grid("表", [[f"{number:05}"] for number in range(characters // 10)])
    return Source(Kind.PLAN, "a.xlsx", "0" * 64, [grid], user_id)


@pytest.fixture
def holding(tmp_path, settings) -> Holding:
    settings.VAR_DIR = tmp_path
    settings.UPLOADS_PER_ACCOUNT_MB = 1
    settings.UPLOADS_PER_SITE_MB = 2
    return Holding()


def age(folder, seconds: float) -> None:
    for path in folder.iterdir():
        moment = path.stat().st_mtime - seconds
        os.utime(path, (moment, moment))


def test_an_upload_is_its_accounts_alone(holding):
    token = holding.put(source(1))
    assert holding.get(token, 1).user_id == 1
    for other in (2, 11):
        with pytest.raises(Unreadable):
            holding.get(token, other)
    holding.drop(token, 2)
    assert holding.get(token, 1)
    holding.drop(token, 1)
    with pytest.raises(Unreadable):
        holding.get(token, 1)


def test_an_accounts_own_oldest_upload_gives_way_to_a_new_one(holding, tmp_path):
    first = holding.put(source(1, HALF))
    theirs = holding.put(source(11, HALF))
    age(tmp_path / "imports", 10)
    second = holding.put(source(1, HALF))
    with pytest.raises(Unreadable, match="已过期"):
        holding.get(first, 1)
    assert holding.get(second, 1)
    assert holding.get(theirs, 11), "somebody else's stays"


def test_beyond_the_sites_quota_nobody_uploads_and_nothing_is_lost(holding):
    tokens = {user: holding.put(source(user, HALF)) for user in (1, 2, 3)}
    with pytest.raises(Unreadable, match="请过一会儿再上传"):
        holding.put(source(4, HALF))
    for user, token in tokens.items():
        assert holding.get(token, user)


def test_one_upload_larger_than_the_quota_says_so(holding):
    with pytest.raises(Unreadable, match="放不下"):
        holding.put(source(1, 2 * HALF))


def test_a_text_that_is_repeated_is_kept_once(holding, tmp_path):
    grid = Grid("表", [["很长的一句话，重复一万遍。" * 3] for _ in range(10_000)])
    holding.put(Source(Kind.PLAN, "a.xlsx", "0" * 64, [grid], 1))
    [path] = (tmp_path / "imports").iterdir()
    assert path.stat().st_size < 100_000


def test_clean_up_takes_away_what_is_old_and_nothing_else(db, holding, tmp_path):
    old = holding.put(source(1))
    age(tmp_path / "imports", 25 * 3600)
    new = holding.put(source(2))
    now = timezone.now()
    for key, hours in (("old", -1), ("new", 1)):
        end = now + timedelta(hours=hours)
        Session.objects.create(session_key=key, session_data="x", expire_date=end)
    (tmp_path / "imports" / "1.left-over.part").touch()
    old_part = time.time() - 25 * 3600
    os.utime(tmp_path / "imports" / "1.left-over.part", (old_part, old_part))
    out = io.StringIO()
    call_command("clean_up", stdout=out)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    assert holding.get(new, 2)
    with pytest.raises(Unreadable):
        holding.get(old, 1)
    assert "过期的登录1个" in out.getvalue()
    assert len(list((tmp_path / "imports").iterdir())) == 1
