"""Notes at rest: sealed, in one database, under a key of the member's own in the other."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.database import RawConnection
from services.members.rules.blobs import BlobKind, Unreadable, blob_header
from services.members.rules.keyrings import BlindIndex, KeyRing
from services.members.rules.members import MemberStatus
from services.members.rules.notes import Note, decode
from services.members.storage.databases import Databases


class SealedNote(NamedTuple):
    """A note as it rests."""

    note_id: UUID
    blob: bytes


class KnownNote(NamedTuple):
    """A note that an idempotency key stands for."""

    note: Note
    body_digest: bytes


_READS = 3
_KEYS = "SELECT dek_gen, wrapped FROM keys WHERE member_id = $1 AND kind = $2"
_GENERATION = "SELECT notes_dek_gen FROM members WHERE member_id = $1"
_KNOWN = """SELECT note_id, blob, body_digest FROM notes
            WHERE member_id = $1 AND index_version = $2 AND key_digest = $3"""
_ALL = "SELECT note_id, blob FROM notes WHERE member_id = $1 ORDER BY note_id"
_NEWEST = """SELECT note_id, blob FROM notes
             WHERE member_id = $1 AND ($2::uuid IS NULL OR note_id < $2) ORDER BY note_id DESC LIMIT $3"""


async def keys(databases: Databases, member_id: UUID) -> dict[int, bytes]:
    """The wrapped keys of a member's notes by generation: more than one while they are renewed."""
    rows = await databases.keys_pool.fetch(_KEYS, member_id, BlobKind.NOTES)
    return {row[0]: row[1] for row in rows}


async def generation(databases: Databases, member_id: UUID) -> int | None:
    """Under which generation of key a member's notes are sealed; None for strangers."""
    gen: int | None = await databases.members_pool.fetchval(_GENERATION, member_id)
    return gen


async def generations(connection: AsyncConnection, member_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The same for many members."""
    rows = await connection.execute(
        text("SELECT member_id, notes_dek_gen FROM members WHERE member_id = ANY(CAST(:members AS uuid[]))"),
        {"members": member_ids},
    )
    return {row[0]: row[1] for row in rows}


async def add_key(connection: AsyncConnection, member_id: UUID, dek_gen: int, wrapped: bytes) -> None:
    """Keep a key for a member's notes, unless there is one. An id without keys is nobody's any more."""
    await connection.execute(
        text(
            """INSERT INTO keys (member_id, kind, dek_gen, wrapped)
               SELECT :member_id, :kind, :dek_gen, :wrapped
               WHERE EXISTS (SELECT FROM keys WHERE member_id = :member_id AND kind = :ordinary)
                 AND NOT EXISTS (SELECT FROM keys WHERE member_id = :member_id AND kind = :kind)
               ON CONFLICT DO NOTHING"""
        ),
        {
            "member_id": member_id,
            "kind": BlobKind.NOTES,
            "dek_gen": dek_gen,
            "wrapped": wrapped,
            "ordinary": BlobKind.ORDINARY,
        },
    )


async def add(
    connection: AsyncConnection,
    member_id: UUID,
    note: SealedNote,
    dek_gen: int,
    once: BlindIndex,
    body: BlindIndex,
) -> bool:
    """Append a note; False when its idempotency key came before, its key is not the notes' any more, or the member was erased."""
    added = await connection.execute(
        text(
            """INSERT INTO notes (member_id, note_id, index_version, key_digest, body_digest, blob)
               SELECT :member_id, :note_id, :version, :digest, :body, :blob FROM members
               WHERE member_id = :member_id AND notes_dek_gen = :dek_gen AND status <> :erased FOR SHARE
               ON CONFLICT DO NOTHING"""
        ),
        {
            "member_id": member_id,
            **note._asdict(),
            **once._asdict(),
            "body": body.digest,
            "dek_gen": dek_gen,
            "erased": MemberStatus.ERASED,
        },
    )
    return added.rowcount == 1


async def known(databases: Databases, ring: KeyRing, member_id: UUID, once: BlindIndex) -> KnownNote | None:
    """The note that an idempotency key stands for. Raises ``Unreadable``."""
    found = await _read(databases, ring, member_id, _KNOWN, once.version, once.digest)
    return KnownNote(found[0][0], found[0][1]["body_digest"]) if found else None


async def newest(
    databases: Databases, ring: KeyRing, member_id: UUID, after: UUID | None, count: int
) -> list[Note]:
    """A member's notes, newest first, after one that is known. Raises ``Unreadable``."""
    return [note for note, _ in await _read(databases, ring, member_id, _NEWEST, after, count)]


async def _read(
    databases: Databases, ring: KeyRing, member_id: UUID, query: str, *arguments: object
) -> list[tuple[Note, asyncpg.Record]]:
    """Notes in clear beside their rows. A renewal that ends between the two queries takes the old key along: then
    both are read again."""
    for _ in range(_READS):
        rows = await databases.members_pool.fetch(query, member_id, *arguments)
        wrapped = await keys(databases, member_id) if rows else {}
        if all(blob_header(row["blob"])[1] in wrapped for row in rows):
            return [(opened(ring, wrapped, member_id, SealedNote(row[0], row[1])), row) for row in rows]
    raise Unreadable


def opened(ring: KeyRing, wrapped: Mapping[int, bytes], member_id: UUID, sealed: SealedNote) -> Note:
    """A note in clear, under one of these generations of key. Raises ``Unreadable``."""
    schema, dek_gen = blob_header(sealed.blob)
    if dek_gen not in wrapped:
        raise Unreadable
    content = ring.open(sealed.blob, wrapped[dek_gen], ring.where(member_id, BlobKind.NOTES))
    return decode(schema, sealed.note_id, content)


async def hold(connection: RawConnection, member_id: UUID) -> list[SealedNote]:
    """All notes of a member, in the open transaction; until it ends, whoever adds one waits."""
    await connection.execute("SELECT FROM members WHERE member_id = $1 FOR UPDATE", member_id)
    return [SealedNote(*row) for row in await connection.fetch(_ALL, member_id)]


async def reseal(
    connection: RawConnection,
    member_id: UUID,
    dek_gen: int,
    seen: Sequence[SealedNote],
    blobs: Sequence[bytes],
) -> bool:
    """Put all of a member's notes under a newer key; False when they are under a newer one already."""
    resealed: bool = await connection.fetchval(
        "SELECT reseal_notes($1, $2, $3, $4, $5)",
        member_id,
        dek_gen,
        [note.note_id for note in seen],
        [note.blob for note in seen],
        blobs,
    )
    return resealed


async def exists(databases: Databases, member_ids: Collection[UUID], note_id: UUID) -> bool:
    """Whether a member, known by these ids, has this note."""
    found = await databases.members_pool.fetchval(
        "SELECT 1 FROM notes WHERE member_id = ANY($1) AND note_id = $2", member_ids, note_id
    )
    return found is not None
