"""``make pipl-report``: article, software, tests, planted violation, result, for every row of the law's demands.

The tests run once as the software is; they must pass. Then each row's violation is planted in a copy, and the row's tests
must fail there. A row that lacks either is NOT PROVED, and fails the target; so does a row of which a part is missing.

Rows are proved side by side, each process in a copy of its own, and told of as they end. What was proved is noted: a run
that was cut off goes on where it was, as long as no file of the software or of its tests is another since.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.pipl.rows import ROWS, Row

ROOT = Path(__file__).parents[2]
NOTED = ROOT / ".pipl-report.json"
_COPIED = ("services", "gateway", "infra", "proto", "tests", "pyproject.toml")
_PASSED, _FAILED = 0, 1
_PROVED = "proved"


class Proved:
    """The rows that were proved, of the sources as they are."""

    def __init__(self, sources: str, *, anew: bool) -> None:
        self._sources = sources
        noted: dict[str, Any] = json.loads(NOTED.read_text()) if NOTED.exists() and not anew else {}
        self._rows: list[list[str]] = noted["rows"] if noted.get("sources") == sources else []

    def __contains__(self, row: Row) -> bool:
        return [row.article, row.demand] in self._rows

    def note(self, row: Row) -> None:
        self._rows.append([row.article, row.demand])
        NOTED.write_text(json.dumps({"sources": self._sources, "rows": self._rows}, ensure_ascii=False))


def main() -> int:
    """Run the report, or the rows of some articles alone; the exit code."""
    asked = argparse.ArgumentParser(description="Prove each article of the PIPL.")
    asked.add_argument("articles", nargs="*", metavar="ARTICLE")
    asked.add_argument("--anew", action="store_true", help="also what was proved of the same sources before")
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    told, console = asked.parse_args(), Console(soft_wrap=True, highlight=False)
    if unknown := set(told.articles) - {row.article for row in ROWS}:
        console.print(f"NOT PROVED: no row is named {'; '.join(sorted(unknown))}")
        return 1
    rows = [row for row in ROWS if not told.articles or row.article in told.articles]
    with tempfile.TemporaryDirectory() as folder:
        copies = _copies(Path(folder), told.processes)
        proved = Proved(_digest(copies[0]), anew=told.anew)
        results = dict.fromkeys((row for row in rows if row in proved), _PROVED)
        if results:
            console.print(
                f"{len(results)} rows were proved of the same sources before; --anew proves them again"
            )
        results |= _prove([row for row in rows if row not in results], copies, proved, console)
    return _report([(row, results[row]) for row in rows], console)


def _prove(
    rows: Sequence[Row], copies: Sequence[Path], proved: Proved, console: Console
) -> Iterator[tuple[Row, str]]:
    """What becomes of each row, told as it ends."""
    proving = [row for row in rows if row.tests and row.violation]
    tests = list(dict.fromkeys(test for row in proving for test in row.tests))
    started, idle = time.monotonic(), SimpleQueue[Path]()
    if tests:
        console.print(f"the tests of {len(proving)} rows, as the software is")
    green = not tests or _run(tests, copies[0], "-n", str(len(copies)), "--dist", "loadfile") == _PASSED
    for copy in copies:
        idle.put(copy)

    def prove(row: Row) -> tuple[Row, str]:
        copy = idle.get()
        try:
            result = _result(row, copy, green=green)
        finally:
            idle.put(copy)
        if result == _PROVED:
            proved.note(row)
        console.print(f"{time.monotonic() - started:4.0f} s  PIPL {row.article}: {row.demand}: {result}")
        return row, result

    with ThreadPoolExecutor(len(copies)) as pool:
        yield from pool.map(prove, rows)


def _report(results: Sequence[tuple[Row, str]], console: Console) -> int:
    """The table; the exit code."""
    table = Table("article", "demand", "software", "tests", "planted violation", "result")
    for row, result in results:
        planted = f"{row.violation.file}: {row.violation.text.strip()}" if row.violation else "-"
        shown = "\n".join(test.rpartition("::")[2] for test in row.tests) or "-"
        table.add_row(row.article, row.demand, row.software or "-", shown, planted, result)
    console.print(table)
    unproved = [row.article for row, result in results if result != _PROVED]
    console.print(f"{len(results) - len(unproved)} of {len(results)} rows proved")
    if unproved:
        console.print(f"NOT PROVED: {'; '.join(unproved)}")
    return 1 if unproved else 0


def _result(row: Row, copy: Path, *, green: bool) -> str:
    """What became of a row: its tests pass, and fail once the violation is planted; ``green`` when all tests passed."""
    if not row.tests or row.violation is None:
        return f"NOT PROVED: {row.missing}"
    if not green and (said := _run(row.tests, copy)) != _PASSED:
        return f"NOT PROVED: the tests do not pass (pytest {said})"
    with _planted(row, copy) as planted:
        if not planted:
            return "NOT PROVED: the violation cannot be planted, its text is not there once"
        said = _run(row.tests, copy)
    if said != _FAILED:
        return f"NOT PROVED: the planted violation turns no test red (pytest {said})"
    return f"NOT PROVED in part: {row.missing}" if row.missing else _PROVED


@contextmanager
def _planted(row: Row, copy: Path) -> Iterator[bool]:
    """The copy with the row's violation, gone again in the end; False where it has no place."""
    assert row.violation is not None
    file = copy / row.violation.file
    before = file.read_text()
    if before.count(row.violation.text) != 1:
        yield False
        return
    file.write_text(before.replace(row.violation.text, row.violation.instead))
    try:
        yield True
    finally:
        file.write_text(before)


def _copies(folder: Path, count: int) -> list[Path]:
    """Copies of the software, compiled.

    By the digest of each source, since a file that is changed twice in a second may have the same time and length.
    """
    copies = [folder / f"copy-{nth}" for nth in range(count)]
    copies[0].mkdir()
    for name in _COPIED:
        of, to = ROOT / name, copies[0] / name
        if of.is_dir():
            shutil.copytree(of, to, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy(of, to)
    compiling = ["compileall", "-q", "-j", str(count), "--invalidation-mode", "checked-hash"]
    subprocess.run([sys.executable, "-m", *compiling, str(copies[0])], check=True)
    for copy in copies[1:]:
        shutil.copytree(copies[0], copy)
    return copies


def _digest(copy: Path) -> str:
    """Of all files but the compiled."""
    digest = hashlib.sha256(sys.version.encode())
    for file in sorted(copy.rglob("*")):
        if file.is_file() and file.parent.name != "__pycache__":
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.relative_to(copy)}\0{content}\n".encode())
    return digest.hexdigest()


def _run(tests: Sequence[str], copy: Path, *how: str) -> int:
    """Run tests in the copy; pytest's exit code, 1 where a test failed."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *how, *tests]
    told = {
        **os.environ,
        "PYTHONPATH": f"{copy}{os.pathsep}{copy / 'proto/gen'}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    run = subprocess.run(command, cwd=copy, env=told, capture_output=True, text=True, check=False)
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
