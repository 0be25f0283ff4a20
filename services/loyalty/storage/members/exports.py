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


async def table(pool: asyncpg.Pool, name: str, member_id: UUID) -> Sequence[asyncpg.Record]:
    """All of a member's rows of one of ``TABLES``, oldest first."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(TABLES[name], member_id)
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

# What a partner honours is the member's; who of the staff sent it, and why one was cancelled, is theirs.
_REWARDS = """
SELECT p.programme_id, r.reward, e.terms -> 'name' ->> 'zh' AS name_zh, e.terms -> 'name' ->> 'en' AS name_en, r.kind,
       r.gives, c.code AS currency, r.points, to_timestamp(r.redeemed_at / 1000000.0) AS redeemed_at, r.state, r.code
FROM reward_redemptions r JOIN programmes p ON p.number = r.programme JOIN currencies c ON c.number = r.currency
JOIN reward_editions e ON (e.programme, e.reward, e.edition) = (r.programme, r.reward, r.edition)
WHERE r.member_id = $1 ORDER BY r.redeemed_at, r.key
"""

_INVITE_CODES = """
SELECT p.programme_id, i.referral, i.code FROM invite_codes i JOIN programmes p ON p.number = i.programme
WHERE i.member_id = $1 ORDER BY p.programme_id, i.referral
"""

# Who invited and who was invited is another person: either side reads of it, and not of whom.
_REFERRALS = """
SELECT p.programme_id, r.referral, side.side, r.state, to_timestamp(r.joined_at / 1000000.0) AS joined_at,
       CASE WHEN r.qualifies_until > 0 THEN to_timestamp(r.qualifies_until / 1000000.0) END AS qualifies_until,
       CASE WHEN r.settled_at > 0 THEN to_timestamp(r.settled_at / 1000000.0) END AS settled_at
FROM referrals r JOIN programmes p ON p.number = r.programme
CROSS JOIN LATERAL (VALUES ('INVITED', r.member_id), ('INVITER', r.inviter_id)) AS side (side, member_id)
WHERE side.member_id = $1 AND $1 IN (r.member_id, r.inviter_id) ORDER BY r.joined_at, side.side
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

_BIRTHDAY_MONTHS = """
SELECT purpose, to_char(first_on, 'YYYY-MM') AS month FROM birthday_months WHERE member_id = $1 ORDER BY purpose
"""

TABLES = {
    "standings": _STANDINGS,
    "lots": _LOTS,
    "orders": _ORDERS,
    "refunds": _REFUNDS,
    "coupons": _COUPONS,
    "benefit_claims": _BENEFIT_CLAIMS,
    "rewards": _REWARDS,
    "invite_codes": _INVITE_CODES,
    "referrals": _REFERRALS,
    "activities": _ACTIVITIES,
    "missions": _MISSIONS,
    "memberships": _MEMBERSHIPS,
    "grants": _GRANTS,
    "birthday_months": _BIRTHDAY_MONTHS,
}
"""What is read at once; entries come in portions."""
