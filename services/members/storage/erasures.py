"""Erasures at rest: what was asked for, and what each store proved."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.erasures import Action, Erasure, Proof, StoreState, Trigger
from services.members.storage.databases import Databases

_COLUMNS = """e.erasure_id, e.member_id, e.trigger, e.requested_by, e.reason, e.requested_at, e.erased_at,
              e.completed_at, e.backups_clean_at"""


async def request(connection: AsyncConnection, asked: Erasure) -> UUID:
    """Keep that an erasure was asked for; its id, or that of the one which the member has already."""
    added = await connection.scalar(
        text(
            """INSERT INTO erasures (erasure_id, member_id, trigger, requested_by, reason, requested_at)
               VALUES (:erasure_id, :member_id, :trigger, :requested_by, :reason, :requested_at)
               ON CONFLICT DO NOTHING RETURNING erasure_id"""
        ),
        {
            "erasure_id": asked.erasure_id,
            "member_id": asked.member_id,
            "trigger": asked.trigger,
            "requested_by": asked.requested_by,
            "reason": asked.reason,
            "requested_at": asked.requested_at,
        },
    )
    found: UUID = added or await connection.scalar(
        text("SELECT erasure_id FROM erasures WHERE member_id = :member_id OR erasure_id = :erasure_id"),
        {"member_id": asked.member_id, "erasure_id": asked.erasure_id},
    )
    return found


async def is_asked_for(connection: AsyncConnection, member_id: UUID) -> bool:
    """Whether a member is to be erased, or was."""
    return bool(
        await connection.scalar(
            text("SELECT EXISTS (SELECT FROM erasures WHERE member_id = :member_id)"),
            {"member_id": member_id},
        )
    )


async def to_begin(databases: Databases, limit: int) -> list[Erasure]:
    """Erasures whose profiles are readable still, in the order in which they were asked for."""
    rows = await databases.members_pool.fetch(
        f"SELECT {_COLUMNS} FROM erasures e WHERE e.completed_at IS NULL AND e.erased_at IS NULL "  # noqa: S608
        "ORDER BY e.requested_at LIMIT $1",
        limit,
    )
    return [_erasure(row, ()) for row in rows]


async def lock_set(connection: AsyncConnection, member_id: UUID) -> list[UUID]:
    """The member and all who were merged into it, held until the commit, so that nobody is merged meanwhile."""
    rows = await connection.scalars(
        text(
            "SELECT member_id FROM members WHERE member_id = :member_id OR merged_into = :member_id "
            "ORDER BY member_id FOR UPDATE"
        ),
        {"member_id": member_id},
    )
    return list(rows)


async def survivor(connection: AsyncConnection, member_id: UUID) -> UUID | None:
    """Into whom the member was merged."""
    found: UUID | None = await connection.scalar(
        text("SELECT merged_into FROM members WHERE member_id = :member_id"), {"member_id": member_id}
    )
    return found


async def mark_erased(connection: AsyncConnection, erasure_id: UUID, now: datetime) -> None:
    """Keep when profiles became unreadable."""
    await connection.execute(
        text("UPDATE erasures SET erased_at = coalesce(erased_at, :now) WHERE erasure_id = :erasure_id"),
        {"now": now, "erasure_id": erasure_id},
    )


async def await_proofs(
    connection: AsyncConnection, erasure_id: UUID, awaited: Collection[tuple[UUID, str]], now: datetime
) -> None:
    """Keep which stores have to prove about whom; those that did stay as they are."""
    await connection.execute(
        text(
            """INSERT INTO erasure_stores (erasure_id, member_id, store, told_at)
               SELECT :erasure_id, member_id, store, :now
               FROM unnest(CAST(:members AS uuid[]), CAST(:stores AS text[])) AS new (member_id, store)
               ON CONFLICT DO NOTHING"""
        ),
        {
            "erasure_id": erasure_id,
            "now": now,
            "members": [member_id for member_id, _ in awaited],
            "stores": [store for _, store in awaited],
        },
    )


async def prove(
    connection: AsyncConnection,
    erasure_id: UUID,
    member_ids: Collection[UUID],
    store: str,
    proofs: Sequence[Proof],
    now: datetime,
) -> None:
    """Keep what a store proved; the first proof holds, since a second one finds nothing left to delete."""
    await connection.execute(
        text(
            """UPDATE erasure_stores SET proved_at = :now, proof = CAST(:proof AS jsonb)
               WHERE erasure_id = :erasure_id AND member_id = ANY(CAST(:members AS uuid[])) AND store = :store
                 AND proved_at IS NULL"""
        ),
        {
            "now": now,
            "proof": json.dumps([list(proof) for proof in proofs]),
            "erasure_id": erasure_id,
            "members": list(member_ids),
            "store": store,
        },
    )


async def complete(
    connection: AsyncConnection, erasure_id: UUID, now: datetime, backups_clean_at: datetime
) -> bool:
    """Close an erasure when every store has proved; whether this was it."""
    closed = await connection.execute(
        text(
            """UPDATE erasures SET completed_at = :now, backups_clean_at = :clean
               WHERE erasure_id = :erasure_id AND completed_at IS NULL AND erased_at IS NOT NULL AND NOT EXISTS (
                 SELECT FROM erasure_stores s WHERE s.erasure_id = :erasure_id AND s.proved_at IS NULL)"""
        ),
        {"now": now, "clean": backups_clean_at, "erasure_id": erasure_id},
    )
    return closed.rowcount == 1


async def proved(connection: AsyncConnection, erasure_id: UUID) -> tuple[UUID, list[tuple[str, list[Proof]]]]:
    """Whose erasure was asked for, and what every store proved of it."""
    member_id: UUID = (
        await connection.execute(
            text("SELECT member_id FROM erasures WHERE erasure_id = :erasure_id"), {"erasure_id": erasure_id}
        )
    ).scalar_one()
    rows = await connection.execute(
        text(
            "SELECT store, proof::text FROM erasure_stores WHERE erasure_id = :erasure_id ORDER BY member_id, store"
        ),
        {"erasure_id": erasure_id},
    )
    return member_id, [
        (store, [Proof(name, Action(action), count) for name, action, count in json.loads(proof)])
        for store, proof in rows
    ]


async def unproved(databases: Databases, store: str, limit: int) -> list[tuple[UUID, UUID, datetime]]:
    """(erasure, member, told at) of whom a store has not proved yet, the longest first."""
    rows = await databases.members_pool.fetch(
        "SELECT erasure_id, member_id, told_at FROM erasure_stores "
        "WHERE proved_at IS NULL AND store = $1 ORDER BY told_at LIMIT $2",
        store,
        limit,
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def find(databases: Databases, *, erasure_id: UUID | None, member_id: UUID | None) -> Erasure | None:
    """An erasure with its stores, by its id or by a member whom it erased or will."""
    rows = await databases.members_pool.fetch(
        f"""SELECT {_COLUMNS} FROM erasures e
            WHERE e.erasure_id = $1 OR e.member_id = $2
              OR e.erasure_id IN (SELECT s.erasure_id FROM tombstones s WHERE s.member_id = $2)
            LIMIT 1""",  # noqa: S608
        erasure_id,
        member_id,
    )
    return (await _with_stores(databases, rows))[0] if rows else None


async def newest(databases: Databases, first: int, after: UUID | None, *, open_only: bool) -> list[Erasure]:
    """A page of erasures, newest first."""
    rows = await databases.members_pool.fetch(
        f"""SELECT {_COLUMNS} FROM erasures e
            WHERE ($1::uuid IS NULL OR e.erasure_id < $1) AND (NOT $2 OR e.completed_at IS NULL)
            ORDER BY e.erasure_id DESC LIMIT $3""",  # noqa: S608
        after,
        open_only,
        first,
    )
    return await _with_stores(databases, rows)


async def overdue(databases: Databases, before: datetime) -> list[UUID]:
    """Erasures asked for before an instant that are not complete."""
    rows = await databases.members_pool.fetch(
        "SELECT erasure_id FROM erasures WHERE completed_at IS NULL AND requested_at < $1", before
    )
    return [row[0] for row in rows]


async def _with_stores(databases: Databases, rows: Sequence[Any]) -> list[Erasure]:
    stores: dict[UUID, list[StoreState]] = {row["erasure_id"]: [] for row in rows}
    found = await databases.members_pool.fetch(
        "SELECT erasure_id, member_id, store, told_at, proved_at, proof FROM erasure_stores "
        "WHERE erasure_id = ANY($1) ORDER BY member_id, store",
        list(stores),
    )
    for erasure_id, member_id, store, told_at, proved_at, proof in found:
        proofs = tuple(Proof(name, Action(action), rows) for name, action, rows in json.loads(proof))
        stores[erasure_id].append(StoreState(member_id, store, told_at, proved_at, proofs))
    return [_erasure(row, tuple(stores[row["erasure_id"]])) for row in rows]


def _erasure(row: Any, stores: tuple[StoreState, ...]) -> Erasure:
    values = dict(row)
    return Erasure(**values | {"trigger": Trigger(values["trigger"]), "stores": stores})
