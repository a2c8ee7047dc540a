"""What waits for an account, counted in the statement that fetches the account itself.

Every page's menu says these numbers. Asked for by themselves they would be one statement
more on every page; and put together anew each time they would cost more than the answer.
"""

from datetime import date
from functools import lru_cache

from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from targets.choices import (
    ANSWERED,
    HANDED_IN,
    ContributionState,
    Duty,
    InstructionKind,
    PeriodState,
    Role,
)
from targets.models import Answer, Contribution, Entry, Instruction, Responsibility, User
from targets.models.contributions import ContributionQuerySet
from targets.models.entries import is_live

NOBODY, NO_DAY = -1, date(9999, 12, 31)  # what the statement is put together with
OPEN = PeriodState.OPEN


def account_with_waiting(pk: int, today: date) -> User | None:
    """Fetch an account with what waits for it: overdue, owing, to_review and of instructions.

    `overdue`: reports whose day in force is over; a unit's own, the district's for the office.
    `owing`: reports that a unit still owes in every open quarter, for the office the units
    that owe any. `to_review`: entries that wait for the office. The others count
    instructions, each once: not done in time (a unit's own that it has not answered), not
    followed up, answered and waiting for the office, sent back to the unit, a leader's own.
    """
    statement, values = _statement()
    given = {NOBODY: pk, NO_DAY: today, NO_DAY.isoformat(): today.isoformat()}
    found = User.objects.raw(statement, [given.get(each, each) for each in values])
    return next(iter(found), None)


def owed_by(account: User) -> int:
    """Return `owing` of an account that was fetched here; of another, nothing."""
    return int(getattr(account, "owing", 0))


@lru_cache
def _statement() -> tuple[str, tuple[object, ...]]:
    return _accounts().query.sql_with_params()


def _accounts() -> QuerySet[User]:
    mine = _contributions(unit_id=OuterRef("unit_id"))
    given = Instruction.objects.filter(district_id=OuterRef("district_id"))
    late = given.of_kind(InstructionKind.OVERDUE, NO_DAY)
    # Who supports an item is asked for nothing, so nothing of it waits there.
    led = Responsibility.objects.filter(
        item_id=OuterRef("item_id"), unit_id=OuterRef(OuterRef("unit_id")), duty=Duty.LEAD
    )
    own_answers = Answer.objects.filter(instruction_id=OuterRef("pk"))
    of_unit = given.filter(Q(unit_id=OuterRef("unit_id")) | Exists(led))
    its_answers = own_answers.filter(unit_id=OuterRef(OuterRef("unit_id")))
    late_of_unit = of_unit.of_kind(InstructionKind.OVERDUE, NO_DAY).exclude(
        Exists(its_answers.filter(state__in=ANSWERED))
    )
    of_leader = given.given_by_leader(OuterRef("pk"))
    # Each instruction is counted once: what is overdue is counted as that.
    in_time = Q(due_on__gte=NO_DAY)
    returned = of_unit.filter(in_time, Exists(its_answers.sent_back()), done_at=None)
    all_units = _contributions(entry__period__plan__district_id=OuterRef("district_id"))
    return User.objects.filter(pk=NOBODY).annotate(
        overdue=_by_role(
            {
                Role.UNIT: _count(mine.overdue(NO_DAY)),
                Role.OFFICE: _count(all_units.overdue(NO_DAY)),
            }
        ),
        owing=_by_role(
            {Role.UNIT: _count(mine.owed()), Role.OFFICE: _count(all_units.owed(), of="unit_id")}
        ),
        to_review=_by_role(
            {
                Role.OFFICE: _count(
                    entries_to_review().filter(period__plan__district_id=OuterRef("district_id"))
                )
            }
        ),
        answered_instructions=_by_role({Role.OFFICE: _count(given.to_review().filter(in_time))}),
        returned_answers=_by_role({Role.UNIT: _count(returned)}),
        new_instructions=_by_role({Role.OFFICE: _count(given.untaken())}),
        late_instructions=_by_role(
            {Role.OFFICE: _count(late), Role.LEADER: _count(late), Role.UNIT: _count(late_of_unit)}
        ),
        own_instructions=_by_role({Role.LEADER: _count(of_leader)}),
    )


def _by_role(counts: dict[Role, Coalesce]) -> Case:
    """Return the count of the account's role; the others' are not even asked for."""
    return Case(
        *(When(role=role, then=count) for role, count in counts.items()),
        default=Value(0),
        output_field=models.IntegerField(),
    )


def _count(rows: QuerySet[Model], of: str = "pk") -> Coalesce:
    # Grouped by nothing: a subquery of one number.
    counted = (
        rows.order_by()
        .annotate(group=Value(1))
        .values("group")
        .annotate(total=Count(of, distinct=of != "pk"))
        .values("total")
    )
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), Value(0))


def _contributions(**whose: OuterRef) -> ContributionQuerySet:
    return Contribution.objects.filter(entry__period__state=OPEN, **whose)


def entries_to_review() -> QuerySet[Entry]:
    """Return the entries that `queue.waiting_items` lists, of every open quarter."""
    leads = Contribution.objects.filter(entry_id=OuterRef("pk"), duty=Duty.LEAD)
    reported = leads.filter(state__in=HANDED_IN)
    returned = leads.filter(state=ContributionState.RETURNED)
    is_unjudged = Q(status__isnull=True) & Exists(reported) & ~Exists(returned)
    return Entry.objects.filter(
        is_unjudged | Q(status__isnull=False, reopened_at__isnull=False),
        is_live(""),
        period__state=OPEN,
    )
