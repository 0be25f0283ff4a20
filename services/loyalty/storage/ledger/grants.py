"""Grants at rest: promised in the transaction of what earned them, settled by the worker that gives them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.kit import database
from services.loyalty.rules.ledger.grants import WITHDRAWN, Grant, GrantKind, GrantState, wait_s
from services.loyalty.storage.members.names import DOWN


@dataclass(frozen=True, slots=True)
class Kept:
    """A grant and what became of it; ``outcome`` is the code of the last refusal, ``reference`` what was given.

    ``nth`` is its place among all grants.
    """

    grant: Grant
    state: GrantState
    promised_at: datetime
    due_at: datetime
    tries: int
    settled_at: datetime | None
    reference: str
    outcome: str
    nth: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many grants of a kind are open, and when the oldest of them was promised."""

    kind: GrantKind
    count: int
    oldest_at: datetime


async def promise(
    connection: database.RawConnection, grants: Sequence[Grant], at: datetime | None = None
) -> set[tuple[str, str]]:
    """Write promises into the open transaction; which of them are new, by member and key.

    ``at`` is the instant of the promise, the database's own without one. What was promised before stays as it is.
    """
    if once := [grant for grant in grants if grant.once_a_person]:
        known = await had(connection, [(grant.member_id, grant.key) for grant in once])
        grants = [grant for grant in grants if (grant.member_id, grant.key) not in known]
    if not grants:
        return set()
    rows = await connection.fetch(
        _PROMISE,
        [grant.member_id for grant in grants],
        [grant.key for grant in grants],
        [grant.programme_id for grant in grants],
        [grant.kind.value for grant in grants],
        [grant.currency for grant in grants],
        [grant.points for grant in grants],
        [grant.template for grant in grants],
        [grant.reason for grant in grants],
        at,
    )
    return {(str(row["member_id"]), row["key"]) for row in rows}


