"""Traits at rest: blind indexes of what members have in common, and which members are yet to be indexed."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.keyrings import Place
from services.members.storage.databases import Databases

_UNINDEXED = """SELECT member_id FROM members
                WHERE indexed_revision <> CASE WHEN blob IS NULL THEN 0 ELSE revision END
                  AND ($1::uuid IS NULL OR member_id > $1)
                ORDER BY member_id LIMIT $2"""
_SHARING = """SELECT t.member_id FROM traits t
              WHERE t.kind = $1 AND t.index_version = $2 AND t.value_index = $3
                AND ($4::uuid IS NULL OR t.member_id < $4)
                AND NOT EXISTS (
                  SELECT FROM unnest($5::smallint[], $6::smallint[], $7::bytea[]) AS other (kind, version, digest)
                  WHERE NOT EXISTS (
                    SELECT FROM traits o WHERE o.kind = other.kind AND o.index_version = other.version
                      AND o.value_index = other.digest AND o.member_id = t.member_id))
              ORDER BY t.member_id DESC LIMIT $8"""
_HAVING_ANY = """SELECT DISTINCT t.member_id
                 FROM unnest($1::smallint[], $2::smallint[], $3::bytea[]) AS asked (kind, version, digest)
                 CROSS JOIN LATERAL (
                   SELECT member_id FROM traits
                   WHERE kind = asked.kind AND index_version = asked.version AND value_index = asked.digest
                     AND ($4::uuid IS NULL OR member_id > $4)
                   ORDER BY member_id LIMIT $5) AS t
                 ORDER BY t.member_id LIMIT $5"""
_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(member_id::text, 0)) FROM "
    "(SELECT unnest(CAST(:members AS uuid[])) AS member_id ORDER BY 1) AS locked"
)
_DROP = text(
    """DELETE FROM traits t WHERE t.member_id = ANY(CAST(:members AS uuid[]))
       AND NOT EXISTS (SELECT FROM unnest(
         CAST(:kinds AS smallint[]), CAST(:versions AS smallint[]), CAST(:digests AS bytea[]),
         CAST(:holders AS uuid[])) AS kept (kind, version, digest, member_id)
         WHERE kept.kind = t.kind AND kept.member_id = t.member_id
           AND kept.version = t.index_version AND kept.digest = t.value_index)"""
)
_ADD = text(
    """INSERT INTO traits (kind, index_version, value_index, member_id)
       SELECT kind, version, digest, member_id FROM unnest(
         CAST(:kinds AS smallint[]), CAST(:versions AS smallint[]), CAST(:digests AS bytea[]),
         CAST(:holders AS uuid[])) AS new (kind, version, digest, member_id)
       ON CONFLICT DO NOTHING"""
)
_MARK = text(
    """UPDATE members m SET indexed_revision = CASE WHEN m.blob IS NULL THEN 0 ELSE m.revision END
       FROM unnest(CAST(:members AS uuid[]), CAST(:revisions AS bigint[])) AS seen (member_id, revision)
       WHERE m.member_id = seen.member_id AND (m.revision = seen.revision OR m.blob IS NULL)"""
)


class Indexed(NamedTuple):
    """Where a member is found by, as of a revision."""

    revision: int
    places: Collection[Place]


async def unindexed(databases: Databases, after: UUID | None, count: int) -> list[UUID]:
    """Members whose traits were made of another revision than the one they have, in the order of their ids."""
    rows = await databases.members_pool.fetch(_UNINDEXED, after, count)
    return [row[0] for row in rows]


async def lock(connection: AsyncConnection, member_ids: Sequence[UUID]) -> None:
    """Be the only one who indexes these members, until the transaction ends.

    What is read afterwards is no older than what any earlier one indexed, so an older revision never wins.
    """
    await connection.execute(_LOCK, {"members": list(member_ids)})


async def replace(connection: AsyncConnection, indexed: Mapping[UUID, Indexed]) -> None:
    """Let members be found by these places and no others."""
    rows = sorted((place, member_id) for member_id, (_, places) in indexed.items() for place in places)
    wanted = {
        "members": list(indexed),
        "kinds": [place.kind for place, _ in rows],
        "versions": [place.version for place, _ in rows],
        "digests": [place.digest for place, _ in rows],
        "holders": [member_id for _, member_id in rows],
    }
    await connection.execute(_DROP, wanted)
    await connection.execute(_ADD, {name: value for name, value in wanted.items() if name != "members"})


async def mark(connection: AsyncConnection, indexed: Mapping[UUID, Indexed]) -> None:
    """Note what was indexed; a member that changed meanwhile stays to be indexed again."""
    revisions = [seen.revision for seen in indexed.values()]
    await connection.execute(_MARK, {"members": list(indexed), "revisions": revisions})


async def sharing(
    databases: Databases, places: Sequence[Place], after: UUID | None, count: int
) -> list[UUID]:
    """Members found at every one of these places, newest first, after one that is known."""
    first, *others = places
    rows = await databases.keys_pool.fetch(_SHARING, *first, after, *_columns(others), count)
    return [row[0] for row in rows]


async def having_any(
    databases: Databases, places: Sequence[Place], after: UUID | None, count: int
) -> list[UUID]:
    """Members found at any of these places, in the order of their ids, after one that is known."""
    rows = await databases.keys_pool.fetch(_HAVING_ANY, *_columns(places), after, count)
    return [row[0] for row in rows]


def _columns(places: Sequence[Place]) -> tuple[list[int], list[int], list[bytes]]:
    return (
        [place.kind for place in places],
        [place.version for place in places],
        [place.digest for place in places],
    )
