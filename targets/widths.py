"""Digits and signs of either width: 80％ is 80%, ４（９） is 4(9). One sign stays one sign."""

WIDE = "０１２３４５６７８９％（）．＋－"
NARROW = "0123456789%().+-"
_TO_NARROW = str.maketrans(WIDE, NARROW)


def narrow(word: str) -> str:
    """Return a word with its digits, brackets and signs in their narrow form."""
    return word.translate(_TO_NARROW)
