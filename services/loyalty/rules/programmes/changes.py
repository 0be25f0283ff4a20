"""Changes: what differs between two definitions, said by paths of keys, so that a person can read it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_KEYS = ("key", "code", "metric", "tier")
"""By what the items of a list are known, whichever they have."""


class ChangeKind(StrEnum):
    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. Values are plain: numbers, texts, lists and objects of them; None for none."""

    path: str
    kind: ChangeKind
    before: Any
    after: Any


def compare(before: Any, after: Any, path: str = "") -> Iterator[Change]:
    """All differences between two plain values, the deepest that can be named, in the order of the second."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*after, *before)):
            yield from compare(before.get(name), after.get(name), f"{path}.{name}" if path else name)
    elif isinstance(before, list) and isinstance(after, list) and (key := _key(before, after)):
        yield from _compare_items(before, after, key, path)
    else:
        yield Change(path, _kind(before, after), before, after)


def _compare_items(before: Sequence[Any], after: Sequence[Any], key: str, path: str) -> Iterator[Change]:
    """Items are paired by their key, wherever they stand; that they stand elsewhere is a change of the list."""
    had = {item[key]: item for item in before}
    has = {item[key]: item for item in after}
    for name in dict.fromkeys((*has, *had)):
        yield from compare(had.get(name), has.get(name), f"{path}[{name}]")
    stayed = [name for name in had if name in has]
    stand = [name for name in has if name in had]
    if stayed != stand:
        yield Change(path, ChangeKind.CHANGED, list(had), list(has))


def _key(before: Sequence[Any], after: Sequence[Any]) -> str | None:
    """By what all items of both lists can be told apart; None when they cannot."""
    for key in _KEYS:
        if all(
            isinstance(item, Mapping) and isinstance(item.get(key), str) for item in (*before, *after)
        ) and all(len({item[key] for item in items}) == len(items) for items in (before, after)):
            return key
    return None


def _kind(before: Any, after: Any) -> ChangeKind:
    if before is None:
        return ChangeKind.ADDED
    return ChangeKind.REMOVED if after is None else ChangeKind.CHANGED
