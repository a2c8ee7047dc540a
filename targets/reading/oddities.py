"""What is worth a second look in a value: pointed out, never blocked."""

from decimal import Decimal

from targets.choices import IndicatorKind
from targets.reading.plain import shown_number
from targets.reading.signs import change_text, is_fall

FAR = 100  # times: a comma, or 万 taken for 亿


def oddities(
    *,
    kind: str,
    measure: str,
    value: Decimal | None,
    before: Decimal | None,
    target: Decimal | None,
    read_as: str = "",
) -> list[str]:
    """Return remarks on a value: beside last quarter's, its target, and the unit it was read in.

    `before` is the value of the quarter before, `read_as` the unit that the text uses.
    """
    if value is None or kind == IndicatorKind.MILESTONE:
        return []
    found = []
    if kind == IndicatorKind.CUMULATIVE and before is not None and value < before:
        found.append(f"累计数少于上季度的{shown_number(before)}{measure}")
    if kind == IndicatorKind.CUMULATIVE and value < 0:
        found.append("累计数小于0，请核对正负号")
    if before and value and not Decimal(1) / FAR < abs(value / before) < FAR:
        found.append(f"与上季度的{shown_number(before)}{measure}相差{FAR}倍以上，请核对计量单位")
    elif target and abs(value / target) >= FAR:
        found.append(f"超过目标的{FAR}倍，请核对计量单位（{measure}）")
    if is_fall(kind, target) and value > 0:
        words = change_text(value, measure)
        found.append(f"要求的是下降，填的是{words}；如为下降，请在数字前加负号")
    if read_as and read_as != measure:
        found.append(f"文中以{read_as}计，已换算为{measure}")
    return found
