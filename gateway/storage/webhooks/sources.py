"""Sources: the order systems whose webhooks are believed."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.storage.webhooks.endpoints import State


@dataclass(frozen=True, slots=True)
class Source:
    """An order system. ``source`` names it in the ledger; ``programme_id`` is empty for any programme."""

    source_id: str
    source: str
    description: str
    programme_id: str
    state: State
    created_at: datetime
    updated_at: datetime


_COLUMNS = "source_id::text, source, description, programme_id, state, created_at, updated_at"
_ADD = sa.text(
    """INSERT INTO webhook_sources (source_id, source, description, programme_id, state, created_at, updated_at)
       VALUES (:source_id, :source, :description, :programme_id, :state, :created_at, :updated_at)"""
)
_SHOWN = f"SELECT {_COLUMNS} FROM webhook_sources WHERE state <> 'DELETED'"  # noqa: S608  # columns of ours
_FIND = sa.text(f"{_SHOWN} AND source_id = :source_id")
_EVERYONE = sa.text(f"{_SHOWN} ORDER BY created_at, source_id")
_TURN = sa.text(
    f"""UPDATE webhook_sources SET state = :state, updated_at = :now
        WHERE source_id = :source_id AND state <> 'DELETED' RETURNING {_COLUMNS}"""  # noqa: S608  # columns of ours
)
_COUNT = sa.text("SELECT count(*) FROM webhook_sources WHERE state <> 'DELETED'")


async def add(connection: AsyncConnection, source: Source) -> bool:
    """Remember a new source; False when another of this name is there."""
    try:
        await connection.execute(_ADD, {name: getattr(source, name) for name in Source.__slots__})
    except IntegrityError:
        return False
    return True


async def find(connection: AsyncConnection, source_id: str) -> Source | None:
    """One source, unless it is deleted."""
    row = (await connection.execute(_FIND, {"source_id": source_id})).mappings().one_or_none()
    return None if row is None else _source(row)


async def everyone(connection: AsyncConnection) -> list[Source]:
    """All sources that are not deleted, the oldest first."""
    return [_source(row) for row in (await connection.execute(_EVERYONE)).mappings()]


async def turn(connection: AsyncConnection, source_id: str, state: State, now: datetime) -> Source | None:
    """Enable, disable or delete a source; how it is then, None when there is none."""
    told = {"source_id": source_id, "state": state, "now": now}
    row = (await connection.execute(_TURN, told)).mappings().one_or_none()
    return None if row is None else _source(row)


async def count(connection: AsyncConnection) -> int:
    """How many sources there are; whoever counts, and adds one after it, waits for others who do."""
    await connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('webhook sources'))"))
    counted: int = (await connection.execute(_COUNT)).scalar_one()
    return counted


def _source(row: sa.RowMapping) -> Source:
    return Source(**{**row, "state": State(row["state"])})
