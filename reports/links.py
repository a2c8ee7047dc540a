"""The addresses of the lists that the numbers of a page counted."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from reports.figures import Scope


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of the lists behind the numbers; each takes more parameters after it."""

    items: str  # of the whole scope
    goals: str  # add a goal
    units: str  # add a unit and a duty
    leaders: str  # add a leader
    mine: str  # the reader's own portfolio
    parties: str  # the scope's units
    pages: str  # the dashboard itself, narrowed to a unit: add it


def make_links(code: str, scope: Scope) -> Links:
    """Return the addresses of a scope's lists in the period with the code, such as 2020Q1."""
    goal = {"goal": scope.goal_id} if scope.goal_id else {}
    unit = {"unit": scope.unit_id} if scope.unit_id else {}
    led = {**unit, "duty": "lead"} if unit else {}
    leader = {"leader": scope.leader_id} if scope.leader_id else {}

    def link(name: str, **params: object) -> str:
        return f"{reverse(name)}?{urlencode({'period': code, **params})}"

    return Links(
        items=link("targets:items", **leader, **goal, **led),
        goals=link("targets:items", **leader, **led),
        units=link("targets:items", **leader, **goal),
        leaders=link("targets:items", **goal, **led),
        mine=link("targets:items", leader="me"),
        parties=link("reports:units", **leader, **goal, **unit),
        pages=link("reports:dashboard", **leader, **goal),
    )
