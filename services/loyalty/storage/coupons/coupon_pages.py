"""Pages of coupons: a member's own, those that a basket is quoted with, and those that expire soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.kit import database
from services.kit.clock import instant
from services.loyalty.rules.coupons.coupons import Coupon, CouponState
from services.loyalty.storage.coupons.coupon_templates import AS_OF
from services.loyalty.storage.coupons.coupons import COUPON, coupon


@dataclass(frozen=True, slots=True)
class CouponsAsked:
    """A page of a member's coupons behind the one with the id ``after``; ``expires_before`` 0 for all."""

    member_id: str
    programme: int
    state: CouponState | None
    expires_before: int
    first: int
    after: str | None
    now: int


async def quotable(pool: database.Pool, member_id: str, programme: int, limit: int) -> list[Coupon]:
    """What a member may still use, or an order holds; what expires first before the others."""
    rows = await pool.fetch(
        f"""{COUPON} WHERE c.member_id = $1 AND c.programme = $2 AND c.state IN ('ISSUED', 'HELD')
            ORDER BY c.expires_at, c.coupon_id LIMIT $3""",
        member_id,
        programme,
        limit,
    )
    return [coupon(row) for row in rows]


async def named(
    pool: database.Pool, member_id: str, programme: int, coupon_ids: Sequence[str]
) -> dict[str, Coupon]:
    """A member's coupons by their ids."""
    rows = await pool.fetch(
        f"{COUPON} WHERE c.member_id = $1 AND c.programme = $2 AND c.coupon_id = ANY($3::uuid[])",
        member_id,
        programme,
        coupon_ids,
    )
    return {each.coupon_id: each for each in map(coupon, rows)}


async def page(pool: database.Pool, asked: CouponsAsked) -> tuple[list[Coupon], bool]:
    """The page, and whether more follow: what is still good by what expires first, else by what expired last."""
    soonest = asked.state in (CouponState.ISSUED, CouponState.HELD)
    rows = await pool.fetch(
        _PAGE.format(than=">" if soonest else "<", way="" if soonest else "DESC"),
        asked.member_id,
        asked.programme,
        instant(asked.now),
        asked.state,
        instant(asked.expires_before) if asked.expires_before else None,
        asked.after,
        asked.first + 1,
    )
    return [coupon(row) for row in rows[: asked.first]], len(rows) > asked.first


async def expiring(
    pool: database.Pool, programme: int, template: str, now: int, until: int, first: int, after: str | None
) -> tuple[list[Coupon], bool]:
    """Open coupons that expire after an instant and before another, the first of them first; and whether more do."""
    rows = await pool.fetch(
        _EXPIRING, instant(now), instant(until), programme, template, after and UUID(after), first + 1
    )
    return [coupon(row) for row in rows[:first]], len(rows) > first


_PAGE = f"""
{COUPON}WHERE c.member_id = $1 AND c.programme = $2
  AND ($4::text IS NULL OR {AS_OF.format(now="$3")} = $4)
  AND ($5::timestamptz IS NULL OR c.expires_at < $5)
  AND ($6::uuid IS NULL OR (c.expires_at, c.coupon_id) {{than}}
    (SELECT a.expires_at, a.coupon_id FROM coupons a WHERE a.coupon_id = $6))
ORDER BY c.expires_at {{way}}, c.coupon_id {{way}} LIMIT $7
"""  # noqa: S608  # of ours

_EXPIRING = f"""
{COUPON}WHERE c.state = 'ISSUED' AND c.expires_at > $1 AND c.expires_at < $2 AND c.programme = $3
  AND ($4 = '' OR c.template = $4) AND c.valid_from <= $1
  AND ($5::uuid IS NULL OR (c.expires_at, c.coupon_id) >
    (SELECT a.expires_at, a.coupon_id FROM coupons a WHERE a.coupon_id = $5))
ORDER BY c.expires_at, c.coupon_id LIMIT $6
"""  # noqa: S608  # of ours
