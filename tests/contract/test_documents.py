"""What the documents name is there: files, what a file defines, and targets of the Makefile."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_PATH = re.compile(r"`((?:[a-z_]+/)+[a-z_]+)(?:\.([A-Za-z_]+))?`")
_TARGET = re.compile(r"`make ([a-z-]+)")
_FROM = ("", "services/loyalty/", "services/members/", "services/consent/", "services/", "gateway/", "infra/")
"""Where a path may begin, so that ``rules/tiers`` need not say in which service."""

_DOCUMENTS = sorted(path for folder in ("", "docs") for path in (ROOT / folder).glob("*.md"))
_DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
"""What was decided names what there was then, so that its paths are not looked for."""


def named_in(text: str) -> Iterator[tuple[str, str | None]]:
    """Each path that a text names, and what in it."""
    for found in _PATH.finditer(text):
        yield found[1], found[2]


def is_there(path: str, name: str | None) -> bool:
    """Whether a file or folder of this path exists, and where a name follows, whether the module has it."""
    places = [ROOT / begin / path for begin in _FROM]
    if name is None:
        return any(place.exists() or place.with_suffix(".py").exists() for place in places)
    if any(place.with_suffix(f".{name}").exists() for place in places):
        return True
    modules = [module for place in places if (module := place.with_suffix(".py")).exists()]
    return any(
        re.search(rf"^(?:async )?(?:def|class) {name}\b", module.read_text(), re.M) for module in modules
    )


@pytest.mark.parametrize("document", _DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_names_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    known = {"application/json"}
    missing = [
        f"{path}.{name}" if name else path
        for path, name in named_in(text)
        if path not in known and not is_there(path, name)
    ]
    assert not missing


def test_each_target_that_a_document_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    told = {name for document in _DOCUMENTS for name in _TARGET.findall(document.read_text(encoding="utf-8"))}
    assert told
    assert told <= targets | {"bench-"}


def test_what_is_not_there_is_seen() -> None:
    assert not is_there("rules/ledger/nowhere", None)
    assert not is_there("rules/ledger/points", "settled")
    assert is_there("rules/ledger/points", "fold")


@pytest.mark.parametrize("document", _DECISIONS, ids=lambda path: path.name)
def test_each_decision_has_its_day_and_its_place(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    parts = [part.splitlines() for part in text.split("\n## ")[1:]]
    begun = [[line for line in part if line.startswith("- ")] for part in parts]
    days = [[line[4:14] for line in part] for part in begun]
    assert all(re.match(r"- \*\*\d{4}-\d\d-\d\d \S", line) for part in begun for line in part)
    assert all(part == sorted(part) for part in days), "a new one goes to the end of its part"
    assert f"(docs/decisions/{document.name})" in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
