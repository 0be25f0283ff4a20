"""Birthdays: told once a year for each member, and their months once a year for each purpose."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from datetime import date, datetime
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
    """Tell those whose birthday was not told yet in a year, and of those who turn fourteen that; how many.

    Who turns fourteen need not be among those who are greeted.
    """
    told = await birthdays.claim(connection, sorted({*member_ids, *turning_14}), year)
    await events.members_turned_14(connection, [one for one in told if one in turning_14], now)
    await events.members_celebrated(connection, [one for one in told if one in set(member_ids)], year, now)
    return len(told)


async def tell_months(
    connection: Connection, allowing: Mapping[str, Collection[UUID]], month: date, now: datetime
) -> int:
    """Tell of those who allow a purpose that a month is their birthday's, unless one was told this year; how many."""
    told: dict[UUID, list[str]] = defaultdict(list)
    for purpose, members in sorted(allowing.items()):
        for member_id in await birthdays.claim_months(connection, members, month.year, purpose):
            told[member_id].append(purpose)
    await events.birthday_months_began(connection, told, month, now)
    return len(told)
