"""What every list is made of: columns that say how their cells look, and rows of values."""

from collections.abc import Iterator
from copy import copy
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, Self

import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from targets.markup import fill, join

MOST_ROWS = 200  # on a page
NONE = "—"
SMALL = '<br><span class="muted small">{text}</span>'
BUTTON = (
    '<a class="button button--small" href="{url}">{act}'
    '<span class="visually-hidden">{name}</span></a>'
)


class Column(tables.Column):  # type: ignore[misc]  # django-tables2 has no types
    """A column whose cells are markup with {names} of a line's values.

    Its cells are of a kind of the stylesheet's (docs/interface.md); it is sorted by
    `order_by`, or not at all. Rows that are equal there stand by their keys: PostgreSQL may
    put them in another order for each page, and then a row is on two or on none.
    """

    def __init__(
        self, heading: str, markup: str, kind: str = "", order_by: tuple[str, ...] = ()
    ) -> None:
        attrs = {"cell": {"class": kind}}
        keys = (*order_by, "pk") if order_by else ()
        super().__init__(heading, orderable=bool(keys), order_by=keys, attrs=attrs)
        self.markup = markup
        self.kind = kind

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Be copied as cheaply as may be: every request copies its table's columns."""
        return copy(self)


class PagedTable(tables.Table):  # type: ignore[misc]  # django-tables2 has no types
    """A table that is sorted and paged by the address."""

    def paginate(self, *args: Any, per_page: int | None = None, **kwargs: Any) -> Self:
        """Show a page; an address may ask for fewer than one row, or for the whole trail."""
        if per_page is not None:
            per_page = min(max(per_page, 1), MOST_ROWS)
        return super().paginate(*args, per_page=per_page, **kwargs)


class ColumnChoice(NamedTuple):
    """A column that a reader may leave out of a list."""

    name: str
    heading: str
    is_hidden: bool


class ListTable(PagedTable):
    """A list that is drawn from plain values.

    Its rows are named tuples of `values` of the queryset. django-tables2's own cells, or a
    template's loop over instances, would take the most of the page's time.
    """

    caption = ""
    empty_hint = "换一个筛选条件试试。"
    values: tuple[str, ...] = ()

    class Meta:
        per_page = 50
        # As the rows come. Left out, django-tables2 tries every way to name the rows' own order
        # by columns, for a tenth of a second.
        order_by: str | tuple[str, ...] = ()
        empty_text = "没有符合条件的事项"

    def __init__(self, rows: QuerySet[Any], *, request: HttpRequest) -> None:
        asked = set(request.GET.getlist("hide"))
        # The first column names the row, and stays.
        self.choices = [
            ColumnChoice(name, str(column.verbose_name), name in asked)
            for name, column in list(self.base_columns.items())[1:]
        ]
        hidden = tuple(each.name for each in self.choices if each.is_hidden)
        rows = rows.values_list(*self.values, named=True)
        super().__init__(rows, request=request, exclude=hidden)

    @property
    def hidden_count(self) -> int:
        """How many columns the address leaves out (`hide=text`)."""
        return sum(each.is_hidden for each in self.choices)

    def lines(self, rows: list[Any]) -> Iterator[dict[str, object]]:
        """Yield what each row shows, by the names in its cells' markup: its values as they are."""
        yield from (row._asdict() for row in rows)

    @cached_property
    def body(self) -> SafeString:
        """The page's rows as HTML; the first cell heads its row."""
        markup = "".join(self._row())
        rows = list(self.paginated_rows.data)
        return join("\n", (fill(markup, **line) for line in self.lines(rows)))

    def _row(self) -> Iterator[str]:
        """Yield the markup of one row, piece by piece."""
        yield "<tr>"
        for place, bound in enumerate(self.columns):
            tag, scope = ("td", "") if place else ("th", ' scope="row"')
            kind = f' class="{bound.column.kind}"' if bound.column.kind else ""
            yield f'<{tag}{scope}{kind} data-label="{bound.header}">{bound.column.markup}</{tag}>'
        yield "</tr>"


@lru_cache(maxsize=100)
def badge(color: str, text: str) -> SafeString:
    """Return a badge; there are few, and a list shows each many times."""
    return fill('<span class="badge badge--{color}">{text}</span>', color=color, text=text)
