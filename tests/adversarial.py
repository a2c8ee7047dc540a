"""Texts that make a careless reader work for minutes: each 20,000 characters or a little less.

What a unit may store (targets.rules.TEXT_LIMIT) and no more. bench/adversarial.py measures
every reader of free text with them, and the tests of each reader try them all.
"""

import random

LENGTH = 20_000


def _repeated(words: str) -> str:
    return (words * (LENGTH // len(words) + 1))[:LENGTH]


_RANDOM = random.Random(20)

ADVERSARIAL: dict[str, str] = {
    "one character": _repeated("一"),
    "two characters": "".join(_RANDOM.choice("甲乙") for _ in range(LENGTH)),
    "every character another": "".join(
        chr(0x4E00 + _RANDOM.randrange(20_000)) for _ in range(LENGTH)
    ),
    "digits": _repeated("9"),
    "digits and commas": _repeated("1,"),
    "digits and points": _repeated("1."),
    "one measure again and again": _repeated("12个"),
    "percentages": _repeated("增长5%，"),
    "Chinese numbers": _repeated("一百二十三万"),
    "numbered paragraphs": _repeated("1、完成。\n"),
    "line breaks": _repeated("\n"),
    "blanks": _repeated(" "),
    "wide blanks": _repeated("\u3000"),
    "brackets that never close": _repeated("（"),
    "brackets that were never opened": _repeated("）"),
    "quotes": _repeated("“"),
    "dates": _repeated("2020年6月"),
    "unit names": _repeated("区发改局、"),
    # One character that NFKC makes eighteen of, and one that it makes three of.
    "swelling": _repeated("\ufdfa"),
    "swelling numbers": _repeated("㎦⅒"),
    "combining marks": _repeated("e\u0301\u0327"),
    "zero-width": _repeated("\u200b\u200d"),
    "beyond the basic plane": _repeated("𠮷"),
    "formula": _repeated("=1+"),
    "markup": _repeated("<b>&amp;"),
    "no end": _repeated("完成投资3亿元，占"),
}
