"""A number as it is written, in digits or in Chinese, as an exact decimal."""

from decimal import Decimal

# A longer one is no count of anything here, and would only cost time.
LONGEST = 18

DIGITS = {
    "零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4,
    "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
}  # fmt: skip
_TENS = {"十": 10, "百": 100, "千": 1_000}
CHINESE = "".join(DIGITS) + "".join(_TENS) + "万亿"


def read_numeral(written: str) -> Decimal | None:
    """Return the number, or None where the characters are no number: 1,200.5; 一百二十; 两千万."""
    if not written or len(written) > LONGEST:
        return None
    if "0" <= written[0] <= "9":
        return Decimal(written.replace(",", ""))
    return _read_chinese(written)


def _read_chinese(written: str) -> Decimal | None:
    """Read 三十五, 一百零二, 两千万, 二〇二〇; None for 百里挑一 and the like."""
    if all(sign in DIGITS for sign in written):
        # 二〇 is read digit by digit; 三五 is 三到五, no number.
        if len(written) > 1 and "〇" not in written and "零" not in written:
            return None
        return Decimal("".join(str(DIGITS[sign]) for sign in written))
    total = tens_of_thousands = section = 0
    digit: int | None = None
    for place, sign in enumerate(written):
        if sign in DIGITS:
            if digit:
                return None
            digit = DIGITS[sign]
        elif sign in _TENS:
            if digit is None and not (sign == "十" and place == 0):
                return None
            section += (1 if digit is None else digit) * _TENS[sign]
            digit = None
        else:
            section, digit = section + (digit or 0), None
            if not section:
                return None
            if sign == "万":
                tens_of_thousands, section = section * 10_000, 0
            else:
                total, tens_of_thousands, section = (
                    (tens_of_thousands + section) * 100_000_000,
                    0,
                    0,
                )
    return Decimal(total + tens_of_thousands + section + (digit or 0))
