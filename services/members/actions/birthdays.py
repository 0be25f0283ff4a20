"""Birthdays: told once a year for each member."""

from collections.abc import Sequence, Set
from datetime import datetime
from uuid import UUID

from services.kit.database import Connection
from services.members import events
from services.members.storage import birthdays


async def tell(
    connection: Connection,
    member_ids: Sequence[UUID],
    year: int,
    now: datetime,
    turning_14: Set[UUID] = frozenset(),
) -> int:
    """Tell those whose birthday was not told yet in a year, and of those who turn fourteen that too; how many."""
    told = await birthdays.claim(connection, member_ids, year)
    await events.members_turned_14(connection, [one for one in told if one in turning_14], now)
    await events.members_celebrated(connection, told, year, now)
    return len(told)
