"""Birthdays: told once a year for each member."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.kit.database import Connection
from services.members import events
from services.members.storage import birthdays


async def tell(connection: Connection, member_ids: Sequence[UUID], year: int, now: datetime) -> int:
    """Tell those whose birthday was not told yet in a year; how many they are."""
    told = await birthdays.claim(connection, member_ids, year)
    await events.members_celebrated(connection, told, year, now)
    return len(told)
