"""Which comparison a file's kind asks for, and who may ask for it."""

from targets.choices import Role
from targets.importing.catalogue import preview_accounts, preview_units
from targets.importing.guard import Unreadable
from targets.importing.heads import (
    ACCOUNT_HEADS,
    INDICATOR_HEADS,
    PLAN_HEADS,
    PROGRESS_HEADS,
    UNIT_HEADS,
    Heads,
)
from targets.importing.offline import preview_reports
from targets.importing.plan import YEARS, preview_plan
from targets.importing.preview import Kind, Preview
from targets.importing.progress import preview_progress
from targets.importing.source import Source
from targets.models import Period, User

# The office edits the plan, the administrator units and accounts, a unit its own texts.
KINDS: dict[str, tuple[Kind, ...]] = {
    Role.OFFICE: (Kind.PROGRESS, Kind.PLAN),
    Role.ADMINISTRATOR: (Kind.UNITS, Kind.ACCOUNTS),
    Role.UNIT: (Kind.REPORTS,),
}


# The tables that a file of each kind may have, by sheet; a unit's workbook is made for it, and
# not by hand.
TEMPLATES: dict[Kind, dict[str, Heads]] = {
    Kind.PLAN: {"年度任务": PLAN_HEADS, "指标": INDICATOR_HEADS},
    Kind.PROGRESS: {"完成情况": PROGRESS_HEADS},
    Kind.UNITS: {"单位": UNIT_HEADS},
    Kind.ACCOUNTS: {"账号": ACCOUNT_HEADS},
}


def preview_source(source: Source, by: User) -> Preview:
    """Compare a source with the database as it stands; writes nothing.

    Where the year or quarter is none that the account sees, the preview asks for it.
    Raises Unreadable where the account may not import this kind.
    """
    if source.kind not in KINDS.get(by.role, ()) or by.district is None:
        raise Unreadable("您的账号不能导入这类文件。")
    if source.kind == Kind.UNITS:
        return preview_units(source, by.district)
    if source.kind == Kind.ACCOUNTS:
        return preview_accounts(source, by.district)
    if source.kind == Kind.PLAN:
        if source.target not in YEARS:
            return Preview(source.kind, source.kind.label, asks_target=True)
        return preview_plan(source, by.district, source.target)
    if source.kind == Kind.REPORTS:
        return preview_reports(source, by)
    periods = Period.objects.visible_to(by).select_related("plan__district")
    period = periods.filter(pk=source.target).first()
    if period is None:
        return Preview(source.kind, source.kind.label, asks_target=True)
    return preview_progress(source, period)
