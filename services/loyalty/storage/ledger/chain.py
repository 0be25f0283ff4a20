"""The chain: each lane's batches, sealed one after the other by hash, so that no entry changes unseen.

A batch's hash is over the hash before it, its place and time, the bytes of its entries as they are copied, and the
digest of its events. The digest is kept beside it, since events are forgotten once they were relayed.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from struct import pack

import orjson

from services.kit import database, outbox
from services.kit.clock import instant
from services.loyalty.rules.ledger.entries import MEMBER_ACCOUNTS, Entry
from services.loyalty.storage.ledger import copying

FORMAT = 2
"""How a batch is sealed; 1 was over packed values, without a digest of its own for the events."""

LANE_CLAIM = 0x68796C02
"""The advisory lock class under which a connection claims a lane."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a lane's chain ends."""

    lane: int
    seq: int
    hash: bytes


async def claim_lane(connection: database.RawConnection, lanes: int) -> Head | None:
    """Claim a lane that no other connection writes; None when all are taken."""
    for lane in range(lanes):
        if await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", LANE_CLAIM, lane):
            row = await connection.fetchrow(
                "SELECT seq, hash FROM batches WHERE lane = $1 ORDER BY seq DESC LIMIT 1", lane
            )
            return Head(lane, row["seq"], row["hash"]) if row else Head(lane, 0, b"")
    return None


async def batch_hash(connection: database.RawConnection, lane: int, seq: int) -> bytes | None:
    """The hash of a committed batch; None when there is none."""
    found: bytes | None = await connection.fetchval(
        "SELECT hash FROM batches WHERE lane = $1 AND seq = $2", lane, seq
    )
    return found


@dataclass(frozen=True, slots=True)
class Batch:
    """What a lane commits together, sealed: the head that it makes, and what its row and its events' row say.

    ``rows`` are its entries as they are copied.
    """

    head: Head
    previous: bytes
    entries: int
    totals: dict[str, dict[str, int]]
    events: int
    told: bytes
    committed_at: int
    rows: bytes


def seal(
    head: Head,
    entries: Sequence[Entry],
    rows: bytes,
    events: Sequence[outbox.NewEvent],
    committed_at: int,
) -> Batch:
    """The batch that follows on a head; ``rows`` are the bytes of its entries."""
    told = outbox.pack(events) if events else b""
    seq = head.seq + 1
    sealed = digest(head.hash, head.lane, seq, committed_at, rows, sha256(told).digest())
    new = Head(head.lane, seq, sealed)
    return Batch(new, head.hash, len(entries), totals(entries), len(events), told, committed_at, rows)


def seal_statement(head: Head, statement: bytes, committed_at: int) -> Batch:
    """The batch that follows on a head and says something of the chain itself: without entries and events."""
    seq = head.seq + 1
    sealed = digest(head.hash, head.lane, seq, committed_at, b"", sha256(statement).digest())
    return Batch(Head(head.lane, seq, sealed), head.hash, 0, {}, 0, statement, committed_at, b"")


def digest(previous: bytes, lane: int, seq: int, committed_at: int, rows: bytes, events_hash: bytes) -> bytes:
    """The hash of a batch from the bytes of its entries and the digest of its packed events."""
    return sha256(b"".join((begun(previous, lane, seq, committed_at), rows, events_hash))).digest()


def begun(previous: bytes, lane: int, seq: int, committed_at: int) -> bytes:
    """What a batch's hash is over before its entries: the hash before it, its place and its time."""
    return previous + pack("!hqq", lane, seq, committed_at)


async def commit(connection: database.RawConnection, batch: Batch) -> None:
    """Write the entries and what seals them, and commit, in one message: every answer waits for its round trip."""
    seal = f"{sealing(batch)}COMMIT"
    if batch.rows:
        await copying.copy(connection, batch.rows, then=seal)
    else:
        await connection.execute(seal)


def sealing(batch: Batch) -> str:
    """The statements that write a batch's row and its events' row."""
    head = batch.head
    statements = _EXTEND.format(
        *(head.lane, head.seq, batch.previous.hex(), head.hash.hex(), batch.entries),
        orjson.dumps(batch.totals).decode(),
        instant(batch.committed_at).isoformat(),
        *(FORMAT, batch.events, sha256(batch.told).hexdigest()),
    )
    if batch.events:
        statements += _TELL.format(head.lane, head.seq, batch.events - 1, outbox.PACKED, batch.told.hex())
    return statements


def totals(entries: Sequence[Entry]) -> dict[str, dict[str, int]]:
    """What a batch changed in the programme's own accounts, by currency number and account."""
    moved: Counter[tuple[int, str, str]] = Counter()
    for entry in entries:
        moved[entry.currency, entry.from_account, entry.to_account] += entry.points
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (currency, from_account, to_account), points in moved.items():
        if from_account not in MEMBER_ACCOUNTS:
            sums[str(currency)][str(from_account)] -= points
        if to_account not in MEMBER_ACCOUNTS:
            sums[str(currency)][str(to_account)] += points
    return sums


# Numbers, digests and names of ours alone: nothing that a caller said is put into these without being packed.
_EXTEND = """
INSERT INTO batches (lane, seq, previous, hash, entries, totals, committed_at, format, events, events_hash)
VALUES ({}, {}, '\\x{}', '\\x{}', {}, '{}', '{}', {}, {}, '\\x{}');
"""

_TELL = """
INSERT INTO outbox (lane, seq, ord, type, event) VALUES ({}, {}, {}, '{}', '\\x{}');
"""
