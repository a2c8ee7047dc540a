"""Exact decimals as people write them."""

from decimal import Decimal


def plain_number(value: Decimal) -> str:
    """Return the number without exponent and idle zeros: 1E+3 is 1000, 7.80 is 7.8."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
