"""Re-indexing: what members are found by is written under the new index keys too, from their own records."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from services.kit.database import RawConnection
from services.members.rules import traits
from services.members.rules.identities import index_input
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import Member
from services.members.rules.profiles import Profile
from services.members.rules.rotations import Cursor, IndexChange, Rotation
from services.members.storage import profiles, reindexing, rotations
from services.members.storage.databases import Databases
from services.members.storage.reindexing import Copy

BATCH = 500


async def backfill(
    databases: Databases, ring: KeyRing, connection: RawConnection, rotation: Rotation
) -> tuple[Cursor | None, int]:
    """Index the members after the rotation's cursor anew: where that ended (None at the end), how many rows that made."""
    changes = rotation.plan.indexes
    member_ids = await reindexing.following(connection, rotation.cursor.member_id, BATCH)
    if not member_ids:
        return None, 0
    copies = _copies(ring, await _members(databases, ring, member_ids), changes)
    async with connection.transaction():
        made = await reindexing.copy(connection, copies)
    return Cursor(member_ids[-1]), made


async def clear_strays(
    databases: Databases, ring: KeyRing, connection: RawConnection, changes: Sequence[IndexChange]
) -> int:
    """Delete copies whose original was detached while it was copied; how many there were."""
    async with rotations.patiently(connection):
        member_ids = sorted(set(await reindexing.uneven(connection, changes)))[:BATCH]
    if not member_ids:
        return 0
    members = await _members(databases, ring, member_ids)
    kept = _copies(ring, members, changes)
    async with connection.transaction():
        return await reindexing.drop_strays(
            connection, [member.member_id for member in members], changes, kept
        )


async def _members(databases: Databases, ring: KeyRing, member_ids: Sequence[UUID]) -> list[Member]:
    """Members whose record opens, and erased ones, which have none."""
    found = await profiles.read(databases, ring, member_ids)
    return [member for member in found.values() if isinstance(member, Member)]


def _copies(ring: KeyRing, members: Sequence[Member], changes: Sequence[IndexChange]) -> list[Copy]:
    by_kind = {change.kind: change for change in changes}
    return sorted(copy for member in members for copy in _places(ring, member, by_kind))


def _places(ring: KeyRing, member: Member, changes: dict[int, IndexChange]) -> Iterator[Copy]:
    """Where the values of a member that are indexed lie, and shall lie."""
    for kind, content in _indexed(member, member.profile) if member.profile is not None else ():
        if change := changes.get(kind):
            digests = ring.indexed(kind, content)
            yield Copy(
                member.member_id, kind, change.old, digests[change.old], change.new, digests[change.new]
            )


def _indexed(member: Member, profile: Profile) -> Iterator[tuple[int, bytes]]:
    """All that a profile is found by: the kind of index, and what it digests."""
    for identity in profile.identities:
        yield identity.kind, index_input(identity)
    # Of whoever was merged, more than is there: what is not is not copied.
    for trait in traits.of(profile) if member.merged_into is None else traits.of_merged(profile):
        yield trait.kind, traits.index_input(trait)
