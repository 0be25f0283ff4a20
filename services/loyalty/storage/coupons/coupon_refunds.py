"""Orders with coupons of which something was refunded, from the event that told so until it is followed."""

from datetime import datetime
from typing import NamedTuple

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import database


class RefundedOrder(NamedTuple):
    """An order of which something was refunded, as it was heard of at an instant."""

    source: str
    order_id: str
    programme_id: str
    heard_at: datetime


async def hear(connection: AsyncConnection, source: str, order_id: str, programme_id: str) -> None:
    """Keep that an order was refunded, where coupons were used on it; heard again, it is followed again."""
    await connection.execute(
        text(
            "INSERT INTO coupon_refunds (source, order_id, programme_id) "
            "SELECT :source, :order_id, :programme_id "
            "WHERE EXISTS (SELECT FROM coupons WHERE order_ref = :order_ref AND state = 'USED') "
            "ON CONFLICT (source, order_id) DO UPDATE SET heard_at = clock_timestamp(), settled_at = NULL"
        ),
        {
            "source": source,
            "order_id": order_id,
            "programme_id": programme_id,
            "order_ref": f"{source}:{order_id}",
        },
    )


async def hear_again(connection: database.RawConnection, order_ref: str, programme_id: str) -> None:
    """The same where coupons are used only after an order was refunded: nobody tells of that refund any more."""
    source, _, order_id = order_ref.partition(":")
    await connection.execute(
        "INSERT INTO coupon_refunds (source, order_id, programme_id) "
        "SELECT source, order_id, $3 FROM orders WHERE source = $1 AND order_id = $2 AND refunded_minor > 0 "
        "ON CONFLICT (source, order_id) DO UPDATE SET heard_at = clock_timestamp(), settled_at = NULL",
        source,
        order_id,
        programme_id,
    )


async def waiting(pool: asyncpg.Pool, limit: int) -> list[RefundedOrder]:
    """What is not followed yet, earliest first."""
    rows = await pool.fetch(
        "SELECT source, order_id, programme_id, heard_at FROM coupon_refunds WHERE settled_at IS NULL "
        "ORDER BY heard_at LIMIT $1",
        limit,
    )
    return [RefundedOrder(*row) for row in rows]


async def is_whole(connection: database.RawConnection, refunded: RefundedOrder) -> bool:
    """True when nothing of the order's money is left."""
    return bool(
        await connection.fetchval(
            "SELECT refunded_minor >= total_minor FROM orders WHERE source = $1 AND order_id = $2",
            refunded.source,
            refunded.order_id,
        )
    )


async def settled(connection: database.RawConnection, refunded: RefundedOrder, now: datetime) -> None:
    """Note that it was followed, unless more was heard meanwhile."""
    await connection.execute(
        "UPDATE coupon_refunds SET settled_at = $4 WHERE source = $1 AND order_id = $2 AND heard_at = $3",
        refunded.source,
        refunded.order_id,
        refunded.heard_at,
        now,
    )
