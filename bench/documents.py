"""Time the circular beside Chromium printing the same HTML and LibreOffice the same .docx.

    .venv/bin/python bench/documents.py [--rounds 5] [--long]

One interleaved run; CPU seconds of all processes that take part, since cores are shared.
Everything is warm: this process has rendered before, the browser is open, LibreOffice's
figure is what one more file adds to a run. `--long` adds 1,180 rows.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

import django  # noqa: E402 - after the path and the settings

django.setup()

from playwright.sync_api import Page, sync_playwright  # noqa: E402
from weasyprint import pdf as pdf_writer  # noqa: E402
from weasyprint.document import Document  # noqa: E402

from reports.document.content import CircularContent  # noqa: E402
from reports.document.docx import circular_docx  # noqa: E402
from reports.document.pdf import render_pdf  # noqa: E402
from reports.document.typesetting import circular_css, circular_html, plan_annex  # noqa: E402
from reports.document.xlsx import annex_xlsx  # noqa: E402
from tests.documents import source_content  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
GOAL_CHROMIUM, GOAL_OFFICE, GOAL_ROW, GOAL_MEMORY, GOAL_SIZE = 1.1, 1.9, 1.3, 200, 1.0


def repeated(content: CircularContent, times: int) -> CircularContent:
    """Return the circular with its rows so many times over, under new goal numbers."""
    rows = tuple(
        replace(row, goal_number=row.goal_number + 20 * turn)
        for turn in range(times)
        for row in content.annex.rows
    )
    return replace(content, annex=replace(content.annex, rows=rows))


class Stopwatch:
    """CPU seconds spent inside functions that are wrapped for the time of the run."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def wrap(self, owner: object, name: str, label: str) -> None:
        inner = getattr(owner, name)

        def timed(*args: object, **kwargs: object) -> object:
            start = time.process_time()
            try:
                return inner(*args, **kwargs)
            finally:
                self.spent[label] = self.spent.get(label, 0.0) + time.process_time() - start

        setattr(owner, name, timed)


def cpu_of_children() -> float:
    """Return the CPU seconds so far of every process that descends from this one."""
    parents, seconds = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            pid = int(entry.name)
            parents[pid] = int(fields[1])
            seconds[pid] = sum(int(field) for field in fields[11:15]) / TICKS
    family = {os.getpid()}
    while True:
        found = {pid for pid, parent in parents.items() if parent in family} - family
        if not found:
            return sum(seconds[pid] for pid in family if pid != os.getpid())
        family |= found


def cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def print_in_chromium(page: Page, file: Path) -> float:
    """Open and print the file; a file, since only then its typefaces may be loaded."""
    start = cpu_of_children()
    page.goto(file.as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")
    data = page.pdf(prefer_css_page_size=True, print_background=True)
    spent = cpu_of_children() - start
    assert len(data) > 100_000, "Chromium printed without the typefaces"
    return spent


def convert_in_office(data: bytes, copies: int) -> float:
    """Return the CPU seconds of one LibreOffice run over so many copies of a file."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.docx" for number in range(copies)]
        for file in files:
            file.write_bytes(data)
        command = [
            shutil.which("soffice") or "soffice",
            f"-env:UserInstallation={(ROOT / 'var' / 'bench-office').as_uri()}",
            *("--headless", "--convert-to", "pdf", "--outdir", folder),
            *map(str, files),
        ]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def memory_of_one_circular() -> int:
    """Return the bytes at the peak of a cold process that renders the circular once.

    Linux's own mark of the process (VmHWM): getrusage's peak outlives exec, so that it
    would be this benchmark's, browser driver and all, where that is higher.
    """
    code = (
        "import django; django.setup();"
        "from tests.documents import source_content;"
        "from reports.document.typesetting import circular_pdf;"
        "circular_pdf(source_content());"
        "print(*(line.split()[1] for line in open('/proc/self/status') if 'VmHWM' in line))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return int(done.stdout) * 1024


def time_ours(content: CircularContent, watch: Stopwatch) -> dict[str, float]:
    watch.spent.clear()
    total = cpu(lambda: render_pdf(circular_html(content), circular_css(content.orientation)))
    parts = dict(watch.spent)
    parts["painting"] = parts.pop("writing") - parts.get("fonts", 0.0)
    return {"total": total, **parts, "planning": cpu(lambda: plan_annex(content))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args()
    watch = Stopwatch()
    watch.wrap(Document, "_render", "layout")
    watch.wrap(Document, "write_pdf", "writing")
    watch.wrap(pdf_writer, "build_fonts_dictionary", "fonts")
    content = source_content()
    size = len(render_pdf(circular_html(content), circular_css(content.orientation)))
    html = circular_html(content).replace(
        "</head>", f"<style>{circular_css(content.orientation)}</style></head>"
    )
    ours, chromium, office, docx, xlsx = [], [], [], [], []
    file = Path(tempfile.mkdtemp()) / "circular.html"
    file.write_text(html)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        print_in_chromium(page, file)
        convert_in_office(circular_docx(content), 1)
        for _ in range(options.rounds):
            ours.append(time_ours(content, watch))
            chromium.append(print_in_chromium(page, file))
            docx.append(cpu(lambda: circular_docx(content)))
            xlsx.append(cpu(lambda: annex_xlsx(content.annex)))
            word = circular_docx(content)
            office.append((convert_in_office(word, 4) - convert_in_office(word, 1)) / 3)
        browser.close()
    report(ours, chromium, office, docx, size)
    print(f".xlsx: {statistics.median(xlsx):.2f} s")
    if options.long:
        long = repeated(content, 10)
        times = [time_ours(long, watch)["total"] for _ in range(2)]
        per_row = min(times) / 1180 / (min(part["total"] for part in ours) / 118)
        print(f"1,180 rows: {min(times):.2f} s; a row takes {per_row:.2f} x (goal {GOAL_ROW})")


def report(
    ours: list[dict[str, float]],
    chromium: list[float],
    office: list[float],
    docx: list[float],
    size: int,
) -> None:
    middle = {name: statistics.median(part[name] for part in ours) for name in ours[0]}
    parts = ", ".join(f"{name} {value:.2f}" for name, value in middle.items() if name != "total")
    other = statistics.median(chromium)
    word = statistics.median(office) + statistics.median(docx)
    total = middle["total"]
    print(f"ours: {total:.2f} s ({parts})")
    print(f"Chromium: {other:.2f} s; ours/Chromium {total / other:.2f} (goal {GOAL_CHROMIUM})")
    print(
        f"LibreOffice: {word:.2f} s, of them the .docx {statistics.median(docx):.2f}; "
        f"ours/LibreOffice {total / word:.2f} (goal {GOAL_OFFICE})"
    )
    print(f"file: {size / 1e6:.2f} MB (goal {GOAL_SIZE}); ", end="")
    print(f"process: {memory_of_one_circular() / 1e6:.0f} MB (goal {GOAL_MEMORY})")


if __name__ == "__main__":
    main()
