"""Time every reader of free text with texts made to keep it busy (tests/adversarial.py).

    .venv/bin/python bench/adversarial.py [--markdown]

Each reader gets every text of 20,000 characters; a line names the worst one with the least CPU
time of three runs, beside the same at half the length: linear work doubles. Exit status 1 where
one takes more than the bound.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
_folder = tempfile.TemporaryDirectory(prefix="tracker-bench-")
os.environ["VAR_DIR"] = _folder.name
os.environ["SECRET_KEY"] = "x" * 60
os.environ.pop("DATABASE_URL", None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

import django  # noqa: E402 - after the path and the settings

django.setup()

from reports.document.lines import Measure, break_text  # noqa: E402
from targets.difference import compare  # noqa: E402
from targets.excerpts import excerpt, mark  # noqa: E402
from targets.hints import Neighbour, find_hints  # noqa: E402
from targets.importing.words import tidied  # noqa: E402
from targets.reading.amounts import read_passage  # noqa: E402
from targets.reading.indicators import propose_indicators  # noqa: E402
from targets.reading.values import propose_values  # noqa: E402
from tests.adversarial import ADVERSARIAL  # noqa: E402

BOUND = 0.05  # seconds of CPU a text, of a quiet machine

FRESH = count(0x4E00)  # characters that end a text, so that no cache has seen it
READERS: dict[str, Callable[[str], object]] = {}
STANDARD = "完成投资12.6亿元，增长8%；建成学校3所，新增学位2700个。"
PROMISES = propose_indicators(STANDARD)
MEASURE = Measure(width=200, size=10.5, advance=lambda character: 1.0)


def reader(name: str) -> Callable:
    """Register a reader under the name of its line."""

    def register(read: Callable[[str], object]) -> Callable[[str], object]:
        READERS[name] = read
        return read

    return register


@reader("difference, against itself turned round")
def _difference(text: str) -> object:
    return compare(text, text[::-1])


@reader("difference at its bound: 7,000 characters of it")
def _difference_at_its_bound(text: str) -> object:
    return compare(text[:7_000], text[6_999::-1])


@reader("search: excerpt and marks, five words")
def _marks(text: str) -> object:
    words = [text[:10], text[1:11], text[:9] + "x", text[:4], text[:1]]
    words = [each for each in words if each.strip()]
    return excerpt(text, words), mark(text, words)


@reader("numbers of a text")
def _numbers(text: str) -> object:
    return read_passage(text)


@reader("indicators of a standard")
def _indicators(text: str) -> object:
    return propose_indicators(text)


@reader("values of a report, four indicators")
def _values(text: str) -> object:
    return propose_values(text, PROMISES, year=2020)


@reader("hints on a text, with last quarter's and a neighbour's")
def _hints(text: str) -> object:
    neighbours = [Neighbour("1（2）", text[::-1])]
    return find_hints(
        text, standard=STANDARD, previous=[text[::-1]], neighbours=neighbours, year=2020
    )


@reader("import: a scan's marks")
def _tidied(text: str) -> object:
    return tidied(text)


@reader("typesetting: lines of a table's column")
def _lines(text: str) -> object:
    return break_text(text, MEASURE)


def spent(read: Callable[[str], object], text: str) -> float:
    """Return the least CPU seconds of three runs, each on a text that no cache has seen."""
    best = 60.0
    for _run in range(3):
        fresh = text[:-1] + chr(next(FRESH))
        before = time.process_time()
        read(fresh)
        best = min(best, time.process_time() - before)
        if best > 1:  # slow enough to be told; no need to wait again
            break
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--markdown", action="store_true", help="print a table for docs/trust.md")
    is_markdown = parser.parse_args().markdown
    row = "| {} | {} | {:.1f} | {:.1f} |" if is_markdown else "{:<55} {:<28} {:8.1f} {:8.1f}"
    if is_markdown:
        print("| reader | worst text | 10,000 characters, ms | 20,000 characters, ms |")
        print("| --- | --- | --- | --- |")
    slow = False
    for name, read in READERS.items():
        times = {kind: spent(read, text) for kind, text in ADVERSARIAL.items()}
        worst = max(times, key=times.__getitem__)
        half = spent(read, ADVERSARIAL[worst][: len(ADVERSARIAL[worst]) // 2])
        print(row.format(name, worst, half * 1000, times[worst] * 1000), flush=True)
        slow |= times[worst] > BOUND
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
