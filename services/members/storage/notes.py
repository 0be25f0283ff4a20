"""Notes at rest: sealed, in one database, under a key of the member's own in the other."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.blobs import BlobKind
from services.members.rules.keyrings import BlindIndex
from services.members.storage.databases import Databases

GENERATION = 1
"""Notes are never rewritten, so their key is never renewed."""


class SealedNote(NamedTuple):
    """A note as it rests."""

    note_id: UUID
    blob: bytes


class KnownNote(NamedTuple):
    """A note that an idempotency key stands for."""

    note_id: UUID
    body_digest: bytes
    blob: bytes


_KEY = "SELECT wrapped FROM keys WHERE member_id = $1 AND kind = $2 AND dek_gen = $3"
_KNOWN = """SELECT note_id, body_digest, blob FROM notes
            WHERE member_id = $1 AND index_version = $2 AND key_digest = $3"""
_NEWEST = """SELECT note_id, blob FROM notes
             WHERE member_id = $1 AND ($2::uuid IS NULL OR note_id < $2) ORDER BY note_id DESC LIMIT $3"""


async def key(databases: Databases, member_id: UUID) -> bytes | None:
    """The wrapped key of a member's notes."""
    wrapped: bytes | None = await databases.keys_pool.fetchval(_KEY, member_id, BlobKind.NOTES, GENERATION)
    return wrapped


async def add_key(connection: AsyncConnection, member_id: UUID, wrapped: bytes) -> None:
    """Keep a key for a member's notes, unless there is one. An id without keys is nobody's any more."""
    await connection.execute(
        text(
            """INSERT INTO keys (member_id, kind, dek_gen, wrapped)
               SELECT :member_id, :kind, :generation, :wrapped
               WHERE EXISTS (SELECT FROM keys WHERE member_id = :member_id AND kind = :ordinary)
               ON CONFLICT DO NOTHING"""
        ),
        {
            "member_id": member_id,
            "kind": BlobKind.NOTES,
            "generation": GENERATION,
            "wrapped": wrapped,
            "ordinary": BlobKind.ORDINARY,
        },
    )


async def add(
    connection: AsyncConnection, member_id: UUID, note: SealedNote, once: BlindIndex, body: BlindIndex
) -> bool:
    """Append a note; False when its idempotency key came before."""
    added = await connection.execute(
        text(
            """INSERT INTO notes (member_id, note_id, index_version, key_digest, body_digest, blob)
               VALUES (:member_id, :note_id, :version, :digest, :body, :blob) ON CONFLICT DO NOTHING"""
        ),
        {"member_id": member_id, **note._asdict(), **once._asdict(), "body": body.digest},
    )
    return added.rowcount == 1


async def known(databases: Databases, member_id: UUID, once: BlindIndex) -> KnownNote | None:
    """The note that an idempotency key stands for."""
    row = await databases.members_pool.fetchrow(_KNOWN, member_id, once.version, once.digest)
    return None if row is None else KnownNote(*row)


async def newest(databases: Databases, member_id: UUID, after: UUID | None, count: int) -> list[SealedNote]:
    """A member's notes, newest first, after one that is known."""
    return [SealedNote(*row) for row in await databases.members_pool.fetch(_NEWEST, member_id, after, count)]


async def exists(databases: Databases, member_id: UUID, note_id: UUID) -> bool:
    """Whether a member has this note."""
    found = await databases.members_pool.fetchval(
        "SELECT 1 FROM notes WHERE member_id = $1 AND note_id = $2", member_id, note_id
    )
    return found is not None
