"""Which statements write rows of the domain, and whether an action stands behind each."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
# Where a change of state may be made: one transaction with its event.
ACTIONS = (ROOT / "targets" / "actions", ROOT / "reports")
# No facts of the domain: the session's own row, files that are made again at need, a day's
# numbers of requests. The last login is the session's too.
OWN_WAY = {"targets_loginsession", "targets_loginbrake", "reports_rendering", "tracker_traffic"}


def tables() -> set[str]:
    """Return the tables of every model of the project, but for what has its own way."""
    own = ("targets", "reports", "tracker")
    found = {each._meta.db_table for each in apps.get_models() if each._meta.app_label in own}
    return found - OWN_WAY


@contextmanager
def written_by_actions() -> Iterator[None]:
    """Fail where a row of any model is written meanwhile, and not by an action."""
    known, strays = tables(), []

    def watch(execute: Callable, sql: str, *further: object) -> object:
        head = sql.split("(")[0].split(" SET ")[0].replace('"', " ").split()
        is_write = head[0] in ("INSERT", "UPDATE", "DELETE") and known & set(head[:4])
        if is_write and '"last_login"' not in sql and not _is_in_action():
            strays.append(sql[:200])
        return execute(sql, *further)

    with connection.execute_wrapper(watch):
        yield
    assert strays == []


def _is_in_action() -> bool:
    """Tell whether a module of actions is among those that are running."""
    frame = sys._getframe(1)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        # A room's actions.py, or kind_actions.py beside it.
        is_room = path.stem.endswith("actions") and ACTIONS[1] in path.parents
        if ACTIONS[0] in path.parents or is_room:
            return True
        frame = frame.f_back
    return False
