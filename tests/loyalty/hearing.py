"""What the ledger told comes back to it by the stream, as its own consumer hears it."""

import msgpack

from services.kit import database, stream
from services.loyalty.consumers import hear_ourselves
from tests.loyalty.conftest import Loyalty


async def hear_own(loyalty: Loyalty, member: str, kind: str) -> int:
    """Everything of a kind that was told of a member arrives, as often as it may; how many there were."""
    rows = await loyalty.sql("SELECT event FROM outbox WHERE type = 'Packed' ORDER BY lane, seq")
    alone = await loyalty.sql(
        "SELECT event FROM outbox WHERE type = $2 AND member_id = $1 ORDER BY lane, seq", member, kind
    )
    bodies = [row["event"] for row in alone] + [
        body
        for row in rows
        for who, type, body in msgpack.unpackb(row["event"])
        if (who, type) == (member, kind)
    ]
    engine = database.engine(loyalty.database, size=1)
    async with engine.begin() as connection:
        for body in bodies:
            await hear_ourselves(connection, stream.Event("huiyuan:loyalty:0", 1, 0, member, kind, body))
    await engine.dispose()
    return len(bodies)
