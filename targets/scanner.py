"""The office's own virus scanner, where the settings name one. No database."""

import shlex
import subprocess
from dataclasses import dataclass

from django.conf import settings

TIME_LIMIT = 20  # seconds; a worker is taken for stuck after sixty
ANSWER_LIMIT = 200  # characters kept of what the scanner says
CLEAN, FOUND = 0, 1  # exit codes that clamdscan and its like agree on


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What the scanner said of a file, and whether the file may be kept."""

    is_clean: bool
    words: str


class ScannerFailed(Exception):
    """The scanner gave no verdict; `str()` says what happened, for the log and the trail."""


def scan(data: bytes) -> ScanResult | None:
    """Hand the content to the command of EVIDENCE_SCANNER on its standard input.

    Exit code 0 is clean, 1 is infected; with anything else, or no answer in time,
    ScannerFailed is raised. Returns None where no scanner is set.
    """
    command = shlex.split(settings.EVIDENCE_SCANNER)
    if not command:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own command, without a shell
            command, input=data, capture_output=True, timeout=TIME_LIMIT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScannerFailed(str(error)[:ANSWER_LIMIT]) from error
    lines = (done.stdout or done.stderr).decode(errors="replace").strip().splitlines()
    words = "".join(each for each in (lines or [""])[-1] if each.isprintable())[:ANSWER_LIMIT]
    if done.returncode not in (CLEAN, FOUND):
        raise ScannerFailed(f"exit {done.returncode}: {words}"[:ANSWER_LIMIT])
    return ScanResult(done.returncode == CLEAN, words)
