"""Referrals at rest: what is offered for them, the codes that invite, and who accepted one."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import database
from services.kit.clock import micros
from services.loyalty.rules.referrals.referrals import Referral, ReferralState
from services.loyalty.rules.tiers.standings import Restriction

Reader = database.RawConnection | asyncpg.Pool


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose invitations, by all their names (none: everyone's), in which state; newest first behind (joined_at, member)."""

    programme: int
    inviters: Sequence[str]
    state: ReferralState | None
    first: int
    after: tuple[int, str] | None


async def code_of(reader: Reader, member_id: str, programme: int, referral: str, new: str) -> str:
    """The member's code; the new one where there is none yet."""
    await reader.execute(
        "INSERT INTO invite_codes (code, member_id, programme, referral) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (member_id, programme, referral) DO NOTHING",
        new,
        member_id,
        programme,
        referral,
    )
    code: str = await reader.fetchval(
        "SELECT code FROM invite_codes WHERE member_id = $1 AND programme = $2 AND referral = $3",
        member_id,
        programme,
        referral,
    )
    return code


async def who_invites(reader: Reader, programme: int, code: str) -> tuple[str, str] | None:
    """Whose code it is, and of which referral programme."""
    row = await reader.fetchrow(
        "SELECT member_id::text, referral FROM invite_codes WHERE code = $1 AND programme = $2",
        code,
        programme,
    )
    return None if row is None else (row[0], row[1])


async def joined_at(connection: database.RawConnection, member_id: str) -> int:
    """When the members service says that a member joined."""
    return micros(await connection.fetchval("SELECT joined_at FROM members WHERE member_id = $1", member_id))


async def is_closed(connection: database.RawConnection, member_id: str) -> bool:
    """Whether a membership is over."""
    found: int | None = await connection.fetchval(
        "SELECT restriction FROM members WHERE member_id = $1", member_id
    )
    return found == Restriction.CLOSED


async def of_any(
    connection: database.RawConnection, programme: int, members: Sequence[str]
) -> Referral | None:
    """What any of a family's names accepted, locked."""
    row = await connection.fetchrow(
        "SELECT * FROM referrals WHERE programme = $1 AND member_id = ANY($2::uuid[]) ORDER BY joined_at LIMIT 1 "
        "FOR UPDATE",
        programme,
        members,
    )
    return None if row is None else _referral(row)


async def accepted_of(
    connection: database.RawConnection, inviters: Sequence[str], programme: int, referral: str
) -> list[int]:
    """When an inviter's invitations, under all names, were accepted, but for those that came to nothing."""
    rows = await connection.fetch(
        "SELECT joined_at FROM referrals WHERE inviter_id = ANY($1::uuid[]) AND programme = $2 AND referral = $3 "
        "AND state IN ('JOINED', 'HELD', 'REWARDED')",
        list(inviters),
        programme,
        referral,
    )
    return [row[0] for row in rows]


async def counts_before(connection: database.RawConnection, of: Referral, names: Sequence[str]) -> bool:
    """Whether another invitation of the same person, who has these names, was rewarded or came first."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM referrals WHERE programme = $1 AND member_id = ANY($2::uuid[]) "
        "AND member_id <> $3 AND (state = 'REWARDED' OR (joined_at, member_id) < ($4, $3::uuid)))",
        of.programme,
        list(names),
        of.member_id,
        of.joined_at,
    )
    return found


async def invited_by(connection: database.RawConnection, programme: int, member_id: str) -> set[str]:
    """A member and who brought that one, who brought these, and so on, each under all names."""
    return {str(row[0]) for row in await connection.fetch(_INVITED_BY, member_id, programme)}


async def has_ordered(connection: database.RawConnection, members: Sequence[str], before: int) -> bool:
    """Whether any of a family's names paid an order before an instant, whatever became of it."""
    found: bool = await connection.fetchval(_HAS_ORDERED, members, before)
    return found


async def has_bought(
    connection: database.RawConnection, members: Sequence[str], since: int, until: int, at_least: int
) -> bool:
    """Whether any of a family's names paid an order between two instants that is still worth so much.

    What was returned whole was not bought.
    """
    found: bool = await connection.fetchval(_HAS_BOUGHT, members, since, until, at_least)
    return found


async def insert(connection: database.RawConnection, of: Referral) -> None:
    await connection.execute(
        "INSERT INTO referrals (member_id, programme, referral, edition, inviter_id, code, state, joined_at, "
        "qualifies_until, because, decided_by, reason, settled_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        of.member_id,
        of.programme,
        of.referral,
        of.edition,
        of.inviter_id,
        of.code,
        of.state,
        of.joined_at,
        of.qualifies_until,
        of.because,
        of.decided_by,
        of.reason,
        of.settled_at,
    )


