"""Exact decimals as people write them."""

import re
import unicodedata
from decimal import Decimal

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,8})?", re.ASCII)
DIGITS = 15  # that count: SQLite keeps no more of them exactly
LONGEST = 40  # characters that anybody types for one number
HOW_TO_TYPE = "请只填数字，如1200、3.5、-2.1，最多15位有效数字、8位小数。"


def plain_number(value: Decimal) -> str:
    """Return the number without exponent and idle zeros: 1E+3 is 1000, 7.80 is 7.8."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def shown_number(value: Decimal) -> str:
    """Return the number as pages print it, with the sign for minus: −87.

    In boxes, files that are read back and the data interface it is `plain_number`'s hyphen.
    """
    return plain_number(value).replace("-", "−")


def typed_number(typed: str) -> Decimal | None:
    """Return a number as people type it: full width, thousands, signs, a long dash for a fall.

    A blank divides thousands, as a comma does, and nothing else: 3 5 is no 35. Signs that nobody
    sees are passed over. None where nothing is typed. Raises ValueError, in Chinese, where it is
    no number or has more digits than are kept; Decimal itself takes NaN and 1_000.
    """
    if len(typed) > LONGEST:
        raise ValueError(HOW_TO_TYPE)
    text = unicodedata.normalize("NFKC", typed)
    text = "".join(each for each in text if unicodedata.category(each) != "Cf").strip()
    if not text:
        return None
    text = re.sub(r"^(?:[‐—―–−]+|-) *", "-", text)
    text = re.sub(r"^\+ *(?=[0-9])", "", text)
    if re.fullmatch(r"-?[0-9]{1,3}(?:(?:, ?| )[0-9]{3})+(?:\.[0-9]+)?", text):
        text = re.sub("[ ,]", "", text)
    if not _NUMBER.fullmatch(text) or len(re.sub(r"^-?0*\.?0*|\.", "", text)) > DIGITS:
        raise ValueError(HOW_TO_TYPE + _what_is_wrong(text))
    return Decimal(text)


def _what_is_wrong(text: str) -> str:
    """Return what to leave out of a number that is typed with more than its digits."""
    if re.search("[百千万亿]", text):
        return "不写万、亿，请按计量单位换算。"
    if re.search("[%点]", text):
        return "不写百分号和“个百分点”。"
    if re.fullmatch("-?[0-9.]+e[-+]?[0-9]+", text, re.IGNORECASE):
        return "不用科学记数法，请写出全部数字。"
    if re.fullmatch("-?[0-9., ]+", text) and " " in text:
        return "数字中间不留空格。"
    return ""


def has_too_many_digits(value: Decimal) -> bool:
    """Tell what SQLite would not keep exactly."""
    return len(value.normalize().as_tuple().digits) > DIGITS
