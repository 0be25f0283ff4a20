"""Tombstones at rest: that members were erased, and the destruction of what there was of them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.erasures import Action, Proof, Tombstone
from services.members.rules.members import MemberStatus
from services.members.storage.databases import Databases

CREATE = """
CREATE TABLE tombstones (
  member_id uuid PRIMARY KEY,
  erasure_id uuid NOT NULL,
  erased_at timestamptz NOT NULL
);

-- Tables with a member's id that stay. Every other one is emptied of the erased, also one that is not born yet.
CREATE TABLE kept_tables (name text PRIMARY KEY, reason text NOT NULL);

-- The service may delete nothing of the living: this, which is its owner's, deletes of the erased alone. Without
-- members it is about all who have a tombstone here.
CREATE FUNCTION empty_of_the_erased(erased uuid[]) RETURNS TABLE (store text, gone bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF EXISTS (
    SELECT FROM unnest(erased) AS asked (member_id)
    WHERE NOT EXISTS (SELECT FROM public.tombstones t WHERE t.member_id = asked.member_id))
  THEN
    RAISE EXCEPTION 'only members who were erased lose their rows';
  END IF;
  FOR store IN
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE a.attname = 'member_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relnamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM public.kept_tables k WHERE k.name = c.relname)
    ORDER BY c.relname
  LOOP
    IF erased IS NULL THEN
      EXECUTE format('DELETE FROM public.%I AS t USING public.tombstones s WHERE t.member_id = s.member_id', store);
    ELSE
      EXECUTE format('DELETE FROM public.%I WHERE member_id = ANY($1)', store) USING erased;
    END IF;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN NEXT;
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION empty_of_the_erased(uuid[]) FROM PUBLIC
"""
"""What a migration of either database runs; its statements are parted by empty lines."""

RIGHTS = (
    "SELECT, INSERT ON tombstones",
    "SELECT ON kept_tables",
    "EXECUTE ON FUNCTION empty_of_the_erased(uuid[])",
)


async def empty(connection: AsyncConnection, member_ids: Collection[UUID] | None) -> list[Proof]:
    """Delete all that a database holds about members with a tombstone in it, but for the tables that are kept.

    None stands for everybody with one. Which tables there are is read from the database.
    """
    rows = await connection.execute(
        text("SELECT store, gone FROM empty_of_the_erased(CAST(:members AS uuid[]))"),
        {"members": None if member_ids is None else list(member_ids)},
    )
    return [Proof(row.store, Action.DELETED, row.gone) for row in rows]


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


async def back(databases: Databases) -> list[UUID]:
    """Members with a tombstone here who do not stand as erased."""
    rows = await databases.members_pool.fetch(
        "SELECT t.member_id FROM tombstones t JOIN members m USING (member_id) WHERE NOT m.status = ANY($1)",
        [int(MemberStatus.ERASED), int(MemberStatus.ABANDONED)],
    )
    return [row[0] for row in rows]


async def buried(databases: Databases, *, keys: bool = False) -> list[Tombstone]:
    """All tombstones of the members' database, or of the keys'."""
    pool = databases.keys_pool if keys else databases.members_pool
    rows = await pool.fetch("SELECT member_id, erasure_id, erased_at FROM tombstones")
    return [Tombstone(*row) for row in rows]
