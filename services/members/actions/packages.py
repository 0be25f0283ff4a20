"""Packages: a key is kept first, then what it seals; what expires loses its key first, then the rest."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.kit.database import Connection
from services.members import events
from services.members.rules import packages as rules
from services.members.rules.blobs import BlobKind
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import MemberErased, new_member_id
from services.members.storage import packages
from services.members.storage.packages import Sealed, Waiting


async def request(connection: Connection, member_id: UUID, now: datetime) -> None:
    """Ask for a package; while one is being gathered, that one is the answer."""
    await packages.request(connection, member_id, new_member_id(now), now)


async def seal_under_new_key(
    connection: Connection, ring: KeyRing, member_id: UUID, content: bytes
) -> Sealed:
    """Keep a new key for a package, in the keys' database; the package sealed under it. Raises ``MemberErased``."""
    where = ring.where(member_id, BlobKind.PACKAGE)
    key = ring.generate(where)
    dek_gen = await packages.add_key(connection, member_id, key.wrapped)
    if dek_gen is None:
        raise MemberErased
    return Sealed(ring.seal(content, key.dek, where, schema=rules.SCHEMA, dek_gen=dek_gen), dek_gen)


async def finish(
    connection: Connection, waiting: Waiting, sealed: Sealed, size_bytes: int, now: datetime
) -> bool:
    """Let a package be fetched, and tell of it; False when another process was first."""
    done = await packages.put(connection, waiting, sealed, size_bytes, now, now + rules.KEPT_FOR)
    if done:
        await events.package_ready(connection, waiting.member_id, waiting.package_id, now)
    return done


async def destroy(connection: Connection, gone: Sequence[tuple[UUID, UUID, int]]) -> None:
    """Throw away what packages hold whose keys were destroyed."""
    await packages.destroy(connection, [one[0] for one in gone], [one[1] for one in gone])
