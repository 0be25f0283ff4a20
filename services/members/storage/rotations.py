"""Rotations at rest: how far each is, and by whom it is worked on; one worker at a time."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from services.kit.database import Pool, RawConnection
from services.members.rules.blobs import KeyHeader
from services.members.rules.rotations import (
    Cursor,
    IndexChange,
    Plan,
    Rotation,
    RotationKind,
    RotationRunning,
    Stage,
    UnknownRotation,
)

LOCKS = 0x68796D02
"""The class of our advisory locks; the triggers of the migration take 1 and 2 of it."""

_WORKER = 0
_COLUMNS = """rotation_id, kind, plan, started_by, reason, started_at, stage, destroys, paused, ring_generation,
  cursor_member, cursor_kind, cursor_gen, passes, rows_total, rows_done, worked_s, waiting_for, proof, proved_at,
  destroyed_by, finished_at, updated_at"""
_ADD = f"""INSERT INTO key_rotations (rotation_id, kind, plan, started_by, reason, stage, destroys)
           VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING {_COLUMNS}"""  # noqa: S608
_SAVE = """UPDATE key_rotations SET stage = $2, ring_generation = $3, cursor_member = $4, cursor_kind = $5,
             cursor_gen = $6, passes = $7, rows_total = $8, rows_done = $9, worked_s = $10, waiting_for = $11,
             proof = $12, proved_at = $13, finished_at = $14, updated_at = now()
           WHERE rotation_id = $1"""


@asynccontextmanager
async def working(pool: Pool) -> AsyncIterator[RawConnection | None]:
    """The connection of the one worker that rotates, or None when another does. It ends with the connection."""
    async with pool.acquire(timeout=5) as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", LOCKS, _WORKER):
            yield None
            return
        try:
            yield connection
        finally:
            if not connection.is_closed():
                await connection.execute("SELECT pg_advisory_unlock($1, $2)", LOCKS, _WORKER)


@asynccontextmanager
async def patiently(connection: RawConnection) -> AsyncIterator[None]:
    """A transaction for what goes through whole tables."""
    async with connection.transaction():
        await connection.execute("SET LOCAL statement_timeout = '600s'")
        yield


async def add(pool: Pool, new: Rotation) -> Rotation:
    """Begin a rotation; as it was written. Raises ``RotationRunning``."""
    try:
        row = await pool.fetchrow(
            _ADD,
            new.rotation_id,
            new.kind,
            json.dumps(new.plan._asdict()),
            new.started_by,
            new.reason,
            new.stage,
            new.destroys,
        )
    except asyncpg.UniqueViolationError:
        raise RotationRunning(
            "another rotation of keys is under way: wait until it is done, there is one at a time"
        ) from None
    assert row is not None  # an INSERT that did not fail returns its row
    return _rotation(row)


async def save(connection: RawConnection, rotation: Rotation) -> None:
    """Write down how far a rotation is; what people say about it meanwhile (pause, destroy) stays as they said."""
    await connection.execute(
        _SAVE,
        rotation.rotation_id,
        rotation.stage,
        rotation.ring_generation,
        *rotation.cursor,
        rotation.passes,
        rotation.rows_total,
        rotation.rows_done,
        rotation.worked_s,
        rotation.waiting_for,
        rotation.proof,
        rotation.proved_at,
        rotation.finished_at,
    )


async def under_way(connection: RawConnection) -> Rotation | None:
    """The rotation that there is work on now; paused ones and proved ones wait."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM key_rotations WHERE stage NOT IN (6, 8) AND NOT paused"  # noqa: S608
    )
    return _rotation(row) if row else None


async def get(pool: Pool | RawConnection, rotation_id: UUID) -> Rotation:
    """One rotation. Raises ``UnknownRotation``."""
    row = await pool.fetchrow(f"SELECT {_COLUMNS} FROM key_rotations WHERE rotation_id = $1", rotation_id)  # noqa: S608
    if row is None:
        raise UnknownRotation("there is no such rotation of keys", field="rotation_id")
    return _rotation(row)


async def newest(pool: Pool, count: int, after: UUID | None = None) -> list[Rotation]:
    """Rotations, newest first, after one that is known."""
    rows = await pool.fetch(
        f"""SELECT {_COLUMNS} FROM key_rotations
            WHERE $2::uuid IS NULL OR rotation_id < $2 ORDER BY rotation_id DESC LIMIT $1""",  # noqa: S608
        count,
        after,
    )
    return [_rotation(row) for row in rows]


async def pause(pool: Pool, rotation_id: UUID, *, paused: bool) -> None:
    """Have the worker leave a rotation as it is after its batch, or take it up again."""
    await pool.execute(
        "UPDATE key_rotations SET paused = $2, updated_at = now() WHERE rotation_id = $1 AND finished_at IS NULL",
        rotation_id,
        paused,
    )


async def destroy(pool: Pool, rotation_id: UUID, by: str) -> bool:
    """Have proved keys destroyed; False when nothing was proved. Raises ``RotationRunning``."""
    try:
        status: str = await pool.execute(
            "UPDATE key_rotations SET stage = $3, destroyed_by = $2, waiting_for = '', updated_at = now() "
            "WHERE rotation_id = $1 AND stage = $4",
            rotation_id,
            by,
            Stage.DESTROYING,
            Stage.PROVED,
        )
    except asyncpg.UniqueViolationError:
        raise RotationRunning(
            "another rotation of keys is under way: wait until it is done, there is one at a time"
        ) from None
    return status == "UPDATE 1"


def _rotation(row: asyncpg.Record) -> Rotation:
    found = dict(row)
    said = json.loads(found["plan"])
    cursor = Cursor(found.pop("cursor_member"), found.pop("cursor_kind"), found.pop("cursor_gen"))
    new_kek = said["new_kek"]
    return Rotation(
        **found
        | {
            "kind": RotationKind(found["kind"]),
            "stage": Stage(found["stage"]),
            "cursor": cursor,
            "plan": Plan(
                tuple([KeyHeader(*header) for header in said["old_keks"]]),
                KeyHeader(*new_kek) if new_kek else None,
                tuple([IndexChange(*change) for change in said["indexes"]]),
            ),
        }
    )
