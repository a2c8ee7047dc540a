"""Texts that hold a word, whatever the width of its digits and signs: 80％ is found by 80%.

Both databases fold the column the same way, sign by sign, and only where the word has such a
sign: a text is read once for each of them, however it is written.
"""

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Replace
from django.db.models.lookups import IContains

from targets.widths import NARROW, WIDE, narrow


def holds(column: str, word: str) -> Q | IContains:
    """Return the condition that a column holds a word, letters in either case."""
    plain = narrow(word)
    signs = [wide for wide, sign in zip(WIDE, NARROW, strict=True) if sign in plain]
    if not signs:
        return Q(**{f"{column}__icontains": word})
    folded: F | Func = F(column)
    for wide in signs:
        folded = Replace(folded, Value(wide), Value(narrow(wide)), output_field=TextField())
    return IContains(folded, plain)
