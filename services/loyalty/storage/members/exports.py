"""Exports: everything that the ledger holds of one member, read for the member's own package."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

AT_ONCE = 2_000


class Place(NamedTuple):
    """Where among a member's entries a portion ended."""

    recorded_at: datetime
    ord: int


async def standings(pool: asyncpg.Pool, member_id: UUID) -> Sequence[asyncpg.Record]:
    """The tiers that the member holds, by programme, and since when."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_STANDINGS, member_id)
    return rows


async def lots(pool: asyncpg.Pool, member_id: UUID) -> Sequence[asyncpg.Record]:
    """The points that the member has, by when they expire; promised ones by when they mature."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_LOTS, member_id)
    return rows


async def orders(pool: asyncpg.Pool, member_id: UUID) -> Sequence[asyncpg.Record]:
    """The member's orders, oldest first."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_ORDERS, member_id)
    return rows


async def refunds(pool: asyncpg.Pool, member_id: UUID) -> Sequence[asyncpg.Record]:
    """What was refunded of the member's orders, oldest first."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_REFUNDS, member_id)
    return rows


async def coupons(pool: asyncpg.Pool, member_id: UUID) -> Sequence[asyncpg.Record]:
    """The member's coupons, oldest first."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_COUPONS, member_id)
    return rows


async def benefit_claims(pool: asyncpg.Pool, member_id: UUID) -> Sequence[asyncpg.Record]:
    """What the member claimed and used of benefits, oldest first."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_BENEFIT_CLAIMS, member_id)
    return rows


async def activities(pool: asyncpg.Pool, member_id: UUID) -> Sequence[asyncpg.Record]:
    """What the member did besides ordering, as far as it is kept, oldest first."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_ACTIVITIES, member_id)
    return rows


async def missions(pool: asyncpg.Pool, member_id: UUID) -> Sequence[asyncpg.Record]:
    """The missions that the member completed, oldest first."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_MISSIONS, member_id)
    return rows


async def memberships(pool: asyncpg.Pool, member_id: UUID) -> Sequence[asyncpg.Record]:
    """The memberships that the member bought, oldest first."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_MEMBERSHIPS, member_id)
    return rows


async def grants(pool: asyncpg.Pool, member_id: UUID) -> Sequence[asyncpg.Record]:
    """What the member was promised, oldest first, and what became of it."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_GRANTS, member_id)
    return rows


async def entries(pool: asyncpg.Pool, member_id: UUID, after: Place | None) -> Sequence[asyncpg.Record]:
    """A portion of the member's entries, oldest first; fewer than ``AT_ONCE`` when it is the last."""
    at, ord = after or (None, None)
    rows: Sequence[asyncpg.Record] = await pool.fetch(_ENTRIES, member_id, at, ord, AT_ONCE)
    return rows


