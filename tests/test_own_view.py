"""Whether a lead unit itself thinks its item done: said with its report, decided by nobody else."""

import csv
import io

import pytest

from targets.models import Contribution, Entry, Event
from tests import builders
from tests.reading import read_page

TEXT = "已新建足球场15块，完成全年任务，群众反映良好。"


@pytest.fixture
def mine(cast) -> Contribution:
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


def submit(client, mine, **fields: str):
    form = {"version": mine.version, "text": TEXT, "then": "submit", **fields}
    return client.post(mine.get_absolute_url(), form, follow=True)


def test_a_unit_says_what_it_thinks_and_the_office_sees_it(cast, as_user, mine):
    unit = as_user(cast.reporter)
    submit(unit, mine, own_view="completed")
    assert "本单位意见：已完成" in unit.get(mine.get_absolute_url()).content.decode()
    mine.refresh_from_db()
    assert mine.own_view == "completed"
    assert Entry.objects.get(pk=mine.entry_id).status is None, "the verdict stays the office's"
    office = as_user(cast.office)
    assert "单位意见：已完成" in read_page(office.get("/review/").content.decode()).text
    assert "单位1意见：已完成" in office.get("/review/approve/").content.decode()
    desk = office.get(f"/entries/{mine.entry_id}/review/").content.decode()
    assert "本单位意见：已完成" in desk
    rows = list(
        csv.DictReader(
            io.StringIO(
                office.get("/contributions/contributions.csv").getvalue().decode("utf-8-sig")
            )
        )
    )
    assert [row["本单位意见"] for row in rows if row["填报内容"]] == ["已完成"]
    event = Event.objects.filter(verb="submit").latest("pk")
    assert event.new["own_view"] == "completed"
    trail = office.get(f"/trail/?item={mine.entry.item_id}").content.decode()
    assert "completed" not in trail


def test_saying_nothing_is_an_answer_too(cast, as_user, mine):
    submit(as_user(cast.reporter), mine)
    mine.refresh_from_db()
    assert (mine.own_view, mine.state) == ("", "submitted")
    assert "单位意见" not in as_user(cast.office).get("/review/").content.decode()


def test_an_unknown_view_is_refused_and_nothing_is_lost(cast, as_user, mine):
    page = submit(as_user(cast.reporter), mine, own_view="superb").content.decode()
    assert "请从列出的选项中选择" in page
    assert TEXT in page
    mine.refresh_from_db()
    assert (mine.own_view, mine.text) == ("", "")


def test_a_supporting_unit_is_not_asked(cast, as_user):
    client = as_user(cast.supporter)
    client.post(f"/entries/{builders.entry_of(cast.period, cast.items[1]).pk}/contribute/")
    added = builders.contribution_of(cast.period, cast.items[1], cast.units[3])
    page = client.get(added.get_absolute_url()).content.decode()
    assert 'name="text"' in page
    assert 'id="id_own_view"' not in page


def test_what_was_taken_back_shows_the_office_no_view(cast, as_user, mine):
    client = as_user(cast.reporter)
    submit(client, mine, own_view="completed")
    mine.refresh_from_db()
    client.post(f"{mine.get_absolute_url()}withdraw/", {"version": mine.version})
    office = as_user(cast.office)
    for address in (
        "/review/",
        f"/entries/{mine.entry_id}/review/",
        f"/items/{mine.entry.item_id}/",
    ):
        assert "意见：已完成" not in office.get(address).content.decode(), address
