"""What the gate heeds of the registers: processors' terms (PIPL 21), and how many people's data went abroad (PIPL 38).

Asked only of recipients and of what is kept abroad, which is never answered from what is kept in memory where it rests
on consent; so a term that ends and a ceiling that is reached hold at once.
"""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from services.consent.rules.gate import Answer, Question, Reason
from services.consent.rules.purposes import Purpose
from services.consent.rules.registers import Ceilings, Route, RouteKind, Term, best
from services.kit.database import RawConnection

Reader = asyncpg.Pool | RawConnection
Uncovered = tuple[Reason, str]
"""A reason and its article."""

_TERMS = """SELECT count(*) AS terms, count(*) FILTER (WHERE starts_at <= $2 AND $2 < ends_at) AS in_force
  FROM processor_agreements WHERE recipient_id = $1"""
_ROUTES = "SELECT purpose, kind, starts_at, ends_at, reference FROM export_routes WHERE purpose = $1"
_KNOWN = "SELECT EXISTS (SELECT FROM exported_members WHERE member_id = $1 AND year = $2 AND sensitive = $3)"
_ADD = """INSERT INTO exported_members (member_id, year, sensitive) VALUES ($1, $2, $3)
  ON CONFLICT DO NOTHING RETURNING true"""
_BEGIN = "INSERT INTO export_counters (year, sensitive, members) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING"
# The row's lock lets exactly as many through as the ceiling has room for.
_COUNT = """UPDATE export_counters SET members = members + 1
  WHERE year = $1 AND sensitive = $2 AND (CAST($3 AS bigint) IS NULL OR members < $3) RETURNING true"""


class _Full(Exception):
    """The ceiling is reached."""


class GateLimits:
    """Turns an answer into a no where a register does not cover it."""

    def __init__(self, pool: asyncpg.Pool, ceilings: Ceilings, time_zone: str) -> None:
        self._pool = pool
        self._ceilings = ceilings
        self._zone = ZoneInfo(time_zone)

    async def heed(self, question: Question, answer: Answer, member_id: UUID, now: datetime) -> Answer:
        """The answer, or a no; a member who is allowed what goes abroad is counted."""
        if not answer.allow or not question.limited:
            return answer
        found = await self._uncovered(
            self._pool,
            question.in_force,
            question.recipient_id,
            member_id,
            now,
            goes_abroad=question.goes_abroad,
        )
        if found is not None:
            return _no(answer, *found)
        return answer._replace(keep_until=None) if question.goes_abroad else answer

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
        return await self._uncovered(
            connection, purpose, processor, member_id, now, goes_abroad=purpose.terms.goes_abroad
        )

    async def _uncovered(
        self,
        via: Reader,
        purpose: Purpose,
        recipient_id: str,
        member_id: UUID | None,
        now: datetime,
        *,
        goes_abroad: bool,
    ) -> Uncovered | None:
        if recipient_id and not await self._covered(via, recipient_id, now):
            return Reason.PROCESSOR_TERM_OVER, "PIPL 21"
        if not goes_abroad:
            return None
        sensitive = purpose.terms.sensitive
        rows = await via.fetch(_ROUTES, purpose.key)
        routes = [Route(row[0], RouteKind(row[1]), Term(*row[2:])) for row in rows]
        route = best(routes, self._ceilings, now, sensitive=sensitive)
        if route is None:
            return Reason.EXPORT_ROUTE_MISSING, "PIPL 38"
        most = self._ceilings.of(route.kind, sensitive=sensitive)
        year = now.astimezone(self._zone).year
        if member_id is not None and not await self._count(via, member_id, year, sensitive, most):
            return Reason.EXPORT_CEILING_REACHED, "PIPL 38"
        return None

    async def _covered(self, via: Reader, recipient_id: str, now: datetime) -> bool:
        """Whether a term covers the recipient now, or none was ever registered: not everyone is a processor."""
        row = await via.fetchrow(_TERMS, recipient_id, now)
        assert row is not None, "a count is a row"
        return bool(row["in_force"]) or not row["terms"]

    async def _count(
        self, via: Reader, member_id: UUID, year: int, sensitive: bool, most: int | None
    ) -> bool:
        """Count a member once a year; False when that would be one too many."""
        if await via.fetchval(_KNOWN, member_id, year, sensitive):
            return True
        if isinstance(via, asyncpg.Pool):
            async with via.acquire() as connection:
                return await _counted(connection, member_id, year, sensitive, most)
        return await _counted(via, member_id, year, sensitive, most)


async def _counted(
    connection: RawConnection, member_id: UUID, year: int, sensitive: bool, most: int | None
) -> bool:
    """Count a member, in a transaction of its own within whatever is open; False when that would be one too many."""
    try:
        async with connection.transaction():
            await connection.execute(_BEGIN, year, sensitive)
            new = await connection.fetchval(_ADD, member_id, year, sensitive)
            if new and not await connection.fetchval(_COUNT, year, sensitive, most):
                raise _Full
    except _Full:
        return False
    return True


def _no(answer: Answer, reason: Reason, article: str) -> Answer:
    return answer._replace(
        allow=False, reason=reason, article=article, keep_until=None, non_personalised=False
    )
