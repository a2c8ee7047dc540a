"""Fetch with permission: the only way a view gets an object.

What an account may not see does not exist for it (404); what its role never does is
refused (403).
"""

from collections.abc import Callable, Iterable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from targets.choices import Duty, PeriodState, Role
from targets.models import (
    Adjustment,
    Answer,
    ApiToken,
    Contribution,
    Entry,
    Evidence,
    Extension,
    Goal,
    Import,
    Indicator,
    IndicatorValue,
    Instruction,
    InstructionFile,
    Item,
    KeptResponsibility,
    Misreading,
    Period,
    Plan,
    Responsibility,
    Sheet,
    Status,
    Succession,
    Unit,
    User,
    digest_of,
)
from targets.models.adjustments import with_requests
from targets.quarters import parse_quarter

View = Callable[..., HttpResponseBase]


def role_required(*roles: Role) -> Callable[[View], View]:
    """Refuse a view to every role but these."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if request.user.role not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def list_periods(user: User) -> list[Period]:
    """Return the periods that the user may see, newest first, with plan and district.

    Adds has_values: whether any indicator has its value, or was kept, in the period.
    """
    periods = Period.objects.visible_to(user).select_related("plan__district").newest_first()
    has_values = Exists(IndicatorValue.objects.filter(period=OuterRef("pk")))
    return list(periods.annotate(has_values=has_values))


def choose_period(request: HttpRequest, periods: list[Period]) -> Period | None:
    """Return the period that ?period=2020Q1 names; without it the newest open one, else the newest.

    None where there are no periods at all; 404 for a code that names none of them.
    """
    code = request.GET.get("period")
    if not code:
        return next((each for each in periods if each.is_open), periods[0] if periods else None)
    try:
        quarter = parse_quarter(code)
    except ValueError as error:
        raise Http404 from error
    for period in periods:
        if period.quarter == quarter:
            return period
    raise Http404


def get_item(user: User, pk: int) -> Item:
    """Return an item of the user's district with goal, plan and district, or 404.

    It knows whether anybody ever asked that it be adjusted (`with_requests`).
    """
    items = Item.objects.visible_to(user).select_related(
        "goal__plan__district", "carried_from__goal__plan", "carried_into__goal__plan"
    )
    return get_object_or_404(with_requests(items), pk=pk)


def get_led_item(user: User, pk: int) -> Item:
    """Return an item that the user's unit leads with goal and plan, or 404."""
    led = Responsibility.objects.filter(unit=user.unit_id or 0, duty=Duty.LEAD)
    items = Item.objects.visible_to(user).filter(pk__in=led.values("item_id"))
    return get_object_or_404(items.select_related("goal__plan"), pk=pk)


def list_items(user: User, plan: Plan, keys: Iterable[str]) -> list[Item]:
    """Return the plan's items that the keys name, in their order; what names none is left out."""
    named = [int(key) for key in keys if key.isdecimal() and len(key) < 18]
    items = Item.objects.visible_to(user).filter(goal__plan=plan, pk__in=named)
    return list(items.select_related("goal__plan").in_print_order())


def get_indicator(user: User, pk: int) -> Indicator:
    """Return an indicator of the user's district with its item, or 404."""
    indicators = Indicator.objects.visible_to(user).select_related("item__goal__plan", "unit")
    return get_object_or_404(indicators, pk=pk)


def get_plan(user: User, year: int) -> Plan:
    """Return the plan of a year of the user's district, or 404."""
    return get_object_or_404(Plan.objects.visible_to(user).select_related("district"), year=year)


def get_goal(user: User, pk: int) -> Goal:
    """Return a goal of the user's district with its plan, or 404."""
    return get_object_or_404(Goal.objects.visible_to(user).select_related("plan"), pk=pk)


def get_part(user: User, pk: int) -> Contribution:
    """Return a contribution of the district, or 404; who reads its text, `readable_by` says."""
    parts = Contribution.objects.visible_to(user).with_names()
    return get_object_or_404(parts, pk=pk)


def get_account(user: User, pk: int) -> User:
    """Return an account of the user's district, or 404."""
    return get_object_or_404(User.objects.visible_to(user).select_related("unit"), pk=pk)


def get_unit(user: User, pk: int) -> Unit:
    """Return a unit of the user's district with its successor, or 404."""
    return get_object_or_404(Unit.objects.visible_to(user).select_related("successor"), pk=pk)


def get_succession(user: User, pk: int) -> Succession:
    """Return a decided rename or merger of the user's district with its units, or 404."""
    successions = Succession.objects.select_related("unit", "successor")
    return get_object_or_404(successions, unit__district_id=user.district_id, pk=pk)


def get_status(user: User, pk: int) -> Status:
    """Return a status of the user's district, or 404."""
    return get_object_or_404(Status.objects.visible_to(user), pk=pk)


def get_entry(user: User, pk: int) -> Entry:
    """Return an entry of the user's district with all that names it, or 404."""
    return get_object_or_404(Entry.objects.visible_to(user).with_item(), pk=pk)


