"""What leaders asked for (批示): what is overdue, and what came of a leader's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from targets.choices import InstructionKind
from targets.models import Instruction, Period, User

OWN_SHOWN = 4


@dataclass(frozen=True, slots=True)
class LateInstruction:
    """An instruction that was not done in time, as lists of worries tell of it."""

    key: int
    item_id: int | None
    unit_id: int | None  # where it goes to a unit
    name: str  # of the item, with its year, or of the unit
    text: str
    days: int  # after its last day


def fetch_late(user: User, period: Period, today: date) -> Sequence[LateInstruction]:
    """Return what is overdue of the instructions that a reader may see, the longest first.

    Beside an open quarter alone: what is asked today says nothing about a closed one.
    """
    if not period.is_open or not (user.is_unit or _counted(user, "late_instructions")):
        return ()
    late = Instruction.objects.readable_by(user).of_kind(InstructionKind.OVERDUE, today)
    return tuple(
        LateInstruction(
            each.pk,
            each.item_id,
            each.unit_id,
            f"{each.year}年{each.item}" if each.item else str(each.unit),
            each.text,
            (today - each.due_on).days if each.due_on else 0,
        )
        for each in late.with_item().order_by("due_on", "pk")
    )


def fetch_own(user: User) -> list[Instruction]:
    """Return a leader's own newest instructions, the open ones first, with `answered`."""
    if not user.is_leader or not _counted(user, "own_instructions"):
        return []
    own = Instruction.objects.readable_by(user).given_by_leader(user.pk).with_item()
    return list(own.with_answered().open_first()[:OWN_SHOWN])


def _counted(user: User, kind: str) -> bool:
    """Tell whether there are any, as counted with the account (`questions.waiting`).

    Most days there are none, and the page is a statement shorter. An account that was fetched
    without its counts has to ask.
    """
    return bool(getattr(user, kind, 1))
