"""Hold the code to its sizes and ways: what ruff and import-linter cannot say.

    python deploy/check_sizes.py

- a module has at most 400 lines, a function at most 60, its docstring not counted;
- a model is imported; `get_model("app", "Name")` hides a dependency from the contracts. Only
  migrations ask the registry, since they need the models of their own time.

Tests and migrations may be longer than other code. Exit status 1 where something is not so.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("tracker", "reports", "targets")
MODULE, FUNCTION = 400, 60
Function = ast.FunctionDef | ast.AsyncFunctionDef


def lines_of(function: Function) -> int:
    """Return a function's lines from its name on, without its docstring."""
    length = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is None:
        return length
    told = function.body[0]
    return length - (told.end_lineno - told.lineno + 1)


def faults_of(file: Path) -> Iterator[str]:
    """Yield what is too long or asks the registry in a file."""
    source = file.read_text(encoding="utf-8")
    where = file.relative_to(ROOT)
    if (length := source.count("\n")) > MODULE:
        yield f"{where}: {length} lines, more than {MODULE}"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function) and (length := lines_of(node)) > FUNCTION:
            yield f"{where}:{node.lineno}: {node.name} has {length} lines, more than {FUNCTION}"
        elif isinstance(node, ast.Attribute) and node.attr == "get_model":
            yield f"{where}:{node.lineno}: get_model hides an import"


def main() -> int:
    files = [
        file
        for floor in FLOORS
        for file in sorted((ROOT / floor).rglob("*.py"))
        if "migrations" not in file.parts
    ]
    faults = [fault for file in files for fault in faults_of(file)]
    sys.stdout.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
