"""A circular row and the ledger's figures to the content that prints, checks and compares."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils import timezone

from reports.circulars.annexes import CHANGED, choose, read_annexes, unknown_choices
from reports.circulars.checking import (
    DraftWarning,
    LaterChange,
    changes_since,
    draft_warnings,
)
from reports.circulars.models import Circular, UnitCount
from reports.circulars.parts import (
    Sources,
    as_typed,
    fill_parts,
    lists_changes,
    unread,
    without_parts,
)
from reports.circulars.rewording import Rewording, own_part, reworded_body, reworded_title
from reports.document.annex import (
    COLUMNS,
    Annex,
    Column,
    Layout,
    build_annex,
    fetch_extra,
    print_order,
)
from reports.document.annex_pages import NARROWEST, print_widths
from reports.document.content import (
    CircularContent,
    NumberForm,
    Orientation,
    compose,
    content_from_json,
    title_lines,
)
from reports.document.fonts import SUBSTITUTE, characters_missing
from reports.document.front import FIRST_PAGE_LINES
from reports.document.lines import printable
from reports.document.names import break_title_at_words
from reports.document.titles import break_title
from reports.document.typesetting import addressed_lines
from reports.figures.quarter import FigureRow, QuarterFigures, build_figures, select_figures
from reports.figures.sentence import opening_sentence
from reports.figures.timing import build_timing
from targets.choices import ContributionState
from targets.models import Contribution, UnitAlias

UNFINISHED = (ContributionState.DRAFT, ContributionState.SUBMITTED, ContributionState.RETURNED)


def proposed_number(circular: Circular) -> int:
    """Return the number that the draft would get if it were issued now."""
    following = Circular.objects.next_number(circular.kind_id, circular.dated)
    return following or circular.first_number or 1


def frozen_content(circular: Circular) -> CircularContent:
    """Return what an issued circular printed; TypeError where it is none."""
    if circular.content is None:
        raise TypeError("a draft has no frozen content")
    return content_from_json(circular.content)


def generated_words(circular: Circular, figures: QuarterFigures) -> dict[str, str]:
    """Return title and body as a draft begins with them; the body with its placeholders."""
    if circular.corrects is None:
        pace = "\n{序时进度}" if circular.tells_pace else ""
        body = f"{circular.kind.wording}{pace}"
        return {"title": "\n".join(title_lines(figures)), "body": body}
    issued = frozen_content(circular.corrects)
    # The issued words stand; what is put right is said before them.
    body = "\n".join(("{更正内容}", *as_typed(issued.body)))
    return {"title": "\n".join(issued.title_lines), "body": body}


def current_words(circular: Circular, figures: QuarterFigures) -> dict[str, str]:
    """Return a draft's title and body: the office's own, else as the draft began."""
    generated = generated_words(circular, figures)
    return {name: getattr(circular, name) or text for name, text in generated.items()}


def circular_content(circular: Circular, figures: QuarterFigures | None = None) -> CircularContent:
    """Return what the circular prints: frozen if issued, else its words over current figures."""
    if circular.is_issued:
        return frozen_content(circular)
    whole = figures or build_figures(circular.period)
    figures = _subset(circular, whole)
    kind, words = circular.kind, current_words(circular, whole)
    changes = _changes_for(circular, whole)
    annexes = _annexes(circular, figures, changes)
    sources = _sources(circular, figures, whole, changes)
    sources = replace(sources, rewordings=_rewordings(circular, words, sources))
    content = compose(figures, number=proposed_number(circular), issued_on=circular.dated)
    return replace(
        content,
        issuer=circular.issuer,
        title_lines=_title_lines(words["title"], whole),
        body=tuple(fill_parts(words["body"], sources)),
        annex=annexes[0] if annexes else replace(content.annex, rows=()),
        further=tuple(annexes[1:]),
        has_annex=bool(annexes),
        report_to=circular.report_to,
        copy_to=circular.copy_to,
        send_to=circular.send_to,
        report_label=kind.report_label,
        copy_label=kind.copy_label,
        send_label=kind.send_label,
        addressed_to=circular.addressed_to,
        remark=circular.remark,
        masthead=kind.name,
        number_form=NumberForm(kind.number_form),
        number_code=kind.number_code,
        printed_by=circular.printed_by,
        orientation=_orientation(circular),
        is_sealed=circular.is_sealed,
        corrects=str(circular.corrects or ""),
    )


def _subset(circular: Circular, whole: QuarterFigures) -> QuarterFigures:
    return choose(whole, circular.subset) if circular.subset else whole


def _annexes(
    circular: Circular,
    figures: QuarterFigures,
    changes: Sequence[LaterChange],
) -> list[Annex]:
    """Return the annexes that the office asked for, in its order; [] for none."""
    choices = read_annexes(circular.annexes) or ()
    extras = [each.extra_keys(circular.extra_columns) for each in choices]
    texts = fetch_extra(circular.period, print_order([key for keys in extras for key in keys]))
    annexes = []
    for each, extra in zip(choices, extras, strict=True):
        if each.choice == CHANGED:
            chosen = _items(figures, {change.place for change in changes})
            if not chosen.rows:
                continue  # only words are put right
        else:
            chosen = choose(figures, each.choice)
        annex = build_annex(chosen, print_order(extra), texts)
        annexes.append(replace(annex, title=each.title) if each.title else annex)
    return annexes


def _changes_for(circular: Circular, figures: QuarterFigures) -> list[LaterChange]:
    """Return what a correction puts right: the corrected issue's annex against the ledger."""
    if circular.corrects is None:
        return []
    return _since(circular.corrects, figures)


