"""The trail is refused change by the database, and what its owner changes anyway is named."""

import io
import random
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from targets import actions, sealing
from targets.choices import TrailFault, Verb
from targets.models import District, Event, Place, Seal, record_event
from targets.sealing import CODE_LENGTH, NAMED, ChainVerdict, Noted, seal_trail
from targets.triggers import POSTGRESQL, SQLITE, TABLES, refusals
from tests.conftest import PASSWORD

# The tests run without these (tests/conftest.py); here they are as on the site.
EMPTYING = {
    vendor: [
        statement
        for table in TABLES
        for statement in refusals(vendor, table)
        if ("DELETE" if vendor == SQLITE else "TRUNCATE") in statement and "UPDATE" not in statement
    ]
    for vendor in (SQLITE, POSTGRESQL)
}
WAYS = {
    "sqlite": ("UPDATE {} SET {} = {}", "DELETE FROM {}"),
    "postgresql": ("UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"),
}
STATEMENTS = [
    way.format(table, column, column)
    for table, column in (("targets_event", "reason"), ("targets_seal", "digest"))
    for way in WAYS[connection.vendor]
]


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def rows() -> list:
    return [list(Event.objects.values()), list(Seal.objects.values())]


def faults() -> dict[int, TrailFault]:
    return {each.event_id: each.kind for each in read_chain().faults}


def read_chain(noted: Noted | None = None, district: str = "999999") -> ChainVerdict:
    """Check the chain of the cast's district."""
    return sealing.read_chain(District.objects.get(code=district).pk, noted)


def write(cast, reason: str = "") -> Event:
    """Add an event."""
    return record_event(
        by=cast.office,
        verb=Verb.CHANGE,
        subject=cast.goal,
        place=Place(cast.district.pk, cast.items[0].pk, cast.units[0].pk),
        old={"name": "稳步"},
        new={"name": "稳步实施", "number": 1.50, "leads": ["单位1", "𠮷"]},
        reason=reason,
    )


@pytest.fixture
def events(cast) -> list[Event]:
    """Six sealed events, the last ones of the trail."""
    made = [write(cast, f"第{number}次") for number in range(6)]
    seal_trail()
    return made


@pytest.fixture
def owner(db):
    """Act as the database's owner, who can get round the triggers."""
    if connection.vendor == "sqlite":
        execute("DROP TRIGGER trail_not_updated", "DROP TRIGGER seals_not_updated")
    else:
        execute("SET LOCAL session_replication_role = replica")


def overwrite(pk: int, **columns: object) -> None:
    """Change columns of an event, past the queryset that refuses it."""
    QuerySet(Event).filter(pk=pk).update(**columns)


def remove(*events: Event) -> None:
    QuerySet(Event).filter(pk__in=[each.pk for each in events]).delete()


def insert(event: Event, **columns: object) -> None:
    """Write an event that is not there as it was, but for these columns."""
    at = event.at
    super(Event, event).save(force_insert=True)
    overwrite(event.pk, **{"at": at, **columns})


# Refused ------------------------------------------------------------------


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_itself_refuses_to_change_the_trail(cast, events, statement):
    execute(*EMPTYING[connection.vendor])
    connection.check_constraints()  # a table with checks still to come refuses TRUNCATE by itself
    before = rows()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute(statement)
    assert rows() == before


if connection.vendor == "postgresql":  # SQLite knows no roles: there the triggers are all.

    @pytest.fixture
    def web_role(cast, events):
        """Act as the site does in production: under the role that the deployment makes."""
        folder = settings.BASE_DIR / "deploy"
        roles = re.findall("^CREATE ROLE .+;$", (folder / "roles.sql").read_text(), re.MULTILINE)
        grants = re.sub(r"(?m)^(\\set|BEGIN|COMMIT).*$", "", (folder / "grants.sql").read_text())
        execute(*roles, grants, "SET LOCAL ROLE tracker_web")

    @pytest.mark.parametrize(
        "statement",
        [
            *STATEMENTS,
            "ALTER TABLE targets_event DISABLE TRIGGER trail_append_only",
            "DROP TRIGGER trail_append_only ON targets_event",
            "SET session_replication_role = replica",
        ],
    )
    def test_the_web_role_may_not_change_the_trail(web_role, statement):
        before = rows()
        with (
            pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
            transaction.atomic(),
        ):
            execute(statement)
        assert rows() == before

    def test_the_web_role_writes_seals_and_checks_the_trail(cast, web_role):
        write(cast, "网站写入")
        seal_trail()
        verdict = read_chain()
        assert verdict.is_sound
        assert verdict.sealed == Event.objects.count()


