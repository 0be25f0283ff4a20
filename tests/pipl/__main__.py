"""``make pipl-report``: article, software, tests, planted violation, result, for every row of the law's demands.

The tests run once as the software is; they must pass. Then each row's violation is planted in a copy, and the row's tests
must fail there. A row that lacks either is NOT PROVED, and fails the target; so does a row of which a part is missing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.pipl.rows import ROWS, Row

ROOT = Path(__file__).parents[2]
_COPIED = ("services", "gateway", "infra", "proto", "tests", "pyproject.toml")
_PASSED, _FAILED = 0, 1


def main(wanted: list[str]) -> int:
    """Run the report, or the rows of some articles alone; the exit code."""
    console = Console(soft_wrap=True, highlight=False)
    if unknown := set(wanted) - {row.article for row in ROWS}:
        console.print(f"NOT PROVED: no row is named {'; '.join(sorted(unknown))}")
        return 1
    rows = [row for row in ROWS if not wanted or row.article in wanted]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        copy.mkdir()
        for name in _COPIED:
            of = ROOT / name
            if of.is_dir():
                shutil.copytree(of, copy / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
            else:
                shutil.copy(of, copy / name)
        proving = [row for row in rows if row.tests and row.violation]
        console.print(f"the tests of {len(proving)} rows, as the software is")
        whole = dict.fromkeys(test for row in proving for test in row.tests)
        green = not whole or _run(list(whole), copy) == _PASSED
        results = [(row, _result(row, copy, console, green=green)) for row in rows]
    table = Table("article", "demand", "software", "tests", "planted violation", "result")
    for row, result in results:
        planted = f"{row.violation.file}: {row.violation.text.strip()}" if row.violation else "-"
        shown = "\n".join(test.rpartition("::")[2] for test in row.tests) or "-"
        table.add_row(row.article, row.demand, row.software or "-", shown, planted, result)
    console.print(table)
    unproved = [row.article for row, result in results if result != "proved"]
    console.print(f"{len(results) - len(unproved)} of {len(results)} rows proved")
    if unproved:
        console.print(f"NOT PROVED: {'; '.join(unproved)}")
    return 1 if unproved else 0


def _result(row: Row, copy: Path, console: Console, *, green: bool) -> str:
    """What became of a row: its tests pass, and fail once the violation is planted; ``green`` when all tests passed."""
    if not row.tests or row.violation is None:
        return f"NOT PROVED: {row.missing}"
    console.print(f"PIPL {row.article}: {row.demand}")
    if not green and (said := _run(row.tests, copy)) != _PASSED:
        return f"NOT PROVED: the tests do not pass (pytest {said})"
    file = copy / row.violation.file
    before = file.read_text()
    if before.count(row.violation.text) != 1:
        return "NOT PROVED: the violation cannot be planted, its text is not there once"
    file.write_text(before.replace(row.violation.text, row.violation.instead))
    try:
        said = _run(row.tests, copy)
    finally:
        file.write_text(before)
    if said != _FAILED:
        return f"NOT PROVED: the planted violation turns no test red (pytest {said})"
    return f"NOT PROVED in part: {row.missing}" if row.missing else "proved"


def _run(tests: Sequence[str], copy: Path) -> int:
    """Run tests in the copy; pytest's exit code, 1 where a test failed."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    told = {
        **os.environ,
        "PYTHONPATH": f"{copy}{os.pathsep}{copy / 'proto/gen'}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    run = subprocess.run(command, cwd=copy, env=told, capture_output=True, text=True, check=False)
    return run.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
