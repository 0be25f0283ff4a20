"""Notes: sealed under a key that the first of them gets, then appended."""

from uuid import UUID

from services.kit.database import Connection
from services.members.rules.blobs import BlobKind
from services.members.rules.keyrings import BlindIndex, KeyRing
from services.members.rules.notes import SCHEMA, Note, encode
from services.members.storage import notes
from services.members.storage.notes import SealedNote


async def provide_key(connection: Connection, ring: KeyRing, member_id: UUID, dek_gen: int) -> None:
    """See that a member has a key for notes, in the keys' database."""
    wrapped = ring.generate(ring.where(member_id, BlobKind.NOTES)).wrapped
    await notes.add_key(connection, member_id, dek_gen, wrapped)


async def add(
    connection: Connection,
    ring: KeyRing,
    key: tuple[int, bytes],
    member_id: UUID,
    note: Note,
    once: tuple[BlindIndex, BlindIndex],
) -> bool:
    """Append a note under a generation of key, in the members' database.

    False when its idempotency key came before, or when the notes are under another generation by now.
    """
    dek_gen, wrapped = key
    where = ring.where(member_id, BlobKind.NOTES)
    blob = ring.seal(encode(note), ring.unwrap(wrapped, where), where, schema=SCHEMA, dek_gen=dek_gen)
    return await notes.add(connection, member_id, SealedNote(note.note_id, blob), dek_gen, *once)
