"""Receipts: what sources sent, by their webhook ids, and how it was answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """A webhook that was proven to come from its source. ``outcome_code`` is empty until it is answered."""

    receipt_id: int
    source_id: str
    webhook_id: str
    type: str
    order_id: str
    outcome_code: str
    times: int
    received_at: datetime
    answered_at: datetime | None


# Of two who bring the same id with different contents, the first is believed.
_RECEIVE = sa.text(
    """INSERT INTO webhook_receipts (source_id, webhook_id, digest, type, order_id, outcome_code, received_at)
       VALUES (:source_id, :webhook_id, :digest, '', '', '', :now)
       ON CONFLICT (source_id, webhook_id) DO UPDATE SET times = webhook_receipts.times + 1
       RETURNING digest"""
)
_ANSWER = sa.text(
    """UPDATE webhook_receipts SET type = :type, order_id = :order_id, outcome_code = :outcome_code,
         answered_at = :now
       WHERE source_id = :source_id AND webhook_id = :webhook_id"""
)
_FORGET = sa.text(
    """DELETE FROM webhook_receipts WHERE receipt_id IN (
         SELECT receipt_id FROM webhook_receipts WHERE received_at < :before ORDER BY received_at LIMIT :most)"""
)
_FORGET_SOURCES = sa.text(
    """DELETE FROM webhook_sources s WHERE state = 'DELETED' AND updated_at < :before
         AND NOT EXISTS (SELECT FROM webhook_receipts r WHERE r.source_id = s.source_id)"""
)


async def receive(
    connection: AsyncConnection, source_id: str, webhook_id: str, digests: Sequence[bytes], now: datetime
) -> bool:
    """Note that a webhook came, by the first of its digests; False when its id came before with none of them."""
    told = {"source_id": source_id, "webhook_id": webhook_id, "digest": digests[0], "now": now}
    first: bytes = (await connection.execute(_RECEIVE, told)).scalar_one()
    return first in digests


async def answer(
    connection: AsyncConnection,
    source_id: str,
    webhook_id: str,
    now: datetime,
    *,
    type: str,
    order_id: str,
    outcome_code: str,
) -> None:
    """Note how a webhook was answered."""
    told = {"type": type, "order_id": order_id, "outcome_code": outcome_code, "now": now}
    await connection.execute(_ANSWER, told | {"source_id": source_id, "webhook_id": webhook_id})


async def page(
    connection: AsyncConnection, *, first: int, before: int | None, source_id: str | None
) -> list[Receipt]:
    """Receipts, newest first, one more than asked when there are more."""
    told: dict[str, object] = {"first": first + 1}
    conditions = []
    if source_id is not None:
        told["source_id"], conditions = source_id, ["source_id = :source_id"]
    if before is not None:
        told["before"], conditions = before, [*conditions, "receipt_id < :before"]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    query = sa.text(
        f"""SELECT receipt_id, source_id::text, webhook_id, type, order_id, outcome_code, times, received_at,
              answered_at
            FROM webhook_receipts {where} ORDER BY receipt_id DESC LIMIT :first"""  # noqa: S608  # conditions of ours
    )
    return [Receipt(**row) for row in (await connection.execute(query, told)).mappings()]


async def forget(connection: AsyncConnection, before: datetime) -> int:
    """Delete so many of the receipts from before an instant; how many went."""
    gone = (await connection.execute(_FORGET, {"before": before, "most": _BATCH})).rowcount
    await connection.execute(_FORGET_SOURCES, {"before": before})
    return gone
