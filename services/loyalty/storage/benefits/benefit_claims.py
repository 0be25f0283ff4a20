"""Claims at rest: each time that a benefit was given to a member, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.benefits.entitlements import Claim, ClaimState
from services.loyalty.rules.benefits.quotas import Window
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.storage.members.names import DOWN


async def insert(connection: database.RawConnection, made: Claim, programme: int) -> None:
    """Write a new claim. A key that came before breaks the transaction: look for it first."""
    row = _row(made, programme)
    places = ", ".join(f"${nth}" for nth in range(1, len(row) + 1))
    await connection.execute(
        f"INSERT INTO benefit_claims ({', '.join(row)}) VALUES ({places})",  # noqa: S608  # columns of ours
        *row.values(),
    )


async def use(connection: database.RawConnection, made: Claim) -> bool:
    """Write that a claim was used; False when it no longer is one that could be."""
    done = await connection.fetchval(
        "UPDATE benefit_claims SET state = 'USED', use_key = $3, use_fingerprint = $4, used_at = $5, "
        "used_by = $6, order_ref = $7 WHERE member_id = $1 AND claim_id = $2 AND state = 'CLAIMED' "
        "RETURNING claim_id",
        made.member_id,
        made.claim_id,
        made.use_key,
        made.use_fingerprint,
        instant(made.used_at),
        made.used_by,
        made.order_ref,
    )
    return done is not None


async def release(connection: database.RawConnection, made: Claim) -> bool:
    """Write that a claim was released; False when it was already."""
    done = await connection.fetchval(
        "UPDATE benefit_claims SET state = 'RELEASED', released_at = $3, released_by = $4, reason = $5 "
        "WHERE member_id = $1 AND claim_id = $2 AND state <> 'RELEASED' RETURNING claim_id",
        made.member_id,
        made.claim_id,
        instant(made.released_at),
        made.released_by,
        made.reason,
    )
    return done is not None


async def by_claim_key(connection: database.RawConnection, names: Sequence[str], key: str) -> Claim | None:
    """What was claimed under a key."""
    return _one(await connection.fetch(f"{_CLAIMS} AND claim_key = $2", list(names), key))


async def by_use_key(connection: database.RawConnection, names: Sequence[str], key: str) -> Claim | None:
    """What was used under a key."""
    return _one(await connection.fetch(f"{_CLAIMS} AND use_key = $2", list(names), key))


async def find(connection: database.RawConnection, names: Sequence[str], claim_id: str) -> Claim | None:
    """A claim by its id."""
    return _one(await connection.fetch(f"{_CLAIMS} AND claim_id = $2", list(names), claim_id))


async def unused(
    connection: database.RawConnection, names: Sequence[str], programme: int, benefit: str
) -> list[Claim]:
    """Claims of a benefit that were not used, those first whose time ends first."""
    order = "ORDER BY good_until NULLS LAST, claimed_at, claim_id"
    query = f"{_CLAIMS} AND state = 'CLAIMED' AND programme = $2 AND benefit = $3 {order}"
    return [claim(row) for row in await connection.fetch(query, list(names), programme, benefit)]


@dataclass(frozen=True, slots=True)
class ClaimsAsked:
    """A page of what a member claimed and used, newest first, behind the claim with the id ``after``."""

    member_id: str
    programme: int
    benefit: str
    first: int
    after: str | None


async def page(pool: asyncpg.Pool, asked: ClaimsAsked) -> tuple[list[Claim], bool]:
    """The page, with what those claimed who were merged into the member, and whether more follow."""
    found = await pool.fetch(
        _PAGE, [asked.member_id], asked.programme, asked.benefit or None, asked.first + 1, asked.after
    )
    return [claim(row) for row in found[: asked.first]], len(found) > asked.first


async def costs(
    pool: asyncpg.Pool, programme: int, zone: str, since: int, until: int
) -> Sequence[asyncpg.Record]:
    """(month, tier, benefit, claims, used, cost in minor units) of what was given between two instants.

    By local months; what was released cost nothing.
    """
    found: Sequence[asyncpg.Record] = await pool.fetch(
        _COSTS, programme, zone, instant(since), instant(until)
    )
    return found


def _one(found: Sequence[asyncpg.Record]) -> Claim | None:
    return claim(found[0]) if found else None


def claim(row: asyncpg.Record) -> Claim:
    def at(column: str) -> int:
        return micros(row[column]) if row[column] else 0

    return Claim(
        str(row["claim_id"]),
        str(row["member_id"]),
        row["benefit"],
        row["tier"],
        Window(row["period_from"], micros(row["good_until"]) if row["good_until"] else NEVER),
        row["survives"],
        row["unit_cost_minor"],
        ClaimState(row["state"]),
        at("claimed_at"),
        row["claimed_by"],
        row["claim_key"] or "",
        row["claim_fingerprint"] or b"",
        row["use_key"] or "",
        row["use_fingerprint"] or b"",
        at("used_at"),
        row["used_by"],
        row["order_ref"],
        at("released_at"),
        row["released_by"],
        row["reason"],
        row["coupon_id"],
    )


def _row(made: Claim, programme: int) -> dict[str, Any]:
    return {
        "member_id": made.member_id,
        "claim_id": made.claim_id,
        "programme": programme,
        "benefit": made.benefit,
        "tier": made.tier,
        "period_from": made.window.begins,
        "good_until": None if made.window.ends == NEVER else instant(made.window.ends),
        "survives": made.survives,
        "unit_cost_minor": made.unit_cost_minor,
        "state": made.state,
        "claim_key": made.claim_key or None,
        "claim_fingerprint": made.claim_fingerprint or None,
        "claimed_at": instant(made.claimed_at),
        "claimed_by": made.claimed_by,
        "use_key": made.use_key or None,
        "use_fingerprint": made.use_fingerprint or None,
        "used_at": instant(made.used_at) if made.used_at else None,
        "used_by": made.used_by,
        "order_ref": made.order_ref,
        "reason": made.reason,
        "coupon_id": made.coupon_id,
    }


_CLAIMS = "SELECT * FROM benefit_claims WHERE member_id = ANY($1::uuid[])"

_PAGE = f"""{DOWN}
SELECT c.* FROM down n JOIN benefit_claims c USING (member_id)
WHERE c.programme = $2 AND ($3::text IS NULL OR c.benefit = $3)
  AND ($5::uuid IS NULL OR (c.claimed_at, c.claim_id) <
    (SELECT a.claimed_at, a.claim_id FROM benefit_claims a JOIN down USING (member_id) WHERE a.claim_id = $5))
ORDER BY c.claimed_at DESC, c.claim_id DESC LIMIT $4
"""  # noqa: S608  # a part of ours

_COSTS = """
SELECT to_char(claimed_at AT TIME ZONE $2, 'YYYY-MM') AS month, tier, benefit, count(*) AS claims,
       count(*) FILTER (WHERE state = 'USED') AS used, sum(unit_cost_minor)::bigint AS cost_minor
FROM benefit_claims
WHERE programme = $1 AND claimed_at >= $3 AND claimed_at < $4 AND state <> 'RELEASED'
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
