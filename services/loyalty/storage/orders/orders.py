"""Reading orders back: one by its id, or their sums for reconciliation."""

from dataclasses import dataclass

import asyncpg

from services.kit import database
from services.loyalty.rules.orders.orders import Order
from services.loyalty.rules.orders.refunds import Refund
from services.loyalty.rules.programmes.programmes import Programmes
from services.loyalty.storage.ledger import rows


async def find(
    connection: database.RawConnection | asyncpg.Pool, programmes: Programmes, source: str, order_id: str
) -> Order | None:
    """The order recorded under this source and id."""
    row = await connection.fetchrow(
        "SELECT * FROM orders WHERE source = $1 AND order_id = $2", source, order_id
    )
    if row is None:
        return None
    by_number = {history.newest.number: history.newest for history in programmes.by_id.values()}
    programme = by_number[row["programme"]]
    return rows.order(row, programme.programme_id, programme.money_currency)


async def refunds(connection: database.RawConnection, order: Order) -> list[Refund]:
    """What was refunded of an order, in the order it was recorded."""
    found = await connection.fetch(
        "SELECT * FROM refunds WHERE source = $1 AND order_id = $2 ORDER BY recorded_at, refundable_minor DESC",
        order.source,
        order.order_id,
    )
    return [rows.refund(row, order.money_currency) for row in found]


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """What the orders of a programme sum to; money in minor units, points by currency code."""

    orders: int
    zero_value_orders: int
    members: int
    spend_minor: int
    refunded_minor: int
    earned: dict[str, int]


async def totals(pool: asyncpg.Pool, programme: int, source: str) -> OrderTotals:
    """Sums over all orders of a programme, or over those of one source when it is not empty."""
    row = await pool.fetchrow(
        """SELECT count(*) AS orders, count(*) FILTER (WHERE total_minor = 0) AS zero_value_orders,
                  count(DISTINCT member_id) AS members, coalesce(sum(total_minor), 0)::bigint AS spend_minor,
                  coalesce(sum(refunded_minor), 0)::bigint AS refunded_minor
           FROM orders WHERE programme = $1 AND ($2 = '' OR source = $2)""",
        programme,
        source,
    )
    assert row is not None, "an aggregate has one row"
    earned = await pool.fetch(
        """SELECT e.key AS code, sum((e.value->>0)::bigint)::bigint AS points
           FROM orders, json_each(earned) AS e
           WHERE programme = $1 AND ($2 = '' OR source = $2) GROUP BY e.key ORDER BY e.key""",
        programme,
        source,
    )
    return OrderTotals(**dict(row), earned={each["code"]: each["points"] for each in earned})