def rewordings_of(circular: Circular, whole: QuarterFigures) -> list[Rewording]:
    """Return what the title and body of a correction say otherwise than the corrected issue."""
    sources = _sources(circular, _subset(circular, whole), whole, [])
    return _rewordings(circular, current_words(circular, whole), sources)


def _rewordings(circular: Circular, words: Mapping[str, str], sources: Sources) -> list[Rewording]:
    if circular.corrects is None:
        return []
    issued = frozen_content(circular.corrects)
    lines = _lines(words["body"])
    own = own_part(lines, [lists_changes(line) for line in lines], as_typed(issued.body))
    body = [part for part in fill_parts("\n".join(own), sources) if isinstance(part, str)]
    return [
        *reworded_title("".join(issued.title_lines), "".join(_lines(words["title"]))),
        *reworded_body(issued.paragraphs, body),
    ]


def _is_changed(circular: Circular, whole: QuarterFigures) -> bool:
    return bool(_changes_for(circular, whole) or rewordings_of(circular, whole))


def _since(issued_circular: Circular, figures: QuarterFigures) -> list[LaterChange]:
    """Return what the ledger says otherwise today, of the items that the issue was about."""
    issued = frozen_content(issued_circular)
    if issued_circular.annexes or issued_circular.subset:
        rows = (row for annex in issued.annexes for row in annex.rows)
        figures = _items(figures, {(row.goal_number, row.item_number) for row in rows})
    current = compose(figures, number=issued.number, issued_on=issued.issued_on)
    return changes_since(issued, current)


def _items(figures: QuarterFigures, places: set[tuple[int, int]]) -> QuarterFigures:
    return select_figures(figures, lambda row: (row.goal_number, row.item_number) in places)


def _sources(
    circular: Circular,
    figures: QuarterFigures,
    whole: QuarterFigures,
    changes: Sequence[LaterChange],
) -> Sources:
    corrected = circular.corrects
    previous = _previous(circular)
    return Sources(
        figures=figures,
        whole=whole if circular.subset else None,
        timing=build_timing(circular.period, circular.dated, figures.rows),
        dated=circular.dated,
        has_tenths=circular.has_tenths,
        units=units_stated(circular.unit_count, figures),
        previous=frozen_content(previous) if previous else None,
        corrects=f"{corrected}《{corrected.masthead}》" if corrected else "",
        changes=changes,
    )


