"""Memberships at rest: what was offered, what was bought, and whether the tier has followed."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.tiers.memberships import Membership, Offer

Reader = asyncpg.Pool | database.RawConnection


async def of_member(reader: Reader, names: Sequence[str], programme: int) -> list[Membership]:
    """What a member bought under all names, the newest first."""
    rows = await reader.fetch(
        "SELECT * FROM memberships WHERE member_id = ANY($1::uuid[]) AND programme = $2 ORDER BY begins DESC",
        list(names),
        programme,
    )
    return [_membership(row) for row in rows]


async def keep_offer(connection: database.RawConnection, offer: Offer, programme: int) -> None:
    """Write down what was offered."""
    await connection.execute(
        _OFFER,
        offer.member_id,
        offer.offer_id,
        programme,
        offer.version,
        offer.tier,
        offer.score,
        offer.score_from,
        offer.step_minor,
        offer.waived,
        offer.spent_minor,
        instant(offer.spend_since),
        offer.is_renewal,
        instant(offer.begins),
        instant(offer.ends),
        instant(offer.offered_at),
    )


async def offered(
    connection: database.RawConnection, names: Sequence[str], programme: int, offer_id: str
) -> Offer | None:
    """What was offered to a member under an id."""
    row = await connection.fetchrow(
        "SELECT * FROM membership_offers o WHERE member_id = ANY($1::uuid[]) AND programme = $2 "
        "AND offer_id = $3",
        list(names),
        programme,
        offer_id,
    )
    return None if row is None else _offer(row)


async def find(
    connection: database.RawConnection, source: str, order_id: str
) -> tuple[Membership, int] | None:
    """What an order bought, and in which programme, by its number."""
    row = await connection.fetchrow(
        "SELECT * FROM memberships WHERE source = $1 AND order_id = $2", source, order_id
    )
    return None if row is None else (_membership(row), row["programme"])


async def taken(connection: database.RawConnection, offer_id: str) -> bool:
    """Whether an order took an offer."""
    found = await connection.fetchval("SELECT 1 FROM memberships WHERE offer_id = $1", offer_id)
    return found is not None


async def insert(connection: database.RawConnection, made: Membership, programme: int) -> bool:
    """Write what an order bought, unless the order came before, the offer was taken or a tier has yet to follow."""
    written = await connection.fetchval(
        _BOUGHT,
        made.source,
        made.order_id,
        made.member_id,
        programme,
        made.tier,
        made.offer_id,
        made.price_minor,
        instant(made.begins),
        instant(made.ends),
        instant(made.recorded_at),
        made.recorded_by,
        made.fingerprint,
    )
    return written is not None


async def end(connection: database.RawConnection, ended: Membership) -> bool:
    """Write that what an order bought is over; False when it was already."""
    written = await connection.fetchval(
        "UPDATE memberships SET ended_at = $3, ended_by = $4, reason = $5, settled = false "
        "WHERE source = $1 AND order_id = $2 AND ended_at IS NULL RETURNING order_id",
        ended.source,
        ended.order_id,
        instant(ended.ended_at),
        ended.ended_by,
        ended.reason,
    )
    return written is not None


async def settled(pool: asyncpg.Pool, made: Membership) -> None:
    """Note that the tier followed, be it by its purchase or, where that was ended, by its end."""
    await pool.execute(
        "UPDATE memberships SET settled = true "
        "WHERE source = $1 AND order_id = $2 AND (ended_at IS NOT NULL) = $3 AND NOT settled",
        made.source,
        made.order_id,
        bool(made.ended_at),
    )


async def unsettled(pool: asyncpg.Pool, before: datetime, limit: int) -> list[tuple[Membership, int]]:
    """What tiers have yet to follow since before an instant, with the programmes' numbers."""
    rows = await pool.fetch(
        "SELECT * FROM memberships WHERE NOT settled "
        "AND coalesce(ended_at, recorded_at) < $1 ORDER BY recorded_at LIMIT $2",
        before,
        limit,
    )
    return [(_membership(row), row["programme"]) for row in rows]


def _membership(row: asyncpg.Record) -> Membership:
    return Membership(
        row["source"],
        row["order_id"],
        str(row["member_id"]),
        row["tier"],
        str(row["offer_id"]),
        row["price_minor"],
        micros(row["begins"]),
        micros(row["ends"]),
        micros(row["recorded_at"]),
        row["recorded_by"],
        row["fingerprint"],
        micros(row["ended_at"]) if row["ended_at"] else 0,
        row["ended_by"],
        row["reason"],
        row["settled"],
    )


def _offer(row: asyncpg.Record) -> Offer:
    return Offer(
        str(row["member_id"]),
        row["tier"],
        row["version"],
        row["score"],
        row["score_from"],
        row["step_minor"],
        row["waived"],
        row["spent_minor"],
        micros(row["spend_since"]),
        row["is_renewal"],
        micros(row["begins"]),
        micros(row["ends"]),
        micros(row["offered_at"]),
        str(row["offer_id"]),
    )


_OFFER = """
INSERT INTO membership_offers (member_id, offer_id, programme, version, tier, score, score_from, step_minor, waived,
                               spent_minor, spend_since, is_renewal, begins, ends, offered_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""

_BOUGHT = """
INSERT INTO memberships (source, order_id, member_id, programme, tier, offer_id, price_minor, begins, ends, recorded_at,
                         recorded_by, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT DO NOTHING RETURNING order_id
"""
