"""The addresses of the lists that the numbers of a page counted."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from reports.figures.quarter import Scope


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses as an attribute of HTML holds them; each takes more parameters after it."""

    code: str  # of the quarter, such as 2020Q1
    items: SafeString  # of the whole scope
    goals: SafeString  # add a goal
    units: SafeString  # add a unit and a duty
    leaders: SafeString  # add a leader
    mine: SafeString  # the reader's own portfolio
    parties: SafeString  # the scope's units
    pages: SafeString  # the dashboard itself, narrowed to a unit: add it

    def unit(self, pk: int) -> str:
        """Return the address of a unit's own page in the quarter."""
        return _own_page("reports:unit", pk, self.code)

    def goal(self, pk: int) -> str:
        """Return the address of a goal's own page in the quarter."""
        return _own_page("reports:goal", pk, self.code)


def _own_page(name: str, pk: int, code: str) -> str:
    # Reversed once a name: a page has some sixty of them.
    return f"{_pattern(name).replace('/0/', f'/{pk}/')}?period={code}"


@cache
def _pattern(name: str) -> str:
    return reverse(name, args=[0])


def make_links(code: str, scope: Scope) -> Links:
    """Return the addresses of a scope's lists in the period with the code, such as 2020Q1."""
    goal = {"goal": scope.goal_id} if scope.goal_id else {}
    unit = {"unit": scope.unit_id} if scope.unit_id else {}
    led = {**unit, "duty": "lead"} if unit else {}
    leader = {"leader": scope.leader_id} if scope.leader_id else {}
    items = reverse("targets:items")

    def link(path: str, **params: object) -> SafeString:
        return escape(f"{path}?{urlencode({'period': code, **params})}")

    return Links(
        code=code,
        items=link(items, **leader, **goal, **led),
        goals=link(items, **leader, **led),
        units=link(items, **leader, **goal),
        leaders=link(items, **goal, **led),
        mine=link(items, leader="me"),
        parties=link(reverse("reports:units"), **leader, **goal, **unit),
        pages=link(reverse("reports:dashboard"), **leader, **goal),
    )