async def change(connection: database.RawConnection, of: Referral) -> None:
    """Write how far a locked one got; what was noted of its orders is done with."""
    await connection.execute(
        "UPDATE referrals SET state = $3, because = $4, decided_by = $5, reason = $6, settled_at = $7, "
        "ordered = $3 = 'HELD' AND ordered WHERE member_id = $1 AND programme = $2",
        of.member_id,
        of.programme,
        of.state,
        of.because,
        of.decided_by,
        of.reason,
        of.settled_at,
    )


async def hear_order(connection: AsyncConnection, member_id: str) -> None:
    """Note that a member ordered, be it under the name that another was merged into."""
    await connection.execute(text(_ORDERED), {"member_id": member_id})


async def due(pool: asyncpg.Pool, now: int, limit: int) -> list[tuple[str, int]]:
    """Members, with their programme, whose order is to be looked at, or who are too late."""
    rows = await pool.fetch(
        "(SELECT member_id::text, programme FROM referrals WHERE ordered AND state = 'JOINED' "
        "ORDER BY joined_at LIMIT $2) UNION "
        "(SELECT member_id::text, programme FROM referrals WHERE state = 'JOINED' AND qualifies_until > 0 "
        "AND qualifies_until <= $1 ORDER BY qualifies_until LIMIT $2)",
        now,
        limit,
    )
    return [(row[0], row[1]) for row in rows]


async def page(pool: asyncpg.Pool, asked: Asked) -> tuple[list[Referral], bool]:
    """The page, and whether more follow."""
    values: list[object] = [asked.programme, asked.first + 1]
    wanted = ""
    for condition, value in (
        ("inviter_id = ANY(${}::uuid[])", asked.inviters),
        ("state = ${}", asked.state),
    ):
        if value:
            values.append(value)
            wanted += f" AND {condition.format(len(values))}"
    if asked.after is not None:
        values += asked.after
        wanted += f" AND (joined_at, member_id) < (${len(values) - 1}, ${len(values)}::uuid)"
    rows = await pool.fetch(
        f"SELECT * FROM referrals WHERE programme = $1{wanted} "  # noqa: S608  # conditions of ours
        "ORDER BY joined_at DESC, member_id DESC LIMIT $2",
        *values,
    )
    return [_referral(row) for row in rows[: asked.first]], len(rows) > asked.first


def _referral(row: asyncpg.Record) -> Referral:
    return Referral(
        row["programme"],
        row["referral"],
        row["edition"],
        str(row["member_id"]),
        str(row["inviter_id"]),
        row["code"],
        ReferralState(row["state"]),
        row["joined_at"],
        row["qualifies_until"],
        row["because"],
        row["decided_by"],
        row["reason"],
        row["settled_at"],
    )


# Of two names of one member, each leads to the other.
_INVITED_BY = """
WITH RECURSIVE up (id) AS (
  SELECT $1::uuid
  UNION
  SELECT n.id FROM up CROSS JOIN LATERAL (
    SELECT r.inviter_id FROM referrals r WHERE r.member_id = up.id AND r.programme = $2
    UNION ALL
    SELECT s.merged_into FROM standings s WHERE s.member_id = up.id AND s.merged_into IS NOT NULL
    UNION ALL
    SELECT s.member_id FROM standings s WHERE s.merged_into = up.id
  ) AS n (id)
)
SELECT id FROM up LIMIT 10000
"""

_HAS_ORDERED = """
SELECT EXISTS (
  SELECT FROM orders WHERE member_id = ANY($1::uuid[])
    AND paid_at < timestamptz 'epoch' + $2 * interval '1 microsecond')
"""

_HAS_BOUGHT = """
SELECT EXISTS (
  SELECT FROM orders WHERE member_id = ANY($1::uuid[])
    AND paid_at >= timestamptz 'epoch' + $2 * interval '1 microsecond'
    AND paid_at < timestamptz 'epoch' + $3 * interval '1 microsecond' AND total_minor - refunded_minor >= $4
    AND (refunded_minor < total_minor OR total_minor = 0))
"""

_ORDERED = """
WITH RECURSIVE down (member_id) AS (
  SELECT CAST(:member_id AS uuid)
  UNION
  SELECT s.member_id FROM down d JOIN standings s ON s.merged_into = d.member_id
)
UPDATE referrals SET ordered = true WHERE NOT ordered AND state IN ('JOINED', 'HELD')
  AND member_id IN (SELECT member_id FROM down)
"""
