"""Deliveries under way: whoever sends takes some on a lease, and writes down how each went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


class DeliveryState(StrEnum):
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    # The endpoint was deleted before it took it.
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that is ours to try until the lease ends; ``tries`` counts from its last replay, this one too."""

    delivery_id: int
    endpoint_id: str
    url: str
    message_id: str
    type: str
    body: bytes
    tries: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt went. ``error`` is empty when the endpoint took it."""

    started_at: datetime
    duration_ms: int
    status_code: int | None
    error: str


# A taken delivery is due again when its lease ends, so that a worker that died costs the delay and nothing else.
_TAKE = sa.text(
    """WITH due AS (
         SELECT d.delivery_id FROM webhook_endpoints e
         LEFT JOIN unnest(CAST(:busy AS uuid[]), CAST(:counts AS integer[])) AS b(endpoint_id, under_way)
           USING (endpoint_id)
         CROSS JOIN LATERAL (
           SELECT delivery_id FROM webhook_deliveries
           WHERE endpoint_id = e.endpoint_id AND state = 'PENDING' AND due_at <= :now
           ORDER BY due_at LIMIT :most - coalesce(b.under_way, 0)
           FOR UPDATE SKIP LOCKED
         ) AS d
         WHERE e.state = 'ENABLED'
       )
       UPDATE webhook_deliveries w SET
         tries = tries + 1, attempts = attempts + 1, due_at = :lease_until, leased_until = :lease_until
       FROM due, webhook_endpoints e, webhook_messages m
       WHERE w.delivery_id = due.delivery_id AND e.endpoint_id = w.endpoint_id AND m.message_id = w.message_id
       RETURNING w.delivery_id, w.endpoint_id::text, e.url, w.message_id, w.type, m.body, w.tries,
         w.attempts AS attempt"""
)
_NOTE = sa.text(
    """INSERT INTO webhook_attempts (delivery_id, attempt, started_at, duration_ms, status_code, error)
       SELECT delivery_id, CAST(:attempt AS integer), CAST(:started_at AS timestamptz),
         CAST(:duration_ms AS integer), CAST(:status_code AS integer), CAST(:error AS text)
       FROM webhook_deliveries WHERE delivery_id = :delivery_id
       ON CONFLICT DO NOTHING"""
)
# Only whoever holds the lease says how the delivery goes on; one that came too late is in the log alone.
_GO_ON = sa.text(
    """UPDATE webhook_deliveries SET state = :state, leased_until = NULL,
         due_at = coalesce(:due_at, due_at), finished_at = :finished_at
       WHERE delivery_id = :delivery_id AND attempts = :attempt AND state = 'PENDING'"""
)


# An index holds each endpoint's oldest; a delivery on a lease is due again when that ends.
_OLDEST_DUE = sa.text(
    """SELECT min(d.due_at) FROM webhook_endpoints e CROSS JOIN LATERAL (
         SELECT due_at FROM webhook_deliveries WHERE endpoint_id = e.endpoint_id AND state = 'PENDING'
         ORDER BY due_at LIMIT 1) AS d
       WHERE e.state = 'ENABLED'"""
)


async def oldest_due_at(connection: AsyncConnection) -> datetime | None:
    """When what is to be sent first to any endpoint that is enabled is due; None where nothing waits."""
    due_at: datetime | None = (await connection.execute(_OLDEST_DUE)).scalar_one()
    return due_at


async def take(
    connection: AsyncConnection,
    now: datetime,
    lease_until: datetime,
    *,
    under_way: Mapping[str, int],
    most: int,
) -> list[Taken]:
    """Take what is due on a lease: of each endpoint so much that it has at most ``most`` under way."""
    told = {
        "busy": list(under_way),
        "counts": list(under_way.values()),
        "most": most,
        "now": now,
        "lease_until": lease_until,
    }
    return [Taken(*row) for row in await connection.execute(_TAKE, told)]


async def note(
    connection: AsyncConnection,
    taken: Taken,
    attempt: Attempt,
    state: DeliveryState,
    *,
    due_at: datetime | None,
    finished_at: datetime | None,
) -> None:
    """Write down how an attempt went, and how the delivery goes on."""
    ours = {"delivery_id": taken.delivery_id, "attempt": taken.attempt}
    told = {name: getattr(attempt, name) for name in Attempt.__slots__}
    await connection.execute(_NOTE, ours | told)
    await connection.execute(_GO_ON, {**ours, "state": state, "due_at": due_at, "finished_at": finished_at})
