"""A loyalty service that goes by a clock of the test's, and the due run of a worker beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from services.kit import database
from services.loyalty.jobs.dues import DueRun
from services.loyalty.rulebook import Rulebook
from tests.loyalty.conftest import Loyalty, order, programme
from tests.loyalty.spending import done


def utc(text: str) -> datetime:
    """``"2026-01-31 12:00"`` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Clock:
    """A clock whose hands the test moves."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


def expiring(period: str = "P1D", **changes: Any) -> dict[str, Any]:
    """The usual programme, its points good for a period without rounding."""
    body = programme()
    expiry = {"kind": "EXPIRY_KIND_AFTER_PERIOD", "period": period, "rounding": "EXPIRY_ROUNDING_NONE"}
    body["currencies"][0] |= {"expiry": expiry}
    return body | changes


@dataclass
class Timed:
    """A service and a worker's due run, both going by one clock."""

    loyalty: Loyalty
    clock: Clock
    run: DueRun
    pool: asyncpg.Pool

    async def pay(self, member: str, minor: int, **changes: Any) -> None:
        paid_at = self.clock.at.isoformat().replace("+00:00", "Z")
        body = order(member, minor, paidAt=paid_at, **changes)
        await done(self.loyalty.order_system("OrdersService/RecordOrder", body))

    async def pay_many(self, members: list[str], minor: int) -> None:
        paid_at = self.clock.at.isoformat().replace("+00:00", "Z")
        for first in range(0, len(members), 500):
            orders = [order(member, minor, paidAt=paid_at) for member in members[first : first + 500]]
            await done(self.loyalty.order_system("OrdersService/RecordOrders", {"orders": orders}))

    async def moved(self, member: str, *types: str) -> list[tuple[str, int, datetime]]:
        """What was posted for a member in points, as (type, points, when it happened)."""
        rows = await self.loyalty.sql(
            """SELECT type::text, points, occurred_at FROM entries JOIN currencies ON number = currency
               WHERE member_id = $1 AND code = 'POINTS' AND type::text = ANY($2) ORDER BY recorded_at, ord""",
            member,
            list(types),
        )
        return [tuple(row) for row in rows]

    async def expired(self) -> int:
        """How many entries say that points expired."""
        (row,) = await self.loyalty.sql("SELECT count(*) FROM entries WHERE type = 'EXPIRE'")
        return int(row[0])

    async def wallet(self, member: str) -> asyncpg.Record:
        """A member's points as the table has them."""
        (row,) = await self.loyalty.sql(
            """SELECT w.* FROM wallets w JOIN currencies ON number = currency
               WHERE member_id = $1 AND code = 'POINTS'""",
            member,
        )
        return row

    async def state(self) -> dict[str, Any]:
        return await done(self.loyalty.staff("DuesService/GetDueState", {}, "auditor"))


@asynccontextmanager
async def going_by(make_loyalty: Any, at: str, founded: dict[str, Any] | None = None) -> AsyncIterator[Timed]:
    """A service whose clock shows an instant, until the test moves it."""
    clock = Clock(utc(at))
    async with make_loyalty(founded or expiring(), now=clock) as loyalty:
        pool = await database.pool(loyalty.database)
        yield Timed(loyalty, clock, DueRun(loyalty.database, pool, Rulebook(pool), clock), pool)
        await pool.close()
