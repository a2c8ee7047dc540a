"""What an answer carries and gives away: caches, frames, lost connections, odd bytes, the log."""

import logging

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, InternalError, connection
from django.db.utils import InterfaceError, OperationalError, ProgrammingError
from django.test import Client

from targets.models import Goal, Plan, Status
from tests import builders
from tests.conftest import PASSWORD

LOGIN = "/accounts/login/"
WROTE = "写了一上午的内容"


@pytest.fixture
def mine(cast):
    return builders.contribution_of(cast.period, cast.items[0], cast.units[0])


# Caches and frames --------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 302),
        ("/board/", 200),
        ("/items/", 200),
        ("/items/items.csv", 200),
        ("/trail/trail.csv", 200),
        ("/admin/", 200),
        ("/people/", 403),
        ("/nowhere/", 404),
        ("/items/0/", 404),
        ("/healthz", 200),
        ("/help/", 200),
    ],
)
def test_nothing_that_is_shown_to_someone_is_kept_by_browser_or_proxy(cast, as_user, path, status):
    answer = as_user(cast.office).get(path)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_static_file_is_kept_and_framed_by_nobody(db, client):
    answer = client.get("/static/css/app.css")
    answer.close()
    assert "no-store" not in answer.headers.get("Cache-Control", "")
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_errors_are_framed_and_kept_by_nobody_either(cast, as_user, mine, monkeypatch):
    client = as_user(cast.office)
    client.raise_request_exception = False
    url = f"/entries/{mine.entry_id}/approve/"
    answers = {405: client.get(url), 403: client.get("/people/")}
    monkeypatch.setattr("targets.access.list_periods", lambda user: 1 // 0)
    answers[500] = client.get("/board/")
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "private, no-store"


# A database that goes away --------------------------------------------------


class Failing:
    """Every statement fails with one error, as the driver raised it."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, execute, sql, params, many, context):
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("server closed the connection unexpectedly"),
        InterfaceError("connection already closed"),
        DatabaseError("error with status PGRES_TUPLES_OK and no message from the libpq"),
    ],
    ids=["operational", "interface", "plain"],
)
def test_a_lost_database_is_503_with_the_text_whatever_the_driver_says(cast, as_user, mine, error):
    client = as_user(cast.reporter)
    client.raise_request_exception = False
    with connection.execute_wrapper(Failing(error)):
        page = client.post(mine.get_absolute_url(), {"version": 1, "text": WROTE})
    assert page.status_code == 503
    assert WROTE in page.content.decode()


def test_the_drivers_bare_class_reaches_us_as_djangos(cast):
    with pytest.raises(DatabaseError) as caught, connection.wrap_database_errors:
        raise connection.Database.DatabaseError("no message from the libpq")
    assert type(caught.value) is DatabaseError


@pytest.mark.parametrize("error", [ProgrammingError("no such column"), InternalError("bug")])
def test_a_fault_of_ours_in_the_database_stays_500(cast, as_user, mine, error):
    client = as_user(cast.reporter)
    client.raise_request_exception = False
    with connection.execute_wrapper(Failing(error)):
        page = client.post(mine.get_absolute_url(), {"version": 1, "text": WROTE})
    assert page.status_code == 500


# Bytes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"version=1&text=%CD%EA%B3%C9"),  # GBK of 完成
        ("application/x-www-form-urlencoded", b"version=1&text=\xcd\xea\xb3\xc9"),
        ("application/x-www-form-urlencoded", b"version=1&te%FFxt=1"),
        ("application/x-www-form-urlencoded", b"version=1&text=%ED%A0%80"),  # half a pair
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
            b"\xcd\xea\xb3\xc9\r\n--x--\r\n",
        ),
    ],
)
def test_bytes_that_are_not_utf_8_are_refused_and_not_stored(
    cast, as_user, mine, content_type, body
):
    answer = as_user(cast.reporter).generic(
        "POST", mine.get_absolute_url(), body, content_type=content_type
    )
    assert answer.status_code == 400
    assert "文字编码不对，没有保存" in answer.content.decode()
    mine.refresh_from_db()
    assert (mine.version, mine.text) == (1, "")


def test_what_is_utf_8_passes_also_with_blanks_and_rare_characters(cast, as_user, mine):
    text = "完成 3+4项𠮷，100%。"
    answer = as_user(cast.reporter).post(mine.get_absolute_url(), {"version": 1, "text": text})
    assert answer.status_code == 302
    mine.refresh_from_db()
    assert mine.text == text


# The log --------------------------------------------------------------------


def test_who_may_not_is_one_line_in_the_log_and_no_traceback(cast, as_user, settings):
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(logging.Formatter().format(record))
    configured = logging.getLogger().handlers
    [handler.addFilter(each) for one in configured for each in one.filters if one.filters]
    assert handler.filters, "the site's own handler has the filter"
    logging.getLogger("django.request").addHandler(handler)
    try:
        assert as_user(cast.office).get("/people/").status_code == 403
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert lines == ["Forbidden (Permission denied): /people/"]


# Django's admin ---------------------------------------------------------------


@pytest.mark.parametrize("role", ["reporter", "leader", "auditor"])
def test_the_admin_answers_those_who_may_not_use_it_with_a_page(cast, as_user, role):
    client = as_user(getattr(cast, role))
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "没有权限" in answer.content.decode()
    assert len(answer.redirect_chain) == 1


def test_whoever_is_not_logged_in_is_led_to_the_login_and_back_to_the_admin(cast):
    client = Client()
    answer = client.get("/admin/targets/plan/", follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=/admin/targets/plan/"
    form = {"username": "office", "password": PASSWORD}
    assert client.post(answer.redirect_chain[-1][0], form)["Location"] == "/admin/targets/plan/"


@pytest.mark.parametrize(
    "query",
    [
        "_facets=1",
        "_facets=True",
        "goal=1&_facets=1",
        "goal=99999999999999999999999",
        "goal=²",
        "goal__plan__id__exact=x",
        "plan__id__exact=99999999999999999999999",
        "period__id__exact=99999999999999999999999",
        "status__id__exact=%00",
        "o=99.-1.x",
        "p=-1",
        "q=%00",
        "_to_field=x",
        "_popup=1",
        "e=1",
        "password__startswith=x",
    ],
)
def test_no_address_of_the_admins_lists_is_a_fault(cast, as_user, query):
    client = as_user(cast.office)
    client.raise_request_exception = False
    for model in ("plan", "goal", "item", "status", "entry", "unit"):
        assert client.get(f"/admin/targets/{model}/?{query}").status_code < 500, model


def test_the_admins_filters_offer_ones_own_district_alone(cast, as_user):
    plan = Plan.objects.create(district=cast.stranger.district, year=2041, title="别区的计划")
    Goal.objects.create(plan=plan, number=1, name="别区的目标")
    Status.objects.create(district=cast.stranger.district, name="别区的状态", order=9)
    client = as_user(cast.office)
    for model in ("goal", "item", "entry"):
        page = client.get(f"/admin/targets/{model}/").content.decode()
        assert "2041" not in page
        assert "别区" not in page
    assert "2030" in client.get("/admin/targets/goal/").content.decode()


def test_the_admins_way_to_any_row_is_closed(cast, as_user):
    theirs = builders.make_district("777777")
    kind = ContentType.objects.get_for_model(Plan)
    plan = Plan.objects.create(district=theirs, year=2040, title="别区的计划")
    for row in (f"{kind.pk}/{plan.pk}/", f"{kind.pk}/{cast.plan.pk}/", "x/y/"):
        assert as_user(cast.office).get(f"/admin/r/{row}").status_code == 404


def test_the_admins_own_page_for_a_password_is_the_sites(cast, as_user):
    answer = as_user(cast.administrator).get("/admin/password_change/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/")


# The data interface -----------------------------------------------------------


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_data_interface_refuses_other_methods_as_documented(cast, method):
    client = Client(enforce_csrf_checks=True)
    answer = getattr(client, method)("/api/v1/figures/2030Q1.json")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