# Named --------------------------------------------------------------------


def test_an_untouched_trail_is_sound_and_its_figure_grows(cast, events):
    first = read_chain()
    assert (first.is_sound, first.sealed) == (True, Event.objects.count())
    assert len(first.code) == CODE_LENGTH
    write(cast)
    assert read_chain().code == first.code, "an event waits for the next sealing"
    seal_trail()
    second = read_chain(Noted(first.sealed, first.code))
    assert (second.is_sound, second.sealed) == (True, first.sealed + 1)
    assert second.code != first.code
    seal_trail()
    assert read_chain().code == second.code, "nothing new, nothing sealed"


def test_a_change_of_any_column_is_named(cast, events, owner):
    changed = events[2]
    values = {
        "district_id": cast.stranger.district_id,
        "by_id": cast.reporter.pk,
        "item_id": cast.items[1].pk,
        "unit_id": cast.units[1].pk,
        "subject_id": 7,
        "at": changed.at + timedelta(microseconds=1),
        "old": {"name": "稳 步"},
        "new": {"name": "稳步实施", "number": 1.5, "leads": ["𠮷", "单位1"]},
    }
    for column in [each.attname for each in Event._meta.concrete_fields if not each.primary_key]:
        with transaction.atomic():
            overwrite(changed.pk, **{column: values.get(column, "改写")})
            assert faults() == {changed.pk: TrailFault.CHANGED}, column
            transaction.set_rollback(True)
    assert faults() == {}


def test_a_removed_event_is_named(events, owner):
    remove(events[1], events[5])
    assert faults() == {events[1].pk: TrailFault.REMOVED, events[5].pk: TrailFault.REMOVED}


def test_events_in_another_order_are_named(events, owner):
    first, second = events[1].pk, events[3].pk
    overwrite(first, id=-1)
    overwrite(second, id=first)
    overwrite(-1, id=second)
    assert faults() == {first: TrailFault.CHANGED, second: TrailFault.CHANGED}


def test_links_in_another_order_are_named(events, owner):
    first, second = events[1].seal.number, events[3].seal.number
    Seal.objects.filter(number=first).update(number=-1)
    Seal.objects.filter(number=second).update(number=first)
    Seal.objects.filter(number=-1).update(number=second)
    named = faults()
    assert {events[1].pk, events[3].pk} <= set(named)
    assert set(named.values()) == {TrailFault.CHANGED}


def test_a_removed_link_is_named_by_the_event_after_it(events, owner):
    Seal.objects.filter(event=events[2]).delete()
    assert faults()[events[3].pk] == TrailFault.UNLINKED
    seal_trail()
    assert faults()[events[3].pk] == TrailFault.UNLINKED, "another sealing hides nothing"


def test_a_changed_link_is_named(events, owner):
    Seal.objects.filter(event=events[2]).update(digest="0" * 64)
    assert faults() == {events[2].pk: TrailFault.CHANGED, events[3].pk: TrailFault.CHANGED}


def test_an_event_inserted_under_an_old_number_is_named(cast, time_machine, owner):
    """A number that a transaction gave back is free for ever, and so is no sign of innocence."""
    free = write(cast)
    remove(free)
    write(cast)
    seal_trail()
    time_machine.move_to(timezone.now() + timedelta(days=3))
    write(cast)
    seal_trail()
    insert(free)
    assert faults() == {free.pk: TrailFault.INSERTED}
    seal_trail()
    assert faults() == {free.pk: TrailFault.INSERTED}, "it is given no link"


def test_an_event_inserted_under_an_old_time_is_named(cast, time_machine, owner):
    first = write(cast)
    seal_trail()
    time_machine.move_to(timezone.now() + timedelta(days=3))
    write(cast)
    seal_trail()
    forged = write(cast)
    overwrite(forged.pk, at=first.at)
    seal_trail()
    assert faults() == {forged.pk: TrailFault.INSERTED}


def test_an_emptied_trail_is_named_and_counted(cast, events, owner):
    for number in range(NAMED):
        write(cast, f"又第{number}次")
    seal_trail()
    total = Event.objects.count()
    QuerySet(Event).delete()
    verdict = read_chain()
    assert (verdict.count, len(verdict.faults)) == (total, NAMED)
    assert {each.kind for each in verdict.faults} == {TrailFault.REMOVED}


