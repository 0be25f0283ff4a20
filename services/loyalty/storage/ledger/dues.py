"""Dues in storage: whom something fell due for, whom the newest rules have not judged, and how the run gets on."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import asyncpg

from services.kit import database

DUE_RUN = 0x68796C03
"""The advisory lock that the one worker holds which does what fell due."""

MOST_COUNTED = 1_000_000


class InProgramme(NamedTuple):
    """A member in one programme, by the programme's number."""

    member_id: str
    programme: int


class DueWallet(NamedTuple):
    """A wallet in which something fell due, by its currency's number, with its programme's."""

    member_id: str
    currency: int
    programme: int

    @property
    def whose(self) -> InProgramme:
        return InProgramme(self.member_id, self.programme)


FIRST = InProgramme("00000000-0000-0000-0000-000000000000", 0)
"""Before all of them."""


@asynccontextmanager
async def alone(url: str) -> AsyncIterator[database.RawConnection | None]:
    """A connection while no other worker has one of these; None when another has it.

    It goes by indexes alone: of a million that are due it takes the first thousands, and never sorts them all.
    """
    connection = await database.connect(url)
    try:
        await connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        alone = await connection.fetchval("SELECT pg_try_advisory_lock($1)", DUE_RUN)
        yield connection if alone else None
    finally:
        connection.terminate()


async def due(
    connection: database.RawConnection, now: int, most: int, but: Iterable[InProgramme]
) -> list[DueWallet]:
    """The wallets in which something is due, the earliest first."""
    left_out = [member_id for member_id, _ in but]
    return [DueWallet(*row) for row in await connection.fetch(_DUE, now, most, left_out)]


async def due_standings(
    connection: database.RawConnection, now: int, most: int, but: Iterable[InProgramme]
) -> list[InProgramme]:
    """The standings in which a tier ends, the earliest first."""
    left_out = [member_id for member_id, _ in but]
    return [InProgramme(*row) for row in await connection.fetch(_DUE_STANDINGS, now, most, left_out)]


async def anything_due(pool: asyncpg.Pool, now: int) -> bool:
    """Whether any wallet has something due, or any tier ended."""
    for table in ("wallets", "standings"):
        if await pool.fetchval(_FIRST_DUE.format(table=table), now) is not None:
            return True
    return False


async def oldest_due_at(pool: asyncpg.Pool, now: int) -> int | None:
    """The earliest instant at which something fell due that is not posted yet."""
    oldest: int | None = await pool.fetchval(_OLDEST, now)
    return oldest


async def count_due(pool: asyncpg.Pool, now: int) -> int:
    """How many wallets and standings have something due, counted up to ``MOST_COUNTED``."""
    found: int = await pool.fetchval(_COUNT, now, MOST_COUNTED)
    return found


async def not_judged(
    connection: database.RawConnection, in_force: Mapping[int, int], after: InProgramme, most: int
) -> tuple[list[InProgramme], InProgramme | None]:
    """Look at the next standings by id: whom the version in force has not judged, and where the look ended.

    ``in_force`` are versions by programme. The end is None when no standings are left.
    """
    row = await connection.fetchrow(_NOT_JUDGED, *after, most, list(in_force), list(in_force.values()))
    assert row is not None, "an aggregate has one row"
    found = [InProgramme(*each) for each in zip(row["members"], row["programmes"], strict=True)]
    return found, InProgramme(row["last_member"], row["last_programme"]) if row["last_member"] else None


@dataclass(frozen=True, slots=True)
class Run:
    """One run: begun, noted as far as it came, and finished or not. ``members`` were touched, by so many entries."""

    started_at: datetime
    noted_at: datetime
    finished_at: datetime | None
    members: int
    entries: int
    set_aside: int


async def last_run(pool: asyncpg.Pool) -> Run | None:
    """The run under way, or the last one; None before the first."""
    row = await pool.fetchrow(
        "SELECT started_at, noted_at, finished_at, members, entries, set_aside FROM due_run"
    )
    return Run(**dict(row)) if row else None


async def note(pool: asyncpg.Pool, run: Run) -> None:
    """Keep how far a run came, in place of what was kept before."""
    await pool.execute(
        _NOTE, run.started_at, run.noted_at, run.finished_at, run.members, run.entries, run.set_aside
    )


# Each names what the partial indexes wallets_due and standings_due leave out, so that it is found whatever the plan.

_DUE = """
SELECT d.member_id::text, d.currency, c.programme
FROM (
  SELECT member_id, currency, next_due_at FROM wallets
  WHERE next_due_at <= $1 AND next_due_at < 9223372036854775807 AND member_id <> ALL ($3::uuid[])
  ORDER BY next_due_at LIMIT $2
) AS d JOIN currencies c ON c.number = d.currency
ORDER BY d.next_due_at
"""

_DUE_STANDINGS = """
SELECT member_id::text, programme FROM standings
WHERE next_due_at <= $1 AND next_due_at < 9223372036854775807 AND member_id <> ALL ($3::uuid[])
ORDER BY next_due_at LIMIT $2
"""

# In order, although any would do: else the planner may go through the table, sure to meet one at once.
_FIRST_DUE = """
SELECT next_due_at FROM {table}
WHERE next_due_at <= $1 AND next_due_at < 9223372036854775807 ORDER BY next_due_at LIMIT 1
"""

_OLDEST = """
SELECT least(
  (SELECT min(next_due_at) FROM wallets
   WHERE next_due_at <= $1 AND next_due_at < 9223372036854775807 AND next_due_at > 0),
  (SELECT min(next_due_at) FROM standings
   WHERE next_due_at <= $1 AND next_due_at < 9223372036854775807))
"""

_COUNT = """
SELECT least($2, count(*)) FROM (
  (SELECT FROM wallets WHERE next_due_at <= $1 AND next_due_at < 9223372036854775807 LIMIT $2)
  UNION ALL
  (SELECT FROM standings WHERE next_due_at <= $1 AND next_due_at < 9223372036854775807 LIMIT $2)
) AS due
"""

_NOT_JUDGED = """
WITH looked AS MATERIALIZED (
  SELECT member_id, programme, judged_version, merged_into, row_number() OVER () AS nth FROM (
    SELECT * FROM standings WHERE (member_id, programme) > ($1, $2::smallint)
    ORDER BY member_id, programme LIMIT $3
  ) AS next
), behind AS (
  SELECT l.member_id, l.programme FROM looked l
  JOIN unnest($4::smallint[], $5::int[]) AS v(programme, version) USING (programme)
  WHERE l.judged_version < v.version AND l.merged_into IS NULL
), last AS (SELECT * FROM looked ORDER BY nth DESC LIMIT 1)
SELECT ARRAY(SELECT member_id::text FROM behind) AS members, ARRAY(SELECT programme FROM behind) AS programmes,
       (SELECT member_id::text FROM last) AS last_member, (SELECT programme FROM last) AS last_programme
"""

_NOTE = """
INSERT INTO due_run (started_at, noted_at, finished_at, members, entries, set_aside)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (single) DO UPDATE SET
  started_at = EXCLUDED.started_at, noted_at = EXCLUDED.noted_at, finished_at = EXCLUDED.finished_at,
  members = EXCLUDED.members, entries = EXCLUDED.entries, set_aside = EXCLUDED.set_aside
"""
