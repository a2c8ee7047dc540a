"""Every URL × every role: what each may open, and what does not exist for it.

A URL that is not listed fails `test_every_url_is_listed`, so nobody adds a page
without saying who may see it.
"""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from weakref import WeakKeyDictionary

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from targets.models import (
    Adjustment,
    Answer,
    Contribution,
    Event,
    Extension,
    Import,
    Indicator,
    Instruction,
    InstructionFile,
    Message,
    Misreading,
    Report,
    Sheet,
    Status,
    Succession,
)
from tests import builders
from tests.conftest import Cast

ROLES = (
    "anonymous",
    "reporter",
    "colleague",
    "co_lead",
    "supporter",
    "other",
    "office",
    "leader",
    "auditor",
    "administrator",
    "stranger",
)

EVERYONE = dict.fromkeys(ROLES, 200) | {"anonymous": 302}
DISTRICT = EVERYONE | {"stranger": 404}
UNITS = dict.fromkeys(ROLES, 403) | {
    "anonymous": 302,
    **dict.fromkeys(("reporter", "colleague", "co_lead", "supporter", "other"), 200),
}
OWN_UNIT = UNITS | {"co_lead": 404, "supporter": 404, "other": 404}
OFFICES = dict.fromkeys(ROLES, 403) | {"anonymous": 302, "office": 200, "stranger": 200}
OFFICE = OFFICES | {"stranger": 404}
POST_ALONE = dict.fromkeys(ROLES, 405) | {"anonymous": 302}
DRAFT = dict.fromkeys(ROLES, 404) | {"anonymous": 302, "office": 200}
ADMINISTRATORS = dict.fromkeys(ROLES, 403) | {"anonymous": 302, "administrator": 200}
# A GET of a URL that only takes POST.
POST_BY_ADMINISTRATORS = ADMINISTRATORS | {"administrator": 405}
POST_BY_UNITS = UNITS | {role: 405 for role, answer in UNITS.items() if answer == 200}
POST_BY_OFFICE = OFFICES | {"office": 405, "stranger": 405}

IMPORTERS = UNITS | dict.fromkeys(("office", "stranger", "administrator"), 200)
# The office's own import: to the others who import it does not exist.
OFFICES_IMPORT = IMPORTERS | {
    role: 404 for role, answer in IMPORTERS.items() if answer == 200 and role != "office"
}

INSTRUCTIONS = EVERYONE | dict.fromkeys(("auditor", "administrator"), 403)