async def tiers(pool: asyncpg.Pool, member_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The tier that each member holds in the default programme; those without one are absent."""
    rows = await pool.fetch(_TIERS, member_ids)
    return {UUID(int=row[0].int): row[1] for row in rows}


_TIERS = """
SELECT s.member_id, s.tier_keys[cardinality(s.tier_keys)]
FROM standings s JOIN programmes p ON p.number = s.programme AND p.is_default
WHERE s.member_id = ANY($1::uuid[]) AND cardinality(s.tier_keys) > 0
"""

_STANDINGS = """
SELECT p.programme_id, held.key AS tier, to_timestamp(held.since / 1000000.0) AS since
FROM standings s JOIN programmes p ON p.number = s.programme
CROSS JOIN LATERAL unnest(s.tier_keys, s.tier_since) AS held (key, since)
WHERE s.member_id = $1 ORDER BY p.programme_id, held.since
"""

# A lot's month is how many months it lay after the first of ours; the member knows it by its day.
_LOTS = """
SELECT p.programme_id, c.code AS currency, lot.state,
       CASE WHEN lot.at < 9223372036854775807 THEN to_timestamp(lot.at / 1000000.0) END AS at, lot.points
FROM wallets w JOIN currencies c ON c.number = w.currency JOIN programmes p ON p.number = c.programme
CROSS JOIN LATERAL (
  SELECT 'AVAILABLE' AS state, w.lots[n][1] AS at, w.lots[n][4] AS points
  FROM generate_subscripts(w.lots, 1) AS n
  UNION ALL
  SELECT 'PENDING', w.pending_lots[n][1], w.pending_lots[n][4] FROM generate_subscripts(w.pending_lots, 1) AS n
) AS lot
WHERE w.member_id = $1 ORDER BY p.programme_id, c.code, lot.state, lot.at
"""

_ORDERS = """
SELECT p.programme_id, o.source, o.order_id, o.paid_at, o.recorded_at, o.completed_at, o.channel, o.total_minor,
       o.refunded_minor, o.tier_at_payment, o.tier_after, o.lines::text AS lines, o.earned::text AS earned
FROM orders o JOIN programmes p ON p.number = o.programme
WHERE o.member_id = $1 ORDER BY o.paid_at, o.source, o.order_id
"""

_REFUNDS = """
SELECT source, order_id, refund_id, refunded_minor, recorded_at FROM refunds r
WHERE (source, order_id) IN (SELECT source, order_id FROM orders WHERE member_id = $1)
ORDER BY recorded_at, refund_id
"""

_COUPONS = """
SELECT p.programme_id, c.template, e.terms -> 'name' ->> 'zh' AS name_zh, e.terms -> 'name' ->> 'en' AS name_en,
       c.code, c.state, c.issued_at, c.valid_from, c.expires_at, c.order_ref, c.used_at, c.taken_off_minor
FROM coupons c JOIN programmes p ON p.number = c.programme
JOIN coupon_editions e ON e.programme = c.programme AND e.template = c.template AND e.edition = c.edition
WHERE c.member_id = $1 ORDER BY c.issued_at, c.coupon_id
"""

_BENEFIT_CLAIMS = """
SELECT p.programme_id, c.benefit, c.tier, c.state, c.claimed_at, c.good_until, c.used_at, c.order_ref, c.released_at,
       c.coupon_id
FROM benefit_claims c JOIN programmes p ON p.number = c.programme
WHERE c.member_id = $1 ORDER BY c.claimed_at, c.claim_id
"""

_ACTIVITIES = """
SELECT p.programme_id, a.source, a.activity_id, a.type, a.occurred_at, a.recorded_at, a.attributes::text AS attributes
FROM member_activities a JOIN programmes p ON p.number = a.programme
WHERE a.member_id = $1 ORDER BY a.occurred_at, a.source, a.activity_id
"""

_MISSIONS = """
SELECT p.programme_id, c.mission, c.period, c.nth, c.completed_at
FROM mission_completions c JOIN programmes p ON p.number = c.programme
WHERE c.member_id = $1 ORDER BY c.completed_at, c.mission, c.period, c.nth
"""

_MEMBERSHIPS = """
SELECT p.programme_id, m.source, m.order_id, m.tier, m.price_minor, m.begins, m.ends, m.recorded_at, m.ended_at
FROM memberships m JOIN programmes p ON p.number = m.programme WHERE m.member_id = $1 ORDER BY m.recorded_at
"""

_GRANTS = """
SELECT programme_id, kind, currency, points, template, reason, state, promised_at, settled_at
FROM grants WHERE member_id = $1 ORDER BY promised_at, key
"""

# Who of the staff did it is theirs, and a shop's key is the shop's: both stay out.
_ENTRIES = """
SELECT p.programme_id, c.code AS currency, e.type::text, e.from_account::text, e.to_account::text, e.points,
       e.balance_after,
       CASE WHEN e.lot_expires_at < 9223372036854775807 THEN to_timestamp(e.lot_expires_at / 1000000.0) END
         AS expires_at,
       e.order_ref, e.reason, e.occurred_at, e.recorded_at, e.ord
FROM entries e JOIN currencies c ON c.number = e.currency JOIN programmes p ON p.number = c.programme
WHERE e.member_id = $1 AND ($2::timestamptz IS NULL OR (e.recorded_at, e.ord) > ($2, $3))
ORDER BY e.recorded_at, e.ord LIMIT $4
"""
