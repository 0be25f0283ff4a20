"""The stored log: leaves and runs of them, appended by one sequencer at a time, and checkpoints of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from services.consent.rules import merkle
from services.consent.rules.evidence import Checkpoint, Keys, Proof, read_checkpoint
from services.consent.rules.merkle import RUN, Node
from services.kit import database

_SEQUENCER = 7_224_401
"""The advisory lock of whoever appends."""

Reader = database.Pool | database.RawConnection


async def append_pending(connection: database.RawConnection, most: int) -> int:
    """Give the records of up to so many waiting statements their leaves, oldest first; how many records it were.

    One transaction. 0 also where another sequencer is at it.
    """
    async with connection.transaction():
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _SEQUENCER):
            return 0
        size = await tree_size(connection)
        entries = [entry for (entry,) in await connection.fetch(_ADD_LEAVES, most, size)]
        if entries:
            await _complete_runs(connection, size, list(map(merkle.leaf_hash, entries)))
        return len(entries)


async def _complete_runs(connection: database.RawConnection, before: int, added: Sequence[bytes]) -> None:
    """Keep the hashes of whole runs that came about while the tree grew from a size, level by level.

    ``added`` are the new hashes of the level below; of what was there, only a run's beginning is read again.
    """
    level, first = 1, before // RUN
    while (end := (before + len(added)) // RUN) > first:
        begun = await nodes(connection, [Node(level - 1, nth) for nth in range(first * RUN, before)])
        below = [begun[Node(level - 1, nth)] for nth in range(first * RUN, before)]
        below += added
        added = [merkle.run_hash(below[at : at + RUN]) for at in range(0, (end - first) * RUN, RUN)]
        await connection.execute(_ADD_NODES, level, list(range(first, end)), added)
        level, before, first = level + 1, first, first // RUN


async def tree_size(reader: Reader) -> int:
    """How many leaves the log has."""
    size: int = await reader.fetchval("SELECT coalesce(max(leaf_index) + 1, 0) FROM log_leaves")
    return size


async def nodes(reader: Reader, wanted: Collection[Node]) -> Mapping[Node, bytes]:
    """The hashes of kept nodes. Raises ``KeyError`` later, where one is looked up that is not there."""
    leaves = [node.nth for node in wanted if node.level == 0]
    runs = [node for node in wanted if node.level > 0]
    found: dict[Node, bytes] = {}
    if leaves:
        rows = await reader.fetch(_LEAVES, leaves)
        found |= {Node(0, row["leaf_index"]): merkle.leaf_hash(row["entry"]) for row in rows}
    if runs:
        rows = await reader.fetch(_NODES, *map(list, zip(*runs, strict=True)))
        found |= {Node(row["level"], row["nth"]): row["hash"] for row in rows}
    return found


async def root(reader: Reader, size: int) -> bytes:
    """The root over the first ``size`` leaves."""
    return merkle.root(size, await nodes(reader, merkle.wanted_for_root(size)))


async def consistency(reader: Reader, older: int, size: int) -> list[bytes]:
    """The proof that the log of ``older`` leaves is how that of ``size`` leaves begins."""
    wanted = merkle.wanted_for_consistency(older, size)
    return merkle.consistency(older, size, await nodes(reader, wanted))


async def keep_checkpoint(reader: Reader, checkpoint: Checkpoint) -> None:
    """Keep a checkpoint beside the log; one that is there already is left as it is."""
    await reader.execute(_ADD_CHECKPOINT, checkpoint.size, checkpoint.note)


async def newest_checkpoint(reader: Reader, keys: Keys) -> Checkpoint | None:
    """The newest checkpoint. Raises ``NotACheckpoint`` when somebody else wrote it."""
    note = await reader.fetchval("SELECT note FROM log_checkpoints ORDER BY size DESC LIMIT 1")
    return read_checkpoint(note, keys) if note is not None else None


class ProvenRecord(NamedTuple):
    """Whose record it is, and what proves it; no proof while no checkpoint covers it, or once its salt is gone."""

    member_id: UUID
    epoch: int
    ord: int
    shredded: bool
    proof: Proof | None


async def proven(reader: Reader, record_id: UUID, keys: Keys) -> ProvenRecord | None:
    """What proves a record, by the newest checkpoint; None when there is no such record."""
    row: asyncpg.Record | None = await reader.fetchrow(_PROVEN, record_id)
    if row is None:
        return None
    proof, at, salt = None, row["leaf_index"], row["salt"]
    newest = await newest_checkpoint(reader, keys)
    if newest is not None and salt is not None and at is not None and at < newest.size:
        wanted = merkle.wanted_for_inclusion(at, newest.size)
        beside = merkle.inclusion(at, newest.size, await nodes(reader, wanted))
        proof = Proof(salt, at, tuple(beside), newest)
    return ProvenRecord(row["member_id"], row["epoch"], row["ord"], salt is None, proof)


async def shred(reader: Reader, record_ids: Iterable[UUID]) -> None:
    """Destroy the salts of records whose own retention has ended: their leaves stand for nothing any more."""
    await reader.execute("DELETE FROM record_salts WHERE record_id = ANY($1)", list(record_ids))


async def lag_s(reader: Reader) -> float:
    """For how long the oldest record without a leaf has waited; 0 when there is none."""
    waited: float = await reader.fetchval(
        "SELECT coalesce(extract(epoch FROM now() - min(queued_at)), 0)::float FROM pending_leaves"
    )
    return waited


_ADD_LEAVES = """
WITH taken AS (
  DELETE FROM leaf_queue WHERE ctid = ANY (ARRAY(SELECT ctid FROM leaf_queue ORDER BY nth LIMIT $1))
  RETURNING nth, record_ids, entries),
added AS (
  INSERT INTO log_leaves (leaf_index, record_id, entry)
  SELECT $2 - 1 + row_number() OVER (ORDER BY nth, ord), record_id, entry
  FROM taken, unnest(record_ids, entries) WITH ORDINALITY AS each (record_id, entry, ord)
  RETURNING leaf_index, entry)
SELECT entry FROM added ORDER BY leaf_index
"""

_ADD_NODES = """
INSERT INTO log_nodes (level, nth, hash) SELECT $1, * FROM unnest($2::bigint[], $3::bytea[])
"""

_LEAVES = "SELECT leaf_index, entry FROM log_leaves WHERE leaf_index = ANY($1::bigint[])"

_NODES = """
SELECT level, nth, hash FROM log_nodes JOIN unnest($1::smallint[], $2::bigint[]) AS wanted(level, nth) USING (level, nth)
"""

_ADD_CHECKPOINT = "INSERT INTO log_checkpoints (size, note) VALUES ($1, $2) ON CONFLICT DO NOTHING"

_PROVEN = """
SELECT e.member_id, e.epoch, e.ord, l.leaf_index, s.salt
FROM consent_events e LEFT JOIN log_leaves l USING (record_id) LEFT JOIN record_salts s USING (record_id)
WHERE e.record_id = $1
"""
