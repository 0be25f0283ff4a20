"""Reopenings: the batches with which lanes go on behind a gap, and what is told again behind them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from services.kit import database, outbox
from services.kit.clock import instant
from services.loyalty.rules.ledger.reopening import LanesClaimed, Reopening
from services.loyalty.storage.ledger import chain
from services.loyalty.storage.ledger.outside import SetBack, ends_of
from services.loyalty.storage.ledger.telling import TELLING, TOLD_LANE


async def reopen(
    connection: database.RawConnection,
    found: Mapping[int, SetBack],
    numbers: tuple[int, int],
    since: datetime | None,
    who: tuple[str, str],
    now: int,
) -> list[Reopening]:
    """Let all lanes go on, in the caller's transaction. Raises ``LanesClaimed``.

    ``numbers`` are with which number, and what was the highest that was seen; ``who`` is the actor and the reason.
    What is in the outbox behind what was seen, or was written ``since``, is told again behind the gap: whoever heard
    other events under its numbers would pass it over.
    """
    first, seen = numbers
    await _claim(connection)
    ends, made = await ends_of(connection), []
    for lane in range(TOLD_LANE + 1):
        end = ends.get(lane, 0)
        kept = min(found[lane].kept if lane in found else end, await _before(connection, lane, since, end))
        reopening = Reopening(lane, first, end, kept, seen, *who, instant(now).isoformat())
        rows = await connection.fetch(_BEHIND, lane, kept)
        await (_tell_again if lane == TOLD_LANE else _seal)(connection, reopening, rows, now)
        await connection.execute(_KEEP, lane, first, reopening.statement)
        made.append(reopening)
    return made


async def _claim(connection: database.RawConnection) -> None:
    """Keep all others from writing until the transaction ends."""
    taken = await connection.fetch(_CLAIM, chain.LANE_CLAIM, TOLD_LANE)
    if claimed := [row["lane"] for row in taken if not row["ours"]]:
        lanes = ", ".join(map(str, claimed))
        message = f"lanes {lanes} are written to: stop the servers and workers of loyalty, and say it again"
        raise LanesClaimed(message)
    await connection.execute("SELECT pg_advisory_xact_lock($1)", TELLING)


async def _before(connection: database.RawConnection, lane: int, since: datetime | None, end: int) -> int:
    """The newest number before what was written since an instant."""
    if since is None:
        return end
    query = _TOLD_SINCE if lane == TOLD_LANE else _WRITTEN_SINCE
    first: int | None = await connection.fetchval(query, lane, since)
    return end if first is None else first - 1


async def _seal(
    connection: database.RawConnection, reopening: Reopening, rows: Sequence[asyncpg.Record], now: int
) -> None:
    """The batch that opens the gap, and one more for each row that is told again."""
    last = await connection.fetchval(_HASH, reopening.lane, reopening.after)
    before = chain.Head(reopening.lane, reopening.seq - 1, last or b"")
    said = reopening.statement.encode()
    opening = chain.seal_statement(before, said, now)
    statements, head = chain.sealing(opening), opening.head
    for nth, row in enumerate(rows, 1):
        batch = chain.seal(head, (), b"", _events(row), now + nth)
        statements, head = statements + chain.sealing(batch), batch.head
    await connection.execute(statements)


async def _tell_again(
    connection: database.RawConnection, reopening: Reopening, rows: Sequence[asyncpg.Record], _: int
) -> None:
    """Rows of the lane that has no batches, once more behind the gap."""
    await connection.executemany(
        _COPY,
        [(reopening.lane, row["seq"], row["ord"], reopening.seq + nth) for nth, row in enumerate(rows, 1)],
    )


def _events(row: asyncpg.Record) -> list[outbox.NewEvent]:
    if row["type"] == outbox.PACKED:
        return outbox.unpack(row["event"])
    return [outbox.NewEvent(str(row["member_id"] or ""), row["type"], row["event"])]


_CLAIM = "SELECT lane, pg_try_advisory_xact_lock($1, lane) AS ours FROM generate_series(0, $2 - 1) AS lane"
_BEHIND = "SELECT * FROM outbox WHERE lane = $1 AND seq > $2 ORDER BY seq, ord"
_HASH = "SELECT hash FROM batches WHERE lane = $1 AND seq = $2"
_WRITTEN_SINCE = "SELECT min(seq) FROM batches WHERE lane = $1 AND committed_at >= $2"
_TOLD_SINCE = "SELECT min(seq) FROM outbox WHERE lane = $1 AND recorded_at >= $2"
_KEEP = "INSERT INTO reopenings (lane, seq, statement) VALUES ($1, $2, $3)"
_COPY = """INSERT INTO outbox (lane, seq, ord, member_id, type, event)
           SELECT lane, $4, ord, member_id, type, event FROM outbox WHERE lane = $1 AND seq = $2 AND ord = $3"""
