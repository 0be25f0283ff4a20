"""Verification: all evidence is gone through as it was at one instant: records, log, checkpoints, what stands."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from services.consent.rules import merkle
from services.consent.rules.evidence import Checkpoint, Keys, NotACheckpoint, read_checkpoint
from services.consent.rules.merkle import RUN, Node
from services.consent.storage import evidence
from services.consent.storage.evidence import Mismatch
from services.consent.storage.witness import note_of
from services.kit import database
from services.kit.appended import AppendedFile

FIRST = 20
"""So many mismatches of a check are named; the others are counted."""


@dataclass(slots=True)
class Checked:
    """What one check found."""

    name: str
    proves: str
    rows: int = 0
    seconds: float = 0.0
    wrong: int = 0
    first: list[Mismatch] = field(default_factory=list)

    def add(self, mismatch: Mismatch | None) -> None:
        if mismatch is not None:
            self.wrong += 1
            if len(self.first) < FIRST:
                self.first.append(mismatch)


class Watcher(Protocol):
    """Is told what each check found."""

    def ended(self, checked: Checked) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the checks found, and how many published checkpoints they held it against."""

    checks: list[Checked]
    published: int

    @property
    def agrees(self) -> bool:
        return not any(checked.wrong for checked in self.checks)


class _Tree:
    """The whole tree, computed from its entries alone."""

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    @property
    def size(self) -> int:
        return len(self._levels[0])

    def add(self, entry: bytes) -> None:
        """One more leaf."""
        level, hashed = 0, merkle.leaf_hash(entry)
        while True:
            if level == len(self._levels):
                self._levels.append([])
            row = self._levels[level]
            row.append(hashed)
            if len(row) % RUN:
                return
            level, hashed = level + 1, merkle.run_hash(row[-RUN:])

    def node(self, node: Node) -> bytes | None:
        """The hash of a node that is kept."""
        row = self._levels[node.level] if node.level < len(self._levels) else []
        return row[node.nth] if node.nth < len(row) else None

    def root(self, size: int) -> bytes | None:
        """The root over the first leaves; None when there are not as many."""
        if size > self.size:
            return None
        wanted = merkle.wanted_for_root(size)
        return merkle.root(size, {node: self._levels[node.level][node.nth] for node in wanted})

    def runs(self) -> int:
        return sum(len(row) for row in self._levels[1:])


async def verify(
    url: str, origin: str, witness: AppendedFile | None, keys: Keys, watcher: Watcher
) -> Outcome:
    """Go through everything while it is written; a role that only reads will do."""
    connection = await database.connect(url, patient=True)
    checks, tree, published = [], _Tree(), 0
    try:
        # Measured before the snapshot, whose log then holds whatever was published up to there.
        until = witness.size() if witness is not None else 0
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            for checked, found in (
                (Checked("records", "each record is as it was written"), evidence.records(connection)),
                (Checked("log", "each leaf follows on the last and has its record"), _log(connection, tree)),
                (Checked("tree", "the kept runs are those of the leaves"), _runs(connection, tree)),
                (
                    Checked("checkpoints", "each is ours, and its root is the log's"),
                    _notes(connection, tree, origin, keys),
                ),
                (Checked("standing", "what stands is what the records fold to"), _standing(connection)),
                (
                    Checked("preferences", "how members may be written to is what they changed it to"),
                    evidence.wishes(connection),
                ),
            ):
                began = perf_counter()
                async for mismatch in found:
                    checked.rows += 1
                    checked.add(mismatch)
                checked.seconds = perf_counter() - began
                checks.append(checked)
                watcher.ended(checked)
        if witness is not None and until and keys:
            checked = Checked("witness", "the log still holds every checkpoint that was published")
            for mismatch in _witnessed(witness, until, tree, origin, keys):
                checked.rows += 1
                checked.add(mismatch)
            published = checked.rows
            checks.append(checked)
            watcher.ended(checked)
    finally:
        await connection.close()
    return Outcome(checks, published)


async def _log(connection: database.RawConnection, tree: _Tree) -> AsyncIterator[Mismatch | None]:
    async for index, record_id, entry, there in evidence.leaves(connection):
        what = ""
        if index != tree.size:
            what = f"leaf {tree.size} is missing before it"
        elif not there:
            what = f"its record {record_id} was deleted"
        tree.add(entry)
        yield Mismatch("log_leaves", f"leaf {index}", what) if what else None


async def _runs(connection: database.RawConnection, tree: _Tree) -> AsyncIterator[Mismatch | None]:
    found = 0
    async for node, hashed in evidence.runs(connection):
        found += 1
        wrong = tree.node(node) != hashed
        row = f"run {node.nth} of level {node.level}"
        yield Mismatch("log_nodes", row, "it is not the hash over its leaves") if wrong else None
    if found != tree.runs():
        yield Mismatch("log_nodes", "all", f"there are {found} runs where the leaves make {tree.runs()}")


async def _notes(
    connection: database.RawConnection, tree: _Tree, origin: str, keys: Keys
) -> AsyncIterator[Mismatch | None]:
    async for size, note in evidence.notes(connection):
        what = _wrong(note, tree, origin, keys)
        if not what and read_checkpoint(note, keys).size != size:
            what = "its note is of another size"
        yield Mismatch("log_checkpoints", f"size {size}", what) if what else None


async def _standing(connection: database.RawConnection) -> AsyncIterator[Mismatch | None]:
    wrong = await evidence.standing(connection)
    for mismatch in wrong:
        yield mismatch
    states = await evidence.states(connection)
    for _ in range(states - len(wrong)):
        yield None


def _witnessed(
    witness: AppendedFile, until: int, tree: _Tree, origin: str, keys: Keys
) -> Iterator[Mismatch | None]:
    for number, line in enumerate(witness.lines(until), 1):
        note = note_of(line)
        if note is None:
            continue  # half a line, left by a writer that was killed
        what = _wrong(note, tree, origin, keys)
        yield Mismatch("witness file", f"line {number}", what) if what else None


def _wrong(note: str, tree: _Tree, origin: str, keys: Keys) -> str:
    """What is wrong with a checkpoint."""
    try:
        said: Checkpoint = read_checkpoint(note, keys)
    except NotACheckpoint:
        return "it is not signed by a key of ours"
    if said.origin != origin:
        return f"it is of another log ({said.origin})"
    root = tree.root(said.size)
    if root is None:
        return f"it is of {said.size} leaves, and the log has {tree.size}"
    return "" if root == said.root else f"the first {said.size} leaves are not those that were signed"