def test_a_chain_made_anew_is_told_by_the_figure_on_paper(events, owner):
    noted = read_chain()
    paper = Noted(noted.sealed, noted.code)
    overwrite(events[2].pk, reason="改写")
    Seal.objects.all().delete()
    seal_trail()
    assert read_chain().is_sound, "in itself a whole new chain agrees"
    verdict = read_chain(paper)
    assert (verdict.is_as_noted, verdict.is_sound) == (False, False)
    Seal.objects.all().delete()
    QuerySet(Event).delete()
    assert read_chain(paper).is_as_noted is False


def test_a_page_compares_the_newest_and_says_so(cast, events, as_user, owner, monkeypatch):
    monkeypatch.setattr("targets.actions.trail.READ_BY_PAGE", 4)
    overwrite(events[1].pk, reason="改写")
    browser = as_user(cast.auditor)
    html = browser.post("/trail/check/").content.decode()
    assert "最近的4条记录与封存时一致" in html
    assert "只比对最近的" in html
    overwrite(events[4].pk, reason="改写")
    assert f"记录{events[4].pk}：" in browser.post("/trail/check/").content.decode()
    assert set(faults()) == {events[1].pk, events[4].pk}, "the command compares all"


# A chain a district -------------------------------------------------------


def close_chain() -> None:
    """Leave all links as those of version 0.1: one chain over every district's events."""
    Seal.objects.update(chain=Seal.CLOSED)


def test_each_district_has_a_chain_and_so_have_the_events_of_none(cast, events):
    actions.record_login(by=cast.stranger)
    actions.record_failed_login(username="nobody")
    seal_trail()
    ours, theirs = read_chain(), read_chain(district="888888")
    assert (ours.sealed, theirs.sealed) == (Event.objects.count() - 2, 1)
    assert sealing.read_chain(Seal.NO_DISTRICT).sealed == 1
    assert ours.is_sound
    assert theirs.is_sound


def test_a_change_in_one_district_is_named_there_alone(cast, events, owner):
    actions.record_login(by=cast.stranger)
    seal_trail()
    overwrite(events[2].pk, reason="改写")
    assert not read_chain().is_sound
    assert read_chain(district="888888").is_sound


def test_new_chains_begin_with_the_last_link_of_the_closed_one(cast, events, owner):
    before = read_chain()
    close_chain()
    write(cast)
    actions.record_login(by=cast.stranger)
    seal_trail()
    closed = Seal.objects.filter(chain=Seal.CLOSED).last()
    for district in ("999999", "888888"):
        chain = Seal.objects.filter(chain=District.objects.get(code=district).pk)
        (link,) = chain
        content = Event.objects.filter(pk=link.event_id).values().get()
        assert link.digest == sealing.link_digest(closed.digest, content)
        # A code on paper from before still tells.
        noted = Noted(before.sealed, before.code)
        assert read_chain(noted, district).is_as_noted
        assert not read_chain(Noted(before.sealed, "0" * CODE_LENGTH), district).is_as_noted
    assert sealing.read_chain(Seal.CLOSED).sealed == before.sealed
    Seal.objects.filter(chain=Seal.CLOSED, number=before.sealed).update(digest="0" * 64)
    assert {each.kind for each in read_chain().faults} == {TrailFault.CHANGED}


def test_the_page_compares_the_closed_chain_too_as_far_as_it_gets(cast, events, as_user, owner):
    close_chain()
    write(cast)
    seal_trail()
    browser = as_user(cast.auditor)
    total = Seal.objects.count()
    assert f"<p>{total}条记录与封存时一致" in browser.post("/trail/check/").content.decode()
    overwrite(events[0].pk, reason="改写")
    assert f"记录{events[0].pk}：" in browser.post("/trail/check/").content.decode()


def test_an_event_inserted_under_a_number_of_the_closed_chain_is_named(cast, time_machine, owner):
    free = write(cast)
    remove(free)
    write(cast)
    seal_trail()
    time_machine.move_to(timezone.now() + timedelta(days=3))
    write(cast)
    seal_trail()
    close_chain()
    insert(free)
    seal_trail()
    assert faults() == {free.pk: TrailFault.INSERTED}


def test_sealing_goes_on_where_it_was_killed_and_accuses_nobody(
    cast, time_machine, monkeypatch, owner
):
    """A backlog of months is sealed in pieces; what waits meanwhile was not inserted."""
    monkeypatch.setattr(sealing, "CHUNK", 10)
    for _month in range(6):
        for _ in range(5):
            write(cast)
        time_machine.move_to(timezone.now() + timedelta(days=30))
    total = Event.objects.filter(district=cast.district).count()

    class Killed(BaseException):
        pass

    def kill(given: int) -> None:
        if given >= 20:
            raise Killed

    with pytest.raises(Killed):
        seal_trail(kill)
    assert Seal.objects.count() == 20, "what was given is kept"
    assert read_chain().is_sound
    time_machine.move_to(timezone.now() + timedelta(days=2))
    assert seal_trail() == total - 20
    verdict = read_chain()
    assert (verdict.is_sound, verdict.sealed) == (True, total)
    assert verdict.sealed_at > timezone.now() - sealing.LATE


