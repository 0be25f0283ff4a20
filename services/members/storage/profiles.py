"""Profiles at rest: sealed blobs in one database, their keys in the other."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules import profiles
from services.members.rules.blobs import BlobKind, Unreadable, blob_header
from services.members.rules.keyrings import BlindIndex, KeyRing
from services.members.rules.members import Member, MemberStatus
from services.members.storage.databases import Databases

_READS = 3
_ROWS = """SELECT member_id, status, revision, joined_at, merged_into, blob FROM members
           WHERE member_id = ANY($1) AND status > 0"""
_KEYS = "SELECT member_id, dek_gen, wrapped FROM keys WHERE member_id = ANY($1) AND kind = $2"

_tuple = tuple.__new__
_STATUSES = {int(status): status for status in MemberStatus}

Found = dict[UUID, Member | Unreadable]
Rows = list[asyncpg.Record]


class KeyMissing(Unreadable):
    """The key that a blob names was not there when its blob was read."""

    code = Unreadable.code


async def read(databases: Databases, ring: KeyRing, member_ids: Collection[UUID]) -> Found:
    """Members by id, decrypted; unknown ids are absent, records that do not open are ``Unreadable``.

    One query to each database, whatever the number. A rewrite that ends between the two takes the old key
    along: what misses its key is read again.
    """
    found: Found = {}
    wanted = set(member_ids)
    for _ in range(_READS):
        rows, keys = await rows_and_keys(databases, wanted)
        wrapped = {(member_id, dek_gen): key for member_id, dek_gen, key in keys}
        wanted = _open(ring, rows, wrapped, found)
        if not wanted:
            break
    return found


async def rows_and_keys(databases: Databases, member_ids: Collection[UUID]) -> tuple[Rows, Rows]:
    """What both databases hold of some members, asked side by side; either's failure ends the other."""
    # One task beside this one: gather makes two, which is a tenth of what a single look-up costs.
    rows = asyncio.create_task(databases.members_pool.fetch(_ROWS, member_ids))
    try:
        keys = await databases.keys_pool.fetch(_KEYS, member_ids, BlobKind.ORDINARY)
        return await rows, keys
    finally:
        if not rows.done():
            rows.cancel()
            await asyncio.wait([rows])
        # Asked for, so that nobody is told of it a second time when it is thrown away.
        _ = rows.cancelled() or rows.exception()


async def read_surviving(databases: Databases, ring: KeyRing, member_ids: Collection[UUID]) -> Found:
    """The same, but a member that was merged into another is answered with the survivor."""
    found = await read(databases, ring, member_ids)
    merged = {
        asked: member.merged_into
        for asked, member in found.items()
        if isinstance(member, Member) and member.merged_into
    }
    if merged:
        survivors = await read(databases, ring, merged.values())
        found |= {asked: survivors[survivor] for asked, survivor in merged.items() if survivor in survivors}
    return found


def _open(
    ring: KeyRing, rows: Sequence[asyncpg.Record], wrapped: Mapping[tuple[UUID, int], bytes], found: Found
) -> set[UUID]:
    """Put the members of these rows into ``found``; the ids of those whose key was not there.

    One plain loop: of what a batch costs, more than the half is spent here.
    """
    missing = set()
    where, open_blob, decode = ring.where, ring.open, profiles.decode
    for member_id, status, revision, joined_at, merged_into, blob in rows:
        profile = None
        try:
            if blob is not None:
                schema, dek_gen = blob_header(blob)
                key = wrapped.get((member_id, dek_gen))
                if key is None:
                    missing.add(member_id)
                    raise KeyMissing
                profile = decode(schema, open_blob(blob, key, where(member_id)))
        except Unreadable as unreadable:
            found[member_id] = unreadable
        else:
            found[member_id] = _tuple(
                Member, (member_id, _STATUSES[status], joined_at, revision, merged_into, profile)
            )
    return missing


async def replace(
    connection: AsyncConnection, member_id: UUID, blob: bytes, *, dek_gen: int, seen_revision: int
) -> bool:
    """Put a newer blob in the place of the one that was seen; False when another change came first."""
    replaced = await connection.execute(
        text(
            "UPDATE members SET blob = :blob, dek_gen = :dek_gen, revision = revision + 1 "
            "WHERE member_id = :member_id AND revision = :seen AND blob IS NOT NULL"
        ),
        {"blob": blob, "dek_gen": dek_gen, "member_id": member_id, "seen": seen_revision},
    )
    return replaced.rowcount == 1


async def known_update(databases: Databases, member_id: UUID, key: BlindIndex) -> bytes | None:
    """The body digest of the change that a member's idempotency key stands for."""
    body: bytes | None = await databases.members_pool.fetchval(
        "SELECT body_digest FROM profile_updates "
        "WHERE member_id = $1 AND index_version = $2 AND key_digest = $3",
        member_id,
        key.version,
        key.digest,
    )
    return body


async def remember_update(
    connection: AsyncConnection,
    member_id: UUID,
    key: BlindIndex,
    body: BlindIndex,
    revision: int,
    now: datetime,
) -> None:
    """Keep what an idempotency key stands for."""
    await connection.execute(
        text(
            "INSERT INTO profile_updates (member_id, index_version, key_digest, body_digest, revision, updated_at)"
            " VALUES (:member_id, :version, :digest, :body, :revision, :now)"
        ),
        {"member_id": member_id, **key._asdict(), "body": body.digest, "revision": revision, "now": now},
    )
