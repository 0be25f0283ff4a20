"""Identity documents: a new key first, then the document, then the old key's end, so that a crash loses nothing."""

from datetime import datetime
from uuid import UUID

from services.kit.database import Connection
from services.members import events
from services.members.rules import identity_documents as rules
from services.members.rules.identity_documents import IdentityDocument, OnFile
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import ProfileRaced
from services.members.storage import identity_documents as stored
from services.members.storage import keys


async def renew_key(
    connection: Connection, ring: KeyRing, member_id: UUID, document: IdentityDocument, now: datetime
) -> tuple[int, bytes]:
    """Keep a new key for the document, in the keys' database; its generation and the document sealed under it."""
    where = ring.where(member_id, stored.KIND)
    key = ring.generate(where)
    dek_gen = await keys.add(connection, member_id, key.wrapped, now, stored.KIND)
    if dek_gen is None:
        raise ProfileRaced
    return dek_gen, ring.seal(rules.encode(document), key.dek, where, schema=rules.SCHEMA, dek_gen=dek_gen)


async def put(
    connection: Connection,
    member_id: UUID,
    seen: OnFile | None,
    document: IdentityDocument,
    sealed: tuple[int, bytes],
    now: datetime,
) -> OnFile:
    """Put the sealed document on file, in the place of the one that was seen. Raises ``ProfileRaced``."""
    dek_gen, blob = sealed
    revision = await stored.replace(
        connection,
        member_id,
        document.kind,
        blob,
        dek_gen=dek_gen,
        seen_revision=seen.revision if seen else 0,
        now=now,
    )
    if revision is None:
        raise ProfileRaced
    await events.sensitive_record_set(connection, member_id, now)
    return OnFile(document.kind, now, revision)


async def remove(connection: Connection, member_id: UUID, now: datetime) -> int | None:
    """Take the document off file; the newest generation of key to destroy, or None when there was none."""
    dek_gen = await stored.remove(connection, member_id)
    if dek_gen is not None:
        await events.sensitive_record_removed(connection, member_id, now)
    return dek_gen