# Not named: what came late, and what came together -------------------------


def test_a_transaction_that_ends_late_is_sealed_next_time(cast, time_machine, owner):
    """Its number is smaller than sealed ones; however long the next sealing waits."""
    earlier = write(cast)
    seal_trail()
    time_machine.move_to(timezone.now() + timedelta(days=3))
    late = write(cast)
    remove(late)  # not committed yet
    write(cast)
    seal_trail()
    insert(late)
    time_machine.move_to(timezone.now() + timedelta(days=30))
    assert faults() == {}, "it waits for its link"
    seal_trail()
    verdict = read_chain()
    assert verdict.is_sound
    assert Seal.objects.get(event=late).number == verdict.sealed > earlier.seal.number


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_writers_and_sealers_at_once_leave_one_sound_chain(cast):
    start, done = threading.Barrier(6), threading.Event()
    rounds = [0, 0]  # of each sealer

    def keep_writing(seed: int) -> None:
        delays = random.Random(seed)
        written = 0
        try:
            start.wait(timeout=30)
            # A busy machine may leave a sealer waiting while everything is written.
            while written < 25 or (min(rounds) < 2 and written < 500):
                written += 1
                with transaction.atomic():
                    event = write(cast)
                    # On PostgreSQL the others take higher numbers meanwhile, and end before.
                    if connection.vendor == "postgresql":
                        time.sleep(delays.uniform(0, 0.02))
                        while seed == 0 and written == 1 and not sealed_after(event):
                            time.sleep(0.01)
                # SQLite lets nobody else write in a transaction, and has no queue for its lock.
                time.sleep(delays.uniform(0, 0.02))
        finally:
            connection.close()

    def sealed_after(event: Event) -> bool:
        return Seal.objects.filter(event_id__gt=event.pk).exists()

    def keep_sealing(which: int) -> None:
        try:
            start.wait(timeout=30)
            while not done.is_set():
                seal_trail()
                assert read_chain().is_sound
                rounds[which] += 1
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        sealers = [threads.submit(keep_sealing, which) for which in range(2)]
        writers = [threads.submit(keep_writing, seed) for seed in range(4)]
        try:
            for each in writers:
                each.result(timeout=120)
        finally:
            done.set()
        for each in sealers:
            each.result(timeout=60)
    assert min(rounds) > 1
    seal_trail()
    verdict = read_chain()
    assert verdict.is_sound
    assert verdict.sealed == Event.objects.count() >= 100
    if connection.vendor == "postgresql":
        before = list(Seal.objects.values_list("event_id", flat=True))
        assert before != sorted(before), "no event came late: the test proves nothing"


# When and where -----------------------------------------------------------


def test_no_page_seals_the_trail(cast, as_user):
    """With 640,000 events waiting a login would otherwise not answer for minutes."""
    Client().post("/accounts/login/", {"username": "office", "password": PASSWORD})
    browser = as_user(cast.auditor)
    browser.get("/trail/")
    html = browser.post("/trail/check/").content.decode()
    assert "本区的记录还没有封存" in html
    assert "核验通过" not in html
    assert not Seal.objects.exists()


def test_a_check_says_that_all_is_well_and_is_an_event(cast, events, as_user):
    browser = as_user(cast.auditor)
    assert "核验</a>" in browser.get("/trail/").content.decode()
    html = browser.post("/trail/check/").content.decode()
    assert "核验通过" in html
    event = Event.objects.get(verb="check")
    seal = Seal.objects.last()
    facts = {"sealed": seal.number, "code": seal.digest[:CODE_LENGTH], "faults": 0}
    assert (event.actor, event.address, event.new) == ("auditor", "127.0.0.1", facts)
    code = re.search("<dd class=.slip__code.>(.+)</dd>", html).group(1)
    assert code.replace(" ", "") == facts["code"]
    noted = {"sealed": seal.number, "code": f" {code.upper()} "}
    again = browser.post("/trail/check/", noted).content.decode()
    assert "与抄记的校验码相符" in again
    wrong = browser.post("/trail/check/", {**noted, "sealed": 2}).content.decode()
    assert "核验不通过" in wrong
    assert "与抄记的不符：第2条" in wrong