# URL name -> (name of its argument, expected answer to GET by role)
PAGES: dict[str, tuple[str | None, dict[str, int]]] = {
    "home": (None, dict.fromkeys(ROLES, 302)),
    "help": (None, dict.fromkeys(ROLES, 200)),
    "settings": (None, OFFICES | {"administrator": 200}),
    "health": (None, dict.fromkeys(ROLES, 200)),
    "ready": (None, dict.fromkeys(ROLES, 200)),
    # From this machine, as the tests' client is; test_seeing asks from elsewhere.
    "metrics": (None, dict.fromkeys(ROLES, 200)),
    "status": (None, ADMINISTRATORS),
    "retry-message": ("message", POST_BY_ADMINISTRATORS),
    "login": (None, dict.fromkeys(ROLES, 302) | {"anonymous": 200}),
    "logout": (None, dict.fromkeys(ROLES, 405) | {"anonymous": 302}),
    "password_change": (None, EVERYONE),
    "password_change_done": (None, EVERYONE),
    "targets:items": (None, EVERYONE),
    "targets:item": ("item", DISTRICT),
    "reports:search": (None, EVERYONE),
    "targets:switch-keys": (None, POST_ALONE),
    "targets:save-filter": (None, POST_ALONE),
    "targets:remove-filter": (None, POST_ALONE),
    "targets:my-items": (None, UNITS),
    "targets:start-contribution": ("entry", POST_BY_UNITS),
    # A contribution is its own unit's: for everyone else of a unit it does not exist.
    "targets:edit-contribution": ("contribution", OWN_UNIT),
    "targets:withdraw-contribution": ("contribution", POST_BY_UNITS),
    "targets:start-from-previous": (
        "contribution",
        UNITS
        | dict.fromkeys(("reporter", "colleague"), 302)
        | dict.fromkeys(("co_lead", "supporter", "other"), 404),
    ),
    "targets:print-contribution": ("contribution", OWN_UNIT),
    "targets:submit-drafts": ("period", UNITS),
    "targets:request-extension": ("period", UNITS),
    "targets:withdraw-extension": ("extension", POST_BY_UNITS),
    "targets:withdraw-adjustment": ("adjustment", POST_BY_UNITS),
    # A lead unit's; for the others of the district the form does not exist.
    "targets:request-adjustment": (
        "item",
        # Whose request waits is sent to it.
        UNITS
        | dict.fromkeys(("supporter", "other"), 404)
        | dict.fromkeys(("reporter", "colleague"), 302),
    ),
    "targets:print-my-items": ("period", UNITS),
    "targets:dismiss-hint": (
        "contribution",
        POST_BY_UNITS | {"office": 405, "stranger": 405},
    ),
    "targets:attach-evidence": (
        "contribution",
        UNITS
        | dict.fromkeys(("reporter", "colleague"), 302)
        | dict.fromkeys(("co_lead", "supporter", "other"), 404),
    ),
    "targets:detach-evidence": ("evidence", POST_BY_UNITS),
    # The file is a draft's: nobody but its unit knows of it.
    "targets:download-evidence": (
        "evidence",
        dict.fromkeys(ROLES, 404) | {"anonymous": 302, "reporter": 200, "colleague": 200},
    ),
    "targets:board": (None, OFFICES),
    "targets:contributions": (None, OFFICES),
    "targets:period-notice": ("period", OFFICE),
    "targets:remind-units": ("period", OFFICE),
    "targets:reminder-rule": (None, OFFICES),
    "targets:reminders": ("period", OFFICE),
    "targets:reminder-notices": ("period", OFFICE),
    "targets:adjustments": (None, OFFICES),
    "targets:decline-adjustment": ("adjustment", OFFICE),
    "targets:extensions": ("period", OFFICE),
    "targets:grant-extension": ("extension", OFFICE),
    "targets:refuse-extension": ("extension", OFFICE),
    "targets:review-entry": ("entry", OFFICE),
    "targets:review-queue": (None, OFFICES),
    "targets:approve-entries": (None, OFFICES),
    "targets:judge-entries": (None, OFFICES),
    "targets:return-entry": ("entry", POST_BY_OFFICE),
    "targets:approve-entry": ("entry", POST_BY_OFFICE),
    "targets:reopen-entry": ("entry", POST_BY_OFFICE),
    "targets:take-back-approval": ("entry", POST_BY_OFFICE),
    "targets:return-contribution": ("contribution", POST_BY_OFFICE),
    "targets:enter-contribution": ("contribution", OFFICE),
    "targets:trail": (None, OFFICES | {"auditor": 200}),
    "targets:export-trail": (None, OFFICES | {"auditor": 200}),
    "targets:check-trail": (None, OFFICES | {"auditor": 200}),
    "targets:accounts": (None, ADMINISTRATORS),
    "targets:create-accounts": (None, ADMINISTRATORS),
    "targets:change-account": ("account", ADMINISTRATORS),
    "targets:second-factor": (None, EVERYONE),
    "targets:set-up-second-factor": (None, EVERYONE),
    "targets:renew-recovery-codes": (None, EVERYONE),
    "targets:remove-second-factor": (None, EVERYONE),
    "targets:reset-second-factor": ("account", ADMINISTRATORS),
    "targets:own-sessions": (None, EVERYONE),
    "targets:end-own-session": ("session", POST_ALONE),
    "targets:end-other-sessions": (None, POST_ALONE),
    "targets:sessions": (None, ADMINISTRATORS),
    "targets:end-session": ("session", POST_BY_ADMINISTRATORS),
    "targets:reset-password": ("account", ADMINISTRATORS),
    "targets:deactivate-account": ("account", ADMINISTRATORS),
    "targets:activate-account": ("account", ADMINISTRATORS),
    "targets:units": (None, OFFICES | {"administrator": 200}),
    "targets:change-contact": ("unit", OFFICE | {"administrator": 200}),
    "targets:succeed-unit": ("unit", ADMINISTRATORS),
    "targets:withdraw-succession": ("succession", ADMINISTRATORS),
    "targets:plans": (None, OFFICES),
    "targets:create-plan": (None, OFFICES),
    "targets:plan": ("year", OFFICE),
    "targets:change-plan": ("year", OFFICE),
    "targets:add-goal": ("year", OFFICE),
    "targets:change-goal": ("goal", OFFICE),
    "targets:add-item": ("goal", OFFICE),
    "targets:adjust-item": ("item", OFFICE),
    "targets:complete-item": ("item", OFFICE),
    "targets:carry-over-item": ("item", OFFICE),
    # Nothing ticked: back to the plan.
    "targets:end-items": ("year", OFFICE | {"office": 302}),
    "targets:restore-item": ("item", OFFICE),
    "targets:count-status": ("status", OFFICE),
    "targets:cancel-item": ("item", OFFICE),
    "targets:instructions": (None, INSTRUCTIONS),
    "targets:give-instruction": (
        "item",
        dict.fromkeys(ROLES, 403) | {"anonymous": 302, "leader": 200},
    ),
    "targets:instruction": (
        "instruction",
        INSTRUCTIONS | dict.fromkeys(("other", "stranger"), 404),
    ),
    "targets:register-instruction": (None, OFFICES),
    # Handed out to whoever may read the instruction, to the others it does not exist.
    "targets:download-instruction-file": (
        "instruction_file",
        EVERYONE | dict.fromkeys(("auditor", "administrator", "other", "stranger"), 404),
    ),
    "targets:answer-instruction": (
        "asked_instruction",
        # 单位2 has answered already: it is led to what it said.
        UNITS | {"co_lead": 302, "supporter": 404, "other": 404},
    ),
    "targets:sheet-rule": (None, OFFICES),
    # Its day has not come: the office is told so on the instruction's page.
    "targets:issue-sheet": ("asked_instruction", OFFICE | {"office": 302}),
    "targets:sheets": (None, INSTRUCTIONS),
    "targets:sheet": (
        "sheet",
        INSTRUCTIONS | dict.fromkeys(("supporter", "other", "stranger"), 404),
    ),
    "targets:receive-sheet": ("sheet", POST_BY_UNITS),
    "targets:accept-answer": ("answer", POST_BY_OFFICE),
    "targets:return-answer": ("answer", OFFICE),
    "targets:remove-answer-file": ("instruction_file", POST_BY_UNITS),
    "targets:follow-up-instruction": ("instruction", OFFICE),
    "targets:finish-instruction": ("instruction", OFFICE),
    "targets:proposals": ("year", OFFICE),
    "targets:decide-proposals": ("year", POST_BY_OFFICE),
    "targets:item-indicators": ("item", OFFICE),
    "targets:accept-indicator": ("item", OFFICE),
    "targets:change-indicator": ("indicator", OFFICE),
    "targets:end-indicator": ("indicator", OFFICE),
    "targets:decide-milestone": ("indicator", POST_BY_OFFICE),
    "targets:propose-milestone": ("item", UNITS),
    "targets:enter-value": ("value", OFFICE),
    "targets:overrule-light": ("entry", OFFICE),
    "targets:supplement-values": ("period", OFFICE),
    "targets:periods": (None, OFFICES),
    "targets:create-period": (None, OFFICES),
    "targets:open-period": ("period", OFFICE),
    "targets:change-period": ("period", OFFICE),
    "targets:close-period": ("period", OFFICE),
    "targets:close-and-open": ("period", OFFICE),
    "targets:reopen-period": ("period", OFFICE),
    "targets:remove-period": ("period", OFFICE),
    "targets:misreadings": (None, OFFICES),
    "targets:remove-misreading": ("misreading", POST_BY_OFFICE | {"stranger": 405}),
    # A plan's: the administrator imports units and accounts.
    "reports:import-template": ("kind", OFFICES | {"administrator": 404}),
    "targets:imports": (None, IMPORTERS),
    # Without an upload there is nothing to preview: back to the list.
    "targets:preview-import": (
        None,
        IMPORTERS | {role: 302 for role, answer in IMPORTERS.items() if answer == 200},
    ),
    "targets:apply-import": (
        None,
        IMPORTERS | {role: 405 for role, answer in IMPORTERS.items() if answer == 200},
    ),
    "targets:import": ("import", OFFICES_IMPORT),
    "targets:undo-import": ("import", OFFICES_IMPORT),
    "reports:my-workbook": (None, UNITS),
    "reports:unit-workbooks": (None, OFFICE),
    "reports:dashboard": (None, EVERYONE),
    "reports:unit": ("unit", DISTRICT),
    "reports:goal": ("goal", DISTRICT),
    "reports:units": (None, EVERYONE),
    # The stranger's district has no quarter to export.
    "reports:export-units-csv": (None, DISTRICT),
    "reports:export-units-xlsx": (None, DISTRICT),
    "reports:export-figures-csv": (None, DISTRICT),
    "reports:export-figures-xlsx": (None, DISTRICT),
    "reports:brief": (None, DISTRICT),
    # Programs carry a token; a person's session opens nothing here.
    "reports:api-figures-json": ("code", dict.fromkeys(ROLES, 401)),
    "reports:api-figures-csv": ("code", dict.fromkeys(ROLES, 401)),
    "reports:api-items-json": ("code", dict.fromkeys(ROLES, 401)),
    "reports:api-items-csv": ("code", dict.fromkeys(ROLES, 401)),
    "reports:export-items-csv": (None, DISTRICT),
    "reports:export-items-xlsx": (None, DISTRICT),
    "reports:export-indicators": (None, DISTRICT),
    "reports:export-plan": ("year", OFFICE),
    # The stranger's district has no quarter either.
    "reports:export-board-csv": (None, OFFICE),
    "reports:export-board-xlsx": (None, OFFICE),
    "reports:export-contributions-csv": (None, OFFICE),
    "reports:export-contributions-xlsx": (None, OFFICE),
    "reports:export-my-items-csv": (None, UNITS),
    "reports:export-my-items-xlsx": (None, UNITS),
    "reports:export-hits-csv": (None, EVERYONE),
    "reports:export-hits-xlsx": (None, EVERYONE),
    "reports:export-extensions-csv": (None, OFFICE),
    "reports:export-extensions-xlsx": (None, OFFICE),
    "reports:export-adjustments-csv": (None, OFFICES),
    "reports:export-adjustments-xlsx": (None, OFFICES),
    "reports:export-instructions-csv": (None, INSTRUCTIONS),
    "reports:export-instructions-xlsx": (None, INSTRUCTIONS),
    "reports:circulars": (None, EVERYONE),
    "reports:draft-circular": (None, POST_BY_OFFICE),
    "reports:circular-kinds": (None, OFFICES),
    "reports:add-circular-kind": (None, OFFICES),
    "reports:edit-circular-kind": ("circular_kind", OFFICE),
    # A draft is the office's alone; to everyone else it does not exist.
    "reports:circular": ("circular", DRAFT),
    "reports:edit-circular": ("circular", DRAFT),
    "reports:rewrite-circular": ("circular", POST_ALONE),
    "reports:remove-circular": ("circular", DRAFT),
    "reports:read-circular": ("circular", POST_ALONE),
    "reports:sign-circular": ("circular", POST_ALONE),
    "reports:issue-circular": ("circular", DRAFT),
    "reports:correct-circular": ("circular", POST_ALONE),
    "reports:preview-circular": ("circular", DRAFT),
    "reports:circular-paper": ("circular", DRAFT),
    "reports:circular-page": ("circular", DRAFT),
    "reports:download-pdf": ("circular", DRAFT),
    "reports:download-docx": ("circular", DRAFT),
    "reports:download-annex-xlsx": ("circular", DRAFT),
    "reports:download-annex-pdf": ("circular", DRAFT),
    "reports:download-annex-csv": ("circular", DRAFT),
}


