"""Telling: the events of what is decided beside the ledger, in the outbox lane that no posting claims."""

from collections.abc import Sequence

from services.kit import database
from services.kit.outbox import PACKED, NewEvent, pack

TOLD_LANE = 15
"""The outbox lane of whatever no lane posted."""
TELLING = 0x68796C02
"""The advisory lock of who writes to it: its seq has no gap, and follows the order of commits."""


async def tell(connection: database.RawConnection, events: Sequence[NewEvent]) -> None:
    """Write events into the open transaction; call it last, since others who tell wait for its end."""
    if not events:
        return
    row = events[0] if len(events) == 1 else NewEvent(None, PACKED, pack(events))
    await connection.execute("SELECT pg_advisory_xact_lock($1)", TELLING)
    await connection.execute(
        """INSERT INTO outbox (lane, seq, ord, member_id, type, event)
           SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5 FROM (
             SELECT max(seq) AS seq FROM outbox WHERE lane = $1
             UNION ALL SELECT max(seq) FROM reopenings WHERE lane = $1) AS told""",
        TOLD_LANE,
        len(events) - 1,
        *row,
    )
