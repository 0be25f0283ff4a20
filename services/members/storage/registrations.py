"""Registrations: what a new member claims in the keys' database, and the member that follows in the other."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.blobs import BlobKind
from services.members.rules.identities import NORM_VERSION
from services.members.rules.keyrings import BlindIndex, Place
from services.members.rules.registrations import Claim
from services.members.storage.databases import Databases

FIRST_GENERATION = 1


class NewClaim(NamedTuple):
    """A member id about to be claimed, with its key."""

    key: BlindIndex
    body: BlindIndex
    member_id: UUID
    wrapped: bytes


class NewLink(NamedTuple):
    """An identity about to be linked to a member."""

    place: Place
    member_id: UUID
    verified: bool


_BEGUN = text("SELECT 1")
_CLAIMS = """SELECT r.index_version, r.key_digest, r.member_id, r.body_digest, k.wrapped
             FROM unnest($1::smallint[], $2::bytea[]) AS asked (version, digest)
             JOIN registrations r ON r.index_version = asked.version AND r.key_digest = asked.digest
             LEFT JOIN keys k ON k.member_id = r.member_id AND k.kind = $3 AND k.dek_gen = $4"""


async def claims(databases: Databases, keys: Sequence[BlindIndex]) -> dict[BlindIndex, Claim]:
    """What is already claimed under some idempotency keys."""
    rows = await databases.keys_pool.fetch(
        _CLAIMS,
        [key.version for key in keys],
        [key.digest for key in keys],
        BlobKind.ORDINARY,
        FIRST_GENERATION,
    )
    return {BlindIndex(row[0], row[1]): Claim(row[2], row[3], row[4]) for row in rows}


async def claim(connection: AsyncConnection, new: Sequence[NewClaim], now: datetime) -> bool:
    """Claim member ids; False when another got one of the idempotency keys first, and the transaction is void."""
    # Sorted, so that two batches wait for each other in the same order.
    claimed = [
        (*claim.key, claim.body.digest, claim.member_id, now)
        for claim in sorted(new, key=lambda claim: claim.key)
    ]
    columns = ("index_version", "key_digest", "body_digest", "member_id", "claimed_at")
    return await _copy(connection, "registrations", columns, claimed)


async def link(connection: AsyncConnection, new: Sequence[NewLink], now: datetime) -> bool:
    """Link identities; False when one of them belongs to another member already, and the transaction is void."""
    linked = [
        (*link.place, link.member_id, NORM_VERSION, link.verified, now)
        for link in sorted(new, key=lambda link: link.place)
    ]
    columns = ("kind", "index_version", "value_index", "member_id", "norm_version", "verified", "linked_at")
    return await _copy(connection, "identities", columns, linked)


async def add_keys(connection: AsyncConnection, new: Sequence[NewClaim]) -> None:
    """Keep the first key of each member id that was claimed."""
    kept = [(claim.member_id, BlobKind.ORDINARY, FIRST_GENERATION, claim.wrapped) for claim in new]
    await _copy(connection, "keys", ("member_id", "kind", "dek_gen", "wrapped"), kept)


async def _copy(
    connection: AsyncConnection,
    table: str,
    columns: Sequence[str],
    records: Sequence[tuple[object, ...]],
) -> bool:
    """Append rows by COPY, which takes a third of the time of arrays; False where one of them is there already."""
    # SQLAlchemy begins a transaction with the first statement that goes by it.
    await connection.execute(_BEGUN)
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    assert driver.is_in_transaction()
    try:
        await driver.copy_records_to_table(table, columns=list(columns), records=records)
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