def named_urls(patterns: list, prefix: str = "") -> Iterator[str]:
    """Yield every URL name of the project; the admin's are tested on their own."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "admin":
                continue
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from named_urls(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{prefix}{pattern.name}"


def test_every_url_is_listed():
    assert set(named_urls(get_resolver().url_patterns)) == set(PAGES)


@pytest.fixture
def shared(cast):
    """Item (2)'s draft of 单位1, which 单位2 leads too and 单位4 supports."""
    contribution = builders.contribution_of(cast.period, cast.items[1], cast.units[0])
    builders.attach(contribution, cast.reporter)
    return builders.actions.save_contribution(
        contribution=contribution, version=1, report=Report("尚未报送的草稿"), by=cast.reporter
    )


def extension_of(cast) -> Extension:
    """The request of 单位1 for more time, made when it is first asked for."""
    made, _new = Extension.objects.get_or_create(
        period=cast.period,
        unit=cast.units[0],
        defaults={"until": cast.period.due_on, "reason": "核实", "requested_by": cast.reporter},
    )
    return made


def adjustment_of(cast) -> Adjustment:
    """The request of 单位1 to adjust item (2), made when it is first asked for."""
    made, _new = Adjustment.objects.get_or_create(
        item=cast.items[1],
        unit=cast.units[0],
        defaults={"other": "年底前完成。", "reason": "工期", "requested_by": cast.reporter},
    )
    return made


