"""Years that are hard to print, as content."""

from dataclasses import replace

from reports.document.annex import print_order
from reports.document.content import CircularContent, Orientation, compose
from reports.figures.quarter import ClassCount, FigureRow
from targets.rules import percent_parts
from tests.documents import ISSUED_ON, content_of, make_figures, make_row, source_rows

# One paragraph of a report as units write them, 60 characters.
PARAGRAPH = "推进重点项目建设，完成投资12.5亿元；其中，“新兴产业”项目3个，其余项目正在抓紧推进。"
LONG_UNIT = "问津新城建设发展集团有限责任公司"
STATUSES = (
    "提前完成年度目标任务并通过区级评估验收",
    "达到序时进度要求且质量效益符合预期",
    "滞后于序时进度要求但可望年内完成",
    "受政策调整影响需年终认定完成情况",
)


def four_statuses() -> CircularContent:
    """Return 118 items in four statuses, each with a name of sixteen characters and more."""
    rows = [
        replace(row, class_key=f"status-{index % 4 + 1}", status_name=STATUSES[index % 4])
        for index, row in enumerate(source_rows())
    ]
    counts = [sum(row.status_name == name for row in rows) for name in STATUSES]
    shares = percent_parts(counts, [True, False, False, False])
    classes = tuple(
        ClassCount(f"status-{place}", name, name + "的", count, share, place == 1, "grey")
        for place, (name, count, share) in enumerate(
            zip(STATUSES, counts, shares, strict=True), start=1
        )
    )
    figures = replace(make_figures(rows), classes=classes)
    return compose(figures, number=2, issued_on=ISSUED_ON, columns=print_order(["status"]))


def judged(class_key: str) -> CircularContent:
    """Return the published quarter with every item in one class."""
    name = "已完成" if class_key == "status-1" else "正在推进"
    rows = [replace(row, class_key=class_key, status_name=name) for row in source_rows()]
    return content_of(rows)


def three_times_the_plan() -> CircularContent:
    """Return 354 items under 60 goals."""
    rows: list[FigureRow] = []
    for times in range(3):
        rows += [replace(row, goal_number=row.goal_number + 20 * times) for row in source_rows()]
    return content_of(rows)


def long_entries() -> CircularContent:
    """Return an entry of 5,000 characters, a long standard, twelve leads with long names."""
    text = PARAGRAPH * 6
    return content_of(
        [
            make_row(1, 1, text=(PARAGRAPH * 120)[:5000]),
            make_row(1, 2, standard=PARAGRAPH * 40, text=text),
            make_row(1, 3, text=text, units=[f"{LONG_UNIT}第{n}分公司" for n in range(1, 13)]),
            make_row(2, 1, text=text, units=[f"区第{n}责任单位局" for n in range(1, 13)]),
            make_row(2, 2, text="\n".join(f"{n}．{PARAGRAPH}" for n in range(1, 84))),
        ]
    )


def narrow_columns() -> CircularContent:
    """Return the published quarter on upright pages, a column more than the usual ones."""
    figures = make_figures(source_rows())
    columns = print_order(["problems"])
    content = compose(figures, number=2, issued_on=ISSUED_ON, columns=columns)
    return replace(content, orientation=Orientation.PORTRAIT)


def content_by_year() -> dict[str, CircularContent]:
    return {
        "four-statuses": four_statuses(),
        "long-entries": long_entries(),
        "long-entries-upright": replace(long_entries(), orientation=Orientation.PORTRAIT),
        "nothing-completed": judged("status-2"),
        "everything-completed": judged("status-1"),
        "three-times-the-plan": three_times_the_plan(),
        "narrow-columns-upright": narrow_columns(),
        "one-item": content_of([make_row(1, 1)]),
    }
