"""The tree: published roots, and every proof of small trees against RFC 9162's own definitions, written down again."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.consent.rules import merkle
from services.consent.rules.merkle import RUN, Node

ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
# The roots over the first 1, 2 … 8 of these, from the test data of Google's Certificate Transparency log.
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def mth(entries: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1."""
    if not entries:
        return sha256().digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = power_below(len(entries))
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """RFC 9162, 2.1.3.1."""
    if len(entries) == 1:
        return []
    k = power_below(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: list[bytes], whole: bool) -> list[bytes]:
    """RFC 9162, 2.1.4.1."""
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = power_below(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def kept(entries: list[bytes]) -> dict[Node, bytes]:
    """All nodes that a store keeps of a tree."""
    found = {Node(0, nth): mth([entry]) for nth, entry in enumerate(entries)}
    level, width = 1, RUN
    while width <= len(entries):
        found |= {
            Node(level, nth): mth(entries[nth * width : (nth + 1) * width])
            for nth in range(len(entries) // width)
        }
        level, width = level + 1, width * RUN
    return found


def only(nodes: dict[Node, bytes], wanted: set[Node]) -> dict[Node, bytes]:
    """What a store that was asked for these would give, and nothing else."""
    return {node: nodes[node] for node in wanted}


def numbered(count: int) -> list[bytes]:
    return [nth.to_bytes(4, "big") for nth in range(count)]


def test_roots_are_those_that_other_logs_published() -> None:
    for size, root in enumerate(ROOTS, 1):
        assert merkle.root(size, kept(ENTRIES[:size])).hex() == root
    assert merkle.root(0, {}) == mth([])


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 31, 33])
def test_every_proof_of_a_small_tree_is_that_of_the_rfc(size: int) -> None:
    entries = numbered(size)
    nodes, root = kept(entries), mth(entries)
    for index in range(size):
        proof = merkle.inclusion(index, size, only(nodes, merkle.wanted_for_inclusion(index, size)))
        assert proof == path(index, entries)
        assert merkle.root_by_inclusion(nodes[Node(0, index)], index, size, proof) == root
    for older in range(1, size + 1):
        proof = merkle.consistency(older, size, only(nodes, merkle.wanted_for_consistency(older, size)))
        assert proof == subproof(older, entries, True)
        assert merkle.is_consistent(older, size, mth(entries[:older]), root, proof)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 1200), st.data())
def test_a_tree_of_runs_gives_the_same_proofs(size: int, data: st.DataObject) -> None:
    entries = numbered(size)
    nodes = kept(entries)
    assert merkle.root(size, only(nodes, merkle.wanted_for_root(size))) == mth(entries)
    index, older = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert merkle.inclusion(index, size, only(nodes, merkle.wanted_for_inclusion(index, size))) == path(
        index, entries
    )
    assert merkle.consistency(
        older, size, only(nodes, merkle.wanted_for_consistency(older, size))
    ) == subproof(older, entries, True)
    assert len(merkle.wanted_for_inclusion(index, size)) <= 4 * RUN


@given(st.integers(1, 40), st.data())
def test_no_proof_holds_for_another_leaf_place_size_or_hash(size: int, data: st.DataObject) -> None:
    entries = numbered(size)
    nodes, root, index = kept(entries), mth(entries), data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion(index, size, nodes)
    leaf = nodes[Node(0, index)]
    assert merkle.root_by_inclusion(sha256(b"another").digest(), index, size, proof) != root
    assert merkle.root_by_inclusion(leaf, size, size, proof) is None
    assert merkle.root_by_inclusion(leaf, index, size, [*proof, root]) != root
    if proof:
        assert merkle.root_by_inclusion(leaf, index, size, proof[:-1]) != root
        other = data.draw(st.integers(0, size - 1).filter(lambda nth: nth != index))
        assert merkle.root_by_inclusion(leaf, other, size, proof) != root
        spoilt = data.draw(st.integers(0, len(proof) - 1))
        proof[spoilt] = bytes(32)
        assert merkle.root_by_inclusion(leaf, index, size, proof) != root


@given(st.integers(2, 40), st.data())
def test_no_tree_is_consistent_with_a_beginning_that_it_never_had(size: int, data: st.DataObject) -> None:
    entries = numbered(size)
    older = data.draw(st.integers(1, size - 1))
    proof = merkle.consistency(older, size, kept(entries))
    rewritten = [b"rewritten", *entries[1:]]
    assert not merkle.is_consistent(older, size, mth(rewritten[:older]), mth(entries), proof)
    assert not merkle.is_consistent(older, size, mth(entries[:older]), mth(rewritten), proof)
    assert not merkle.is_consistent(older, size, mth(entries[:older]), mth(entries), proof[:-1])