def import_of(cast) -> Import:
    """A file that the office imported, made when it is first asked for."""
    facts = {"kind": "plan", "file_name": "方案.xlsx", "applied_by": cast.office}
    made, _new = Import.objects.get_or_create(district=cast.district, defaults=facts)
    return made


def succession_of(cast) -> Succession:
    """A rename whose day has not come, decided when it is first asked for."""
    facts = {"name": "新单位", "on": date(2099, 1, 1), "decided_by": cast.administrator}
    made, _new = Succession.objects.get_or_create(unit=cast.units[3], defaults=facts)
    return made


def indicator_of(cast) -> Indicator:
    """What item (2) is measured by, made when it is first asked for."""
    return cast.items[1].indicators.first() or builders.measure(cast.items[1], cast.office)


def keys_of(cast, shared) -> dict[str, object]:
    """Make one of everything that an address names; return the keys by the addresses' words.

    Once a cast: the tables of addresses have hundreds of rows, and pages are asked when
    everything that they may show is there.
    """
    if cast not in _keys:
        _keys[cast] = _make_keys(cast, shared)
    return _keys[cast]


_keys: WeakKeyDictionary[Cast, dict[str, object]] = WeakKeyDictionary()


def _make_keys(cast, shared) -> dict[str, object]:
    return {
        "item": cast.items[1].pk,
        "entry": shared.entry_id,
        "contribution": shared.pk,
        "period": cast.period.pk,
        "evidence": shared.evidence.get().pk,
        "extension": extension_of(cast).pk,
        "adjustment": adjustment_of(cast).pk,
        "unit": cast.units[0].pk,
        "instruction": Instruction.objects.create(
            district=cast.district, item=cast.items[1], text="请抓紧。", given_by=cast.leader
        ).pk,
        "asked_instruction": asked_instruction_of(cast).pk,
        "answer": answer_of(cast).pk,
        "sheet": (Sheet.objects.first() or builders.sheet_on(cast.items[1], cast.office)).pk,
        "instruction_file": instruction_file_of(cast).pk,
        "message": Message.objects.create(
            channel="hook", subject="催办", body="", district=cast.district
        ).pk,
        "code": cast.period.code,
        "year": cast.plan.year,
        "goal": cast.goal.pk,
        "account": cast.colleague.pk,
        "circular": cast.circular.pk,
        "circular_kind": cast.circular.kind_id,
        "import": import_of(cast).pk,
        "session": 1,
        "kind": "plan",
        "misreading": misreading_of(cast).pk,
        "succession": succession_of(cast).pk,
        "indicator": indicator_of(cast).pk,
        "value": (shared.entry_id, indicator_of(cast).pk),
        "status": Status.objects.filter(district=cast.district).earliest("order").pk,
    }


