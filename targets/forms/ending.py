"""What the office fills in to end several items at once."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from targets.choices import ItemOutcome
from targets.forms.fields import reason_field
from targets.models import Goal, Item

REASONS = {
    ItemOutcome.COMPLETED: "办结原因",
    ItemOutcome.CANCELLED: "取消原因",
    ItemOutcome.CARRIED_OVER: "结转原因",
}


class EndItemsForm(forms.Form):
    """One reason for all; whether cancelled ones stay counted; the later goal of each item.

    Each item goes on in the later goal of the same name unless another is chosen; `goal` is
    for those that have none.
    """

    def __init__(
        self,
        *args: Any,
        outcome: ItemOutcome,
        items: Sequence[Item],
        later: Iterable[Goal] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.outcome, self.items = outcome, items
        self.later = {str(goal.pk): goal for goal in later}
        if outcome == ItemOutcome.CANCELLED:
            self.fields["stays_counted"] = forms.BooleanField(
                label="仍计入总项数", required=False, initial=True
            )
        if outcome == ItemOutcome.CARRIED_OVER:
            self._ask_for_goals()
        self.fields["reason"] = reason_field(REASONS[outcome])

    def _ask_for_goals(self) -> None:
        named = [(key, f"{goal.plan.year}年 {goal}") for key, goal in self.later.items()]
        self.fields["goal"] = forms.ChoiceField(
            label="没有另选目标的，结转到",
            choices=[("", "请选择以后年度的目标"), *named],
            required=False,
            help_text=""
            if named
            else "以后年度还没有目标，请先在“年度任务”中建立下一年度任务和目标。",
        )
        same_name = {goal.name: key for key, goal in reversed(self.later.items())}
        for item in self.items:
            self.fields[f"{item.pk}-goal"] = forms.ChoiceField(
                label=f"{item}结转到",
                choices=[("", "同上"), *named],
                required=False,
                initial=same_name.get(item.goal.name, ""),
            )

    def clean(self) -> dict[str, Any]:
        """Add goals: the later goal by the item's key; every item must have one."""
        cleaned = super().clean() or {}
        if self.outcome != ItemOutcome.CARRIED_OVER:
            return cleaned
        common = cleaned.pop("goal", "")
        chosen = {item: cleaned.pop(f"{item.pk}-goal", "") or common for item in self.items}
        without = [str(item) for item, key in chosen.items() if not key]
        if without and not self.errors:
            self.add_error("goal", f"请选择结转到哪个目标：{'、'.join(without)}。")
        cleaned["goals"] = {item.pk: self.later[key] for item, key in chosen.items() if key}
        return cleaned

    def rows(self) -> list[tuple[Item, forms.BoundField | None]]:
        """Return each item with the field for its later goal, where one is asked for."""
        names = {item.pk: f"{item.pk}-goal" for item in self.items}
        return [
            (item, self[name] if (name := names[item.pk]) in self.fields else None)
            for item in self.items
        ]

    def common_fields(self) -> list[forms.BoundField]:
        """Return what is asked once for all items."""
        return [self[name] for name in self.fields if not name.endswith("-goal")]
