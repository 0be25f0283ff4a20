"""Links at rest: who is known by what, what a change of both databases is doing to it, and who was before."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.identities import NORM_VERSION
from services.members.rules.keyrings import Place
from services.members.rules.links import IdentitySource, NewLink, UnlinkCause
from services.members.storage.databases import Databases

_COLUMNS = "kind, index_version, value_index, member_id, verified, verified_at, linked_at, source, change_id"
_AT = "kind = :kind AND index_version = :version AND value_index = :digest"

_ANY = """(kind, index_version, value_index) IN (SELECT * FROM unnest(
            CAST(:kinds AS smallint[]), CAST(:versions AS smallint[]), CAST(:digests AS bytea[])))"""


class Row(NamedTuple):
    """A link as it rests: where its identity is found, and no more of it."""

    place: Place
    member_id: UUID
    verified: bool
    verified_at: datetime | None
    linked_at: datetime
    source: IdentitySource
    change_id: UUID | None
    """Set while a change is under way, which only the change of this id ends."""


async def of_members(databases: Databases, member_ids: Collection[UUID]) -> list[Row]:
    """All links of some members, in the order in which they were made."""
    rows = await databases.keys_pool.fetch(
        f"SELECT {_COLUMNS} FROM identities WHERE member_id = ANY($1) ORDER BY linked_at, kind, value_index",  # noqa: S608
        member_ids,
    )
    return [_row(row) for row in rows]


async def at(databases: Databases, place: Place) -> Row | None:
    """The link at a place."""
    row = await databases.keys_pool.fetchrow(
        f"SELECT {_COLUMNS} FROM identities WHERE kind = $1 AND index_version = $2 AND value_index = $3",  # noqa: S608
        *place,
    )
    return None if row is None else _row(row)


async def claim(
    connection: AsyncConnection, member_id: UUID, new: NewLink, change_id: UUID, now: datetime
) -> bool:
    """Take a link's places for a member, or take over the member's own; False when one is another's.

    The member's own is one that came to nothing, or that a link at the same time made: what it proved stays proven.
    """
    savepoint = await connection.begin_nested()
    claimed = await connection.execute(
        text(
            """INSERT INTO identities AS i (kind, index_version, value_index, member_id, norm_version, verified,
                                            verified_at, linked_at, source, change_id)
               SELECT kind, version, digest, :member_id, :norm, :verified,
                      CASE WHEN :verified THEN CAST(:now AS timestamptz) END, :now, :source, :change_id
               FROM unnest(CAST(:kinds AS smallint[]), CAST(:versions AS smallint[]), CAST(:digests AS bytea[]))
                 AS place (kind, version, digest)
               ON CONFLICT (kind, index_version, value_index) DO UPDATE
                 SET change_id = excluded.change_id, verified = i.verified OR excluded.verified,
                     source = CASE WHEN i.verified AND (i.source <> :staff OR NOT excluded.verified)
                                   THEN i.source ELSE excluded.source END,
                     verified_at = coalesce(excluded.verified_at, i.verified_at)
               WHERE i.member_id = :member_id"""
        ),
        {
            **_all_named(new.places),
            "member_id": member_id,
            "norm": NORM_VERSION,
            "verified": new.verified,
            "source": new.source,
            "staff": IdentitySource.STAFF,
            "change_id": change_id,
            "now": now,
        },
    )
    taken: bool = claimed.rowcount == len(new.places)
    await (savepoint.commit() if taken else savepoint.rollback())
    return taken


async def mark(
    connection: AsyncConnection, member_id: UUID, places: Sequence[Place], change_id: UUID
) -> bool:
    """Note that a member's link is about to end, wherever it lies; False when it is nowhere."""
    begun = await connection.execute(
        text(f"UPDATE identities SET change_id = :change_id WHERE {_ANY} AND member_id = :member_id"),  # noqa: S608
        {**_all_named(places), "member_id": member_id, "change_id": change_id},
    )
    return begun.rowcount > 0


async def settle(connection: AsyncConnection, change_id: UUID) -> None:
    """A change is done and the link stays."""
    await connection.execute(
        text("UPDATE identities SET change_id = NULL WHERE change_id = :change_id"), {"change_id": change_id}
    )


async def end(
    connection: AsyncConnection,
    place: Place,
    change_id: UUID,
    cause: UnlinkCause,
    actor: str,
    now: datetime,
) -> bool:
    """A change is done and the link is gone; its digest goes into the history, and those who proved it are strangers to it. False when it was another's change."""
    ended = await connection.execute(
        text(
            f"""WITH gone AS (DELETE FROM identities WHERE change_id = :change_id RETURNING *),
                     strangers AS (DELETE FROM known_requesters k USING gone
                       WHERE (k.kind, k.index_version, k.value_index, k.member_id)
                           = (gone.kind, gone.index_version, gone.value_index, gone.member_id))
                INSERT INTO former_identities (former_id, kind, index_version, value_index, member_id, verified,
                                               linked_at, unlinked_at, cause, actor)
                SELECT change_id, kind, index_version, value_index, member_id, verified, linked_at, :now, :cause,
                       :actor
                FROM gone WHERE {_AT}"""  # noqa: S608
        ),
        {**_named(place), "change_id": change_id, "cause": cause, "actor": actor, "now": now},
    )
    return ended.rowcount == 1


async def prove(
    connection: AsyncConnection,
    places: Sequence[Place],
    member_id: UUID,
    source: IdentitySource,
    now: datetime,
) -> None:
    """A link was proven once more, or for the first time, wherever it lies; the source is of that first time.

    What staff vouched for is proven for the first time by whatever follows.
    """
    await connection.execute(
        text(
            f"""UPDATE identities SET source = CASE WHEN verified AND source <> :staff THEN source
                                               ELSE CAST(:source AS smallint) END,
                                      verified = true, verified_at = :now
                WHERE {_ANY} AND member_id = :member_id"""  # noqa: S608
        ),
        {
            **_all_named(places),
            "member_id": member_id,
            "source": source,
            "staff": IdentitySource.STAFF,
            "now": now,
        },
    )


async def changing(connection: AsyncConnection, before: UUID, limit: int) -> Sequence[Row]:
    """Links whose change began before some id was made, and did not end."""
    rows = await connection.execute(
        text(
            f"SELECT {_COLUMNS} FROM identities WHERE change_id < :before ORDER BY change_id LIMIT :limit"  # noqa: S608
        ),
        {"before": before, "limit": limit},
    )
    return [_row(row._mapping) for row in rows]


def _named(place: Place) -> dict[str, object]:
    return {"kind": place.kind, "version": place.version, "digest": place.digest}


def _all_named(places: Sequence[Place]) -> dict[str, object]:
    kinds, versions, digests = zip(*places, strict=True)
    return {"kinds": list(kinds), "versions": list(versions), "digests": list(digests)}


def _row(row: Any) -> Row:
    return Row(
        Place(row["kind"], row["index_version"], row["value_index"]),
        row["member_id"],
        row["verified"],
        row["verified_at"] or (row["linked_at"] if row["verified"] else None),
        row["linked_at"],
        IdentitySource(row["source"]),
        row["change_id"],
    )
