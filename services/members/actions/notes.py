"""Notes: sealed under a key that the first of them gets, then appended."""

from uuid import UUID

from services.kit.database import Connection
from services.members.rules.blobs import BlobKind, Unreadable, blob_header
from services.members.rules.keyrings import BlindIndex, KeyRing
from services.members.rules.notes import SCHEMA, Note, decode, encode
from services.members.storage import notes
from services.members.storage.notes import GENERATION, SealedNote


async def provide_key(connection: Connection, ring: KeyRing, member_id: UUID) -> None:
    """See that a member has a key for notes, in the keys' database."""
    wrapped = ring.generate(ring.where(member_id, BlobKind.NOTES)).wrapped
    await notes.add_key(connection, member_id, wrapped)


async def add(
    connection: Connection,
    ring: KeyRing,
    wrapped: bytes,
    member_id: UUID,
    note: Note,
    once: tuple[BlindIndex, BlindIndex],
) -> bool:
    """Append a note, in the members' database; False when its idempotency key came before."""
    where = ring.where(member_id, BlobKind.NOTES)
    blob = ring.seal(encode(note), ring.unwrap(wrapped, where), where, schema=SCHEMA, dek_gen=GENERATION)
    return await notes.add(connection, member_id, SealedNote(note.note_id, blob), *once)


def opened(ring: KeyRing, wrapped: bytes | None, member_id: UUID, sealed: SealedNote) -> Note:
    """A note in clear. Raises ``Unreadable``."""
    if wrapped is None:
        raise Unreadable
    schema, dek_gen = blob_header(sealed.blob)
    if dek_gen != GENERATION:
        raise Unreadable
    where = ring.where(member_id, BlobKind.NOTES)
    return decode(schema, sealed.note_id, ring.open(sealed.blob, wrapped, where))