def _previous(circular: Circular) -> Circular | None:
    """Return the kind's issue before, on the same plan: numbers of items are another year's else.

    A correction is none, as it may list only what it changed; nor is what it corrects before it.
    """
    issued = Circular.objects.issued().filter(
        kind_id=circular.kind_id, period__plan_id=circular.period.plan_id, corrects=None
    )
    if circular.corrects is not None:
        issued = issued.filter(issued_at__lt=circular.corrects.issued_at)
    return issued.newest_first().first()


def units_stated(count: str, figures: QuarterFigures) -> str:
    """Return how the sentence names the units: by responsibility, leading, or as stated."""
    if count == UnitCount.LEADS:
        return f"牵头单位{len(figures.units)}家"
    if count == UnitCount.STATED and figures.stated_unit_total:
        return f"责任单位{figures.stated_unit_total}家"
    return f"责任单位{figures.unit_total}家"


def _orientation(circular: Circular) -> Orientation:
    return Orientation.LANDSCAPE if circular.is_landscape else Orientation.PORTRAIT


def _title_lines(title: str, figures: QuarterFigures) -> tuple[str, ...]:
    """Return the title in its own lines, each too long broken by sense, else between words."""

    def at_words(line: str) -> list[str]:
        return break_title_at_words(map(_words_of, figures.rows), line)

    return tuple(part for line in _lines(title) for part in break_title(line, at_words=at_words))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def warnings_of(circular: Circular, whole: QuarterFigures) -> list[DraftWarning]:
    """Return what the office should know before it issues the draft; of a subset, of that alone."""
    figures = _subset(circular, whole)
    units = circular.district.units.values_list("name", flat=True)
    aliases = UnitAlias.objects.filter(unit__district_id=circular.district_id)
    unfinished = Contribution.objects.filter(
        entry__period_id=circular.period_id, state__in=UNFINISHED
    )
    words = current_words(circular, whole)
    texts = {name: getattr(circular, name) for name in _NAMES}
    return [
        *draft_warnings(
            figures,
            {"title": circular.title, "body": without_parts(words["body"]), **texts},
            [*units, *aliases.values_list("name", flat=True)],
            unfinished.count(),
            sentence=opening_sentence(
                figures,
                units=units_stated(circular.unit_count, figures),
                whole=whole if circular.subset else None,
            ),
            is_whole=not circular.subset,
        ),
        *_unlikely_date(circular),
        *_unknown_words(circular, whole, words["body"]),
        *_stated_units(circular, figures),
        *_many_addressed(circular, len(_title_lines(words["title"], whole))),
        *_crowded_columns(circular),
        *_missing_signs(figures, {**words, **texts, "issuer": circular.issuer}),
    ]


def _unlikely_date(circular: Circular) -> list[DraftWarning]:
    """Say where the year of the issue, which the number is counted in, looks like a slip."""
    planned = circular.period.plan.year
    if planned <= circular.dated.year <= max(planned, timezone.localdate().year) + 1:
        return []
    said = f"本季度属{planned}年，印发日期是{circular.dated.year}年，期号编入该年，请核对。"
    return [DraftWarning(said, "dated")]


# The fields that name units.
_NAMES = ("report_to", "copy_to", "send_to", "addressed_to")


def _unknown_words(circular: Circular, figures: QuarterFigures, body: str) -> list[DraftWarning]:
    """Return what the office asks for that nothing answers to."""
    warnings = [DraftWarning(f"正文中{said}", "body") for said in unread(body)]
    annexes = [each.choice for each in read_annexes(circular.annexes) or ()]
    subset = _subset(circular, figures)
    for field, choices in (("subset", [circular.subset]), ("annexes", annexes)):
        named = [choice for choice in choices if choice != CHANGED]
        lost = [word for choice in named for word in unknown_choices(figures, choice)]
        if lost:
            said = f"通报或附表的范围中，“{'、'.join(lost)}”现在没有对应的事项，请修改。"
            warnings.append(DraftWarning(said, field))
    known = [each for each in annexes if each != CHANGED and not unknown_choices(figures, each)]
    empty = [choice for choice in known if not choose(subset, choice).rows]
    if empty:
        said = f"附表范围“{'”“'.join(empty)}”现在没有事项，附表中将印“（无）”。"
        warnings.append(DraftWarning(said, "annexes"))
    if CHANGED in annexes and circular.corrects and not _is_changed(circular, figures):
        said = f"与{circular.corrects}相比，标题、正文和附表都没有改动；不会印更正附表。"
        warnings.append(DraftWarning(said, "annexes"))
    return warnings