def url_of(name: str, argument: str | None, cast, shared) -> str:
    key = keys_of(cast, shared)[argument] if argument else ()
    return reverse(name, args=key if isinstance(key, tuple) else [key])


def instruction_file_of(cast) -> InstructionFile:
    """The scan of an instruction on item (2), registered when it is first asked for."""
    made = InstructionFile.objects.first()
    if made is None:
        given = builders.paper_instruction(cast.items[1], cast.office, scan=b"%PDF-1.4\n%%EOF\n")
        made = given.files.get()
    return made


def asked_instruction_of(cast) -> Instruction:
    """An instruction on item (2) that its leads are to answer, made when it is first asked for."""
    found = Instruction.objects.filter(text="请答复。").first()
    return found or builders.paper_instruction(
        cast.items[1], cast.office, text="请答复。", follow_up="请答复。", due_on=builders.DUE
    )


def answer_of(cast) -> Answer:
    """What 单位2 answered, made when it is first asked for."""
    return Answer.objects.first() or builders.answer(asked_instruction_of(cast), cast.co_lead)


def misreading_of(cast) -> Misreading:
    here = {"district": cast.district, "found": "郑城"}
    return Misreading.objects.get_or_create(**here, defaults={"meant": "邾城"})[0]


@pytest.mark.parametrize("role", ROLES)
def test_every_page_answers_each_role_as_listed(role, cast, shared, as_user, client):
    browser = client if role == "anonymous" else as_user(getattr(cast, role))
    answers = {
        name: browser.get(url_of(name, argument, cast, shared)).status_code
        for name, (argument, _expected) in PAGES.items()
    }
    assert answers == {name: expected[role] for name, (_argument, expected) in PAGES.items()}


