"""Every POST tried by whom it is not for, without a token, and with what the page did not show."""

from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from targets.models import Event, Goal, User
from tests import builders
from tests.posts import WRITES, mine, ticked, visit, written
from tests.test_access import ROLES

# One's own account: everybody's.
OWN = {"login", "logout", "password_change", "targets:switch-keys"}
OWN |= {"targets:save-filter", "targets:remove-filter"}
UNITS = {"reporter", "colleague"}
# Who may post the same form beside the one who does; whoever is not named changes nothing.
ALSO = {
    "targets:request-extension": {"colleague", "co_lead", "other"},
    "targets:request-adjustment": {"colleague", "co_lead"},
    "targets:check-trail": {"office", "stranger"},
    "targets:change-contact": {"administrator"},
    "targets:create-plan": {"stranger"},
    "reports:add-circular-kind": {"stranger"},
    "targets:misreadings": {"stranger"},
    "targets:reminder-rule": {"stranger"},
    "targets:sheet-rule": {"stranger"},
}
# One's own sessions and codes: still one's own when the role has changed.
WHATEVER_ROLE = {
    "targets:end-own-session",
    "targets:end-other-sessions",
    "targets:renew-recovery-codes",
    "targets:remove-second-factor",
}


@contextmanager
def nothing_written():
    """Fail if a row of the domain is written or an event is left meanwhile."""
    before = Event.objects.count()
    with CaptureQueriesContext(connection) as captured:
        yield
    assert written(captured) == []
    assert Event.objects.count() == before


def again(form: dict) -> dict:
    """Return the form to be posted once more: its files are read from their beginning."""
    for each in form.get("files", ()):
        each.seek(0)
    return form


def allowed(name: str) -> set[str]:
    role = WRITES[name].role
    return {role} | (UNITS if role in UNITS else set()) | ALSO.get(name, set())


@pytest.mark.parametrize("name", sorted(set(WRITES) - OWN))
def test_nobody_else_changes_anything_by_it(name, cast, quick):
    """Not another role or unit or district, and not one that was the right one a moment ago."""
    wanted = WRITES[name]
    arguments, form = wanted.prepare(cast)
    url = reverse(name, args=arguments)
    for role in ROLES:
        if role not in allowed(name) | {"anonymous"}:
            client = visit(getattr(cast, role))
            with nothing_written():
                assert client.post(url, again(form)).status_code < 500, role
    user = getattr(cast, wanted.role)
    client = visit(user)
    account = User.objects.filter(pk=user.pk)
    another = "leader" if wanted.role == "auditor" else "auditor"
    for changes, back in (
        ({"is_active": False}, {"is_active": True}),
        ({"role": another, "unit": None}, {"role": user.role, "unit": user.unit}),
    ):
        account.update(**changes)
        if "role" in changes and name in WHATEVER_ROLE:
            # Nobody's rights hang on it: it is answered, and taken back for the next trial.
            with transaction.atomic():
                answer = client.post(url, again(form))
                assert answer.status_code in (200, 302), name  # codes are shown once
                transaction.set_rollback(True)
        else:
            with nothing_written():
                client.post(url, again(form))
        account.update(**back)
    without_token = visit(user, enforce_csrf_checks=True)
    with nothing_written():
        assert without_token.post(url, again(form)).status_code == 403
    before = Event.objects.count()
    visit(user).post(url, again(form))
    assert Event.objects.count() > before + 1, "the form is still good: the refusals mean something"


def test_office_administrator_and_auditor_have_no_duty_in_common():
    duties = {
        role: {name for name in set(WRITES) - OWN if role in allowed(name)}
        for role in ("office", "administrator", "auditor")
    }
    assert all(duties.values())
    assert duties["office"] & duties["administrator"] == {"targets:change-contact"}
    assert duties["office"] & duties["auditor"] == {"targets:check-trail"}
    assert duties["administrator"] & duties["auditor"] == set()
    assert duties["auditor"] == {"targets:check-trail"}, "the auditor changes nothing"


FORGED = ["0", "-1", "2147483647", "99999999999999999999", "x", "", "二"]


# A hint is put aside under a digest of the words that it is about.
VERSIONED = sorted(set(WRITES) - OWN - {"targets:dismiss-hint"})


@pytest.mark.parametrize("name", VERSIONED)
def test_a_version_or_a_digest_that_no_page_showed_changes_nothing(name, cast, quick):
    wanted = WRITES[name]
    arguments, form = wanted.prepare(cast)
    url = reverse(name, args=arguments)
    versions = [each for each in form if each.endswith("version")]
    digests = [each for each in form if each in ("shown", "digest")]
    client = visit(getattr(cast, wanted.role))
    for fields in filter(None, (versions, digests)):
        for value in FORGED:
            with nothing_written():
                answer = client.post(url, {**again(form), **dict.fromkeys(fields, value)})
                assert answer.status_code < 500, value


