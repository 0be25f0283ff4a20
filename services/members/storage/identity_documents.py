"""Identity documents at rest: a blob in one database, and its own key in the other."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules import identity_documents as rules
from services.members.rules.blobs import BlobKind, Unreadable, blob_header
from services.members.rules.identity_documents import IdentityDocument, IdentityDocumentKind, OnFile
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import MemberStatus
from services.members.storage.databases import Databases

KIND = BlobKind.IDENTITY_DOCUMENTS
_READS = 3
_KEYS = "SELECT dek_gen, wrapped FROM keys WHERE member_id = $1 AND kind = $2"
_CHANGEABLE = [MemberStatus.ACTIVE, MemberStatus.FROZEN]


async def holder(databases: Databases, survivor: UUID, known_as: Sequence[UUID]) -> UUID | None:
    """Under which of a member's ids the document lies that counts: the survivor's own before an earlier one's."""
    holder: UUID | None = await databases.members_pool.fetchval(
        "SELECT member_id FROM identity_documents WHERE member_id = ANY($2) "
        "ORDER BY member_id = $1 DESC, set_at DESC LIMIT 1",
        survivor,
        known_as,
    )
    return holder


async def on_file(databases: Databases, member_id: UUID) -> OnFile | None:
    """Which document a member has on file; neither blob nor key is touched."""
    row = await databases.members_pool.fetchrow(
        "SELECT kind, set_at, revision FROM identity_documents WHERE member_id = $1", member_id
    )
    return None if row is None else OnFile(IdentityDocumentKind(row[0]), row[1], row[2])


async def read(databases: Databases, ring: KeyRing, member_id: UUID) -> IdentityDocument | None:
    """A member's document, decrypted; None when there is none. Raises ``Unreadable``.

    A replacement that ends between the two queries takes the old key along: then it is read again.
    """
    where = ring.where(member_id, KIND)
    for _ in range(_READS):
        blob, rows = await asyncio.gather(
            databases.members_pool.fetchval(
                "SELECT blob FROM identity_documents WHERE member_id = $1", member_id
            ),
            databases.keys_pool.fetch(_KEYS, member_id, KIND),
        )
        if blob is None:
            return None
        schema, dek_gen = blob_header(blob)
        if (wrapped := dict(tuple(row) for row in rows).get(dek_gen)) is not None:
            return rules.decode(schema, ring.open(blob, wrapped, where))
    raise Unreadable


async def replace(
    connection: AsyncConnection,
    member_id: UUID,
    kind: IdentityDocumentKind,
    blob: bytes,
    *,
    dek_gen: int,
    seen_revision: int,
    now: datetime,
) -> int | None:
    """Put a document in the place of the one that was seen (revision 0: of none); its revision, or None after a race.

    None too when the member is closing, closed or erased: its row is locked, so that an erasure comes before or after.
    """
    revision: int | None = await connection.scalar(
        text(
            """INSERT INTO identity_documents AS d (member_id, kind, blob, dek_gen, revision, set_at)
               SELECT m.member_id, :kind, :blob, :dek_gen, 1, :now FROM members AS m
               WHERE m.member_id = :member_id AND m.status = ANY(:changeable)
                 AND (:seen = 0 OR EXISTS (SELECT FROM identity_documents WHERE member_id = :member_id))
               FOR SHARE OF m
               ON CONFLICT (member_id) DO UPDATE
                 SET kind = excluded.kind, blob = excluded.blob, dek_gen = excluded.dek_gen,
                     revision = d.revision + 1, set_at = excluded.set_at
                 WHERE d.revision = :seen
               RETURNING revision"""
        ),
        {
            "member_id": member_id,
            "kind": kind,
            "blob": blob,
            "dek_gen": dek_gen,
            "seen": seen_revision,
            "changeable": _CHANGEABLE,
            "now": now,
        },
    )
    return revision


async def remove(connection: AsyncConnection, member_id: UUID) -> int | None:
    """Delete a member's document; which generation of key it named, or None when there was none."""
    dek_gen: int | None = await connection.scalar(
        text("DELETE FROM identity_documents WHERE member_id = :member_id RETURNING dek_gen"),
        {"member_id": member_id},
    )
    return dek_gen


async def generations(connection: AsyncConnection, member_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Which generation of key each member's document names; members without a document are absent."""
    rows = await connection.execute(
        text(
            "SELECT member_id, dek_gen FROM identity_documents WHERE member_id = ANY(CAST(:members AS uuid[]))"
        ),
        {"members": member_ids},
    )
    return {row[0]: row[1] for row in rows}
