"""Right after a bulk of rows the database knows of them, and answers as it does later."""

import json
import re

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from reports.figures.quarter import build_figures
from targets import actions
from targets.models import Contribution, Period
from targets.statistics import MANY, refresh_statistics
from tests import builders
from tests import importing_files as files
from tests.test_trail_chain import execute

ITEMS = 1180


def open_big_quarter(cast, year: int) -> Period:
    plan = builders.make_plan(cast.district, year)
    builders.fill_plan(plan, builders.make_units(cast.district, 39), ITEMS)
    return builders.open_quarter(plan, cast.office)


def test_what_writes_much_has_the_tables_counted_once_it_is_committed(
    cast, tmp_path, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as small:
        plan = builders.make_plan(cast.district, 2031)
        builders.fill_plan(plan, cast.units, 3)
        builders.open_quarter(plan, cast.office)
    assert refresh_statistics not in small
    with django_capture_on_commit_callbacks() as opened:
        period = open_big_quarter(cast, 2032)
    assert refresh_statistics in opened
    with django_capture_on_commit_callbacks() as closed:
        actions.close_period(period=period, by=cast.office)
    assert refresh_statistics in closed
    rows = [(1, "做强产业", f"({n}) 引进第{n}个项目。", "单位1") for n in range(1, MANY + 1)]
    path = tmp_path / "方案.xlsx"
    path.write_bytes(files.workbook(("序号", "目标名称", "工作标准", "牵头单位"), *rows))
    with django_capture_on_commit_callbacks() as imported:
        call_command("import_plan", str(path), "--year=2033", "--by=office")
    assert refresh_statistics in imported


if connection.vendor == "postgresql":  # SQLite chooses without counting.

    def expected_rows(period: Period) -> int:
        """Return how many contributions the database expects in a quarter."""
        rows = Contribution.objects.filter(entry__period=period).order_by()
        plan = json.loads(rows.explain(format="json").replace("'", '"'))
        return plan[0]["Plan"]["Plan Rows"]

    @pytest.fixture
    def web_role(cast):
        """Act as the site does in production: it owns no table, and so may count none."""
        folder = settings.BASE_DIR / "deploy"
        roles = re.findall("^CREATE ROLE .+;$", (folder / "roles.sql").read_text(), re.MULTILINE)
        grants = re.sub(r"(?m)^(\\set|BEGIN|COMMIT).*$", "", (folder / "grants.sql").read_text())
        execute(*roles, grants, "SET LOCAL ROLE tracker_web")

    def test_the_site_counts_what_it_does_not_own(
        cast, web_role, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            period = open_big_quarter(cast, 2032)
        there = Contribution.objects.filter(entry__period=period).count()
        assert there >= ITEMS
        assert there / 2 <= expected_rows(period) <= there * 2
        assert build_figures(period).item_total == ITEMS