def get_own_contribution(user: User, pk: int) -> Contribution:
    """Return a contribution of the user's own unit, or 404."""
    own = (
        Contribution.objects.owned_by(user)
        .with_verdict()
        .select_related(
            "unit",
            "saved_by",
            "entry__status",
            "entry__item__goal",
            "entry__kept__goal",
            "entry__period__plan__district",
        )
    )
    today = Responsibility.objects.select_related("unit")
    kept = KeptResponsibility.objects.select_related("unit")
    return get_object_or_404(
        own.with_due().prefetch_related(
            Prefetch("entry__item__responsibilities", today),
            Prefetch("entry__kept__responsibilities", kept),
        ),
        pk=pk,
    )


def get_contribution(user: User, pk: int) -> Contribution:
    """Return a contribution whose text the user may read, or 404."""
    readable = Contribution.objects.readable_by(user).select_related("unit", "entry")
    return get_object_or_404(readable, pk=pk)


def get_own_evidence(user: User, pk: int) -> Evidence:
    """Return a file attached to a contribution of the user's own unit, or 404."""
    own = Contribution.objects.owned_by(user)
    return get_object_or_404(Evidence.objects.filter(contribution__in=own), pk=pk)


def get_evidence(user: User, pk: int) -> Evidence:
    """Return a file attached to a contribution whose text the user may read, or 404."""
    readable = Contribution.objects.readable_by(user)
    files = Evidence.objects.filter(contribution__in=readable).select_related(
        "contribution__unit",
        "contribution__entry__item__goal",
        "contribution__entry__kept__goal",
        "contribution__entry__period__plan",
    )
    return get_object_or_404(files, pk=pk)


def get_period(user: User, pk: int) -> Period:
    """Return a period that the user may see with plan and district, or 404."""
    periods = Period.objects.visible_to(user).select_related("plan__district")
    return get_object_or_404(periods, pk=pk)


def get_extension(user: User, pk: int) -> Extension:
    """Return a request for more time that the user may read, or 404."""
    requests = Extension.objects.readable_by(user).select_related(
        "unit", "item__goal", "period__plan__district"
    )
    return get_object_or_404(requests, pk=pk)


def get_adjustment(user: User, pk: int) -> Adjustment:
    """Return a request to adjust an item that the user may read, or 404."""
    requests = Adjustment.objects.readable_by(user).with_names()
    return get_object_or_404(requests, pk=pk)


def list_imports(user: User) -> QuerySet[Import]:
    """Return the imports of the user's own side: office, administrator, or unit; newest first.

    A unit's import may hold a draft's words, so nobody else sees it.
    """
    imports = Import.objects.visible_to(user).filter(applied_by__role=user.role)
    if user.is_unit:
        imports = imports.filter(applied_by__unit_id=user.unit_id or 0)
    return imports.select_related("applied_by", "undone_by").order_by("-pk")


def get_import(user: User, pk: int) -> Import:
    """Return an import of the user's own side, or 404."""
    return get_object_or_404(list_imports(user), pk=pk)


def get_misreading(user: User, pk: int) -> Misreading:
    """Return what the district's office noted, or 404."""
    return get_object_or_404(Misreading.objects.visible_to(user), pk=pk)


def find_token(header: str) -> ApiToken | None:
    """Return the valid token that an Authorization header carries, or None."""
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        return None
    return ApiToken.objects.valid().filter(digest=digest_of(secret.strip())).first()


def list_district_periods(district_id: int) -> list[Period]:
    """Return a district's opened periods, newest first, for its programs."""
    opened = Period.objects.filter(plan__district_id=district_id)
    opened = opened.exclude(state=PeriodState.DRAFT)
    return list(opened.select_related("plan__district").newest_first())


def get_instruction(user: User, pk: int) -> Instruction:
    """Return an instruction that the user may see with item and people, or 404."""
    return get_object_or_404(Instruction.objects.readable_by(user).with_item(), pk=pk)


def get_shown_instruction(user: User, pk: int) -> Instruction:
    """Return an instruction for its page: with answers, and `is_former` (`shown_to`), or 404."""
    rows = Instruction.objects.shown_to(user).with_item()
    return get_object_or_404(rows.with_answers(user), pk=pk)


def get_instruction_file(user: User, pk: int) -> InstructionFile:
    """Return a file beside an instruction that the user may see, or 404."""
    scans = Q(answer=None, instruction__in=Instruction.objects.readable_by(user))
    beside_answers = Q(answer__in=Answer.objects.readable_by(user))
    files = InstructionFile.objects.filter(scans | beside_answers)
    return get_object_or_404(
        files.select_related("answer", "instruction__item__goal__plan", "instruction__unit"), pk=pk
    )


def get_asked_instruction(user: User, pk: int) -> Instruction:
    """Return an instruction that the user's unit answers, or 404."""
    asked = Instruction.objects.readable_by(user).asking(user.unit_id).with_item()
    return get_object_or_404(asked, pk=pk)


def get_sheet(user: User, pk: int) -> Sheet:
    """Return a supervision sheet that the user may see, or 404."""
    sheets = Sheet.objects.readable_by(user).select_related(
        "instruction__item__goal__plan", "instruction__unit", "instruction__given_by", "issued_by"
    )
    return get_object_or_404(sheets, pk=pk)


def get_answer(user: User, pk: int) -> Answer:
    """Return an answer that the user may read with its instruction, or 404."""
    readable = Answer.objects.readable_by(user).select_related(
        "unit", "instruction__item__goal__plan", "instruction__unit", "instruction__given_by"
    )
    return get_object_or_404(readable, pk=pk)
