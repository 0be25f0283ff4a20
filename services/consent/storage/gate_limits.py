"""What the gate heeds of the registers: processors' terms (PIPL 21), and how many people's data went abroad (PIPL 38).

Asked only of recipients and of what is kept abroad, which is never answered from what is kept in memory where it rests
on consent; so a term that ends and a ceiling that is reached hold at once.
"""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from services.consent.rules.gate import Answer, Question, Reason
from services.consent.rules.registers import Ceilings, Route, RouteKind, Term, best

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
        if question.recipient_id and not await self._covered(question.recipient_id, now):
            return _no(answer, Reason.PROCESSOR_TERM_OVER, "PIPL 21")
        if not question.goes_abroad:
            return answer
        sensitive = question.in_force.terms.sensitive
        rows = await self._pool.fetch(_ROUTES, question.in_force.key)
        routes = [Route(row[0], RouteKind(row[1]), Term(*row[2:])) for row in rows]
        route = best(routes, self._ceilings, now, sensitive=sensitive)
        if route is None:
            return _no(answer, Reason.EXPORT_ROUTE_MISSING, "PIPL 38")
        most = self._ceilings.of(route.kind, sensitive=sensitive)
        if not await self._count(member_id, now.astimezone(self._zone).year, sensitive, most):
            return _no(answer, Reason.EXPORT_CEILING_REACHED, "PIPL 38")
        return answer._replace(keep_until=None)

    async def _covered(self, recipient_id: str, now: datetime) -> bool:
        """Whether a term covers the recipient now, or none was ever registered: not everyone is a processor."""
        row = await self._pool.fetchrow(_TERMS, recipient_id, now)
        assert row is not None, "a count is a row"
        return bool(row["in_force"]) or not row["terms"]

    async def _count(self, member_id: UUID, year: int, sensitive: bool, most: int | None) -> bool:
        """Count a member once a year; False when that would be one too many."""
        if await self._pool.fetchval(_KNOWN, member_id, year, sensitive):
            return True
        try:
            async with self._pool.acquire() as connection, connection.transaction():
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
