"""What LibreOffice prints of an office file, read back from its PDF."""

import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from tests.pdf_reading import Mark, Sheet, read_pdf


def printed(data: bytes, suffix: str, folder: Path) -> list[Sheet]:
    """Convert an office file to PDF and read it."""
    return printed_all({"document": data}, suffix, folder)["document"]


def printed_all(files: Mapping[str, bytes], suffix: str, folder: Path) -> dict[str, list[Sheet]]:
    """Convert several in one run, by their names."""
    office = shutil.which("soffice")
    assert office, "LibreOffice is part of what the tests need"
    sources = [folder / f"{name}.{suffix}" for name in files]
    for source, data in zip(sources, files.values(), strict=True):
        source.write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, *sources]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return {name: read_pdf((folder / f"{name}.pdf").read_bytes()) for name in files}


def words(line: Sequence[Mark]) -> str:
    return "".join("".join(mark.text for mark in line).split())


def crossed(sheet: Sheet) -> list[str]:
    """Return the characters that a horizontal rule cuts through."""
    rules = [rule for rule in sheet.rules if rule.height < 2 and rule.width > 20]
    return [
        mark.text
        for mark in sheet.marks
        for rule in rules
        if rule.left < mark.x < rule.right and mark.top + 1 < rule.top < mark.bottom - 1
    ]


def table_rows(sheet: Sheet) -> list[list[str]]:
    """Return the rows of a page's tables, the words of each cell without blanks.

    A cell that spans a row's columns is a row of one. Columns are those of all rules upright.
    """
    across = _apart(rule.top for rule in sheet.rules if rule.height < 2 and rule.width > 20)
    upright = [rule for rule in sheet.rules if rule.width < 2 and rule.height > 5]
    rows = []
    for top, bottom in pairwise(across):
        middle = (top + bottom) / 2
        edges = _apart(rule.left for rule in upright if rule.top < middle < rule.bottom)
        inside = sorted(
            (mark for mark in sheet.marks if top < mark.y < bottom),
            key=lambda mark: (round(mark.y), mark.x),
        )
        cells = [
            words([mark for mark in inside if left < mark.x < right])
            for left, right in pairwise(edges)
        ]
        if any(cells):
            rows.append(cells)
    return rows


def _apart(places: Iterable[float]) -> list[float]:
    """Return the places in order, those within a rule's width taken for one."""
    kept: list[float] = []
    for place in sorted(places):
        if not kept or place - kept[-1] > 2:
            kept.append(place)
    return kept
