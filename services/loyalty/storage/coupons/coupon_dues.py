"""What falls due of coupons: expiries, holds whose time is up, reminders; found by indexes, done in bounded batches."""

from typing import NamedTuple

from services.kit import database
from services.kit.clock import instant


class Reminder(NamedTuple):
    """A coupon whose holder is to be told that it expires."""

    coupon_id: str
    member_id: str
    programme_id: str
    template: str
    expires_at_us: int


async def settle(connection: database.RawConnection, now: int, limit: int) -> int:
    """Let go of holds whose time is up and expire what ran out, in one statement each; how many were.

    What another transaction has locked is left to it, and to the next look.
    """
    rows = await connection.fetch(_SETTLE, instant(now), limit)
    for row in rows:
        await connection.execute(_COUNT, row["programme"], row["template"], row["freed_minor"])
    return sum(row["coupons"] for row in rows)


async def take_reminders(connection: database.RawConnection, now: int, limit: int) -> list[Reminder]:
    """Whom to tell that a coupon expires; each once."""
    rows = await connection.fetch(_REMIND, instant(now), limit)
    return [Reminder(*row) for row in rows]


async def open_of(connection: database.RawConnection, member_id: str) -> list[str]:
    """A departed member's coupons that are neither used nor over."""
    rows = await connection.fetch(
        "SELECT coupon_id::text FROM coupons WHERE member_id = $1 AND state IN ('ISSUED', 'HELD')", member_id
    )
    return [row[0] for row in rows]


async def let_go_of(connection: database.RawConnection, member_id: str) -> None:
    """End every hold of a departed member's coupons."""
    await connection.execute(
        "UPDATE coupons SET state = 'ISSUED', order_ref = NULL, held_until = NULL, taken_off_minor = 0 "
        "WHERE member_id = $1 AND state = 'HELD'",
        member_id,
    )


async def is_merged(connection: database.RawConnection, member_id: str) -> bool:
    """Whether a member is merged into another now."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM standings WHERE member_id = $1 AND merged_into IS NOT NULL)",
            member_id,
        )
    )


async def bring(
    connection: database.RawConnection, from_member: str, into_member: str, merge_id: str
) -> None:
    """A merge brings all of a member's coupons to the other; done again, it brings what is left."""
    await connection.execute(_BRING, from_member, into_member, merge_id)


async def give_back(
    connection: database.RawConnection, from_member: str, into_member: str, merge_id: str
) -> None:
    """Undoing a merge gives back what it brought, as far as the other still has it."""
    await connection.execute(_GIVE_BACK, from_member, into_member, merge_id)


# As Coupon.as_of and CouponTerms.commitment_minor say it: what is let go is as promised as it was, what expires not.
# mine asks once more what due found: a coupon that was used since the statement began is looked at anew as it is locked.
_SETTLE = """
WITH due AS (
  (SELECT coupon_id FROM coupons WHERE state = 'ISSUED' AND expires_at <= $1 ORDER BY expires_at LIMIT $2)
  UNION ALL
  (SELECT coupon_id FROM coupons WHERE state = 'HELD' AND held_until <= $1 ORDER BY held_until LIMIT $2)
), mine AS (
  SELECT c.coupon_id FROM coupons c WHERE c.coupon_id IN (SELECT coupon_id FROM due)
    AND ((c.state = 'ISSUED' AND c.expires_at <= $1) OR (c.state = 'HELD' AND c.held_until <= $1))
  ORDER BY c.coupon_id FOR NO KEY UPDATE SKIP LOCKED
), done AS (
  UPDATE coupons c SET state = CASE WHEN c.expires_at <= $1 THEN 'EXPIRED' ELSE 'ISSUED' END,
    order_ref = NULL, held_until = NULL, taken_off_minor = 0
  FROM mine WHERE c.coupon_id = mine.coupon_id
  RETURNING c.programme, c.template, c.edition, c.state
)
SELECT d.programme, d.template, count(*) AS coupons, sum(CASE WHEN d.state = 'EXPIRED' THEN
  (e.terms ->> 'cost_minor')::bigint + (CASE e.terms ->> 'kind' WHEN 'AMOUNT_OFF'
    THEN (e.terms ->> 'amount_off_minor')::bigint ELSE (e.terms ->> 'cap_minor')::bigint END)
  ELSE 0 END)::bigint AS freed_minor
FROM done d JOIN coupon_editions e USING (programme, template, edition)
GROUP BY d.programme, d.template ORDER BY d.programme, d.template
"""

_COUNT = """
UPDATE coupon_templates SET committed_minor = committed_minor - $3 WHERE programme = $1 AND key = $2 AND $3 > 0
"""

_REMIND = """
WITH mine AS (
  SELECT coupon_id FROM coupons
  WHERE state = 'ISSUED' AND remind_at IS NOT NULL AND remind_at <= $1
  ORDER BY remind_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
), told AS (
  UPDATE coupons c SET remind_at = NULL FROM mine WHERE c.coupon_id = mine.coupon_id
  RETURNING c.coupon_id, c.member_id, c.programme, c.template, c.expires_at
)
SELECT t.coupon_id::text, t.member_id::text, p.programme_id, t.template,
       (extract(epoch FROM t.expires_at) * 1000000)::bigint
FROM told t JOIN programmes p ON p.number = t.programme
WHERE t.expires_at > $1 ORDER BY t.expires_at, t.coupon_id
"""

# An order that has a coupon of the group under both names keeps them apart: neither can be lost for the other.
_BRING = """
WITH moved AS (
  UPDATE coupons c SET member_id = $2::uuid WHERE c.member_id = $1::uuid AND NOT EXISTS (
    SELECT FROM coupons o WHERE o.member_id = $2::uuid AND o.programme = c.programme
      AND o.order_ref = c.order_ref AND o.stacking_group = c.stacking_group)
  RETURNING c.coupon_id
)
INSERT INTO coupon_merges (from_member, merge_id, coupon_id) SELECT $1::uuid, $3, coupon_id FROM moved
ON CONFLICT DO NOTHING
"""

_GIVE_BACK = """
UPDATE coupons c SET member_id = $1::uuid FROM coupon_merges m
WHERE m.from_member = $1::uuid AND m.merge_id = $3 AND c.coupon_id = m.coupon_id AND c.member_id = $2::uuid
"""
