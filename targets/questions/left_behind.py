"""What quarters that are not closed hold of an indicator that ends: nothing is judged by it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from targets.choices import IndicatorState
from targets.models import Indicator, IndicatorValue, Item
from targets.questions.measures import value_text


def values_in_words(indicators: Iterable[Indicator]) -> dict[int, list[str]]:
    """Return each indicator's values by its key, 2030年第一季度3块: one statement.

    Left out are those that a quarter kept when it closed: they stay what it is measured by.
    """
    by_key = {each.pk: each for each in indicators}
    rows = IndicatorValue.objects.filter(
        indicator_id__in=by_key, is_kept=False, value__isnull=False
    ).select_related("period__plan")
    told: dict[int, list[str]] = defaultdict(list)
    for row in rows.order_by("period__plan__year", "period__number"):
        told[row.indicator_id].append(f"{row.period}{value_text(by_key[row.indicator_id], row)}")
    return told


def on_other_terms(told: Sequence[str]) -> str:
    """Say what becomes of an indicator's values where another kind or measure takes its place."""
    again = "单位填了、还没有核定的数值须重新填写。"
    if not told:
        return f"类型或计量单位改动后，{again}"
    return (
        f"类型或计量单位改动后，已有的数值（{'、'.join(told)}）留在原指标，不再计算进度，"
        f"请按新的指标重新录入；{again}"
    )


def read_from_standards(items: Iterable[Item | int]) -> dict[int, list[Indicator]]:
    """Return what was read from the items' standards and ends with their words, by item key."""
    rows = Indicator.objects.filter(
        state=IndicatorState.ACCEPTED, source_start__isnull=False, item__in=items
    )
    found: dict[int, list[Indicator]] = defaultdict(list)
    for each in rows.order_by("order", "pk"):
        found[each.item_id].append(each)
    return found


def on_other_words(ending: Sequence[Indicator], told: Mapping[int, Sequence[str]]) -> str:
    """Say what ends where an item's standard gets other words; nothing where nothing does."""
    if not ending:
        return ""
    values = [f"{each.name}{words}" for each in ending for words in told.get(each.pk, ())]
    there = (
        f"；已有的数值（{'、'.join(values)}）留在原指标，不再计算进度，须重新录入" if values else ""
    )
    names = "、".join(each.name for each in ending)
    return f"工作标准的文字改动后，读自原文的指标（{names}）随之终止，须重新确定{there}。"
