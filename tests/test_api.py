"""The data interface: tokens made and withdrawn in the admin, and what they open."""

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from targets import actions
from targets.models import ApiToken, Event, User
from tests import builders

KINDS = ["figures", "items"]


@pytest.fixture
def secret(cast, as_user):
    """Return the secret of a token made in the admin, as its one message shows it."""
    browser = as_user(cast.administrator)
    page = browser.post("/admin/targets/apitoken/add/", {"name": "督查室大屏"}, follow=True)
    return page.content.decode().split("请立即保存）：")[1].split("<")[0].strip()


def ask(client, address: str, secret: str):
    return client.get(f"/api/v1/{address}", headers={"Authorization": f"Bearer {secret}"})


def test_the_secret_is_shown_once_and_kept_nowhere(cast, secret, as_user):
    token = ApiToken.objects.get()
    assert len(secret) >= 40
    assert secret not in str(vars(token))
    pages = [
        as_user(cast.administrator).get(f"/admin/targets/apitoken/{address}").content.decode()
        for address in ("", f"{token.pk}/change/")
    ]
    assert all(secret not in page and token.digest not in page for page in pages)
    events = str([(each.old, each.new) for each in Event.objects.filter(subject="apitoken")])
    assert secret not in events
    assert token.digest not in events


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_reads_its_districts_quarter(cast, secret, client, kind):
    answer = ask(client, f"{kind}/2030Q1.json", secret)
    assert answer.status_code == 200
    data = json.loads(answer.content)
    assert (data["version"], data["period"]["code"]) == (1, "2030Q1")
    rows = list(
        csv.reader(
            io.StringIO(ask(client, f"{kind}/2030Q1.csv", secret).getvalue().decode("utf-8-sig"))
        )
    )
    assert len({len(row) for row in rows}) == 1
    assert len(rows) > 3


def test_each_indicator_comes_with_its_value_and_how_it_stands(real_plan, client):
    administrator = User.objects.get(username="admin")
    _token, secret = actions.make_token(name="大屏", by=administrator)
    with CaptureQueriesContext(connection) as asked:
        data = json.loads(ask(client, "items/2020Q1.json", secret).content)
    items = {(each["goal_number"], each["item_number"]): each for each in data["items"]}
    planted = items[12, 10]["indicators"]
    assert [(each["value"], each["target"], each["measure"]) for each in planted] == [
        ("6089", "2000", "亩"),
        ("234.8", "100", "万株"),
        ("30", "60", "公顷"),
        ("1500", "2500", "亩"),
    ]
    assert [each["light_label"] for each in planted[:2]] == ["已达标", "已达标"]
    for item in data["items"]:
        # The item's own light is the worst of its indicators that can be judged.
        lights = [each["light"] for each in item["indicators"]]
        assert (item["light"] in lights) if lights else item["light"] == ""
        # What was divided out is told in as many digits as are kept, the same twice.
        distances = [each["distance"] for each in item["indicators"]]
        assert item["distance"] in [*distances, None]
        assert all(len((each or "").partition(".")[2]) <= 8 for each in distances)
    assert len(asked) <= 14


def test_what_is_due_in_twelfths_has_an_end(cast, secret, client):
    indicator = builders.measure(cast.items[0], cast.office, target=Decimal(100), measure="亿元")
    entry = builders.entry_of(cast.period, cast.items[0])
    actions.enter_value(
        entry=entry,
        indicator=indicator,
        figure=actions.Figure(Decimal(30), date(2030, 1, 31)),
        reason="补录",
        by=cast.office,
    )
    data = json.loads(ask(client, "items/2030Q1.json", secret).content)
    (told,) = [each for item in data["items"] for each in item["indicators"]]
    assert (told["due"], told["distance"]) == ("8.33333333", "0.21666667")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic {}", "{}"])
def test_without_its_token_nothing_opens(cast, secret, client, header):
    answer = client.get(
        "/api/v1/figures/2030Q1.json", headers={"Authorization": header.format(secret)}
    )
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert "error" in json.loads(answer.content)


def test_a_session_is_no_token(cast, as_user):
    assert as_user(cast.office).get("/api/v1/figures/2030Q1.json").status_code == 401


def test_withdrawn_in_the_admin_it_opens_nothing(cast, secret, client, as_user):
    token = ApiToken.objects.get()
    as_user(cast.administrator).post(
        f"/admin/targets/apitoken/{token.pk}/change/", {"withdraw": "on"}
    )
    assert ask(client, "figures/2030Q1.json", secret).status_code == 401
    token.refresh_from_db()
    assert token.withdrawn_by == cast.administrator


def test_only_the_administrator_handles_tokens(cast, as_user):
    for user in (cast.office, cast.leader, cast.reporter, cast.auditor):
        answer = as_user(user).post("/admin/targets/apitoken/add/", {"name": "x"})
        assert answer.status_code in {302, 403}
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("code", ["2031Q1", "2030Q2", "2030Q9", "x", "2030q1"])
def test_a_quarter_that_is_not_there_or_not_open_is_404(cast, secret, client, code):
    builders.actions.create_period(plan=cast.plan, number=2, by=cast.office)
    assert ask(client, f"figures/{code}.json", secret).status_code == 404


def test_it_is_read_only(cast, secret, client):
    for method in (client.post, client.put, client.patch, client.delete):
        answer = method("/api/v1/items/2030Q1.json", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 405


def test_what_is_not_approved_is_not_given_out(cast, secret, client):
    mine = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(mine, cast.reporter, "报送而未核定的文字")
    for kind in KINDS:
        for form in ("json", "csv"):
            answer = ask(client, f"{kind}/2030Q1.{form}", secret)
            assert "报送而未核定" not in answer.getvalue().decode()


def test_the_first_use_of_a_day_is_in_the_trail(cast, secret, client, time_machine):
    time_machine.move_to("2030-06-01T10:00:00+08:00")
    for _ in range(3):
        ask(client, "figures/2030Q1.json", secret)
    time_machine.move_to("2030-06-02T10:00:00+08:00")
    ask(client, "figures/2030Q1.json", secret)
    assert Event.objects.filter(verb="export", subject="apitoken").count() == 2


def test_a_formula_in_a_cell_stays_text(cast, secret, client):
    cast.items[0].standard = "=1+1"
    cast.items[0].save()
    assert "'=1+1" in ask(client, "items/2030Q1.csv", secret).getvalue().decode("utf-8-sig")
