"""Merkle trees: one hash over all leaves, short proofs that a leaf is in it, and that an older tree was its beginning.

RFC 9162, section 2.1, with SHA-256. A tree is known by its size and by the hashes of its leaves and of whole runs of
256, 65,536 … of them; everything else is computed. The hashes wanted for that are named first (``wanted_for_…``), so
that a store is asked for all of them at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

RUN = 256
"""How many nodes of one level a node of the next kept level stands over."""

EMPTY_ROOT = sha256(b"").digest()


class Node(NamedTuple):
    """A kept node: over ``RUN ** level`` leaves, the ``nth`` such run, counted from 0. Level 0 are the leaves."""

    level: int
    nth: int


Nodes = Mapping[Node, bytes]
"""Hashes of kept nodes."""


def leaf_hash(entry: bytes) -> bytes:
    """What stands in the tree for an entry."""
    return sha256(b"\0" + entry).digest()


def run_hash(hashes: Sequence[bytes]) -> bytes:
    """The hash over a whole run of nodes, from left to right."""
    level = list(hashes)
    while len(level) > 1:
        level = [_over(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def root(size: int, nodes: Nodes) -> bytes:
    """The hash over the first ``size`` leaves."""
    return _hash(0, size, nodes) if size else EMPTY_ROOT


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that the leaf at ``index`` is in the tree of ``size`` leaves."""
    return [_hash(*part, nodes) for part in _beside(index, 0, size)]


def consistency(older: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that the tree of ``older`` leaves is how the tree of ``size`` leaves begins; 0 < older <= size."""
    return [_hash(*part, nodes) for part in _grown(older, 0, size, True)]


def wanted_for_root(size: int) -> set[Node]:
    """The kept nodes that ``root`` looks up."""
    return set(_wanted(0, size)) if size else set()


def wanted_for_inclusion(index: int, size: int) -> set[Node]:
    """The kept nodes that ``inclusion`` looks up."""
    return {node for part in _beside(index, 0, size) for node in _wanted(*part)}


def wanted_for_consistency(older: int, size: int) -> set[Node]:
    """The kept nodes that ``consistency`` looks up."""
    return {node for part in _grown(older, 0, size, True) for node in _wanted(*part)}


def root_by_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to (RFC 9162, 2.1.3.2), or None for a proof of another length."""
    if type(index) is not int or not 0 <= index < size:
        return None
    at, last, found = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = _over(beside, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = _over(found, beside)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(
    older: int, size: int, older_root: bytes, newer_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a proof shows that the older tree is how the newer begins (RFC 9162, 2.1.4.2); 0 < older <= size."""
    if older == size:
        return not proof and older_root == newer_root
    path = [older_root, *proof] if older & (older - 1) == 0 else list(proof)
    if not path:
        return False
    at, last = older - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for beside in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = _over(beside, old), _over(beside, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = _over(new, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and old == older_root and new == newer_root


def _over(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def _split(start: int, end: int) -> int:
    """Where a range of leaves divides: after the largest power of two that is less than all of them."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def _kept(start: int, end: int) -> Node | None:
    """The node that stands over exactly these leaves, if it is one that is kept."""
    level, width = 0, end - start
    while width > 1 and width % RUN == 0:
        level, width = level + 1, width // RUN
    return Node(level, start // (end - start)) if width == 1 else None


def _hash(start: int, end: int, nodes: Nodes) -> bytes:
    if (node := _kept(start, end)) is not None:
        return nodes[node]
    middle = _split(start, end)
    return _over(_hash(start, middle, nodes), _hash(middle, end, nodes))


def _wanted(start: int, end: int) -> Iterator[Node]:
    if (node := _kept(start, end)) is not None:
        yield node
    else:
        middle = _split(start, end)
        yield from _wanted(start, middle)
        yield from _wanted(middle, end)


def _beside(index: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The ranges beside the way from a leaf up to the root, from below."""
    if end - start > 1:
        middle = _split(start, end)
        if index < middle:
            yield from _beside(index, start, middle)
            yield middle, end
        else:
            yield from _beside(index, middle, end)
            yield start, middle


def _grown(older: int, start: int, end: int, is_older_root: bool) -> Iterator[tuple[int, int]]:
    """The ranges of RFC 9162's SUBPROOF; ``is_older_root`` while what is left of the older tree is all of it."""
    if older == end:
        if not is_older_root:
            yield start, end
        return
    middle = _split(start, end)
    if older <= middle:
        yield from _grown(older, start, middle, is_older_root)
        yield middle, end
    else:
        yield from _grown(older, middle, end, False)
        yield start, middle
