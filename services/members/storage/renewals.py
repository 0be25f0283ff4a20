"""Renewals at rest: blobs pass from the data keys that they are sealed under to new ones, many at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.kit.database import Pool, RawConnection
from services.members.rules.blobs import BlobKind

Owner = tuple[UUID, BlobKind]
"""A member's blob of a kind: what has a data key of its own."""


class Sealed(NamedTuple):
    """A blob as it was seen, and the wrapped key that it names."""

    member_id: UUID
    kind: BlobKind
    revision: int
    blob: bytes


class NewBlob(NamedTuple):
    """The same content under a new key."""

    seen: Sealed
    dek_gen: int
    blob: bytes


class BlobTable(NamedTuple):
    """Where the blobs of a kind lie in the members' database; a renewal counts as a change of ``revision``.

    Notes and packages, of which a member has many, are not among them: their own storage seals them anew.
    """

    name: str
    blob: str
    dek_gen: str
    revision: str


BLOBS: Mapping[BlobKind, BlobTable] = {
    BlobKind.ORDINARY: BlobTable("members", "blob", "dek_gen", "revision"),
    BlobKind.IDENTITY_DOCUMENTS: BlobTable("identity_documents", "blob", "dek_gen", "revision"),
}

_NEXT = """SELECT member_id, kind, made_at < $3 AS is_older FROM keys
           WHERE (member_id, kind) > ($1, $2) ORDER BY member_id, kind, dek_gen LIMIT $4"""
_LEFT = "SELECT {} FROM keys WHERE made_at < {}"
_WRAPPED = """SELECT k.member_id, k.kind, k.dek_gen, k.wrapped
              FROM unnest($1::uuid[], $2::smallint[]) AS asked (member_id, kind)
              JOIN keys k ON k.member_id = asked.member_id AND k.kind = asked.kind"""
_RETIRE = """UPDATE keys AS k SET retiring_since = $3
             FROM unnest($1::uuid[], $2::smallint[]) AS asked (member_id, kind)
             WHERE k.member_id = asked.member_id AND k.kind = asked.kind AND k.retiring_since IS NULL"""
_ADD = """INSERT INTO keys (member_id, kind, dek_gen, wrapped)
          SELECT new.member_id, new.kind, newest.dek_gen + 1, new.wrapped
          FROM unnest($1::uuid[], $2::smallint[], $3::bytea[]) AS new (member_id, kind, wrapped)
          JOIN LATERAL (SELECT max(dek_gen) AS dek_gen FROM keys k
                        WHERE k.member_id = new.member_id AND k.kind = new.kind) AS newest
            ON newest.dek_gen IS NOT NULL
          ON CONFLICT DO NOTHING RETURNING member_id, kind, dek_gen"""
_DROP = """DELETE FROM keys AS k USING unnest($1::uuid[], $2::smallint[], $3::int[]) AS gone (member_id, kind, dek_gen)
           WHERE k.member_id = gone.member_id AND k.kind = gone.kind AND k.dek_gen {} gone.dek_gen"""


async def following(
    connection: RawConnection, member_id: UUID, kind: int, before: datetime, limit: int
) -> tuple[Owner | None, list[Owner]]:
    """Up to where the next so many keys go, None at the end, and whose were made before an instant.

    Older generations come first, so an owner of whom the limit leaves some out is judged by the right ones.
    """
    rows = await connection.fetch(_NEXT, member_id, kind, before, limit)
    owners = [(row["member_id"], BlobKind(row["kind"])) for row in rows]
    older = {owner for owner, row in zip(owners, rows, strict=True) if row["is_older"]}
    return (owners[-1] if owners else None), sorted(older)


async def left(connection: RawConnection, before: datetime) -> tuple[int, list[UUID], str]:
    """How many data keys were made before an instant, the first of their members, and the query that says so."""
    count: int = await connection.fetchval(_LEFT.format("count(*)", "$1"), before, timeout=600)
    members = await connection.fetch(_LEFT.format("member_id", "$1") + " LIMIT 10", before) if count else []
    query = _LEFT.format("count(*)", f"'{before.isoformat()}'::timestamptz")
    return count, [row["member_id"] for row in members], query


async def sealed(pool: Pool, kind: BlobKind, member_ids: Sequence[UUID]) -> list[Sealed]:
    """The blobs of a kind that these members have."""
    table = BLOBS[kind]
    rows = await pool.fetch(
        f"SELECT member_id, {table.revision} AS revision, {table.blob} AS blob FROM {table.name} "  # noqa: S608
        f"WHERE member_id = ANY($1) AND {table.blob} IS NOT NULL ORDER BY member_id",
        member_ids,
    )
    return [Sealed(row["member_id"], kind, row["revision"], row["blob"]) for row in rows]


async def wrapped(pool: Pool, owners: Sequence[Owner]) -> dict[tuple[UUID, int, int], bytes]:
    """All generations of wrapped keys that these owners have, by member, kind and generation."""
    rows = await pool.fetch(_WRAPPED, *_columns(owners))
    return {(row["member_id"], row["kind"], row["dek_gen"]): row["wrapped"] for row in rows}


async def add(connection: RawConnection, new: Mapping[Owner, bytes], now: datetime) -> dict[Owner, int]:
    """Keep new keys beside the older ones, which begin to retire; their generations. Who lost all keys is absent."""
    owners = sorted(new)
    await connection.execute(_RETIRE, *_columns(owners), now)
    rows = await connection.fetch(_ADD, *_columns(owners), [new[owner] for owner in owners])
    return {(row["member_id"], BlobKind(row["kind"])): row["dek_gen"] for row in rows}


async def replace(connection: RawConnection, kind: BlobKind, new: Sequence[NewBlob]) -> set[UUID]:
    """Put blobs in the place of those that were seen; the members of those that were still there."""
    table = BLOBS[kind]
    rows = await connection.fetch(
        f"UPDATE {table.name} AS m SET {table.blob} = new.blob, {table.dek_gen} = new.dek_gen, "  # noqa: S608
        f"{table.revision} = m.{table.revision} + 1 "
        "FROM unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::int[], $5::bytea[]) "
        "AS new (member_id, revision, seen, dek_gen, blob) "
        f"WHERE m.member_id = new.member_id AND m.{table.revision} = new.revision AND m.{table.blob} = new.seen "
        "RETURNING m.member_id",
        [one.seen.member_id for one in new],
        [one.seen.revision for one in new],
        [one.seen.blob for one in new],
        [one.dek_gen for one in new],
        [one.blob for one in new],
    )
    return {row["member_id"] for row in rows}


async def drop_older(connection: RawConnection, kept: Mapping[Owner, int]) -> None:
    """Destroy what is older than the generation that a blob names now: no blob will name it again."""
    await _drop(connection, "<", kept)


async def drop(connection: RawConnection, unused: Mapping[Owner, int]) -> None:
    """Destroy generations that no blob came to name."""
    await _drop(connection, "=", unused)


async def _drop(connection: RawConnection, which: str, gens: Mapping[Owner, int]) -> None:
    owners: list[Owner] = sorted(gens)
    query = _DROP.format(which)
    await connection.execute(query, *_columns(owners), [gens[owner] for owner in owners])


def _columns(owners: Sequence[Owner]) -> tuple[list[UUID], list[int]]:
    return [owner[0] for owner in owners], [int(owner[1]) for owner in owners]
