"""Departures at rest: who may not spend, and who left and has not been settled yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.loyalty.rules.tiers.standings import Restriction

_NIL = UUID(int=0)
_COUNTED = (
    "benefit_claims",
    "benefit_counters",
    "coupon_answers",
    "coupons",
    "denials",
    "earn_caps",
    "entries",
    "grants",
    "holds",
    "invite_codes",
    "membership_offers",
    "memberships",
    "mission_completions",
    "placements",
    "preview_samples",
    "reversals",
    "referrals",
    "reward_redemptions",
    "standings",
    "wallets",
)
"""Tables that keep rows under a member's id, each with an index by it."""


class Waiting(NamedTuple):
    """A member who left. ``erasure_id`` is empty where the membership was only closed."""

    member_id: str
    erasure_id: str
    programmes: Sequence[int]


async def restrict(
    connection: AsyncConnection, member_id: str, restriction: Restriction, joined_at: datetime
) -> None:
    """Let a member do less, or again all. Standings first, then wallets, as lanes lock them."""
    values = {"member_id": member_id, "restriction": restriction, "joined_at": joined_at}
    await connection.execute(
        text(
            "INSERT INTO members (member_id, joined_at, restriction) "
            "VALUES (CAST(:member_id AS uuid), :joined_at, :restriction) "
            "ON CONFLICT (member_id) DO UPDATE SET restriction = excluded.restriction"
        ),
        values,
    )
    await connection.execute(
        text("UPDATE standings SET restriction = :restriction WHERE member_id = CAST(:member_id AS uuid)"),
        values,
    )
    if restriction is not Restriction.NONE:
        # Whatever is more than the wallet is for the fold to look at; it says itself when that is over.
        await connection.execute(
            text("UPDATE wallets SET plain = false WHERE member_id = CAST(:member_id AS uuid) AND plain"),
            values,
        )


async def leave(connection: AsyncConnection, member_id: str, erasure_id: str, now: datetime) -> None:
    """Keep that a member left; heard again, it is settled and told again. No occasion of theirs waits any more."""
    await connection.execute(
        text("DELETE FROM occasions WHERE member_id = CAST(:member_id AS uuid)"), {"member_id": member_id}
    )
    await connection.execute(
        text(
            "INSERT INTO departures (member_id, erasure_id, heard_at) "
            "VALUES (CAST(:member_id AS uuid), CAST(:erasure_id AS uuid), :now) "
            "ON CONFLICT (member_id, erasure_id) DO UPDATE SET heard_at = excluded.heard_at, settled_at = NULL"
        ),
        {"member_id": member_id, "erasure_id": erasure_id or str(_NIL), "now": now},
    )


async def waiting(pool: asyncpg.Pool, limit: int) -> list[Waiting]:
    """Who left and is not settled, with the programmes that they were in."""
    rows = await pool.fetch(
        """SELECT d.member_id::text, d.erasure_id,
                  array(SELECT s.programme FROM standings s WHERE s.member_id = d.member_id ORDER BY 1) AS programmes
           FROM departures d WHERE d.settled_at IS NULL ORDER BY d.heard_at LIMIT $1""",
        limit,
    )
    return [Waiting(row[0], "" if row[1] == _NIL else str(row[1]), row[2]) for row in rows]


async def kept(pool: asyncpg.Pool, member_id: str) -> tuple[tuple[str, int], ...]:
    """How many rows each table keeps under a member's id."""
    counts = ", ".join(f"(SELECT count(*) FROM {table} WHERE member_id = $1)" for table in _COUNTED)  # noqa: S608
    row = await pool.fetchrow(f"SELECT {counts}", member_id)
    assert row is not None, "counts are always one row"
    return tuple(zip(_COUNTED, row, strict=True))


async def settled(pool: asyncpg.Pool, member: Waiting, now: datetime) -> None:
    """Note that nothing is left to do about a member."""
    await pool.execute(
        "UPDATE departures SET settled_at = $3 WHERE member_id = $1 AND erasure_id = $2",
        member.member_id,
        member.erasure_id or _NIL,
        now,
    )