def said(answer: object) -> str:
    """Return the words of an answer, those inside a workbook or an archive too."""
    body = b"".join(answer) if answer.streaming else answer.content
    # openpyxl writes &#23578; for 尚.
    return "".join(html.unescape(each.decode("utf-8", "replace")) for each in unpacked(body))


def unpacked(body: bytes) -> Iterator[bytes]:
    if not body.startswith(b"PK"):
        yield body
        return
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in archive.namelist():
            yield from unpacked(archive.read(name))


def test_a_units_own_workbook_is_read_by_the_next_test(cast, shared, as_user):
    """Otherwise that one would see nothing in files, and be content."""
    assert "尚未报送的草稿" in said(as_user(cast.reporter).get("/my-items/workbook.xlsx"))


@pytest.mark.parametrize("role", ["co_lead", "supporter", "other", "office", "leader", "auditor"])
def test_no_page_or_file_shows_another_units_draft(role, cast, shared, as_user, quick):
    browser = as_user(getattr(cast, role))
    for name, (argument, expected) in PAGES.items():
        if expected[role] == 200 and name != "reports:brief":
            for query in ("", "?q=尚未报送"):
                answer = browser.get(url_of(name, argument, cast, shared) + query)
                shown = said(answer).replace('value="尚未报送"', "")
                assert "尚未报送的草稿" not in shown, name


@pytest.mark.parametrize(
    "query",
    [
        "q=尚未报送",
        "sort=contributions__text",
        "sort=-contributions__text",
        "contributions__text__contains=尚未",
        "text__contains=尚未",
        "entries__contributions__text__startswith=尚",
    ],
)
@pytest.mark.parametrize("path", ["/items/", "/contributions/", "/search/", "/board/"])
def test_no_search_filter_or_order_tells_what_a_draft_says(cast, shared, as_user, path, query):
    """The answer is the same whether the draft says it or not."""
    browser = as_user(cast.office)
    pages = []
    for text in ("尚未报送的草稿", "完全是别的内容"):
        Contribution.objects.filter(pk=shared.pk).update(text=text)
        pages.append(
            re.sub(r'csrfmiddlewaretoken" value="\w+', "", said(browser.get(f"{path}?{query}")))
        )
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    "path",
    [
        "/admin/targets/entry/?contributions__text__startswith=尚",
        "/admin/targets/entry/?q=尚未报送",
        "/admin/targets/item/?entries__contributions__text__contains=尚",
        "/admin/targets/item/?q=尚未报送",
        "/admin/targets/unit/?contributions__text__contains=尚",
        "/admin/targets/plan/?periods__entries__contributions__text__contains=尚",
        "/admin/targets/unit/?users__password__startswith=md5",
    ],
)
def test_no_lookup_in_the_admin_tells_what_a_draft_or_a_password_says(cast, shared, as_user, path):
    user = cast.administrator if "/unit/" in path else cast.office
    answer = as_user(user).get(path)
    refused = answer.status_code in (302, 400)
    assert refused or "0 条" in answer.content.decode() or "总共0" in answer.content.decode()


def test_history_by_a_foreign_key_does_not_exist(cast, shared, as_user):
    """Neither another district's rows nor, in one's own, what one's role does not read."""
    stranger = as_user(cast.stranger)
    for model, row in (("item", cast.items[0]), ("goal", cast.goal), ("entry", shared.entry)):
        for page in ("change", "history", "delete"):
            answer = stranger.get(f"/admin/targets/{model}/{row.pk}/{page}/")
            assert answer.status_code in (302, 403, 404)
            assert str(row) not in answer.content.decode()
    history = as_user(cast.office).get(f"/admin/targets/entry/{shared.entry_id}/history/")
    assert "尚未报送的草稿" not in history.content.decode()


def test_the_units_two_accounts_both_see_the_draft(cast, shared, as_user):
    for user in (cast.reporter, cast.colleague):
        page = as_user(user).get(shared.get_absolute_url())
        assert "尚未报送的草稿" in page.content.decode()


