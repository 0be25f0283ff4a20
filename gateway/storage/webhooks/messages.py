"""Messages: events as they are sent, and a delivery of each to every endpoint that wants it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


class Message(NamedTuple):
    """What is sent; ``programme_id`` is empty where the event is of none."""

    message_id: str
    type: str
    programme_id: str
    occurred_at: datetime
    body: bytes


_WANTED_TYPES = sa.text("SELECT DISTINCT unnest(event_types) FROM webhook_endpoints WHERE state = 'ENABLED'")
# The deliveries' foreign key to their messages is checked at the end of the statement.
_ADD = sa.text(
    """WITH told AS (
         SELECT * FROM unnest(
           CAST(:ids AS text[]), CAST(:types AS text[]), CAST(:programmes AS text[]),
           CAST(:instants AS timestamptz[]), CAST(:bodies AS bytea[])
         ) WITH ORDINALITY AS t(message_id, type, programme_id, occurred_at, body, nth)
       ), wanted AS (
         SELECT t.nth, t.message_id, t.type, e.endpoint_id FROM told t JOIN webhook_endpoints e
           ON e.state = 'ENABLED' AND t.type = ANY(e.event_types)
           AND (e.programme_id = '' OR t.programme_id IN ('', e.programme_id))
       ), kept AS (
         INSERT INTO webhook_messages (message_id, type, body, occurred_at, created_at)
         SELECT message_id, type, body, occurred_at, CAST(:now AS timestamptz) FROM told
         WHERE message_id IN (SELECT message_id FROM wanted)
         ON CONFLICT DO NOTHING
       )
       INSERT INTO webhook_deliveries (message_id, endpoint_id, type, state, created_at, due_at)
       SELECT message_id, endpoint_id, type, 'PENDING', CAST(:now AS timestamptz), CAST(:now AS timestamptz) FROM wanted ORDER BY nth
       ON CONFLICT DO NOTHING"""
)
_ADD_FOR_ONE = sa.text(
    """WITH kept AS (
         INSERT INTO webhook_messages (message_id, type, body, occurred_at, created_at)
         VALUES (:message_id, :type, :body, :now, :now)
       )
       INSERT INTO webhook_deliveries (message_id, endpoint_id, type, state, created_at, due_at)
       VALUES (:message_id, :endpoint_id, :type, 'PENDING', :now, :now)
       RETURNING delivery_id"""
)


async def wanted_types(connection: AsyncConnection) -> frozenset[str]:
    """The types of events that any endpoint wants now."""
    return frozenset((await connection.execute(_WANTED_TYPES)).scalars())


async def add(connection: AsyncConnection, messages: Sequence[Message], now: datetime) -> None:
    """Write a delivery of each message to each endpoint that wants it; what was written before stays as it is."""
    ids, types, programmes, instants, bodies = (list(column) for column in zip(*messages, strict=True))
    told = {"ids": ids, "types": types, "programmes": programmes, "instants": instants, "bodies": bodies}
    await connection.execute(_ADD, told | {"now": now})


async def add_for_one(connection: AsyncConnection, message: Message, endpoint_id: str, now: datetime) -> int:
    """Write a message for one endpoint alone; its delivery's id."""
    told = {"message_id": message.message_id, "type": message.type, "body": message.body}
    added = await connection.execute(_ADD_FOR_ONE, told | {"endpoint_id": endpoint_id, "now": now})
    delivery_id: int = added.scalar_one()
    return delivery_id
