"""The catalogue for office and administrator; entries are read-only here.

Who may do what stands in targets.models.people.ADMIN_RIGHTS. Every save writes the
same trail as the actions; the admin's own log is not used.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import CharField, Model, QuerySet, TextField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from targets import actions as writing
from targets.event_wording import retell
from targets.formfields import LineField
from targets.markup import fill
from targets.models import (
    ApiToken,
    District,
    Entry,
    Event,
    Goal,
    Item,
    Plan,
    Responsibility,
    Status,
    Unit,
    UnitAlias,
    User,
)

admin.site.site_header = "后台管理"
admin.site.site_title = "后台管理"
admin.site.index_title = "基础数据"
admin.site.unregister(Group)
# Secrets that nobody looks at: second factors are acts of the pages.
admin.site.unregister([TOTPDevice, StaticDevice])


class WithinDistrict(BaseModelAdmin):  # type: ignore[type-arg]  # none at run time
    """Takes texts as the pages take them, and offers other rows of the user's own district only."""

    formfield_overrides = {kind: {"form_class": LineField} for kind in (CharField, TextField)}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        related = db_field.remote_field.model
        if related is District:
            kwargs["queryset"] = District.objects.filter(pk=request.user.district_id or 0)
            kwargs["initial"] = request.user.district_id
        elif hasattr(related._default_manager.all(), "visible_to"):
            kwargs["queryset"] = related._default_manager.all().visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class RelatedInDistrict(admin.RelatedFieldListFilter):
    """Offers, as a filter, rows of the user's own district only."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[tuple[str, Any]]:
        rows = field.remote_field.model._default_manager.all().visible_to(request.user)
        return [(str(each.pk), str(each)) for each in rows]


class TrailedAdmin(WithinDistrict, admin.ModelAdmin):  # type: ignore[type-arg]  # none at run time
    """An admin page within the user's district whose saves go to the trail."""

    # Path from the model to its district, as querysets spell it.
    district_path = "district_id"
    view_on_site = False
    show_facets = admin.ShowFacets.NEVER  # counts for every filter: slow, and wrong for our own
    actions = None  # deleting many rows at once would leave no reason and little trace
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.filter(**{self.district_path: request.user.district_id})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the row's newest events of the trail where Django shows its own log."""
        events = Event.objects.visible_to(request.user).filter(
            subject=self.opts.model_name, subject_id=object_id if object_id.isdecimal() else None
        )
        rows = [
            {
                "action_time": event.at,
                "user": event.by,
                "get_change_message": "　".join(
                    filter(None, [event.get_verb_display(), changed(event), event.reason])
                ),
            }
            for event in events.select_related("by")[:HISTORY]
        ]
        shown = {"action_list": Paginator(rows, HISTORY).page(1), "pagination_required": False}
        return super().history_view(request, object_id, {**shown, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Tell the person where an action refuses what the form let through."""
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except writing.Refused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.get_full_path())

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        """Leave it to the action, here and below: it writes the trail, the only log."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        pass

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:  # type: ignore[override]
        pass

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Change what the page asks for, by the action for it."""
        shown = form.changed_data if change else form.fields
        facts = {name: form.cleaned_data[name] for name in shown}
        if change:
            writing.change_facts(row=obj, facts=facts, by=request.user)
        else:
            obj.__dict__.update(self.add_row(request, facts).__dict__)

    def add_row(self, request: HttpRequest, facts: dict[str, Any]) -> Model:
        """Add a row with these facts; only where rows are added here at all."""
        raise PermissionDenied

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        writing.remove_row(row=obj, by=request.user)


def link_to(name: str, key: object, text: str) -> str:
    """Return a link to the page of an act, for a fact that is not changed here."""
    return fill('<a href="{url}">{text}</a>', url=reverse(name, args=[key]), text=text)


HISTORY = 100  # newest events on a row's history page; the trail has them all


def changed(event: Event) -> str:
    """Return what a change made of what, field by field."""
    if not event.old:
        return ""
    told = retell(event.subject, event.old, event.new, shows_words=False)
    return "；".join(
        f"{each.label}：{each.old or '（无）'} → {each.new or '（无）'}" for each in told
    )


@admin.register(District)
class DistrictAdmin(TrailedAdmin):
    """Names and sign-off; reminders by rule are an act of the office's pages."""

    district_path = "pk"
    readonly_fields = ("reminder_days", "reminder_words", "sheet_days")
    list_display = ("name", "code", "office_name")


class UnitAliasInline(WithinDistrict, admin.StackedInline):  # type: ignore[type-arg]  # none at run time
    model = UnitAlias
    extra = 0


@admin.register(Unit)
class UnitAdmin(TrailedAdmin):
    list_display = ("order", "name", "alias_names")
    list_display_links = ("name",)
    search_fields = ("name", "aliases__name")
    inlines = (UnitAliasInline,)
    exclude = ("origin",)

    def add_row(self, request: HttpRequest, facts: dict[str, Any]) -> Unit:
        return writing.add_unit(facts=facts, by=request.user)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Register, change and take away the unit's other names, each by its action."""
        formset.save(commit=False)
        for alias in formset.new_objects:
            writing.add_alias(unit=form.instance, name=alias.name, by=request.user)
        for alias, _fields in formset.changed_objects:
            writing.change_facts(row=alias, facts={"name": alias.name}, by=request.user)
        for alias in formset.deleted_objects:
            writing.remove_row(row=alias, by=request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: Unit | None = None) -> tuple[str, ...]:
        """A rename has a day and moves the open work: it is an act of its own."""
        known = ("successor", "superseded_on")
        return (*known, "name", "rename") if obj else known

    @admin.display(description="更名、合并")
    def rename(self, unit: Unit) -> str:
        return link_to("targets:succeed-unit", unit.pk, "办理更名、合并")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("aliases")

    @admin.display(description="别名")
    def alias_names(self, unit: Unit) -> str:
        return "、".join(alias.name for alias in unit.aliases.all())


@admin.register(Status)
class StatusAdmin(TrailedAdmin):
    list_display = ("order", "name", "clause", "is_completed", "color")
    list_display_links = ("name",)

    def add_row(self, request: HttpRequest, facts: dict[str, Any]) -> Status:
        return writing.add_status(facts=facts, by=request.user)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Status | None = None
    ) -> tuple[str, ...]:
        """What counts as completed moves the figures: it is an act of its own."""
        return ("is_completed", "count") if obj else ()

    @admin.display(description="是否计为完成")
    def count(self, status: Status) -> str:
        return link_to("targets:count-status", status.pk, "修改是否计为完成")


@admin.register(Plan)
class PlanAdmin(TrailedAdmin):
    list_display = ("year", "title", "stated_unit_total")
    readonly_fields = ("district", "year", "title", "stated_unit_total", "act")

    @admin.display(description="修改")
    def act(self, plan: Plan) -> str:
        return link_to("targets:plan", plan.year, "修改名称，添加目标和事项")


@admin.register(Goal)
class GoalAdmin(TrailedAdmin):
    district_path = "plan__district_id"
    readonly_fields = ("plan", "number", "name", "act")

    @admin.display(description="修改")
    def act(self, goal: Goal) -> str:
        return link_to("targets:change-goal", goal.pk, "修改序号和名称")

    list_display = ("number", "name", "plan")
    list_display_links = ("name",)
    list_filter = (("plan", RelatedInDistrict),)
    list_select_related = ("plan",)
    search_fields = ("name",)


class ResponsibilityInline(WithinDistrict, admin.StackedInline):  # type: ignore[type-arg]  # none at run time
    """The units to look at: they change with the item, by its act."""

    model = Responsibility
    extra = 0


class GoalFilter(admin.SimpleListFilter):
    """Goals of the user's own district, by year and number."""

    title = "目标"
    parameter_name = "goal"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        goals = Goal.objects.visible_to(request.user).select_related("plan")
        return [
            (str(goal.pk), f"{goal.plan.year} {goal}")
            for goal in goals.order_by("-plan__year", "number")
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = {str(pk) for pk, _label in self.lookup_choices}
        return queryset.filter(goal_id=self.value()) if self.value() in known else queryset


@admin.register(Item)
class ItemAdmin(TrailedAdmin):
    district_path = "goal__plan__district_id"
    list_display = ("__str__", "standard", "lead_names", "outcome")
    list_filter = (("goal__plan", RelatedInDistrict), GoalFilter, "outcome")
    search_fields = ("standard", "goal__name", "units__name")
    # Only whose portfolio it is has no act of its own; the rest moves by acts, with a reason.
    readonly_fields = (
        "goal",
        "number",
        "is_numbered",
        "standard",
        "outcome",
        "cancelled_reason",
        "stays_counted",
        "carried_from",
        "act",
    )
    inlines = (ResponsibilityInline,)

    @admin.display(description="修改")
    def act(self, item: Item) -> str:
        return link_to("targets:item", item.pk, "调整、取消、办结、结转")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related("goal").prefetch_related("responsibilities__unit")

    @admin.display(description="牵头单位")
    def lead_names(self, item: Item) -> str:
        leads = [each for each in item.responsibilities.all() if each.duty == "lead"]
        return "、".join(each.unit.name for each in leads)


@admin.register(Entry)
class EntryAdmin(TrailedAdmin):
    """Entries to look at: they change on the review desk alone."""

    district_path = "period__plan__district_id"
    list_display = ("item", "period", "status", "origin")
    list_filter = (("period", RelatedInDistrict), ("status", RelatedInDistrict), "origin")
    list_select_related = ("item__goal", "period__plan", "status")
    search_fields = ("item__standard", "approved_text")


class ApiTokenForm(forms.ModelForm):  # type: ignore[type-arg]  # none at run time
    """A token's purpose, and the box that withdraws it."""

    withdraw = forms.BooleanField(
        label="停用", required=False, help_text="停用后立即失效，不能恢复；需要时另建一个。"
    )

    class Meta:
        model = ApiToken
        fields = ("name",)


@admin.register(ApiToken)
class ApiTokenAdmin(TrailedAdmin):
    """Tokens of the data interface: made, shown once, withdrawn; the actions write the trail."""

    form = ApiTokenForm
    list_display = ("name", "made_at", "made_by", "last_used_on", "withdrawn_at")
    list_select_related = ("made_by",)

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("name",)
        seen = ("name", "made_at", "made_by", "last_used_on", "withdrawn_at", "withdrawn_by")
        return seen if obj.withdrawn_at else (*seen, "withdraw")

    def get_readonly_fields(
        self, request: HttpRequest, obj: ApiToken | None = None
    ) -> tuple[str, ...]:
        return () if obj is None else self.get_fields(request, obj)[:6]

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        if not change:
            made, secret = writing.make_token(name=obj.name, by=request.user)
            obj.__dict__.update(made.__dict__)
            messages.warning(request, f"令牌（只显示这一次，请立即保存）：{secret}")
        elif form.cleaned_data.get("withdraw"):
            writing.withdraw_token(token=obj, by=request.user)


@admin.register(User)
class UserAdmin(TrailedAdmin):
    """Accounts to look at: they are made and changed on the page of accounts alone."""

    exclude = ("password", "former_names", "last_login")
    list_display = ("username", "name", "role", "unit", "is_active")
    list_filter = ("role", "is_active")
    list_select_related = ("unit",)
    search_fields = ("username", "name", "unit__name")
