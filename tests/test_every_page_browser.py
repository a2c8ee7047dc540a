"""Every page of every role in a browser: axe finds nothing, nothing sticks out on a phone.

The pages are those of tests/test_access.py and the admin's own, in parts that run side by side.
A page that another role was shown with the same content is not tried again: the frame around it
is tried once a role and part.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import Page

from targets.models import Report
from tests import builders
from tests.test_access import PAGES, url_of

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]

ROLES = ("office", "reporter", "leader", "administrator", "auditor")
PARTS = 3
# What passes need not be told: half the time.
FAULTS = "axe.run({resultTypes: ['violations']}).then((found) => found.violations)"
FILE = re.compile(
    r"\.(csv|docx|json|pdf|png|svg|xlsx|zip)$|/(evidence|instructions/files|kinds?/template)/"
)
# What differs from one answer to the next, although the page is the same.
FLEETING = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|datetime="[^"]+"')


def addresses_of(role: str, cast, shared) -> Iterator[tuple[str, str]]:
    """Yield name and address of the pages that the role may open, the admin's among them."""
    for name, (argument, expected) in PAGES.items():
        if expected[role] == 200:
            address = url_of(name, argument, cast, shared)
            if not FILE.search(address):
                yield name, address
    yield from admin_addresses(role, cast)


def admin_addresses(role: str, cast) -> Iterator[tuple[str, str]]:
    """Yield the admin's index, and list, form, new form and history of all it shows to the role."""
    request = RequestFactory().get("/admin/")
    request.user = getattr(cast, role)
    if not admin.site.has_permission(request):
        return
    yield "admin:index", reverse("admin:index")
    for model, page in admin.site._registry.items():
        if not page.has_view_permission(request):
            continue
        at = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        names = [f"{at}_changelist"]
        if page.has_add_permission(request):
            names.append(f"{at}_add")
        yield from ((name, reverse(name)) for name in names)
        if row := page.get_queryset(request).first():
            names = [f"{at}_change", f"{at}_history"]
            if page.has_delete_permission(request, row):
                names.append(f"{at}_delete")
            yield from ((name, reverse(name, args=[row.pk])) for name in names)


def part_of(name: str) -> int:
    """Return the part that a page is tried in: the same for every role and in every process."""
    return zlib.crc32(name.encode()) % PARTS


def faults_of(page: Page, address: str) -> list[str]:
    """Open a page and return what axe finds on it, and what is wider than a phone."""
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(address)
    found = [
        f"{address}: {each['id']} {each['nodes'][0]['html'][:200]}"
        for each in page.evaluate(FAULTS)
    ]
    page.set_viewport_size({"width": 360, "height": 740})
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return [*found, f"{address}: {wide}px wider than a phone"] if wide > 0 else found


@pytest.mark.parametrize("part", range(PARTS))
def test_axe_finds_nothing_on_any_page_of_any_role(cast, browse, quick, part):
    shared = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    builders.attach(shared, cast.reporter)
    shared = builders.actions.save_contribution(
        contribution=shared, version=1, report=Report("草稿"), by=cast.reporter
    )
    seen: set[str] = set()
    faults: list[str] = []
    tried = 0
    for role in ROLES:
        # axe writes styles of its own into a page; that our pages do not, the other modules hold.
        page = browse(getattr(cast, role), bypass_csp=True)
        # Into every frame of a page too: the sample of a circular stands in one.
        page.add_init_script(AXE_SCRIPT)
        pages = [
            address for name, address in addresses_of(role, cast, shared) if part_of(name) == part
        ]
        for number, address in enumerate(pages):
            answer = page.request.get(address)
            assert answer.ok, address
            if "text/html" not in answer.headers["content-type"]:
                continue
            words = FLEETING.sub("", answer.text().partition("<main")[2].partition("</main>")[0])
            digest = hashlib.sha256(words.encode()).hexdigest()
            if digest not in seen or number == 0:
                seen.add(digest)
                faults += faults_of(page, address)
                tried += 1
    assert faults == []
    assert tried > 40
