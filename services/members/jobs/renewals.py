"""Renewals: members' data keys are made anew and their blobs sealed again, while members change them too.

The order is that of a change of a profile: the new key is committed, the blob replaced if it is still the one that
was seen, the old key destroyed. A crash in between leaves a key too many, which the sweep of orphans clears away.
Blobs are sealed by the suite that the installation writes now, whatever they were sealed by.
"""

from itertools import groupby
from uuid import UUID

from services.kit import clock
from services.kit.database import RawConnection
from services.members.rules.blobs import BlobKind, Unreadable, blob_header
from services.members.rules.keyrings import DataKey, KeyRing
from services.members.rules.rotations import Cursor, Rotation
from services.members.storage import renewals
from services.members.storage.databases import Databases
from services.members.storage.renewals import NewBlob, Owner, Sealed

BATCH = 200


async def renew(
    databases: Databases, ring: KeyRing, connection: RawConnection, rotation: Rotation
) -> tuple[Cursor | None, int]:
    """Renew the data keys after the rotation's cursor: where that ended (None at the end), how many were renewed.

    What does not open, or was changed in the same moment, is left: the proof will find it.
    """
    member_id, kind, _ = rotation.cursor
    end, owners = await renewals.following(connection, member_id, kind, rotation.started_at, BATCH)
    if end is None:
        return None, 0
    seen = [
        sealed
        for kind, of_kind in groupby(sorted(owners, key=lambda owner: owner[1]), key=lambda owner: owner[1])
        for sealed in await renewals.sealed(databases.members_pool, kind, [owner[0] for owner in of_kind])
    ]
    renewed = await _reseal(databases, ring, connection, await _opened(databases, ring, seen))
    return Cursor(*end), renewed


async def _opened(
    databases: Databases, ring: KeyRing, seen: list[Sealed]
) -> dict[Owner, tuple[Sealed, bytes, int]]:
    """Blobs with their content and its schema; those that do not open are absent."""
    wrapped = await renewals.wrapped(databases.keys_pool, [(one.member_id, one.kind) for one in seen])
    opened = {}
    for one in seen:
        try:
            schema, dek_gen = blob_header(one.blob)
            key = wrapped.get((one.member_id, one.kind, dek_gen))
            if key is None:
                continue
            where = ring.where(one.member_id, one.kind)
            content = ring.open(one.blob, key, where)
        except Unreadable:
            continue
        opened[one.member_id, one.kind] = one, content, schema
    return opened


async def _reseal(
    databases: Databases,
    ring: KeyRing,
    connection: RawConnection,
    opened: dict[Owner, tuple[Sealed, bytes, int]],
) -> int:
    if not opened:
        return 0
    new: dict[Owner, DataKey] = {owner: ring.generate(ring.where(*owner)) for owner in opened}
    async with connection.transaction():
        gens = await renewals.add(connection, {owner: key.wrapped for owner, key in new.items()}, clock.now())
    blobs: dict[BlobKind, list[NewBlob]] = {}
    for owner, dek_gen in sorted(gens.items()):
        seen, content, schema = opened[owner]
        blob = ring.seal(content, new[owner].dek, ring.where(*owner), schema=schema, dek_gen=dek_gen)
        blobs.setdefault(owner[1], []).append(NewBlob(seen, dek_gen, blob))
    replaced: set[tuple[UUID, BlobKind]] = set()
    for kind, of_kind in blobs.items():
        async with databases.members_pool.acquire() as members, members.transaction():
            replaced |= {(member_id, kind) for member_id in await renewals.replace(members, kind, of_kind)}
    async with connection.transaction():
        await renewals.drop_older(connection, {owner: gens[owner] for owner in gens if owner in replaced})
        await renewals.drop(connection, {owner: gens[owner] for owner in gens if owner not in replaced})
    return len(replaced)
