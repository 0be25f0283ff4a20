"""Tombstones at rest: that members were erased, and the destruction of what there was of them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.erasures import KEPT, Action, Proof, Tombstone
from services.members.rules.members import MemberStatus
from services.members.storage.databases import Databases


async def empty(connection: AsyncConnection, member_ids: Collection[UUID]) -> list[Proof]:
    """Delete all that either of our databases holds about members, table by table, but for what is ``KEPT``.

    Which tables there are is read from the database: one that a later migration adds is emptied too.
    """
    proofs = []
    for table in await _tables(connection):
        gone = await connection.execute(
            text(f"DELETE FROM {table} WHERE member_id = ANY(CAST(:members AS uuid[]))"),  # noqa: S608
            {"members": list(member_ids)},
        )
        proofs.append(Proof(table, Action.DELETED, gone.rowcount))
    return proofs


async def empty_the_dead(connection: AsyncConnection) -> list[Proof]:
    """Delete all that is there about anybody with a tombstone in this database."""
    proofs = []
    for table in await _tables(connection):
        gone = await connection.execute(
            text(f"DELETE FROM {table} AS t USING tombstones s WHERE t.member_id = s.member_id")  # noqa: S608
        )
        proofs.append(Proof(table, Action.DELETED, gone.rowcount))
    return proofs


async def _tables(connection: AsyncConnection) -> list[str]:
    rows = await connection.scalars(
        text(
            """SELECT quote_ident(c.relname) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
               WHERE a.attname = 'member_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
                 AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
               ORDER BY c.relname"""
        )
    )
    return [name for name in rows if name not in KEPT]


async def blank(connection: AsyncConnection, member_ids: Collection[UUID]) -> list[UUID]:
    """Take their profiles from members and let them stand as erased; who was not before."""
    rows = await connection.scalars(
        text(
            "UPDATE members SET status = :erased, blob = NULL, revision = revision + 1 "
            "WHERE member_id = ANY(CAST(:members AS uuid[])) AND status NOT IN (:erased, :abandoned) "
            "RETURNING member_id"
        ),
        {
            "erased": MemberStatus.ERASED,
            "abandoned": MemberStatus.ABANDONED,
            "members": list(member_ids),
        },
    )
    return sorted(rows)


async def alive(connection: AsyncConnection, member_ids: Collection[UUID]) -> list[UUID]:
    """Which of some members do not stand as erased, held until the commit."""
    rows = await connection.scalars(
        text(
            "SELECT member_id FROM members WHERE member_id = ANY(CAST(:members AS uuid[])) "
            "AND status NOT IN (:erased, :abandoned) ORDER BY member_id FOR UPDATE"
        ),
        {
            "members": list(member_ids),
            "erased": MemberStatus.ERASED,
            "abandoned": MemberStatus.ABANDONED,
        },
    )
    return list(rows)


async def bury(connection: AsyncConnection, tombstones: Sequence[Tombstone]) -> list[UUID]:
    """Write tombstones in this database; whose were not there before."""
    rows = await connection.scalars(
        text(
            """INSERT INTO tombstones (member_id, erasure_id, erased_at)
               SELECT * FROM unnest(
                 CAST(:members AS uuid[]), CAST(:erasures AS uuid[]), CAST(:instants AS timestamptz[]))
               ON CONFLICT DO NOTHING RETURNING member_id"""
        ),
        {
            "members": [stone.member_id for stone in tombstones],
            "erasures": [stone.erasure_id for stone in tombstones],
            "instants": [stone.erased_at for stone in tombstones],
        },
    )
    return list(rows)


async def buried(databases: Databases, *, keys: bool = False) -> list[Tombstone]:
    """All tombstones of the members' database, or of the keys'."""
    pool = databases.keys_pool if keys else databases.members_pool
    rows = await pool.fetch("SELECT member_id, erasure_id, erased_at FROM tombstones")
    return [Tombstone(*row) for row in rows]