def _stated_units(circular: Circular, figures: QuarterFigures) -> list[DraftWarning]:
    stated = figures.stated_unit_total
    if not stated or stated == figures.unit_total or circular.unit_count != UnitCount.ALL:
        return []
    said = (
        f"年度方案称涉及责任单位{stated}家，按职责统计为{figures.unit_total}家，"
        f"其中牵头{len(figures.units)}家；请在编辑页选择印哪一个。"
    )
    return [DraftWarning(said, "unit_count")]


def _many_addressed(circular: Circular, title_lines: int) -> list[DraftWarning]:
    """Say where the first page would show no text [GB/T 9704-2012 7.3.2]."""
    lines = len(addressed_lines(circular.addressed_to))
    if title_lines + lines < FIRST_PAGE_LINES:
        return []
    said = (
        f"“主送机关”要印{lines}行，首页排不下正文；请精简，或者按公文格式移到版记，"
        f"填在“{circular.kind.copy_label}”中。"
    )
    return [DraftWarning(said, "addressed_to")]


def _crowded_columns(circular: Circular) -> list[DraftWarning]:
    """Say where a text column is too narrow to read, and where its columns were chosen."""
    for each in read_annexes(circular.annexes) or ():
        columns = [COLUMNS[key] for key in print_order(each.extra_keys(circular.extra_columns))]
        if not _is_crowded(columns, _orientation(circular)):
            continue
        field = "extra_columns" if each.columns is None else "annexes"
        said = "附表的栏太多，有的每行排不下5个字"
        if _is_crowded(columns, Orientation.LANDSCAPE):
            return [DraftWarning(f"{said}；请少选“附表另列”的内容。", field)]
        return [
            DraftWarning(
                f"{said}；“附表版式”改为横排就排得下，或少选“附表另列”的内容。", "is_landscape"
            )
        ]
    return []


def _is_crowded(columns: Sequence[Column], orientation: Orientation) -> bool:
    """Tell whether a text column of the annex would be narrower than can be read."""
    widths = print_widths(columns, orientation)
    return any(
        width < NARROWEST - 0.01
        for column, width in zip(columns, widths, strict=True)
        if column.layout is Layout.TEXT
    )


def _missing_signs(figures: QuarterFigures, words: Mapping[str, str]) -> list[DraftWarning]:
    """Name the characters that no face here has, and who wrote them."""
    by_row = {row: _words_of(row) for row in figures.rows}
    everything = printable("\n".join((*words.values(), *by_row.values())))
    missing = set(characters_missing(everything))
    if not missing:
        return []
    names = "、".join(f"{each}（U+{ord(each):04X}）" for each in sorted(missing))
    said = f"已安装的字体中没有这些字，PDF中印作“{SUBSTITUTE}”：{names}。"
    field = next((name for name, text in words.items() if missing & set(text)), "")
    rows = tuple(row for row, text in by_row.items() if missing & set(text))
    return [DraftWarning(said, "" if field == "issuer" else field, rows)]


def _words_of(row: FigureRow) -> str:
    """Return everything of an item that people wrote and the circular prints."""
    return "\n".join((row.goal_name, row.standard, row.text, *row.lead_units))


def changes_of(circular: Circular) -> list[LaterChange]:
    """Return what the ledger says otherwise today than the issued circular does."""
    return _since(circular, build_figures(circular.period))
