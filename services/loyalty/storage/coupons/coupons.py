"""Coupons in storage: read as of an instant, locked in the order of their ids, and written as rules decided."""

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.coupons.coupons import Coupon, CouponState
from services.loyalty.rules.ledger.asks import IdempotencyKeyReused
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.tiers.standings import Restriction
from services.loyalty.storage.coupons.coupon_templates import decoded
from services.loyalty.storage.members import names
from services.loyalty.storage.members.names import DOWN, UP


class Holder(NamedTuple):
    """Who has a member's coupons now, be it the member that they were merged into; and what that one may not do."""

    member_id: str
    restriction: Restriction


class NewCoupon(NamedTuple):
    """A coupon about to be kept, and why it was issued."""

    coupon: Coupon
    issued_to: str
    issue_key: str
    issued_by: str
    reason: str
    remind_at: int


async def holders(connection: database.RawConnection, member_ids: Sequence[str]) -> dict[str, Holder]:
    """Who has the coupons of each member. Neither merges nor departures come between until the transaction ends.

    That is of whom the member was merged into, too, so all names are locked, in order and at once.
    """

    async def attempt() -> list[asyncpg.Record] | None:
        before = await connection.fetch(_HOLDERS, member_ids)
        wanted = {row[1] for row in before}
        await connection.execute(
            "SELECT FROM members WHERE member_id = ANY($1::uuid[]) ORDER BY member_id FOR SHARE", list(wanted)
        )
        found = await connection.fetch(_HOLDERS, member_ids)
        return found if {row[1] for row in found} <= wanted else None

    found = await names.settled(connection, attempt)
    return {asked: Holder(name, Restriction(restriction or 0)) for asked, name, restriction in found}


async def issued_before(
    asking: database.Pool | database.RawConnection, programme: int, members: Sequence[str], issue_key: str
) -> dict[str, Coupon]:
    """What was issued under a key, by whom it was issued to."""
    rows = await asking.fetch(
        f"{COUPON} WHERE c.issued_to = ANY($1::uuid[]) AND c.programme = $2 AND c.issue_key = $3",
        members,
        programme,
        issue_key,
    )
    return {str(row["issued_to"]): coupon(row) for row in rows}


async def had(
    connection: database.RawConnection, programme: int, template: str, members: Sequence[str]
) -> dict[str, int]:
    """How many coupons of a template that were not revoked each member has or had, also those yet to be brought."""
    rows = await connection.fetch(_HAD, members, programme, template)
    return {row[0]: row[1] for row in rows}


async def insert(connection: database.RawConnection, new: Sequence[NewCoupon]) -> None:
    """Keep coupons of one edition that were issued at once.

    Raises ``IdempotencyKeyReused`` when the same key issues those of another template at this moment.
    """
    if not new:
        return
    first = new[0].coupon
    try:
        await connection.execute(
            _INSERT,
            [each.coupon.coupon_id for each in new],
            [each.coupon.member_id for each in new],
            [each.issued_to for each in new],
            [each.coupon.code for each in new],
            first.programme,
            first.template,
            first.edition,
            first.terms.stacking_group,
            new[0].issue_key,
            new[0].issued_by,
            new[0].reason,
            instant(first.issued_at),
            instant(first.valid_from),
            instant(first.expires_at),
            None if new[0].remind_at == NEVER else instant(new[0].remind_at),
        )
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != _ONE_OF_A_KEY:
            raise
        message = "this key issued a coupon of another template: take a new one"
        raise IdempotencyKeyReused(message, field="issue_id") from None


async def lock(
    connection: database.RawConnection,
    member_id: str,
    programme: int,
    coupon_ids: Sequence[str],
    order_ref: str,
) -> dict[str, Coupon]:
    """A member's coupons by their ids, and all that an order of the member has, as stored; locked."""
    rows = await connection.fetch(
        f"""{COUPON} WHERE c.member_id = $1 AND c.programme = $2
              AND (c.coupon_id = ANY($3::uuid[]) OR c.order_ref = $4)
            ORDER BY c.coupon_id FOR NO KEY UPDATE OF c""",
        member_id,
        programme,
        coupon_ids,
        order_ref,
    )
    return {each.coupon_id: each for each in map(coupon, rows)}


async def owners_on(connection: database.RawConnection, order_ref: str) -> list[str]:
    """Who has coupons on an order."""
    rows = await connection.fetch(
        "SELECT DISTINCT member_id::text FROM coupons WHERE order_ref = $1", order_ref
    )
    return [row[0] for row in rows]


