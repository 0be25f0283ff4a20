"""What the gate heeds of the registers: processors' terms (PIPL 21), and how many people's data went abroad (PIPL 38).

Asked only of recipients and of what is kept abroad, which is never answered from what is kept in memory where it rests
on consent; so a term that ends and a ceiling that is reached hold at once.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from services.consent.rules.gate import Question, Reason
from services.consent.rules.purposes import Purpose
from services.consent.rules.registers import Ceilings, Route, RouteKind, Term, best
from services.kit.database import RawConnection

Reader = asyncpg.Pool | RawConnection
Uncovered = tuple[Reason, str]
"""A reason and its article."""

_TERMS = """SELECT count(*) AS terms, count(*) FILTER (WHERE starts_at <= $2 AND $2 < ends_at) AS in_force
  FROM processor_agreements WHERE recipient_id = $1"""
_ROUTES = "SELECT purpose, kind, starts_at, ends_at, reference FROM export_routes WHERE purpose = $1"
_KNOWN = """SELECT member_id FROM exported_members
  WHERE member_id = ANY(CAST($1 AS uuid[])) AND year = $2 AND sensitive = $3"""
_COUNTED = "SELECT members FROM export_counters WHERE year = $1 AND sensitive = $2"
_ADD = """INSERT INTO exported_members (member_id, year, sensitive)
  SELECT member_id, $2, $3 FROM unnest(CAST($1 AS uuid[])) AS new (member_id) ON CONFLICT DO NOTHING RETURNING true"""
_BEGIN = "INSERT INTO export_counters (year, sensitive, members) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING"
# The row's lock lets exactly as many through as the ceiling has room for.
_COUNT = """UPDATE export_counters SET members = members + $4
  WHERE year = $1 AND sensitive = $2 AND (CAST($3 AS bigint) IS NULL OR members + $4 <= $3) RETURNING true"""
_REACHED: Uncovered = (Reason.EXPORT_CEILING_REACHED, "PIPL 38")


class _Full(Exception):
    """The ceiling is reached."""


class GateLimits:
    """Says of whom a register does not cover what is asked for."""

    def __init__(self, pool: asyncpg.Pool, ceilings: Ceilings, time_zone: str) -> None:
        self._pool = pool
        self._ceilings = ceilings
        self._zone = ZoneInfo(time_zone)

    async def heed(
        self, question: Question, member_ids: Collection[UUID], now: datetime
    ) -> dict[UUID, Uncovered]:
        """Of members who are allowed it otherwise, those whom a register denies it, and why.

        The registers are asked once for all of them; who is allowed what goes abroad is counted.
        """
        if not member_ids:
            return {}
        purpose = question.in_force
        uncovered, most = await self._registered(
            self._pool, purpose, question.recipient_id, now, goes_abroad=question.goes_abroad
        )
        if uncovered is not None:
            return dict.fromkeys(member_ids, uncovered)
        if not question.goes_abroad:
            return {}
        async with self._pool.acquire() as connection:
            over = await self._over(connection, member_ids, purpose, most, now)
        return dict.fromkeys(over, _REACHED)

    async def foresee(
        self, question: Question, member_ids: Collection[UUID], now: datetime
    ) -> dict[UUID, Uncovered]:
        """What ``heed`` would say of each alone, to be shown: nobody is counted for it."""
        purpose = question.in_force
        uncovered, most = await self._registered(
            self._pool, purpose, question.recipient_id, now, goes_abroad=question.goes_abroad
        )
        if uncovered is not None:
            return dict.fromkeys(member_ids, uncovered)
        if not question.goes_abroad or most is None:
            return {}
        of = self._year(purpose, now)
        if (await self._pool.fetchval(_COUNTED, *of) or 0) < most:
            return {}
        known = {row[0] for row in await self._pool.fetch(_KNOWN, member_ids, *of)}
        return {one: _REACHED for one in member_ids if one not in known}

    async def uncovered(
        self,
        connection: RawConnection,
        purpose: Purpose,
        processor: str,
        member_id: UUID | None,
        now: datetime,
    ) -> Uncovered | None:
        """Why a purpose's data may not leave by a processor's hands, or abroad; None where nothing stands against it.

        With ``member_id``, a member whose data goes abroad is counted; without, nobody is and no ceiling is asked.
        """
        abroad = purpose.terms.goes_abroad
        uncovered, most = await self._registered(connection, purpose, processor, now, goes_abroad=abroad)
        if uncovered is not None or member_id is None or not abroad:
            return uncovered
        return _REACHED if await self._over(connection, [member_id], purpose, most, now) else None

    async def _registered(
        self, via: Reader, purpose: Purpose, recipient_id: str, now: datetime, *, goes_abroad: bool
    ) -> tuple[Uncovered | None, int | None]:
        """What stands against everybody's data, if anything does; and for how many people's the way abroad is open."""
        if recipient_id and not await self._covered(via, recipient_id, now):
            return (Reason.PROCESSOR_TERM_OVER, "PIPL 21"), None
        if not goes_abroad:
            return None, None
        sensitive = purpose.terms.sensitive
        rows = await via.fetch(_ROUTES, purpose.key)
        routes = [Route(row[0], RouteKind(row[1]), Term(*row[2:])) for row in rows]
        route = best(routes, self._ceilings, now, sensitive=sensitive)
        if route is None:
            return (Reason.EXPORT_ROUTE_MISSING, "PIPL 38"), None
        return None, self._ceilings.of(route.kind, sensitive=sensitive)

    async def _covered(self, via: Reader, recipient_id: str, now: datetime) -> bool:
        """Whether a term covers the recipient now, or none was ever registered: not everyone is a processor."""
        row = await via.fetchrow(_TERMS, recipient_id, now)
        assert row is not None, "a count is a row"
        return bool(row["in_force"]) or not row["terms"]

    async def _over(
        self,
        connection: RawConnection,
        member_ids: Collection[UUID],
        purpose: Purpose,
        most: int | None,
        now: datetime,
    ) -> list[UUID]:
        """Count each member once a year; those who would be too many.

        All at once where there is room for all, else one after the other, as far as there is.
        """
        of = self._year(purpose, now)
        known = {row[0] for row in await connection.fetch(_KNOWN, member_ids, *of)}
        new = sorted(set(member_ids) - known)  # in one order, so that two batches never wait for each other
        if not new or await _counted(connection, new, *of, most):
            return []
        return [one for one in new if len(new) == 1 or not await _counted(connection, [one], *of, most)]

    def _year(self, purpose: Purpose, now: datetime) -> tuple[int, bool]:
        """What a member is counted in."""
        return now.astimezone(self._zone).year, purpose.terms.sensitive


async def _counted(
    connection: RawConnection, member_ids: Sequence[UUID], year: int, sensitive: bool, most: int | None
) -> bool:
    """Count members, in a transaction of its own within whatever is open; False when they would be too many."""
    try:
        async with connection.transaction():
            await connection.execute(_BEGIN, year, sensitive)
            new = len(await connection.fetch(_ADD, member_ids, year, sensitive))
            if new and not await connection.fetchval(_COUNT, year, sensitive, most, new):
                raise _Full
    except _Full:
        return False
    return True
