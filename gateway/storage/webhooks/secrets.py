"""Secrets, sealed: an endpoint or a source has one, and for a while after a rotation the one before."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


class Sealed(NamedTuple):
    """A secret at rest; the newest of an owner has no end."""

    sealed: bytes
    created_at: datetime
    expires_at: datetime | None


class Held(NamedTuple):
    """A secret at rest that nobody else changes until the transaction ends."""

    secret_id: str
    owner_id: str
    sealed: bytes


_ADD = sa.text(
    """INSERT INTO webhook_secrets (secret_id, owner_id, sealed, created_at)
       VALUES (gen_random_uuid(), :owner_id, :sealed, :now)"""
)
_END = sa.text(
    """UPDATE webhook_secrets SET expires_at = :expires_at WHERE owner_id = :owner_id AND expires_at IS NULL"""
)
_FORGET_ENDED = sa.text("DELETE FROM webhook_secrets WHERE owner_id = :owner_id AND expires_at IS NOT NULL")
_FORGET = sa.text("DELETE FROM webhook_secrets WHERE owner_id = :owner_id")
_CURRENT = sa.text(
    """SELECT owner_id::text, sealed, created_at, expires_at FROM webhook_secrets
       WHERE owner_id = ANY(CAST(:owner_ids AS uuid[])) AND (expires_at IS NULL OR expires_at > :now)
       ORDER BY created_at DESC"""
)
_HOLD_ALL = sa.text(
    "SELECT secret_id::text, owner_id::text, sealed FROM webhook_secrets ORDER BY secret_id FOR UPDATE"
)
# A row of its own: what rests is never rewritten.
_REPLACE = sa.text(
    """WITH gone AS (DELETE FROM webhook_secrets WHERE secret_id = CAST(:secret_id AS uuid)
         RETURNING owner_id, created_at, expires_at)
       INSERT INTO webhook_secrets (secret_id, owner_id, sealed, created_at, expires_at)
       SELECT gen_random_uuid(), owner_id, :sealed, created_at, expires_at FROM gone"""
)


async def add(connection: AsyncConnection, owner_id: str, sealed: bytes, now: datetime) -> None:
    """Remember an owner's first secret."""
    await connection.execute(_ADD, {"owner_id": owner_id, "sealed": sealed, "now": now})


async def rotate(
    connection: AsyncConnection, owner_id: str, sealed: bytes, now: datetime, previous_until: datetime
) -> None:
    """Give an owner a new secret; the one it had stays good until an instant, one before that is gone at once."""
    await connection.execute(_FORGET_ENDED, {"owner_id": owner_id})
    await connection.execute(_END, {"owner_id": owner_id, "expires_at": previous_until})
    await add(connection, owner_id, sealed, now)


async def forget(connection: AsyncConnection, owner_id: str) -> None:
    """Forget all secrets of an owner."""
    await connection.execute(_FORGET, {"owner_id": owner_id})


async def current(
    connection: AsyncConnection, owner_ids: Collection[str], now: datetime
) -> dict[str, list[Sealed]]:
    """The good secrets of each owner, the newest first."""
    found: dict[str, list[Sealed]] = defaultdict(list)
    for row in await connection.execute(_CURRENT, {"owner_ids": list(owner_ids), "now": now}):
        found[row.owner_id].append(Sealed(row.sealed, row.created_at, row.expires_at))
    return found


async def hold_all(connection: AsyncConnection) -> list[Held]:
    """Every secret there is, held until the transaction ends."""
    return [Held(*row) for row in await connection.execute(_HOLD_ALL)]


async def replace(connection: AsyncConnection, secret_id: str, sealed: bytes) -> None:
    """The same secret sealed otherwise; all else of it stays."""
    await connection.execute(_REPLACE, {"secret_id": secret_id, "sealed": sealed})