async def had(
    connection: database.RawConnection, places: Collection[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Which of some grants, by member and key, were promised before, be it to who was merged into the member."""
    members, keys = zip(*places, strict=True)
    return {(row[0], row[1]) for row in await connection.fetch(_HAD, members, keys)}


async def due(pool: asyncpg.Pool, kinds: Collection[GrantKind], now: datetime, limit: int) -> list[Kept]:
    """Open grants of some kinds whose time has come, the longest due first."""
    rows = await pool.fetch(
        "SELECT * FROM grants WHERE state = 'OPEN' AND due_at <= $1 AND kind = ANY($2::text[]) "
        "ORDER BY due_at LIMIT $3",
        now,
        [kind.value for kind in kinds],
        limit,
    )
    return [_kept(row) for row in rows]


async def claim(connection: database.RawConnection, grant: Grant) -> bool:
    """Lock a grant that is still open, unless another worker has it."""
    found = await connection.fetchval(
        "SELECT 1 FROM grants WHERE member_id = $1 AND key = $2 AND state = 'OPEN' FOR UPDATE SKIP LOCKED",
        grant.member_id,
        grant.key,
    )
    return found is not None


async def given(
    connection: database.RawConnection | asyncpg.Pool, grant: Grant, reference: str, now: datetime
) -> None:
    """Note what was given; noted before, it stays."""
    await connection.execute(
        "UPDATE grants SET state = 'GIVEN', settled_at = $3, reference = $4, outcome = '', tries = tries + 1 "
        "WHERE member_id = $1 AND key = $2 AND state <> 'GIVEN'",
        grant.member_id,
        grant.key,
        now,
        reference,
    )


async def refused(pool: asyncpg.Pool, grant: Grant, code: str, now: datetime) -> None:
    """Note that a grant is never given as things are."""
    await pool.execute(
        "UPDATE grants SET state = 'REFUSED', settled_at = $3, outcome = $4, tries = tries + 1 "
        "WHERE member_id = $1 AND key = $2 AND state = 'OPEN'",
        grant.member_id,
        grant.key,
        now,
        code,
    )


async def put_off(pool: asyncpg.Pool, kept: Kept, code: str, now: datetime) -> None:
    """Leave a grant alone for a while that could not be given yet."""
    await pool.execute(
        "UPDATE grants SET due_at = $3::timestamptz + make_interval(secs => $4), outcome = $5, tries = tries + 1 "
        "WHERE member_id = $1 AND key = $2 AND state = 'OPEN'",
        kept.grant.member_id,
        kept.grant.key,
        now,
        wait_s(kept.tries),
        code,
    )


async def lock(connection: database.RawConnection, member_id: str, key: str) -> Kept | None:
    """A grant, which nobody else changes until this transaction ends."""
    row = await connection.fetchrow(
        "SELECT * FROM grants WHERE member_id = $1 AND key = $2 FOR UPDATE", member_id, key
    )
    return None if row is None else _kept(row)


async def withdraw(connection: database.RawConnection, grant: Grant) -> None:
    """Note of a locked grant that was refused that it is not tried again."""
    await connection.execute(
        "UPDATE grants SET outcome = $3 WHERE member_id = $1 AND key = $2 AND state = 'REFUSED'",
        grant.member_id,
        grant.key,
        WITHDRAWN,
    )


async def reopen(connection: database.RawConnection, grant: Grant, now: datetime) -> Kept:
    """Let a locked grant be tried again, at once."""
    row = await connection.fetchrow(
        "UPDATE grants SET state = 'OPEN', due_at = $3, tries = 0, settled_at = NULL, outcome = '' "
        "WHERE member_id = $1 AND key = $2 RETURNING *",
        grant.member_id,
        grant.key,
        now,
    )
    assert row is not None, "it is locked"
    return _kept(row)


async def backlog(pool: asyncpg.Pool) -> list[Backlog]:
    """What is open, by kind."""
    rows = await pool.fetch(
        "SELECT kind, count(*) AS count, min(promised_at) AS oldest FROM grants WHERE state = 'OPEN' GROUP BY kind"
    )
    return [Backlog(GrantKind(row["kind"]), row["count"], row["oldest"]) for row in rows]


@dataclass(frozen=True, slots=True)
class GrantsAsked:
    """A page of grants, newest first, behind the nth one; of a member by all its names (none: everyone's)."""

    programme_id: str
    names: Sequence[str]
    state: GrantState | None
    first: int
    after: int | None


async def page(pool: asyncpg.Pool, asked: GrantsAsked) -> tuple[list[Kept], bool]:
    """The page, and whether more follow."""
    rows = await pool.fetch(
        _PAGE,
        asked.programme_id,
        asked.names or None,
        asked.state,
        asked.after,
        asked.first + 1,
    )
    return [_kept(row) for row in rows[: asked.first]], len(rows) > asked.first


def _kept(row: asyncpg.Record) -> Kept:
    grant = Grant(
        row["key"],
        str(row["member_id"]),
        row["programme_id"],
        GrantKind(row["kind"]),
        row["currency"],
        row["points"],
        row["template"],
        row["reason"],
    )
    return Kept(
        grant,
        GrantState(row["state"]),
        row["promised_at"],
        row["due_at"],
        row["tries"],
        row["settled_at"],
        row["reference"],
        row["outcome"],
        row["nth"],
    )


_PROMISE = """
INSERT INTO grants (member_id, key, programme_id, kind, currency, points, template, reason, promised_at, due_at)
SELECT g.*, coalesce($9::timestamptz, now()), coalesce($9::timestamptz, now())
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[]) AS g
ON CONFLICT (member_id, key) DO NOTHING
RETURNING member_id, key
"""

_HAD = f"""{DOWN}
SELECT DISTINCT n.survivor::text, g.key FROM down n JOIN grants g ON g.member_id = n.member_id
WHERE (n.survivor, g.key) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))
"""  # noqa: S608  # a part of ours

_PAGE = """
SELECT * FROM grants
WHERE programme_id = $1 AND ($2::uuid[] IS NULL OR member_id = ANY($2)) AND ($3::text IS NULL OR state = $3)
  AND ($4::bigint IS NULL OR nth < $4)
ORDER BY nth DESC LIMIT $5
"""
