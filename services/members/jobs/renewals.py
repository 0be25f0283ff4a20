"""Renewals: members' data keys are made anew and their blobs sealed again, while members change them too.

The order is that of a change of a profile: the new key is committed, the blob replaced if it is still the one that
was seen, the old key destroyed. A crash in between leaves a key too many, which the sweep of orphans clears away.
Blobs are sealed by the suite that the installation writes now, whatever they were sealed by.
"""

from collections.abc import Awaitable, Callable, Mapping
from itertools import groupby
from uuid import UUID

from services.kit import clock
from services.kit.database import RawConnection
from services.members.jobs.packages import LEFT_ALONE
from services.members.rules.blobs import BlobKind, Unreadable, blob_header
from services.members.rules.keyrings import DataKey, KeyRing
from services.members.rules.rotations import Cursor, Rotation
from services.members.storage import notes, packages, renewals
from services.members.storage.databases import Databases
from services.members.storage.packages import Sealed, Waiting
from services.members.storage.renewals import NewBlob, Owner
from services.members.storage.renewals import Sealed as SealedBlob

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
        if kind in renewals.BLOBS
        for sealed in await renewals.sealed(databases.members_pool, kind, [owner[0] for owner in of_kind])
    ]
    renewed = await _reseal(databases, ring, connection, await _opened(databases, ring, seen))
    for owner in owners:
        if (of_many := _OF_MANY.get(owner[1])) is not None:
            renewed += await of_many(databases, ring, connection, owner)
    return Cursor(*end), renewed


async def _opened(
    databases: Databases, ring: KeyRing, seen: list[SealedBlob]
) -> dict[Owner, tuple[SealedBlob, bytes, int]]:
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
    opened: dict[Owner, tuple[SealedBlob, bytes, int]],
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


async def _reseal_notes(databases: Databases, ring: KeyRing, connection: RawConnection, owner: Owner) -> int:
    """All of a member's notes pass to a new key at once, or none does; whoever adds one meanwhile waits."""
    member_id, where = owner[0], ring.where(*owner)
    new = ring.generate(where)
    dek_gen = await _add(connection, owner, new)
    if dek_gen is None:
        return 0
    wrapped = await notes.keys(databases, member_id)
    try:
        async with databases.members_pool.acquire() as members, members.transaction():
            seen = await notes.hold(members, member_id)
            blobs = []
            for _, blob in seen:
                schema, gen = blob_header(blob)
                content = ring.open(blob, wrapped.get(gen, b""), where)
                blobs.append(ring.seal(content, new.dek, where, schema=schema, dek_gen=dek_gen))
            done = await notes.reseal(members, member_id, dek_gen, seen, blobs)
    except Unreadable:
        done = False
    async with connection.transaction():
        await (renewals.drop_older if done else renewals.drop)(connection, {owner: dek_gen})
    return int(done)


async def _reseal_packages(
    databases: Databases, ring: KeyRing, connection: RawConnection, owner: Owner
) -> int:
    """Each waiting package passes to a new key of its own; keys that no package names go."""
    member_id, where = owner[0], ring.where(*owner)
    renewed = 0
    for package_id, seen in await packages.live(databases, member_id):
        wrapped = await packages.key(databases, member_id, seen.dek_gen)
        try:
            schema, _ = blob_header(seen.content)
            content = ring.open(seen.content, wrapped or b"", where)
        except Unreadable:
            continue
        new = ring.generate(where)
        dek_gen = await _add(connection, owner, new)
        if dek_gen is None:
            break
        blob = ring.seal(content, new.dek, where, schema=schema, dek_gen=dek_gen)
        async with databases.members.begin() as members:
            done = await packages.reseal(
                members, Waiting(member_id, package_id), seen.dek_gen, Sealed(blob, dek_gen)
            )
        async with connection.transaction():
            await renewals.drop(connection, {owner: seen.dek_gen if done else dek_gen})
        renewed += done
    await packages.drop_unused(databases, [member_id], clock.now() - LEFT_ALONE)
    return renewed


async def _add(connection: RawConnection, owner: Owner, new: DataKey) -> int | None:
    async with connection.transaction():
        return (await renewals.add(connection, {owner: new.wrapped}, clock.now())).get(owner)


_OF_MANY: Mapping[BlobKind, Callable[[Databases, KeyRing, RawConnection, Owner], Awaitable[int]]] = {
    BlobKind.NOTES: _reseal_notes,
    BlobKind.PACKAGE: _reseal_packages,
}
"""Kinds of which a member has many blobs."""
