"""Traits: what members are found by follows their profiles, whatever was cut off between the two databases.

A member is to be indexed while ``indexed_revision`` is not the profile's revision, so nobody who changes a profile
can forget it, and a crash only puts it off. Searches open what they find and compare, so that an index that lags
shows nobody who is not meant.
"""

from collections.abc import Sequence
from uuid import UUID

from services.kit.database import Connection
from services.members.rules import traits as rules
from services.members.rules.keyrings import KeyRing, Place
from services.members.rules.members import Member
from services.members.storage import profiles, traits
from services.members.storage.databases import Databases


async def index(
    connection: Connection, databases: Databases, ring: KeyRing, member_ids: Sequence[UUID]
) -> dict[UUID, traits.Indexed]:
    """Index members as they now are, in the keys' database; who does not open is left as it was found."""
    await traits.lock(connection, member_ids)
    found = await profiles.read(databases, ring, member_ids)
    indexed = {
        member_id: traits.Indexed(member.revision, _places(ring, member))
        for member_id, member in found.items()
        if isinstance(member, Member)
    }
    await traits.replace(connection, indexed)
    return indexed


def _places(ring: KeyRing, member: Member) -> set[Place]:
    if member.profile is None:
        return set()
    found = rules.of(member.profile) if member.merged_into is None else rules.of_merged(member.profile)
    return {place for trait in found for place in ring.trait_places(trait)}
