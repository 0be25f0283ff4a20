"""Packages at rest: requests in the members' database, what was gathered sealed beside them, its keys in the other."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.blobs import BlobKind
from services.members.rules.packages import Package, PackageState
from services.members.storage.databases import Databases

_COLUMNS = "package_id, state, requested_at, ready_at, expires_at, size_bytes, downloaded_at"
_OF_MEMBER = f"SELECT {_COLUMNS} FROM packages WHERE member_id = $1 ORDER BY package_id DESC LIMIT $2"  # noqa: S608
_MOST_SHOWN = 20


class Waiting(NamedTuple):
    """A package to gather."""

    member_id: UUID
    package_id: UUID


class Sealed(NamedTuple):
    """What was gathered, as it rests."""

    content: bytes
    dek_gen: int


async def of_member(databases: Databases, member_id: UUID) -> list[Package]:
    """A member's packages, newest first."""
    rows = await databases.members_pool.fetch(_OF_MEMBER, member_id, _MOST_SHOWN)
    return [_package(row) for row in rows]


async def request(connection: AsyncConnection, member_id: UUID, package_id: UUID, now: datetime) -> bool:
    """Ask for a package; False while another is being gathered."""
    asked = await connection.execute(
        text(
            "INSERT INTO packages (member_id, package_id, state, requested_at) "
            "VALUES (:member_id, :package_id, :gathering, :now) ON CONFLICT DO NOTHING"
        ),
        {
            "member_id": member_id,
            "package_id": package_id,
            "gathering": PackageState.GATHERING,
            "now": now,
        },
    )
    return asked.rowcount == 1


async def take(connection: AsyncConnection, now: datetime, tried_before: datetime) -> Waiting | None:
    """The package that waited longest and that nobody tried lately; it is then this process's to gather."""
    row = (
        await connection.execute(
            text(
                """UPDATE packages SET tried_at = :now WHERE (member_id, package_id) IN (
                     SELECT member_id, package_id FROM packages
                     WHERE state = 1 AND (tried_at IS NULL OR tried_at < :tried_before)
                     ORDER BY tried_at NULLS FIRST, requested_at LIMIT 1 FOR UPDATE SKIP LOCKED)
                   RETURNING member_id, package_id"""
            ),
            {"now": now, "tried_before": tried_before},
        )
    ).one_or_none()
    return None if row is None else Waiting(*row)


async def add_key(connection: AsyncConnection, member_id: UUID, wrapped: bytes) -> int | None:
    """Keep a new key for a member's packages, in the keys' database; its generation, None where none may be kept.

    A member without a key has no data either: nothing is made for those who were erased.
    """
    dek_gen: int | None = await connection.scalar(
        text(
            """INSERT INTO keys (member_id, kind, dek_gen, wrapped)
               SELECT :member_id, :kind, coalesce(max(dek_gen) FILTER (WHERE kind = :kind), 0) + 1, :wrapped
               FROM keys WHERE member_id = :member_id HAVING count(*) FILTER (WHERE kind = :ordinary) > 0
               ON CONFLICT DO NOTHING RETURNING dek_gen"""
        ),
        {"member_id": member_id, "kind": BlobKind.PACKAGE, "ordinary": BlobKind.ORDINARY, "wrapped": wrapped},
    )
    return dek_gen


async def key(databases: Databases, member_id: UUID, dek_gen: int) -> bytes | None:
    """The wrapped key of a package."""
    wrapped: bytes | None = await databases.keys_pool.fetchval(
        "SELECT wrapped FROM keys WHERE member_id = $1 AND kind = $2 AND dek_gen = $3",
        member_id,
        BlobKind.PACKAGE,
        dek_gen,
    )
    return wrapped


async def drop_keys(connection: AsyncConnection, member_ids: Sequence[UUID], dek_gens: Sequence[int]) -> None:
    """Destroy the keys of packages, one generation of each member."""
    await connection.execute(
        text(
            "DELETE FROM keys USING unnest(CAST(:members AS uuid[]), CAST(:gens AS int[])) AS gone (member, gen) "
            "WHERE member_id = gone.member AND kind = :kind AND dek_gen = gone.gen"
        ),
        {"members": member_ids, "gens": dek_gens, "kind": BlobKind.PACKAGE},
    )


async def live(databases: Databases, member_id: UUID) -> list[tuple[UUID, Sealed]]:
    """The packages that a member may fetch now, as they rest."""
    rows = await databases.members_pool.fetch(
        "SELECT package_id, content, dek_gen FROM packages WHERE member_id = $1 AND state = 2", member_id
    )
    return [(row[0], Sealed(row[1], row[2])) for row in rows]


async def drop_unused(databases: Databases, member_ids: Sequence[UUID], before: datetime) -> None:
    """Destroy keys made before an instant that none of these members' packages names: their gatherer was cut off."""
    rows = await databases.members_pool.fetch(
        "SELECT member_id, dek_gen FROM packages WHERE member_id = ANY($1) AND state = 2", member_ids
    )
    await databases.keys_pool.execute(
        """DELETE FROM keys AS k WHERE k.member_id = ANY($1) AND k.kind = $2 AND k.made_at < $3 AND NOT EXISTS (
             SELECT FROM unnest($4::uuid[], $5::int[]) AS live (member_id, dek_gen)
             WHERE live.member_id = k.member_id AND live.dek_gen = k.dek_gen)""",
        member_ids,
        BlobKind.PACKAGE,
        before,
        [row[0] for row in rows],
        [row[1] for row in rows],
    )