@pytest.fixture
def foreign(cast):
    """Rows of another district, and of this one where the person has no part in them."""
    district = cast.stranger.district
    plan = builders.make_plan(district)
    goal = Goal.objects.create(plan=plan, number=1, name="别区的目标")
    unit = builders.make_units(district, 1)[0]
    item = builders.make_item(goal, 1, [unit])
    period = builders.open_quarter(plan, cast.stranger)
    return {
        "plan": plan,
        "goal": goal,
        "unit": unit,
        "status": district.statuses.first(),
        "period": period,
        "entry": builders.entry_of(period, item),
        "contribution": builders.contribution_of(cast.period, cast.items[2], cast.units[2]),
    }


def forged(name: str, cast, foreign: dict) -> tuple[list, dict]:
    """Return the arguments and the form of an act with a row in it that is not the person's."""
    arguments, form = WRITES[name].prepare(cast)
    their = foreign["contribution"]
    fields = {
        "targets:create-period": {"plan": foreign["plan"].pk},
        "targets:carry-over-item": {"goal": foreign["goal"].pk},
        "targets:remind-units": {"units": [foreign["unit"].pk]},
        "targets:succeed-unit": {"name": "", "successor": foreign["unit"].pk},
        "targets:return-entry": {"units": [foreign["unit"].pk]},
        "targets:reopen-entry": {"units": [foreign["unit"].pk]},
        "targets:approve-entry": {"status": foreign["status"].pk},
        "targets:judge-entries": {"status": foreign["status"].pk},
        "targets:approve-entries": ticked(foreign["entry"], status=cast.completed.pk),
        "targets:submit-drafts": {"draft": [f"{their.pk}-{their.version}"]},
        "reports:draft-circular": {"period": foreign["period"].pk},
    }
    return arguments, {**form, **fields[name]}


@pytest.mark.parametrize(
    "name",
    [
        "targets:create-period",
        "targets:carry-over-item",
        "targets:remind-units",
        "targets:succeed-unit",
        "targets:return-entry",
        "targets:reopen-entry",
        "targets:approve-entry",
        "targets:judge-entries",
        "targets:approve-entries",
        "targets:submit-drafts",
        "reports:draft-circular",
    ],
)
def test_a_row_that_is_not_the_persons_own_is_not_taken(name, cast, foreign):
    arguments, form = forged(name, cast, foreign)
    client = visit(getattr(cast, WRITES[name].role))
    with nothing_written():
        assert client.post(reverse(name, args=arguments), form).status_code < 500


@pytest.mark.parametrize(
    "name", ["targets:remind-units", "targets:return-entry", "targets:reopen-entry"]
)
def test_a_key_longer_than_any_is_no_row(name, cast):
    """Neither database looks for 28 digits: one raises, the other ends the transaction."""
    arguments, form = WRITES[name].prepare(cast)
    client = visit(cast.office)
    with nothing_written():
        answer = client.post(reverse(name, args=arguments), {**form, "units": ["1" * 28]})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "wanted", ["reporter", "1" * 28, "javascript:alert(1)", "//elsewhere.example/"]
)
def test_where_somebody_goes_on_is_an_address_of_this_site(cast, wanted):
    answer = visit(cast.reporter).post("/keys/switch/", {"next": wanted})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_another_districts_entry_is_not_judged_among_ones_own(cast, foreign):
    builders.submit(
        builders.contribution_of(foreign["period"], foreign["entry"].item, foreign["unit"]),
        User.objects.create_user(
            "theirs",
            role="unit",
            name="别区",
            unit=foreign["unit"],
            district=foreign["unit"].district,
        ),
    )
    builders.approve(foreign["entry"], cast.stranger)
    entry = builders.entry_of(foreign["period"], foreign["entry"].item)
    form = {**ticked(entry), "status": cast.completed.pk, "reason": "越区"}
    client = visit(cast.office)
    with nothing_written():
        client.post("/review/judge/", form)


def test_what_a_page_shows_as_fixed_is_not_taken_from_the_form(cast):
    """Fields that no form has: the state, the origin, the unit, the district, the role."""
    part = mine(cast)
    extra = {
        "state": "approved",
        "status": cast.completed.pk,
        "unit": cast.units[1].pk,
        "approved_text": "自己核定",
        "entered_by_office": "on",
    }
    form = {"version": part.version, "text": "完成。", "then": "submit", **extra}
    visit(cast.reporter).post(part.get_absolute_url(), form)
    part = mine(cast)
    assert (part.state, part.unit, part.entered_by_office) == ("submitted", cast.units[0], False)
    assert part.entry.status is None
    assert part.entry.approved_text == ""
