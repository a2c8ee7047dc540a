"""The trail as a list, and an event's changes in words."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from targets import access
from targets.choices import Verb
from targets.event_folding import Fold, fold_saves
from targets.event_wording import ToldFact, tell
from targets.markup import addresses, fill, join
from targets.models import User, name_at
from targets.rules import shortened
from targets.tables.lists import NONE, SMALL, Column, ListTable

SHOWN = 200  # characters of a changed text; the whole of it is on its own page
LINK = '<a href="{url}">{text}</a>'
_VERBS = dict(Verb.choices)


class EventTable(ListTable):
    """A district's events, as they come."""

    caption = "操作记录"
    values = (
        "at",
        "actor",
        "actor_name",
        "by__name",
        "by__former_names",
        "verb",
        "item_id",
        "unit_id",
        "subject",
        "subject_id",
        "subject_name",
        "old",
        "new",
        "reason",
        "address",
    )

    at = Column("时间", "{at}", "cell-tight")
    actor = Column("账号", "{actor}{name}", "cell-tight")
    verb = Column("操作", "{verb}", "cell-tight")
    subject = Column("对象", "{subject}", "cell-unit")
    changes = Column("变化和原因", "{changes}", "cell-text")
    address = Column("来源地址", "{address}", "cell-tight")

    class Meta(ListTable.Meta):
        empty_text = "没有符合条件的记录"

    def lines(self, rows: list[Any]) -> Iterator[dict[str, object]]:
        """Yield the events' lines, with the changes that the reader may read; saves are folded."""
        links = self._links(rows)
        for fold in fold_saves(tell(rows, self.request.user)):
            row = fold.event
            name = name_in(row)
            yield {
                "at": f"{localtime(row.at):%Y-%m-%d %H:%M:%S}",
                "actor": row.actor,
                "name": fill(SMALL, text=name) if name else "",
                "verb": _VERBS.get(row.verb, row.verb),
                "subject": links(row),
                "changes": draw_fold(fold),
                "address": row.address or NONE,
            }

    def _links(self, rows: list[Any]) -> Any:
        """Return what names an event's subject, linked where the reader may open it."""
        item_at, import_at = addresses("targets:item"), addresses("targets:import")
        imports = _shown_imports(rows, self.request.user)

        def link(row: Any) -> str:
            if row.item_id:
                return fill(LINK, url=item_at(row.item_id), text=row.subject_name)
            if row.subject == "import" and row.subject_id in imports:
                return fill(LINK, url=import_at(row.subject_id), text=row.subject_name)
            return row.subject_name

        return link


def _shown_imports(rows: Iterable[Any], user: User) -> set[int]:
    """Return the imports that the events are about and that the user may open, and so undo."""
    found = [each.subject_id for each in rows if each.subject == "import"]
    return set(access.list_imports(user).filter(pk__in=found).values_list("pk", flat=True))


def name_in(row: Any) -> str:
    """Return what whoever acted was called that day, of a row with the account's names."""
    named: str = row.actor_name
    return named or name_at(row.by__name or "", row.by__former_names or (), row.at)


def draw_fold(fold: Fold) -> SafeString:
    """Return what a row of events changed; of several saves how many, and each behind it."""
    if len(fold.told) == 1:
        event, changes = fold.told[0]
        return draw_changes(event.reason, changes)
    saves = (
        fill(
            "<li>{at}{changes}</li>",
            at=f"{localtime(event.at):%m-%d %H:%M:%S}",
            changes=draw_changes(event.reason, changes),
        )
        for event, changes in fold.told
    )
    return fill(
        '<details class="fold fold--saves"><summary>连续保存{count}次，{span}</summary>'
        "<ol>{saves}</ol></details>",
        count=len(fold.told),
        span=fold.span,
        saves=join("\n", saves),
    )


def draw_changes(reason: str, changes: Iterable[ToldFact]) -> SafeString:
    """Return an event's reason and its changes, one a line."""
    lines = [fill("<p>原因：{reason}</p>", reason=reason)] if reason else []
    for each in changes:
        old = f"{shortened(each.old, SHOWN)} → " if each.old else ""
        lines.append(
            fill(
                '<p class="small prose-text change">{label}：{old}{new}</p>',
                label=each.label,
                old=old,
                new=shortened(each.new or "（无）", SHOWN),
            )
        )
    return join("\n", lines)
