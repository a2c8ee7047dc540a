"""The demonstration loaded once in a run: later tests get its rows as the database has them.

Loading it takes seconds, the copy a tenth of one. `load_demo` itself is run by the first test
that asks, and on every day that a test pretends it to be: due dates follow the day.
"""

import io
from datetime import date

from django.core.management import call_command
from django.utils import timezone

from tests import snapshots

_loaded: dict[date, snapshots.Rows] = {}


def load() -> None:
    """Fill the empty tables with the demonstration; DEMO_PASSWORD is the same all along."""
    today = timezone.localdate()
    if today in _loaded:
        snapshots.put_back(_loaded[today])
        return
    call_command("load_demo", verbosity=0, stdout=io.StringIO())
    _loaded[today] = snapshots.take()
