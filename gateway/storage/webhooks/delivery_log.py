"""The delivery log: what was sent where and how it went, what is sent again, and what is forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.storage.webhooks.deliveries import Attempt, DeliveryState

MOST_ATTEMPTS = 50
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Logged:
    """A delivery as the log shows it, with its newest attempts by their number."""

    delivery_id: int
    message_id: str
    endpoint_id: str
    type: str
    state: DeliveryState
    body: bytes
    created_at: datetime
    due_at: datetime
    attempt_count: int
    finished_at: datetime | None
    attempts: Mapping[int, Attempt]


_SHOWN = """
SELECT d.delivery_id, d.message_id, d.endpoint_id::text, d.type, d.state, m.body, d.created_at, d.due_at,
  d.attempts AS attempt_count, d.finished_at
FROM webhook_deliveries d JOIN webhook_messages m USING (message_id)
"""
_ONE = sa.text(f"{_SHOWN} WHERE d.delivery_id = :delivery_id")
_ATTEMPTS = sa.text(
    """SELECT a.* FROM unnest(CAST(:ids AS bigint[])) AS asked(delivery_id)
       CROSS JOIN LATERAL (
         SELECT * FROM webhook_attempts WHERE delivery_id = asked.delivery_id ORDER BY attempt DESC LIMIT :most
       ) AS a
       ORDER BY a.delivery_id, a.attempt"""
)
_AGAIN = """
UPDATE webhook_deliveries SET state = 'PENDING', finished_at = NULL, tries = 0,
  due_at = CASE WHEN state = 'PENDING' AND leased_until > :now THEN due_at ELSE :now END
"""
_REPLAY = sa.text(
    f"""{_AGAIN} WHERE delivery_id = :delivery_id AND endpoint_id IN (
          SELECT endpoint_id FROM webhook_endpoints WHERE state <> 'DELETED')"""  # noqa: S608  # text of ours
)
_REPLAY_FAILED = sa.text(
    f"{_AGAIN} WHERE endpoint_id = :endpoint_id AND state = 'FAILED' AND created_at >= :since"
)
_CANCEL = sa.text(
    """UPDATE webhook_deliveries SET state = 'CANCELLED', finished_at = :now
       WHERE endpoint_id = :endpoint_id AND state = 'PENDING'"""
)
# What was heard while its endpoint was being deleted.
_CANCEL_ORPHANS = sa.text(
    """UPDATE webhook_deliveries SET state = 'CANCELLED', finished_at = now() WHERE state = 'PENDING'
         AND endpoint_id IN (SELECT endpoint_id FROM webhook_endpoints WHERE state = 'DELETED')"""
)
_FORGET_DELIVERIES = sa.text(
    """DELETE FROM webhook_deliveries WHERE delivery_id IN (
         SELECT delivery_id FROM webhook_deliveries WHERE created_at < :before ORDER BY created_at LIMIT :most)"""
)
_FORGET_MESSAGES = sa.text(
    """DELETE FROM webhook_messages WHERE message_id IN (
         SELECT message_id FROM webhook_messages m WHERE created_at < :before
           AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.message_id = m.message_id) LIMIT :most)"""
)
_FORGET_ENDPOINTS = sa.text(
    """DELETE FROM webhook_endpoints e WHERE state = 'DELETED' AND updated_at < :before
         AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = e.endpoint_id)"""
)


async def page(
    connection: AsyncConnection,
    *,
    first: int,
    before: int | None,
    endpoint_id: str | None,
    state: DeliveryState | None,
    type: str | None,
) -> list[Logged]:
    """Deliveries, newest first, one more than asked when there are more."""
    filters = {"endpoint_id": endpoint_id, "state": state, "type": type}
    told: dict[str, object] = {name: value for name, value in filters.items() if value is not None}
    conditions = [f"d.{name} = :{name}" for name in told]
    if before is not None:
        told["before"], conditions = before, [*conditions, "d.delivery_id < :before"]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    query = sa.text(f"{_SHOWN} {where} ORDER BY d.delivery_id DESC LIMIT :first")
    return await _logged(connection, query, {**told, "first": first + 1})


async def one(connection: AsyncConnection, delivery_id: int) -> Logged | None:
    """One delivery."""
    found = await _logged(connection, _ONE, {"delivery_id": delivery_id})
    return found[0] if found else None


async def replay(connection: AsyncConnection, delivery_id: int, now: datetime) -> bool:
    """Send a delivery again from the start, or at once what waits; False when its endpoint is gone."""
    done = await connection.execute(_REPLAY, {"delivery_id": delivery_id, "now": now})
    return done.rowcount > 0


async def replay_failed(connection: AsyncConnection, endpoint_id: str, since: datetime, now: datetime) -> int:
    """Send again what failed of what was written since; how many there are."""
    told = {"endpoint_id": endpoint_id, "since": since, "now": now}
    return (await connection.execute(_REPLAY_FAILED, told)).rowcount


async def cancel(connection: AsyncConnection, endpoint_id: str, now: datetime) -> None:
    """Give up what waits for an endpoint."""
    await connection.execute(_CANCEL, {"endpoint_id": endpoint_id, "now": now})


async def forget(connection: AsyncConnection, before: datetime) -> int:
    """Delete so many of the deliveries written before an instant, and give up those whose endpoint was deleted."""
    told = {"before": before, "most": _BATCH}
    await connection.execute(_CANCEL_ORPHANS)
    gone = (await connection.execute(_FORGET_DELIVERIES, told)).rowcount
    await connection.execute(_FORGET_MESSAGES, told)
    await connection.execute(_FORGET_ENDPOINTS, {"before": before})
    return gone


async def _logged(
    connection: AsyncConnection, query: sa.TextClause, told: Mapping[str, object]
) -> list[Logged]:
    rows = (await connection.execute(query, told)).mappings().all()
    attempts = await _attempts(connection, [row["delivery_id"] for row in rows])
    return [
        Logged(**{**row, "state": DeliveryState(row["state"])}, attempts=attempts.get(row["delivery_id"], {}))
        for row in rows
    ]


async def _attempts(
    connection: AsyncConnection, delivery_ids: Sequence[int]
) -> dict[int, dict[int, Attempt]]:
    found: dict[int, dict[int, Attempt]] = {}
    for row in await connection.execute(_ATTEMPTS, {"ids": list(delivery_ids), "most": MOST_ATTEMPTS}):
        attempt = Attempt(row.started_at, row.duration_ms, row.status_code, row.error)
        found.setdefault(row.delivery_id, {})[row.attempt] = attempt
    return found
