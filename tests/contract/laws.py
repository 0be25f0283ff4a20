"""The laws of the house that imports cannot show: read from the source, named with file and line."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("services", "gateway", "infra")
FILE_LINES = 300
FUNCTION_LINES = 50
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}
PERSONAL = re.compile(
    r"(?<![a-z])(phone|mobile|e?mail|full_name|display_name|real_name|birth|birthday|birth_date|address|"
    r"unionid|openid|identity|identities|id_number|nick|value)(?![a-z])"
)


class Violation(NamedTuple):
    """Where a law is broken, and which."""

    path: str
    line: int
    law: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.law}"


class Module(NamedTuple):
    """A source file, by its path below the root."""

    path: str
    source: str
    tree: ast.Module

    @property
    def rooms(self) -> tuple[str, ...]:
        return Path(self.path).with_suffix("").parts


def violations(root: Path) -> Iterator[Violation]:
    """Every broken law below ``root``."""
    for path in sorted(file for source in SOURCES for file in (root / source).rglob("*.py")):
        source = path.read_text()
        module = Module(str(path.relative_to(root)), source, ast.parse(source))
        for law in (_rules_have_no_clock, _doors_commit, _mode_is_set_in_one_place, _settings_are_read_once):
            yield from law(module)
        yield from _sizes_and_names(module)
    for path in sorted((root / "proto" / "huiyuan").rglob("events.proto")):
        yield from _events_carry_nothing_personal(str(path.relative_to(root)), path.read_text())


def _in_service(module: Module, *rooms: str) -> bool:
    return len(module.rooms) > 2 and module.rooms[0] == "services" and module.rooms[2] in rooms


def _calls(module: Module) -> Iterator[tuple[ast.Call, str]]:
    """Every call of a method, with the method's name."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node, node.func.attr


def _rules_have_no_clock(module: Module) -> Iterator[Violation]:
    if _in_service(module, "rules"):
        for call, name in _calls(module):
            if name in {"now", "utcnow", "today"}:
                yield Violation(
                    module.path, call.lineno, "Law 3: rules have no clock: take `now` as an argument"
                )


def _doors_commit(module: Module) -> Iterator[Violation]:
    if _in_service(module, "actions", "events", "rules"):
        for call, name in _calls(module):
            if name in {"begin", "commit", "rollback"}:
                yield Violation(
                    module.path, call.lineno, "Law 2: doors open and commit transactions, actions never do"
                )


def _mode_is_set_in_one_place(module: Module) -> Iterator[Violation]:
    if module.rooms[:2] == ("infra", "local") or module.rooms == ("services", "kit", "settings"):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and node.value == "HUIYUAN_MODE":
            yield Violation(module.path, node.lineno, "Law 8: only infra.local says which mode it is")


def _settings_are_read_once(module: Module) -> Iterator[Violation]:
    if module.rooms[0] == "infra":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
            yield Violation(module.path, node.lineno, "House: the environment is read in settings alone")


def _sizes_and_names(module: Module) -> Iterator[Violation]:
    if VAGUE_NAMES & set(module.rooms):
        yield Violation(module.path, 1, "House: a file is named by the noun that it holds")
    if ast.get_docstring(module.tree) is None and module.source.strip():
        yield Violation(module.path, 1, "House: a module opens with one sentence on what lives there")
    lines = module.source.count("\n")
    if lines > FILE_LINES:
        yield Violation(module.path, lines, f"House: {FILE_LINES} lines a file at the most; split it by noun")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield Violation(
                    module.path,
                    node.lineno,
                    f"House: {node.name} has {length} lines, {FUNCTION_LINES} may be",
                )


def _events_carry_nothing_personal(path: str, text: str) -> Iterator[Violation]:
    for number, line in enumerate(text.splitlines(), 1):
        field = re.match(r"\s*(?:repeated |optional )?([\w.]+)\s+(\w+)\s*=\s*\d+;", line)
        if field and (PERSONAL.search(field[2]) or field[1].endswith("ExternalIdentity")):
            yield Violation(path, number, f"Law 7: no event carries personal data, and {field[2]} is")


if __name__ == "__main__":
    broken = list(violations(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
    for violation in broken:
        print(violation)
    sys.exit(1 if broken else 0)
