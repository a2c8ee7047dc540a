"""Questions that need several models: what is asked of one quarter's items and units."""

from targets.questions.items import PeriodItemQuerySet, class_history, items_in
from targets.questions.units import units_in, with_due

__all__ = ["PeriodItemQuerySet", "class_history", "items_in", "units_in", "with_due"]
