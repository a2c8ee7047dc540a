"""What the figures can be narrowed to; the choices come from the figures themselves."""

from collections.abc import Iterable

from django import forms
from django.http import QueryDict

from reports.dashboard.overview import UnitRow
from reports.figures.quarter import QuarterFigures, Scope
from reports.figures.ranking import BANDS
from targets.choices import Duty, Timing
from targets.formfields import field_of
from targets.models import Period, User
from targets.widgets import Select

ME = "me"


class ScopeForm(forms.Form):
    """Period, goal, lead unit and portfolio leader, all in the address."""

    period = forms.ChoiceField(label="季度", required=False, widget=Select)
    goal = forms.ChoiceField(label="目标", required=False, widget=Select)
    unit = forms.ChoiceField(label="牵头单位", required=False, widget=Select)
    leader = forms.ChoiceField(label="分管领导", required=False, widget=Select)

    def __init__(
        self,
        data: QueryDict,
        *,
        period: Period,
        periods: Iterable[Period],
        figures: QuarterFigures,
        user: User,
    ) -> None:
        given = data.copy()
        given["period"] = period.code
        super().__init__(given)
        self.given = given
        self.user = user
        field_of(self, "period", forms.ChoiceField).choices = [
            (each.code, each.quarter.name) for each in periods
        ]
        leaders = [(str(each.id), each.name) for each in figures.leaders]
        if user.is_leader:
            leaders.insert(0, (ME, "我分管的"))
        self.parts = {
            "goal": {str(each.id): f"{each.number}．{each.name}" for each in figures.goals},
            "unit": {str(each.id): each.name for each in figures.units},
            "leader": dict(leaders),
        }
        for name, every in (("goal", "全部目标"), ("unit", "全部单位"), ("leader", "全部领导")):
            choices = [("", every), *self.parts[name].items()]
            field_of(self, name, forms.ChoiceField).choices = choices
        if not leaders:
            del self.fields["leader"]

    def scope(self) -> Scope:
        """Return the chosen part; what is not understood is left out, and named on the page."""
        self.is_valid()
        chosen = {name: self.cleaned_data.get(name) or None for name in ("goal", "unit")}
        leader = self.cleaned_data.get("leader") or None
        if leader == ME:
            leader = self.user.pk
        return Scope(
            goal_id=int(chosen["goal"]) if chosen["goal"] else None,
            unit_id=int(chosen["unit"]) if chosen["unit"] else None,
            leader_id=int(leader) if leader else None,
        )

    def chosen_names(self) -> list[str]:
        """Return what the figures are narrowed to, in words."""
        return [
            labels.get(self.cleaned_data[name], "")
            for name, labels in self.parts.items()
            if self.cleaned_data.get(name)
        ]


class UnitForm(ScopeForm):
    """The list of units: a part of the plan, and which of its units."""

    duty = forms.ChoiceField(
        label="职责",
        required=False,
        widget=Select,
        choices=[
            ("", "牵头或配合"),
            (Duty.LEAD.value, "牵头单位"),
            (Duty.SUPPORTING.value, "只配合、不牵头的单位"),
        ],
    )
    size = forms.ChoiceField(
        label="牵头项数",
        required=False,
        widget=Select,
        choices=[("", "不限"), *((str(least), heading) for least, heading in BANDS)],
    )
    timing = forms.ChoiceField(
        label="报送时效",
        required=False,
        widget=Select,
        choices=[("", "全部"), (Timing.OVERDUE.value, "有逾期未报")],
    )

    def keep(self, rows: Iterable[UnitRow]) -> list[UnitRow]:
        """Return the units that are asked for; call `scope` first, it reads the choices."""
        duty, size, timing = (self.cleaned_data.get(name) for name in ("duty", "size", "timing"))
        return [
            row
            for row in rows
            if (not duty or (row.lead is not None) == (duty == Duty.LEAD))
            and (not size or row.size == int(size))
            and (not timing or row.timing.overdue)
        ]
