"""The pages before the annex: which line begins a page, and what gives way for the signature.

Text and signature stay together [GB/T 9704-2012 7.3.5.5]: the blank lines before the signature
give way first, then the line pitch; where that is not enough, lines of the text go over with it.
Lines of text are whole lines of the grid, counted from the top of the text area; a table's rows
are as high as they were measured. Lengths are in pt.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.document.setting import BODY_SIZE, GRID, MM, TEXT_HEIGHT

HEADER_LINES = 6  # the masthead, down to and with the red rule: these keep their pitch
BLANK_ABOVE_TITLE, BLANK_BELOW_TITLE = 2, 1  # [7.3.1, 7.3.2]
# Lines of the first page [5.2.3] for the title, those addressed, and the text.
FIRST_PAGE_LINES = 22 - HEADER_LINES - BLANK_ABOVE_TITLE - BLANK_BELOW_TITLE
# Blank lines before the signature, widest first. A seal's upper edge stands within a line of
# the text [7.3.5.1]; without a seal one line stays blank [7.3.5.2].
SEALED_GAPS, PLAIN_GAPS = (2, 1), (1,)
# Beside no other page of text the eye does not miss a tenth: offices set 3号 in some 26 to 30 pt.
TIGHTEST, PITCH_STEP = 25.75, 0.05
SEAL = 42 * MM  # across
SEAL_BELOW = 4.2 * MM  # that a seal may reach below the text area: the page number is lower
FEWEST_OVER = 2  # lines of the text that go over with the signature
ROOM = TEXT_HEIGHT - 0.5  # against rounding


@dataclass(frozen=True, slots=True)
class TextLine:
    """What the plan knows of a line of the body, or of a row of one of its tables."""

    is_bound: bool  # to the line before it: it does not begin a page
    lines: int = 1  # of the grid that it takes: a table's first row has the title's above it
    row: float = 0.0  # pt that it takes beside those, where it is a table's row
    head: float = 0.0  # pt of the table's head, which stands above it where it begins a page

    def height(self, pitch: float) -> float:
        return self.lines * pitch + self.row


@dataclass(frozen=True, slots=True)
class Front:
    """What stands on the pages before the annex, in lines."""

    title: int
    addressed: int
    body: Sequence[TextLine]
    note: int  # without the blank line before it
    signature: int  # the name's lines and the date's
    remark: int
    is_sealed: bool
    is_under_seal: bool  # the last line before the signature is long enough to reach the seal

    @property
    def above(self) -> int:
        """The first page's lines before the body."""
        title = BLANK_ABOVE_TITLE + self.title + BLANK_BELOW_TITLE
        return HEADER_LINES + title + self.addressed

    @property
    def annexed(self) -> int:
        return self.note + 1 if self.note else 0

    def height_above(self, pitch: float) -> float:
        """Return the pt of the first page before the body."""
        return HEADER_LINES * GRID + (self.above - HEADER_LINES) * pitch

    def height_from(self, start: int | None, pitch: float) -> float:
        """Return the pt of the page that a line of the body begins; None: the first page's."""
        head = self.height_above(pitch) if start is None else self.body[start].head
        return head + sum(line.height(pitch) for line in self.body[start:])


@dataclass(frozen=True, slots=True)
class FrontPlan:
    """How the pages before the annex are set."""

    starts: tuple[int, ...]  # lines of the body that begin a page, after the first page
    gap: int  # blank lines before the signature
    pitch: float = GRID
    is_early: bool = False  # the last of `starts` leaves lines of the page before blank
    # False where not even a page of its own holds note and signature: the layout decides.
    is_kept: bool = True

    @property
    def page_count(self) -> int | None:
        """The pages, None where only the layout knows."""
        return len(self.starts) + 1 if self.is_kept else None


def plan_front(front: Front) -> FrontPlan:
    """Return the plan under which text and signature stay together, and least is changed."""
    starts = _page_starts(front)
    gaps = SEALED_GAPS if front.is_sealed else PLAIN_GAPS
    if not starts or starts[-1] <= _last_over(front):
        for gap in gaps:
            if _fits(front, starts, gap, GRID):
                return FrontPlan(starts, gap)
        if not starts:
            for step in range(1, round((GRID - TIGHTEST) / PITCH_STEP) + 1):
                pitch = round(GRID - step * PITCH_STEP, 2)
                if _fits(front, starts, gaps[-1], pitch):
                    return FrontPlan(starts, gaps[-1], pitch)
    over = _before(front, _last_over(front))
    if over <= 0:
        return FrontPlan(starts, gaps[-1], is_kept=False)
    starts = (*(start for start in starts if start < over), over)
    fitting = [gap for gap in gaps if _fits(front, starts, gap, GRID)]
    return FrontPlan(starts, [*fitting, gaps[-1]][0], is_early=True, is_kept=bool(fitting))


def _last_over(front: Front) -> int:
    """Return the last line that may be the first to go over with the signature."""
    last = len(front.body) - 1
    # The one line below a table is enough: for a second one the table would be torn.
    is_below_table = last > 0 and front.body[last - 1].row and not front.body[last].row
    return last if is_below_table else len(front.body) - FEWEST_OVER


def _page_starts(front: Front) -> tuple[int, ...]:
    """Return the lines that begin a page when each page is filled."""
    starts: list[int] = []
    used = front.height_above(GRID)
    at = 0
    while at < len(front.body):
        used += front.body[at].height(GRID)
        # A line that no page holds has one of its own.
        if used > ROOM and at > (starts[-1] if starts else -1):
            at = _start_before(front, at, starts[-1] if starts else 0)
            starts.append(at)
            used = front.body[at].head + front.body[at].height(GRID)
        at += 1
    return tuple(starts)


def _start_before(front: Front, at: int, page: int) -> int:
    """Return the last line that may begin a page, `at` or before it and after `page`'s first."""
    start = _before(front, at)
    return start if start > page else at


def _before(front: Front, at: int) -> int:
    """Return the last line, `at` or before it, that may begin a page."""
    while at > 0 and front.body[at].is_bound:
        at -= 1
    return at


def _fits(front: Front, starts: Sequence[int], gap: int, pitch: float) -> bool:
    """Tell whether note and signature fit below the last page's text, the seal clear of all."""
    signed = _signed(front, starts, gap, pitch)
    if signed + front.remark * pitch > ROOM:
        return False
    if not front.is_sealed:
        return True
    middle = front.signature / 2 * pitch  # of name and date, and of the seal
    if front.is_under_seal and gap * pitch + (pitch - BODY_SIZE) / 2 + middle < SEAL / 2:
        return False
    return signed - middle + SEAL / 2 <= TEXT_HEIGHT + SEAL_BELOW


def _signed(front: Front, starts: Sequence[int], gap: int, pitch: float) -> float:
    """Return the pt of the last page down to the date."""
    text = front.height_from(starts[-1] if starts else None, pitch)
    return text + (front.annexed + gap + front.signature) * pitch


def room_left(front: Front, plan: FrontPlan) -> float:
    """Return the pt that the last page leaves blank below the signature, its seal and a remark."""
    signed = _signed(front, plan.starts, plan.gap, plan.pitch)
    below = front.remark * plan.pitch
    if front.is_sealed:
        below = max(below, SEAL / 2 - front.signature / 2 * plan.pitch)
    return TEXT_HEIGHT - signed - below if plan.is_kept else 0.0