@pytest.mark.parametrize(
    ("noted", "message"),
    [
        ({"sealed": "3"}, "请一并填写"),
        ({"code": "0" * CODE_LENGTH}, "请一并填写"),
        ({"sealed": "3", "code": "12 34"}, "现有4位"),
        ({"sealed": "3", "code": "z" * CODE_LENGTH}, "字母a至f"),
        ({"sealed": "三", "code": "0" * CODE_LENGTH}, "请填写整数"),
        ({"sealed": "9" * 30, "code": "0" * CODE_LENGTH}, "9223372036854775807"),
    ],
)
def test_a_figure_copied_wrong_is_said_plainly_and_nothing_is_checked(
    cast, as_user, noted, message
):
    html = as_user(cast.auditor).post("/trail/check/", noted).content.decode()
    assert message in html
    assert "核验通过" not in html
    assert not Event.objects.filter(verb="check").exists()


def test_a_check_names_what_was_changed_and_tells_a_district_only_of_its_own(
    cast, events, as_user, owner
):
    overwrite(events[2].pk, subject_name="改成了别的目标")
    html = as_user(cast.auditor).post("/trail/check/").content.decode()
    assert "核验不通过" in html
    assert f"记录{events[2].pk}：与封存时的内容不符" in html
    assert "改成了别的目标" in html
    assert (
        f"记录{events[2].pk}" not in as_user(cast.stranger).post("/trail/check/").content.decode()
    )
    close_chain()  # which was everybody's
    html = as_user(cast.stranger).post("/trail/check/").content.decode()
    assert f"记录{events[2].pk}：与封存时的内容不符" in html
    assert "改成了别的目标" not in html


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1440])
def test_the_check_is_usable_and_its_figure_is_printed(cast, transactional_db, browse, width):
    write(cast)
    seal_trail()
    page = browse(cast.auditor, viewport={"width": width, "height": 800})
    page.goto("/trail/check/")
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="核验").click()
    assert page.get_by_role("status").get_by_text("核验通过").is_visible()
    page.get_by_label("抄记的封存条数").fill("1")
    page.get_by_label("抄记的校验码").fill("0000 0000 0000 0000 0000")
    page.get_by_role("button", name="再次核验").click()
    assert page.get_by_role("alert").get_by_text("核验不通过").is_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.emulate_media(media="print")
    assert page.get_by_text("校验码", exact=True).is_visible()
    assert not page.get_by_role("button", name="再次核验").is_visible()


def _command(*arguments: str) -> tuple[int, str, str]:
    out, errors = io.StringIO(), io.StringIO()
    try:
        call_command("check_trail", *arguments, stdout=out, stderr=errors)
    except SystemExit as end:
        return end.code, out.getvalue(), errors.getvalue()
    return 0, out.getvalue(), errors.getvalue()


def test_the_command_seals_checks_and_gives_the_figure(cast):
    write(cast)
    status, out, errors = _command()
    seal = Seal.objects.last()
    assert (status, errors) == (0, "")
    assert seal.number == Event.objects.count()
    assert out.startswith(
        f"测试区：封存{seal.number}条，校验码{seal.digest[:4]} {seal.digest[4:8]}"
    )
    assert _command("--noted", str(seal.number), seal.digest[:CODE_LENGTH])[0] == 0
    assert _command("--noted", str(seal.number), "0" * CODE_LENGTH)[0] == 1
    assert _command("--noted", "1", "12")[0] == 1


def test_the_command_names_the_first_wrong_events_and_exits_with_1(cast, events, owner):
    overwrite(events[2].pk, reason="改写")
    remove(events[4])
    status, _out, errors = _command()
    assert status == 1
    assert errors.splitlines() == [
        f"记录{events[2].pk}：与封存时的内容不符",
        f"记录{events[4].pk}：封存之后被删除",
    ]


def test_the_command_knows_the_figure_of_any_district(cast, events):
    actions.record_login(by=cast.stranger)
    seal_trail()
    theirs = read_chain(district="888888")
    assert _command("--noted", str(theirs.sealed), theirs.code)[0] == 0
    assert _command("--noted", str(theirs.sealed + 1), theirs.code)[0] == 1


def test_sealing_takes_the_same_statements_for_few_events_and_for_many(cast, events):
    taken = []
    for count in (30, 600):
        for _ in range(count):
            write(cast)
        with CaptureQueriesContext(connection) as captured:
            seal_trail()
        # SQLite takes so many values a statement that many rows need more than one.
        inserted = [each for each in captured if each["sql"].startswith("INSERT")]
        taken.append(len(captured) - len(inserted))
    assert taken[0] == taken[1] <= 16
