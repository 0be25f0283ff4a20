"""Endpoints: who is told of which events; a deleted one stays for as long as its deliveries do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.ext.asyncio import AsyncConnection


class State(StrEnum):
    """Whether an endpoint is told, or a source believed."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    DELETED = "DELETED"


class Because(StrEnum):
    """Why an endpoint is disabled."""

    NOTHING = ""
    STAFF = "STAFF"
    GONE = "GONE"
    FAILING = "FAILING"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where events go, and which. ``programme_id`` is empty for all programmes."""

    endpoint_id: str
    url: str
    description: str
    event_types: Sequence[str]
    programme_id: str
    state: State
    disabled_because: Because
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime


_table = sa.table(
    "webhook_endpoints",
    sa.column("endpoint_id", UUID(as_uuid=False)),
    sa.column("url", sa.Text),
    sa.column("description", sa.Text),
    sa.column("event_types", sa.ARRAY(sa.Text)),
    sa.column("programme_id", sa.Text),
    sa.column("state", sa.Text),
    sa.column("disabled_because", sa.Text),
    sa.column("failing_since", sa.TIMESTAMP(timezone=True)),
    sa.column("created_at", sa.TIMESTAMP(timezone=True)),
    sa.column("updated_at", sa.TIMESTAMP(timezone=True)),
)
_SHOWN = sa.select(_table).where(_table.c.state != State.DELETED)


async def add(connection: AsyncConnection, endpoint: Endpoint) -> None:
    """Remember a new endpoint."""
    row = {name: getattr(endpoint, name) for name in Endpoint.__slots__}
    await connection.execute(_table.insert(), row | {"event_types": list(endpoint.event_types)})


async def change(
    connection: AsyncConnection, endpoint_id: str, now: datetime, **changed: object
) -> Endpoint | None:
    """Change an endpoint that is not deleted; how it is then, None when there is none."""
    statement = (
        _table.update()
        .where(_table.c.endpoint_id == endpoint_id, _table.c.state != State.DELETED)
        .values(updated_at=now, **changed)
        .returning(*_table.c)
    )
    return _one((await connection.execute(statement)).mappings().one_or_none())


async def find(connection: AsyncConnection, endpoint_id: str) -> Endpoint | None:
    """One endpoint, unless it is deleted."""
    query = _SHOWN.where(_table.c.endpoint_id == endpoint_id)
    return _one((await connection.execute(query)).mappings().one_or_none())


async def everyone(connection: AsyncConnection) -> list[Endpoint]:
    """All endpoints that are not deleted, the oldest first."""
    rows = (await connection.execute(_SHOWN.order_by(_table.c.created_at, _table.c.endpoint_id))).mappings()
    return [_endpoint(row) for row in rows]


async def count(connection: AsyncConnection) -> int:
    """How many there are; whoever counts, and adds one after it, waits for others who do."""
    await connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('webhook endpoints'))"))
    counted: int = (
        await connection.execute(sa.select(sa.func.count()).select_from(_SHOWN.subquery()))
    ).scalar_one()
    return counted


_WELL = sa.text(
    """UPDATE webhook_endpoints SET failing_since = NULL
       WHERE endpoint_id = :endpoint_id AND failing_since IS NOT NULL"""
)
_FAILED = sa.text(
    """UPDATE webhook_endpoints SET
         failing_since = coalesce(failing_since, :now),
         state = CASE WHEN :gone OR failing_since < :too_long THEN 'DISABLED' ELSE state END,
         disabled_because = CASE WHEN :gone THEN 'GONE' WHEN failing_since < :too_long THEN 'FAILING' ELSE '' END
       WHERE endpoint_id = :endpoint_id AND state = 'ENABLED'
         AND (failing_since IS NULL OR failing_since < :too_long OR :gone)
       RETURNING disabled_because"""
)


async def note_success(connection: AsyncConnection, endpoint_id: str) -> None:
    """An endpoint took something: whatever failed before, it works."""
    await connection.execute(_WELL, {"endpoint_id": endpoint_id})


async def note_failure(
    connection: AsyncConnection, endpoint_id: str, now: datetime, *, gone: bool, failing_before: datetime
) -> Because:
    """An endpoint did not take something: it is disabled when it wants no more, or fails since before that."""
    told = {"endpoint_id": endpoint_id, "now": now, "gone": gone, "too_long": failing_before}
    return Because((await connection.execute(_FAILED, told)).scalar_one_or_none() or "")


def _one(row: sa.RowMapping | None) -> Endpoint | None:
    return None if row is None else _endpoint(row)


def _endpoint(row: sa.RowMapping) -> Endpoint:
    told = dict(row)
    told |= {"state": State(row["state"]), "disabled_because": Because(row["disabled_because"])}
    return Endpoint(**told)
