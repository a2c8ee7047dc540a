"""Saves of a draft that follow each other are one row of a list: the editor saves by itself.

Every save stays an event of its own, and the exports have them all. Only what a page holds is
folded: a run that goes on on the next page is told there again, with what of it is there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.timezone import localtime

from targets.choices import Verb
from targets.event_wording import ToldFact

Told = tuple[Any, list[ToldFact]]


@dataclass(slots=True)
class Fold:
    """A row of a list: one event, or a run of saves by its newest."""

    event: Any
    told: list[Told] = field(default_factory=list)  # the newest first; one, unless it is a run

    @property
    def span(self) -> str:
        """Between which moments a run was saved, by the clock; with days where it had several."""
        newest, oldest = (localtime(self.told[at][0].at) for at in (0, -1))
        form = "%H:%M:%S" if newest.date() == oldest.date() else "%m-%d %H:%M:%S"
        return f"{oldest:{form}}至{newest:{form}}"


def fold_saves(told: Iterable[Told]) -> list[Fold]:
    """Return events, the newest first, with one row for each run of saves.

    A run: saves of one contribution by one account from one address, with nothing else done to
    that contribution in between. What happens to others meanwhile does not end it.
    """
    folds: list[Fold] = []
    runs: dict[tuple[str, int | None], Fold] = {}
    for event, changes in told:
        about = (event.subject, event.subject_id)
        run = runs.get(about)
        is_save = event.verb == Verb.SAVE
        if run and is_save and _who(run.event) == _who(event):
            run.told.append((event, changes))
            continue
        made = Fold(event, [(event, changes)])
        folds.append(made)
        runs.pop(about, None)
        if is_save:
            runs[about] = made
    return folds


def _who(event: Any) -> tuple[str, str]:
    return (event.actor, event.address)
