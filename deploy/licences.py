"""Write docs/licences.md: every package of the lock file with its licence, as it says itself.

python deploy/licences.py            write the table
python deploy/licences.py --check    exit status 1 where the table is not the lock file's
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "licences.md"
HEAD = """# Licences of the dependencies

What the site runs with, from `requirements.lock`; written by `python deploy/licences.py`.

| package | version | licence |
| --- | --- | --- |
"""
LONGEST = 60  # a licence's whole text, where a package puts it there, is no name


def table() -> str:
    """Return the page for what requirements.lock names and this environment holds."""
    pinned = re.findall(
        r"^([A-Za-z0-9_.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.M
    )
    return HEAD + "".join(f"| {name} | {version} | {licence(name)} |\n" for name, version in pinned)


def licence(name: str) -> str:
    """Return a package's licence by its own expression, its classifiers, or its short field."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return "not for this platform"
    classified = [
        each.rsplit(" :: ", 1)[-1]
        for each in said.get_all("Classifier", [])
        if each.startswith("License :: ")
    ]
    field = (said.get("License") or "").strip().splitlines()
    short = field[0] if field and len(field[0]) <= LONGEST else ""
    return said.get("License-Expression") or "; ".join(classified) or short or "see its files"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(TABLE.read_text() != table())
    TABLE.write_text(table())
