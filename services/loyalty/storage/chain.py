"""The chain: each lane's batches, sealed one after the other by hash, so that no entry changes unseen."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgpack
import orjson

from services.kit import database
from services.kit.clock import instant
from services.loyalty.rules.entries import MEMBER_ACCOUNTS, Entry

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


async def extend(
    connection: database.RawConnection, head: Head, new: Head, entries: Sequence[Entry], committed_at: int
) -> None:
    """Write the batch that makes ``new`` the chain's head."""
    await connection.execute(
        "INSERT INTO batches (lane, seq, previous, hash, entries, totals, committed_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        new.lane,
        new.seq,
        head.hash,
        new.hash,
        len(entries),
        orjson.dumps(totals(entries)).decode(),
        instant(committed_at),
    )


def seal(head: Head, entries: Sequence[Entry], events: Sequence[bytes]) -> bytes:
    """The hash of a batch: over the hash before it, its place, the content of its entries and of its events."""
    digest = sha256(head.hash)
    digest.update(msgpack.packb((head.lane, head.seq + 1)))
    digest.update(msgpack.packb(entries))
    digest.update(sha256(msgpack.packb(events)).digest())
    return digest.digest()


def totals(entries: Sequence[Entry]) -> dict[str, dict[str, int]]:
    """What a batch changed in the programme's own accounts, by currency number and account."""
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for entry in entries:
        if entry.from_account not in MEMBER_ACCOUNTS:
            sums[str(entry.currency)][entry.from_account.value] -= entry.points
        if entry.to_account not in MEMBER_ACCOUNTS:
            sums[str(entry.currency)][entry.to_account.value] += entry.points
    return sums
