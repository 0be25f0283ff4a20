"""Members at rest: that they exist, how they stand, and into whom they were merged."""

from collections.abc import Collection, Sequence
from datetime import datetime
from struct import Struct
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import copying
from services.members.rules.members import MemberStatus
from services.members.storage.databases import Databases, raw


class Survivor(NamedTuple):
    """Who a member id stands for now."""

    member_id: UUID
    joined_at: datetime
    status: MemberStatus


class Standing(NamedTuple):
    """How a member id stands, and which generation of key its blob names."""

    status: MemberStatus
    dek_gen: int


class NewMember(NamedTuple):
    """A member about to exist."""

    member_id: UUID
    joined_at: datetime
    dek_gen: int
    blob: bytes


_ADD = text(
    """INSERT INTO members (member_id, status, revision, joined_at, registered_at, dek_gen, blob)
       SELECT member_id, :active, 1, joined_at, :now, dek_gen, blob FROM unnest(
         CAST(:members AS uuid[]), CAST(:joined AS timestamptz[]), CAST(:gens AS int[]), CAST(:blobs AS bytea[]))
         AS new (member_id, joined_at, dek_gen, blob)
       ON CONFLICT DO NOTHING RETURNING member_id"""
)
_COLUMNS = ("member_id", "status", "revision", "joined_at", "registered_at", "dek_gen", "blob")
_ROW = Struct("!h" + "i16s" + "ih" + "iq" * 3 + "ii" + "i").pack
_GIVE_UP = text(
    """INSERT INTO members (member_id, status, revision, joined_at, registered_at, dek_gen)
       SELECT member_id, :abandoned, 0, :now, :now, 0 FROM unnest(CAST(:members AS uuid[])) AS new (member_id)
       ON CONFLICT DO NOTHING"""
)
_SURVIVORS = """SELECT asked.member_id, survivor.member_id, survivor.joined_at, survivor.status
                FROM members AS asked
                JOIN members AS survivor ON survivor.member_id = coalesce(asked.merged_into, asked.member_id)
                WHERE asked.member_id = ANY($1) AND asked.status > 0"""


async def add(connection: AsyncConnection, new: Sequence[NewMember], now: datetime) -> set[UUID]:
    """Let members exist; the ids of those that did not before."""
    # In one order, so that batches wait for each other; by bytes, since to compare UUIDs takes ten times as long.
    new = sorted(new, key=lambda member: member.member_id.bytes)
    added = await connection.scalars(
        _ADD,
        {
            "active": MemberStatus.ACTIVE,
            "now": now,
            "members": [member.member_id for member in new],
            "joined": [member.joined_at for member in new],
            "gens": [member.dek_gen for member in new],
            "blobs": [member.blob for member in new],
        },
    )
    return set(added)


async def copy(connection: AsyncConnection, new: Sequence[NewMember], now: datetime) -> bool:
    """Let members exist whose ids nobody knew so far; False when one does already, and the transaction is void."""
    at = copying.micros(now)
    rows = [
        _ROW(
            *(7, 16, member_id.bytes, 2, MemberStatus.ACTIVE, 8, 1),
            *(8, copying.micros(joined_at), 8, at, 4, dek_gen, len(blob)),
        )
        + blob
        for member_id, joined_at, dek_gen, blob in new
    ]
    # In the order in which ``add`` locks them.
    rows.sort()
    try:
        await copying.copy(await raw(connection), "members", _COLUMNS, b"".join(rows))
    except asyncpg.UniqueViolationError:
        return False
    return True


async def give_up(connection: AsyncConnection, member_ids: Sequence[UUID], now: datetime) -> None:
    """Occupy ids that no member has, so that a registration which is still under way cannot complete."""
    await connection.execute(
        _GIVE_UP, {"abandoned": MemberStatus.ABANDONED, "now": now, "members": member_ids}
    )


async def standings(connection: AsyncConnection, member_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """How member ids stand; those that nobody has are absent."""
    rows = await connection.execute(
        text(
            "SELECT member_id, status, dek_gen FROM members WHERE member_id = ANY(CAST(:members AS uuid[]))"
        ),
        {"members": member_ids},
    )
    return {row[0]: Standing(MemberStatus(row[1]), row[2]) for row in rows}


async def survivors(databases: Databases, member_ids: Collection[UUID]) -> dict[UUID, Survivor]:
    """Who member ids stand for; unknown ids are absent."""
    rows = await databases.members_pool.fetch(_SURVIVORS, member_ids)
    return {row[0]: Survivor(row[1], row[2], MemberStatus(row[3])) for row in rows}


async def merge_set(databases: Databases, survivor: UUID) -> list[UUID]:
    """A survivor and all who were merged into it."""
    rows = await databases.members_pool.fetch(
        "SELECT member_id FROM members WHERE (member_id = $1 OR merged_into = $1) AND status > 0", survivor
    )
    return [row[0] for row in rows]


async def merged_into(databases: Databases, member_id: UUID) -> list[UUID]:
    """Those who were merged into a member."""
    rows = await databases.members_pool.fetch(
        "SELECT member_id FROM members WHERE merged_into = $1 ORDER BY member_id", member_id
    )
    return [row[0] for row in rows]