def test_submitted_text_is_read_by_the_items_units_office_and_leaders_only(cast, shared, as_user):
    builders.submit(shared, cast.reporter, "已经报送的内容")
    url = cast.items[1].get_absolute_url()
    readers = {
        role: "已经报送的内容" in as_user(getattr(cast, role)).get(url).content.decode()
        for role in ROLES
        if role not in ("anonymous", "stranger")
    }
    assert readers == {
        "reporter": True,
        "colleague": True,
        "co_lead": True,
        "supporter": True,
        "other": False,
        "office": True,
        "leader": True,
        "auditor": False,
        "administrator": False,
    }


def test_approved_text_is_read_by_everyone_of_the_district(cast, shared, as_user):
    builders.submit(shared, cast.reporter, "通过之后的内容")
    builders.approve(builders.entry_of(cast.period, cast.items[1]), cast.office)
    url = cast.items[1].get_absolute_url()
    for role in ("other", "auditor", "administrator"):
        page = as_user(getattr(cast, role)).get(url).content.decode()
        assert "通过之后的内容" in page
        assert "核定的表述。" in page


@pytest.mark.parametrize("role", ["co_lead", "supporter", "other"])
def test_nobody_writes_for_another_unit(role, cast, shared, as_user):
    browser = as_user(getattr(cast, role))
    form = {"version": shared.version, "text": "冒名", "then": "submit"}
    assert browser.post(shared.get_absolute_url(), form).status_code == 404
    withdraw = f"/contributions/{shared.pk}/withdraw/"
    assert browser.post(withdraw, {"version": shared.version}).status_code == 404
    shared.refresh_from_db()
    assert (shared.text, shared.state) == ("尚未报送的草稿", "draft")


def test_a_stranger_cannot_start_a_contribution(cast, shared, as_user):
    answer = as_user(cast.other).post(f"/entries/{shared.entry_id}/contribute/", follow=True)
    assert "不是该事项的责任单位" in answer.content.decode()
    assert not shared.entry.contributions.filter(unit=cast.units[2]).exists()


def test_a_role_withdrawn_in_mid_session_counts_at_once(cast, shared, as_user):
    browser = as_user(cast.office)
    assert browser.get(f"/entries/{shared.entry_id}/review/").status_code == 200
    cast.office.role = "leader"
    cast.office.save()
    assert browser.get(f"/entries/{shared.entry_id}/review/").status_code == 403


def test_a_deactivated_account_is_logged_out(cast, as_user):
    browser = as_user(cast.leader)
    cast.leader.is_active = False
    cast.leader.save()
    assert browser.get("/dashboard/").status_code == 302


ADMIN_PAGES = {
    "plan": {"office": 200, "administrator": 200},
    "goal": {"office": 200, "administrator": 200},
    "item": {"office": 200, "administrator": 200},
    "status": {"office": 200, "administrator": 403},
    "entry": {"office": 200, "administrator": 403},
    "unit": {"office": 200, "administrator": 200},
    "user": {"office": 403, "administrator": 200},
    "district": {"office": 403, "administrator": 200},
    "apitoken": {"office": 403, "administrator": 200},
}


@pytest.mark.parametrize("model", ADMIN_PAGES)
def test_admin_lists_by_role(model, cast, as_user):
    url = f"/admin/targets/{model}/"
    for role in ("reporter", "leader", "auditor"):
        assert as_user(getattr(cast, role)).get(url).status_code == 302
    for role, expected in ADMIN_PAGES[model].items():
        assert as_user(getattr(cast, role)).get(url).status_code == expected


def test_entries_are_read_only_in_the_admin(cast, shared, as_user):
    url = f"/admin/targets/entry/{shared.entry_id}/change/"
    browser = as_user(cast.office)
    page = browser.get(url)
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert browser.post(url, {"approved_text": "绕过审核"}).status_code == 403


def test_admin_saves_are_in_the_trail(cast, as_user):
    status = cast.completed
    as_user(cast.office).post(
        f"/admin/targets/status/{status.pk}/change/",
        {
            "district": cast.district.pk,
            "name": "全部完成",
            "clause": status.clause,
            "order": status.order,
            "color": status.color,
        },
    )
    event = Event.objects.first()
    assert (event.verb, event.subject, event.actor) == ("change", "status", "office")
    assert (event.old["name"], event.new["name"]) == ("已完成", "全部完成")