async def lock_of_order(connection: database.RawConnection, order_ref: str) -> list[Coupon]:
    """All that an order has, whosever it is."""
    rows = await connection.fetch(
        f"{COUPON} WHERE c.order_ref = $1 ORDER BY c.coupon_id FOR NO KEY UPDATE OF c", order_ref
    )
    return [coupon(row) for row in rows]


async def lock_by_id(connection: database.RawConnection, coupon_ids: Sequence[str]) -> dict[str, Coupon]:
    """Coupons by their ids, whosever they are."""
    rows = await connection.fetch(
        f"{COUPON} WHERE c.coupon_id = ANY($1::uuid[]) ORDER BY c.coupon_id FOR NO KEY UPDATE OF c",
        coupon_ids,
    )
    return {each.coupon_id: each for each in map(coupon, rows)}


async def write(
    connection: database.RawConnection, coupons: Sequence[Coupon], by: str = "", reason: str = ""
) -> None:
    """Write what became of locked coupons; ``by`` and ``reason`` are of a revocation."""
    if not coupons:
        return
    await connection.execute(
        _UPDATE,
        [coupon.coupon_id for coupon in coupons],
        [coupon.state for coupon in coupons],
        [coupon.order_ref or None for coupon in coupons],
        [instant(coupon.held_until) if coupon.held_until else None for coupon in coupons],
        [instant(coupon.used_at) if coupon.used_at else None for coupon in coupons],
        [coupon.taken_off_minor for coupon in coupons],
        [instant(coupon.expires_at) for coupon in coupons],
        by or None,
        reason or None,
    )


async def find(asking: database.Pool | database.RawConnection, code: str) -> Coupon | None:
    """The coupon of a code."""
    row = await asking.fetchrow(f"{COUPON} WHERE c.code = $1", code)
    return None if row is None else coupon(row)


def coupon(row: asyncpg.Record) -> Coupon:
    """A coupon from its row, joined with its edition's terms."""
    return Coupon(
        str(row["coupon_id"]),
        str(row["member_id"]),
        row["programme"],
        row["template"],
        row["edition"],
        decoded(row["terms"]),
        row["code"],
        CouponState(row["state"]),
        micros(row["issued_at"]),
        micros(row["valid_from"]),
        micros(row["expires_at"]),
        row["order_ref"] or "",
        micros(row["held_until"]) if row["held_until"] else 0,
        micros(row["used_at"]) if row["used_at"] else 0,
        row["taken_off_minor"],
    )


_ONE_OF_A_KEY = "coupons_issued_to_programme_issue_key_key"

_HOLDERS = f"""{UP}
SELECT n.asked::text, n.name::text, m.restriction
FROM up n LEFT JOIN members m ON m.member_id = n.name ORDER BY n.asked, n.nth
"""  # noqa: S608  # a part of ours

# The ledger follows a merge first, and what was the merged one's is brought only then.
_HAD = f"""{DOWN}
SELECT n.survivor::text, count(*) FROM down n JOIN coupons c ON c.member_id = n.member_id
WHERE c.programme = $2 AND c.template = $3 AND c.state <> 'REVOKED' GROUP BY n.survivor
"""  # noqa: S608  # a part of ours

COUPON = """
SELECT c.*, e.terms FROM coupons c
JOIN coupon_editions e ON e.programme = c.programme AND e.template = c.template AND e.edition = c.edition
"""

_INSERT = """
INSERT INTO coupons (coupon_id, member_id, issued_to, code, programme, template, edition, stacking_group, state,
                     issue_key, issued_by, reason, issued_at, valid_from, expires_at, remind_at)
SELECT n.*, $5, $6, $7, $8, 'ISSUED', $9, $10, $11, $12, $13, $14, $15
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS n
"""

_UPDATE = """
UPDATE coupons c SET state = n.state, order_ref = n.order_ref, held_until = n.held_until, used_at = n.used_at,
  taken_off_minor = n.taken_off_minor, expires_at = n.expires_at,
  revoked_by = coalesce($8, c.revoked_by), revoked_reason = coalesce($9, c.revoked_reason)
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::bigint[],
            $7::timestamptz[]) AS n(coupon_id, state, order_ref, held_until, used_at, taken_off_minor, expires_at)
WHERE c.coupon_id = n.coupon_id
"""
