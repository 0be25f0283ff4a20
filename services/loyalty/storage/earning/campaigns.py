"""Reading for campaigns: what budgets gave, and the orders of past days, member by member."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.kit import database
from services.loyalty.rules.earning.birthdays import BirthdayMonth
from services.loyalty.rules.orders.orders import Order
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.standings import Standing
from services.loyalty.storage.ledger import rows
from services.loyalty.storage.members import birthdays

BEGIN = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Members with their orders and birthdays, and the last of these members; nobody comes after where ``is_last``."""

    members: list[tuple[Standing, list[Order], list[BirthdayMonth]]]
    after: str
    is_last: bool


async def spent(connection: database.RawConnection | asyncpg.Pool, programme: int) -> dict[str, int]:
    """What rules with a budget gave of it, by rule."""
    found = await connection.fetch("SELECT rule, spent FROM earn_budgets WHERE programme = $1", programme)
    return {row["rule"]: row["spent"] for row in found}


async def count(pool: asyncpg.Pool, programme: int, since: datetime, until: datetime) -> int:
    """How many orders were paid within an interval."""
    found: int = await pool.fetchval(
        "SELECT count(*) FROM orders WHERE programme = $1 AND paid_at >= $2 AND paid_at < $3",
        programme,
        since,
        until,
    )
    return found


async def stretch(
    pool: asyncpg.Pool, programme: Programme, since: datetime, until: datetime, after: str, most: int
) -> Stretch:
    """About so many orders paid within an interval, of whole members, who come after one."""
    found = await pool.fetch(_ORDERS, programme.number, since, until, after, most + 1)
    is_last = len(found) <= most
    if not is_last:
        last = found[-1]["member_id"]  # who is cut off is taken up the next time, unless there is nobody else
        whole = [row for row in found if row["member_id"] != last]
        found = whole or await pool.fetch(_OF_MEMBER, programme.number, since, until, last)
    by_member: dict[str, list[Order]] = {}
    for row in found:
        order = rows.order(row, programme.programme_id, programme.money_currency)
        by_member.setdefault(order.member_id, []).append(order)
    standings = {
        standing.member_id: standing
        for standing in map(rows.standing, await pool.fetch(_STANDINGS, programme.number, list(by_member)))
    }
    asks = programme.earning.birthday_purposes
    months = await birthdays.load(pool, list(by_member)) if asks else {}
    members = [
        (standings.get(member, Standing(member, programme.number)), orders, months.get(member, []))
        for member, orders in by_member.items()
    ]
    return Stretch(members, next(reversed(by_member), after), is_last)


_ORDERS = """
SELECT * FROM orders WHERE programme = $1 AND paid_at >= $2 AND paid_at < $3 AND member_id > $4::uuid
ORDER BY member_id, paid_at, recorded_at LIMIT $5
"""

_OF_MEMBER = """
SELECT * FROM orders WHERE programme = $1 AND paid_at >= $2 AND paid_at < $3 AND member_id = $4
ORDER BY paid_at, recorded_at
"""

_STANDINGS = f"""
SELECT {rows.STANDING} FROM standings s WHERE s.programme = $1 AND s.member_id = ANY($2::uuid[])
"""  # noqa: S608  # columns of ours
