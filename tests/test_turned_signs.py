"""Signs that nobody sees and that print 01亿元 as 10亿元: none is kept."""

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from targets.models import Event, Unit
from tests import importing_files as files
from tests.posts import WRITES, visit

TURNING = "\u202e\u202d"


def turned(value: object) -> object:
    """Put the signs into the middle of every text of a form that is written in Chinese."""
    if isinstance(value, list):
        return [turned(each) for each in value]
    if not isinstance(value, str) or value.isascii():
        return value
    middle = len(value) // 2
    return value[:middle] + TURNING + value[middle:]


def keeps_one(statement: str) -> bool:
    is_written = statement.startswith(("INSERT", "UPDATE"))
    return is_written and any(sign in statement for sign in (*TURNING, "\\u202e", "\\u202d"))


def test_no_form_keeps_a_sign_that_turns_what_follows(cast, quick):
    kept, refused = {}, []
    for name, wanted in WRITES.items():
        with transaction.atomic():
            arguments, form = wanted.prepare(cast)
            client = visit(getattr(cast, wanted.role))
            events = Event.objects.count()
            form = {key: turned(value) for key, value in form.items()}
            with CaptureQueriesContext(connection) as captured:
                client.post(reverse(name, args=arguments), form)
            if Event.objects.count() == events and name != "login":  # it is logged in already
                refused.append(name)
            found = [each["sql"][:80] for each in captured if keeps_one(each["sql"])]
            if found:
                kept[name] = found
            transaction.set_rollback(True)
    assert kept == {}
    assert refused == []


def test_an_imported_register_keeps_none_either(cast, as_user):
    client = as_user(cast.administrator)
    unit = files.workbook(
        ("单位名称", "联络员", "联系电话"),
        [f"区统{TURNING}计局", f"联{TURNING}络员", f"6{TURNING}5"],
    )
    files.confirm(client, files.upload(client, unit, "units"))
    made = Unit.objects.get(name="区统计局")
    assert (made.contact_name, made.contact_phone) == ("联络员", "65")


def test_the_catalogue_keeps_none_either(cast, as_user):
    client = as_user(cast.administrator)
    inline = {"aliases-TOTAL_FORMS": 1, "aliases-INITIAL_FORMS": 0}
    names = {"name": f"区统{TURNING}计局", "order": 90, "aliases-0-name": f"统计{TURNING}局"}
    form = {"district": cast.district.pk, **inline, **names}
    client.post("/admin/targets/unit/add/", form)
    assert [alias.name for alias in Unit.objects.get(name="区统计局").aliases.all()] == ["统计局"]
