"""Check types with mypy, strictly, in every module that is not named in untyped.txt.

    python deploy/check_types.py            fail where a type is wrong
    python deploy/check_types.py --shrink   take the modules without a fault out of the list

The list only shrinks: a module in it that has no fault left must be taken out, and its first
line says how many there are, so that adding one is a change that a reviewer sees twice.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = Path(__file__).with_name("untyped.txt")
HEAD = "# {} modules that are not typed yet; see check_types.py. Take out, never put in."


def faults() -> dict[str, list[str]]:
    """Return what mypy says, by file."""
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in (0, 1) or run.stderr:
        sys.exit(run.stderr or run.stdout)
    found: dict[str, list[str]] = {}
    for line in run.stdout.splitlines():
        if ": error: " in line:
            found.setdefault(line.partition(":")[0], []).append(line)
    return found


def write(listed: list[str]) -> None:
    LIST.write_text("\n".join([HEAD.format(len(listed)), *sorted(listed)]) + "\n")


def main() -> int:
    head, *listed = LIST.read_text().splitlines()
    found = faults()
    if "--shrink" in sys.argv:
        write([each for each in listed if each in found])
        return 0
    wrong = [line for file, lines in found.items() if file not in listed for line in lines]
    wrong += [
        f"{each}: has no fault left; run {__file__} --shrink"
        for each in listed
        if each not in found
    ]
    if head != HEAD.format(len(listed)) or listed != sorted(set(listed)):
        wrong.append(f"{LIST.name}: its first line does not count its {len(listed)} lines")
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
