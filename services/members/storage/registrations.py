"""Registrations: what a new member claims in the keys' database, and the member that follows in the other."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from struct import Struct
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import copying
from services.members.rules.blobs import BlobKind
from services.members.rules.identities import NORM_VERSION
from services.members.rules.keyrings import BlindIndex, Place
from services.members.rules.registrations import Claim, NewIdentity
from services.members.storage.databases import Databases, raw

FIRST_GENERATION = 1


class NewClaim(NamedTuple):
    """A member id about to be claimed, with its key."""

    key: BlindIndex
    body: BlindIndex
    member_id: UUID
    wrapped: bytes


class NewLinks(NamedTuple):
    """Identities about to be linked to a member."""

    member_id: UUID
    identities: tuple[NewIdentity, ...]


# What is asked for travels as one value, its entries side by side: of an array the driver encodes each element by
# itself, which took longer than all the rest of asking.
_CLAIMS = """SELECT r.index_version, r.key_digest, r.member_id, r.body_digest, k.wrapped
             FROM (SELECT (get_byte($1, at) << 8 | get_byte($1, at + 1))::smallint, substring($1 FROM at + 3 FOR 16)
                   FROM generate_series(0, octet_length($1::bytea) - 1, 18) AS at) AS asked (version, digest)
             JOIN registrations r ON r.index_version = asked.version AND r.key_digest = asked.digest
             LEFT JOIN keys k ON k.member_id = r.member_id AND k.kind = $2 AND k.dek_gen = $3"""
_HOLDERS = """SELECT i.kind, i.index_version, i.value_index, i.member_id
              FROM (SELECT (get_byte($1, at) << 8 | get_byte($1, at + 1))::smallint,
                           (get_byte($1, at + 2) << 8 | get_byte($1, at + 3))::smallint,
                           substring($1 FROM at + 5 FOR 16)
                    FROM generate_series(0, octet_length($1::bytea) - 1, 20) AS at) AS asked (kind, version, digest)
              JOIN identities i ON i.kind = asked.kind AND i.index_version = asked.version
                AND i.value_index = asked.digest"""
_ASKED_CLAIM = Struct("!h16s").pack
_ASKED_PLACE = Struct("!hh16s").pack

_CLAIM_COLUMNS = ("index_version", "key_digest", "body_digest", "member_id", "claimed_at")
_CLAIM = Struct("!h" + "ih" + "i16s" * 3 + "iq").pack
_LINK_COLUMNS = ("kind", "index_version", "value_index", "member_id", "norm_version", "verified", "linked_at")
_LINK = Struct("!h" + "ih" * 2 + "i16s" * 2 + "ih" + "i?" + "iq").pack
_KEY_COLUMNS = ("member_id", "kind", "dek_gen", "wrapped")
_KEY = Struct("!h" + "i16s" + "ih" + "ii" + "i68s").pack


async def claims(databases: Databases, keys: Iterable[BlindIndex]) -> dict[BlindIndex, Claim]:
    """What is already claimed under some idempotency keys."""
    asked = b"".join([_ASKED_CLAIM(version, digest) for version, digest in keys])
    rows = await databases.keys_pool.fetch(_CLAIMS, asked, BlobKind.ORDINARY, FIRST_GENERATION)
    return {BlindIndex(row[0], row[1]): Claim(row[2], row[3], row[4]) for row in rows}


async def holders(databases: Databases, places: Iterable[Place]) -> dict[Place, UUID]:
    """Which members the identities at many places are linked to; free places are absent."""
    asked = b"".join([_ASKED_PLACE(kind, version, digest) for kind, version, digest in places])
    rows = await databases.keys_pool.fetch(_HOLDERS, asked)
    return {Place(row[0], row[1], row[2]): row[3] for row in rows}


async def claim(connection: AsyncConnection, new: Sequence[NewClaim], now: datetime) -> bool:
    """Claim member ids; False when another got one of the idempotency keys first, and the transaction is void."""
    at = copying.micros(now)
    rows = [
        _CLAIM(5, 2, version, 16, key, 16, body.digest, 16, member_id.bytes, 8, at)
        for (version, key), body, member_id, _ in new
    ]
    return await _copied(connection, "registrations", _CLAIM_COLUMNS, rows)


async def link(connection: AsyncConnection, new: Iterable[NewLinks], now: datetime) -> bool:
    """Link identities; False when one of them belongs to another member already, and the transaction is void."""
    at = copying.micros(now)
    rows = []
    for member_id, identities in new:
        member = member_id.bytes
        rows += [
            _LINK(7, 2, kind, 2, version, 16, digest, 16, member, 2, NORM_VERSION, 1, verified, 8, at)
            for _, verified, places in identities
            for kind, version, digest in places
        ]
    return await _copied(connection, "identities", _LINK_COLUMNS, rows)


async def add_keys(connection: AsyncConnection, new: Iterable[NewClaim]) -> None:
    """Keep the first key of each member id that was claimed."""
    rows = [
        _KEY(4, 16, claim.member_id.bytes, 2, BlobKind.ORDINARY, 4, FIRST_GENERATION, 68, claim.wrapped)
        for claim in new
    ]
    await _copied(connection, "keys", _KEY_COLUMNS, rows)


async def _copied(connection: AsyncConnection, table: str, columns: Sequence[str], rows: list[bytes]) -> bool:
    """Append packed rows; False where one of them is there already, and the transaction is void."""
    # In one order, so that two batches wait for each other: columns of equal length sort by bytes as by value.
    rows.sort()
    try:
        await copying.copy(await raw(connection), table, columns, b"".join(rows))
    except asyncpg.UniqueViolationError:
        return False
    return True


async def unsettled(connection: AsyncConnection, before: datetime, limit: int) -> list[UUID]:
    """Member ids claimed before an instant, of which nobody looked yet whether the member exists."""
    rows = await connection.scalars(
        text(
            "SELECT member_id FROM registrations WHERE NOT settled AND claimed_at < :before "
            "ORDER BY claimed_at LIMIT :limit"
        ),
        {"before": before, "limit": limit},
    )
    return list(rows)


async def settle(connection: AsyncConnection, member_ids: Sequence[UUID]) -> None:
    """Note that these members exist."""
    await connection.execute(
        text(
            "UPDATE registrations SET settled = true "
            "WHERE NOT settled AND member_id = ANY(CAST(:members AS uuid[]))"
        ),
        {"members": member_ids},
    )


async def release(connection: AsyncConnection, member_ids: Sequence[UUID]) -> None:
    """Destroy all that was claimed for member ids that were given up."""
    for table in ("identities", "keys", "registrations"):
        await connection.execute(
            text(f"DELETE FROM {table} WHERE member_id = ANY(CAST(:members AS uuid[]))"),  # noqa: S608
            {"members": member_ids},
        )
