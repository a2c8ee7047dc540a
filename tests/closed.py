"""What a closed quarter says of itself, by page, file, data interface and new draft."""

import csv
import io
import json
import re
from collections.abc import Callable

from django.db import transaction
from django.test import Client
from openpyxl import load_workbook

from reports.circulars.actions import draft_circular
from reports.circulars.drafts import circular_content
from reports.document.annex import annex_csv
from reports.document.content import content_to_json
from targets.models import ApiToken, Entry, Period, User, digest_of
from tests.reading import read_page

LISTS = (
    "",
    "&q=实事",
    "&class_key=counted",
    "&class_key=completed",
    "&class_key=unreported",
    "&state=approved",
    "&timing=overdue",
    "&timing=due",
    "&change=completed",
    "&change=reopened",
    "&attention=stalled",
    "&sort=-number",
    "&sort=status",
)
FILES = ("/items/items.csv", "/dashboard/figures.csv", "/dashboard/units/units.csv")
OFFICE_FILES = ("/contributions/contributions.csv", "/board/board.csv")
SECRET = "a-secret-of-the-tests"


def look(
    period: Period, *, as_user: Callable[[User], Client], cast: object, is_whole: bool = True
) -> dict[str, object]:
    """Return everything that the site says of a closed quarter, by where it says it.

    Left out is what is about today: menus and their counts, the other quarters' tabs. Not
    whole: one reader, and of parts and lists of one kind one.
    """
    said: dict[str, object] = {}
    period = Period.objects.select_related("plan__district").get(pk=period.pk)
    office = as_user(User.objects.get(pk=cast.office.pk))
    parts = scopes(cast) if is_whole else [scopes(cast)[each] for each in (0, 1, -3, -2, -1)]
    for reader in (cast.office, cast.leader)[: 2 if is_whole else 1]:
        browser = as_user(User.objects.get(pk=reader.pk))
        for scope in parts:
            page = browser.get(f"/dashboard/?period={period.code}{scope}")
            said[f"dashboard {reader.username} {scope}"] = shown(page.content.decode())
            said[f"figures {reader.username} {scope}"] = repr(page.context["overview"])
            page = browser.get(f"/dashboard/units/?period={period.code}{scope}")
            said[f"units {reader.username} {scope}"] = page.context["table"].data.data
    for narrowed in (*LISTS, *parts) if is_whole else LISTS[:5]:
        page = office.get(f"/items/?period={period.code}{narrowed}")
        said[f"items {narrowed}"] = str(page.context["table"].body)
    for url in ("/board/", "/review/judge/", "/contributions/"):
        page = office.get(f"{url}?period={period.code}")
        said[url] = shown(page.content.decode())
    entries = list(Entry.objects.filter(period=period).order_by("pk"))
    for entry in entries if is_whole else entries[::2]:
        page = office.get(f"/entries/{entry.pk}/review/")
        said[f"review {entry.item_id}"] = shown(page.content.decode())
        page = office.get(f"/items/{entry.item_id}/")
        said[f"timeline {entry.item_id}"] = timeline(page.content.decode(), str(period))
    said |= files(period, office) | interface(period, cast)
    said["draft"], said["annex"] = drafted(period, cast)
    return said


def scopes(cast: object) -> list[str]:
    """Return the parts of a plan that pages are narrowed to."""
    return [
        "",
        f"&goal={cast.goal.pk}",
        *(f"&unit={unit.pk}" for unit in cast.units),
        f"&unit={cast.units[0].pk}&duty=lead",
        f"&unit={cast.units[3].pk}&duty=supporting",
        f"&leader={cast.leader.pk}",
    ]


def shown(html: str) -> tuple:
    """Return the tables and texts of a page, without its tabs, messages and choices."""
    main = html.split("<main", 1)[-1]
    for gone in (
        r"<nav\b.*?</nav>",
        r"<p class=.waits.*?</p>",  # what waits today, in whatever quarter
        r"<select\b.*?</select>",
        r"<form\b.*?</form>",
        r"<ol class=.breadcrumbs.*?</ol>",
    ):
        main = re.sub(gone, "", main, flags=re.S)
    page = read_page(f"<main{main}")
    return tuple(map(repr, page.rows.items())), page.text


def timeline(html: str, name: str) -> str:
    """Return what an item's page says of one of its quarters."""
    parts = html.split('<div class="timeline__head">')
    return next(read_page(f"<main>{each}").text for each in parts[1:] if f"<h3>{name}" in each)


def files(period: Period, office: Client) -> dict[str, bytes]:
    """Return the quarter's files as the office downloads them."""
    said = {}
    for path in (*FILES, *OFFICE_FILES):
        answer = office.get(f"{path}?period={period.code}")
        assert answer.status_code == 200, path
        said[path] = answer.getvalue()
    data = office.get(f"/items/indicators.xlsx?period={period.code}").getvalue()
    said["indicators"] = list(load_workbook(io.BytesIO(data)).worksheets[0].values)
    assert len(list(csv.reader(io.StringIO(said["/items/items.csv"].decode("utf-8-sig"))))) > 1
    return said


def interface(period: Period, cast: object) -> dict[str, bytes]:
    """Return what the data interface answers."""
    ApiToken.objects.get_or_create(
        district=cast.district,
        digest=digest_of(SECRET),
        defaults={"name": "大屏", "made_by": cast.administrator},
    )
    client = Client(headers={"Authorization": f"Bearer {SECRET}"})
    said = {}
    for name in ("figures", "items"):
        for kind in ("json", "csv"):
            answer = client.get(f"/api/v1/{name}/{period.code}.{kind}")
            assert answer.status_code == 200
            said[f"{name}.{kind}"] = answer.getvalue()
    return said


def drafted(period: Period, cast: object) -> tuple[str, bytes]:
    """Return a new draft's content and its annex; the draft itself is taken back."""
    with transaction.atomic():
        draft = draft_circular(period=period, by=User.objects.get(pk=cast.office.pk))
        content = circular_content(draft)
        transaction.set_rollback(True)
    return json.dumps(content_to_json(content), ensure_ascii=False), annex_csv(content.annex)
