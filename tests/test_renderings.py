"""A brief and a quarter's workbooks are made once for what they say, and anew when that changes."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from reports.dashboard import brief
from reports.document import unit_workbooks
from reports.files.views import workbooks
from reports.renderings import Rendering, digest_of, made_once
from targets import actions
from targets.models import Report, User
from tests import builders
from tests.conftest import Cast

AsUser = Callable[[User], Client]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the writers that were called, as they are called."""
    calls: list[str] = []

    def watch(module: object, name: str) -> None:
        write = getattr(module, name)

        def counted(*args: object, **kwargs: object) -> object:
            calls.append(name)
            return write(*args, **kwargs)

        monkeypatch.setattr(module, name, counted)

    watch(brief, "render_pdf")
    watch(brief, "count_pages")
    watch(workbooks, "unit_xlsx")
    watch(workbooks, "units_zip")
    return calls


def texts(package: bytes) -> set[str]:
    """Return what stands in the cells of a workbook's first sheet."""
    sheet = load_workbook(io.BytesIO(package)).active
    return {str(cell.value) for row in sheet.iter_rows() for cell in row}


def test_the_brief_is_made_once_for_its_figures(
    cast: Cast, as_user: AsUser, made: list[str]
) -> None:
    address = f"/dashboard/brief.pdf?period={cast.period.code}"
    first = as_user(cast.leader).get(address)
    assert made
    made.clear()
    again = as_user(cast.office).get(address)
    assert made == []
    assert again.content == first.content
    entry = cast.items[0].entries.get(period=cast.period)
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(part, cast.reporter)
    builders.approve(entry, cast.office, "已完成")
    changed = as_user(cast.leader).get(address)
    assert "render_pdf" in made
    assert changed.content != first.content


def test_a_brief_narrowed_or_of_another_district_is_its_own(
    cast: Cast, as_user: AsUser, made: list[str]
) -> None:
    whole = as_user(cast.office).get("/dashboard/brief.pdf").content
    narrowed = as_user(cast.office).get(f"/dashboard/brief.pdf?unit={cast.units[2].pk}").content
    other = cast.stranger.district
    plan = builders.make_plan(other, cast.plan.year)
    builders.fill_plan(plan, builders.make_units(other, 2), 3)
    builders.open_quarter(plan, cast.stranger)
    theirs = as_user(cast.stranger).get("/dashboard/brief.pdf").content
    assert len({whole, narrowed, theirs}) == 3
    assert made.count("render_pdf") == 3


def test_the_workbooks_are_made_once_until_somebody_writes(
    cast: Cast, as_user: AsUser, made: list[str]
) -> None:
    office = as_user(cast.office)
    first = office.get("/periods/workbooks.zip").content
    assert office.get("/periods/workbooks.zip").content == first
    assert made == ["units_zip"]
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(part, cast.reporter, "已完成两处。")
    second = office.get("/periods/workbooks.zip").content
    assert made == ["units_zip", "units_zip"]
    assert second != first


def test_a_units_draft_is_in_its_own_kept_workbook_alone(
    cast: Cast, as_user: AsUser, made: list[str]
) -> None:
    part = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    draft = "尚未报送的草稿"
    actions.save_contribution(contribution=part, version=1, report=Report(draft), by=cast.reporter)

    def own(user: User) -> set[str]:
        return texts(as_user(user).get("/my-items/workbook.xlsx").content)

    assert draft in own(cast.reporter)
    assert draft in own(cast.colleague)
    assert draft not in own(cast.co_lead)
    assert made == ["unit_xlsx", "unit_xlsx"]  # the colleague's was there
    package = as_user(cast.office).get("/periods/workbooks.zip").content
    with zipfile.ZipFile(io.BytesIO(package)) as outer:
        for name in outer.namelist():
            found = texts(outer.read(name))
            assert draft not in found


def test_what_nobody_asked_for_in_a_month_is_cleaned_up(db: None) -> None:
    for name in ("old", "new"):
        made_once(digest_of(name), "brief", name.encode)
    Rendering.objects.filter(digest=digest_of("old")).update(
        used_at=timezone.now() - timedelta(days=31)
    )
    call_command("clean_up", verbosity=0)
    assert [bytes(each.data) for each in Rendering.objects.all()] == [b"new"]


def test_every_fact_of_a_form_is_in_its_name(cast: Cast) -> None:
    """What a row shows decides under which name its workbook is kept."""
    rows = unit_workbooks.unit_rows(cast.period, cast.office)
    before = unit_workbooks.told_in(cast.period, rows)
    cast.period.asks_problems = not cast.period.asks_problems
    assert unit_workbooks.told_in(cast.period, rows) != before
