"""A forger: somebody with all rights who rewrites a chain so that it agrees with itself."""

from hashlib import sha256
from struct import pack, unpack_from
from typing import Any

import asyncpg

COLUMNS = (
    "member_id, key, part, currency, points, balance_after, occurred_at, recorded_at, lane, batch, ord, type, "
    "from_account, to_account, lot_expires_at, lot_month, lot_source, rule_version, actor, reason, fingerprint, order_ref"
)


async def reseal(superuser: str, lane: int, since: int) -> None:
    """Give every batch of a lane from ``since`` on the hash of what is in it now, and link it to the one before."""
    connection = await asyncpg.connect(superuser)
    try:
        previous = await connection.fetchval(
            "SELECT hash FROM batches WHERE lane = $1 AND seq = $2", lane, since - 1
        )
        for batch in await connection.fetch(
            "SELECT *, (extract(epoch FROM committed_at) * 1000000)::bigint AS at FROM batches "
            "WHERE lane = $1 AND seq >= $2 ORDER BY seq",
            lane,
            since,
        ):
            rows = await _copied(connection, lane, batch["seq"])
            place = pack("!hqq", lane, batch["seq"], batch["at"])
            sealed = sha256((previous or b"") + place + rows + batch["events_hash"]).digest()
            await connection.execute(
                "UPDATE batches SET previous = $3, hash = $4, entries = (SELECT count(*) FROM entries "
                "WHERE lane = $1 AND batch = $2) WHERE lane = $1 AND seq = $2",
                *(lane, batch["seq"], previous or b"", sealed),
            )
            previous = sealed
    finally:
        await connection.close()


async def _copied(connection: Any, lane: int, seq: int) -> bytes:
    """The batch's entries as PostgreSQL copies them out, without what begins and ends a copy."""
    sent = bytearray()

    async def keep(data: bytes) -> None:
        sent.extend(data)

    query = f"SELECT {COLUMNS} FROM entries WHERE lane = {lane} AND batch = {seq} ORDER BY ord"
    await connection.copy_from_query(query, output=keep, format="binary")
    assert unpack_from("!h", sent, len(sent) - 2) == (-1,)
    return bytes(sent[19:-2])