async def reseal(connection: AsyncConnection, place: Waiting, seen_dek_gen: int, sealed: Sealed) -> bool:
    """Put a package under a newer key; False when it is gone or under another one by now."""
    resealed = await connection.execute(
        text(
            "UPDATE packages SET content = :content, dek_gen = :dek_gen "
            "WHERE member_id = :member_id AND package_id = :package_id AND state = 2 AND dek_gen = :seen"
        ),
        {**place._asdict(), **sealed._asdict(), "seen": seen_dek_gen},
    )
    return resealed.rowcount == 1


async def put(
    connection: AsyncConnection,
    waiting: Waiting,
    sealed: Sealed,
    size_bytes: int,
    now: datetime,
    until: datetime,
) -> bool:
    """Let a package be ready; False when it is not waited for any more."""
    done = await connection.execute(
        text(
            "UPDATE packages SET state = 2, ready_at = :now, expires_at = :until, content = :content, "
            "dek_gen = :dek_gen, size_bytes = :size WHERE member_id = :member_id AND package_id = :package_id "
            "AND state = 1"
        ),
        {
            **waiting._asdict(),
            **sealed._asdict(),
            "size": size_bytes,
            "now": now,
            "until": until,
        },
    )
    return done.rowcount == 1


async def give_up(connection: AsyncConnection, waiting: Waiting) -> None:
    """Let a package go that can never be gathered, since its member is no more."""
    await connection.execute(
        text(
            "UPDATE packages SET state = 3 WHERE member_id = :member_id AND package_id = :package_id AND state = 1"
        ),
        waiting._asdict(),
    )


async def recall(connection: AsyncConnection, member_id: UUID, package_id: UUID, now: datetime) -> None:
    """Let nobody fetch what was gathered of a member so far; what is being gathered is begun anew, under this id."""
    # This state first: one that becomes ready meanwhile is then among the ready.
    begun = await connection.execute(
        text("UPDATE packages SET state = 3 WHERE member_id = :member_id AND state = 1"),
        {"member_id": member_id},
    )
    await connection.execute(
        text(
            "UPDATE packages SET expires_at = least(expires_at, :now), token_digest = NULL "
            "WHERE member_id = :member_id AND state = 2"
        ),
        {"member_id": member_id, "now": now},
    )
    if begun.rowcount:
        await request(connection, member_id, package_id, now)


async def issue(
    connection: AsyncConnection, waiting: Waiting, digest: bytes, until: datetime, now: datetime
) -> bool:
    """Let one download happen, in the place of any that was still allowed; False unless the package is ready."""
    issued = await connection.execute(
        text(
            "UPDATE packages SET token_digest = :digest, token_expires_at = :until "
            "WHERE member_id = :member_id AND package_id = :package_id AND state = 2 AND expires_at > :now"
        ),
        {**waiting._asdict(), "digest": digest, "until": until, "now": now},
    )
    return issued.rowcount == 1


async def use(connection: AsyncConnection, waiting: Waiting, digest: bytes, now: datetime) -> Sealed | None:
    """Use up a token; what it lets have, or None when it lets have nothing."""
    row = (
        await connection.execute(
            text(
                "UPDATE packages SET token_digest = NULL, downloaded_at = :now "
                "WHERE member_id = :member_id AND package_id = :package_id AND state = 2 AND expires_at > :now "
                "AND token_digest = :digest AND token_expires_at > :now RETURNING content, dek_gen"
            ),
            {**waiting._asdict(), "digest": digest, "now": now},
        )
    ).one_or_none()
    return None if row is None else Sealed(*row)


async def expired(connection: AsyncConnection, now: datetime, limit: int) -> list[tuple[UUID, UUID, int]]:
    """Packages whose time is over: member, package and generation of the key, which is destroyed first."""
    rows = await connection.execute(
        text(
            "SELECT member_id, package_id, dek_gen FROM packages WHERE state = 2 AND expires_at <= :now "
            "ORDER BY expires_at LIMIT :limit"
        ),
        {"now": now, "limit": limit},
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def destroy(
    connection: AsyncConnection, member_ids: Sequence[UUID], package_ids: Sequence[UUID]
) -> None:
    """Throw away what packages hold; that there was one stays known."""
    await connection.execute(
        text(
            "UPDATE packages p SET state = 3, content = NULL, token_digest = NULL "
            "FROM unnest(CAST(:members AS uuid[]), CAST(:packages AS uuid[])) AS gone (member, package) "
            "WHERE p.member_id = gone.member AND p.package_id = gone.package AND p.state = 2"
        ),
        {"members": member_ids, "packages": package_ids},
    )


def _package(row: asyncpg.Record) -> Package:
    package_id, state, *rest = row
    return Package(package_id, PackageState(state), *rest)
