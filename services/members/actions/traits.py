"""Traits: what members are found by follows their profiles, whatever was cut off between the two databases.

A member is to be indexed while ``indexed_revision`` is not the profile's revision, so nobody who changes a profile
can forget it, and a crash only puts it off. Searches open what they find and compare, so that an index that lags
shows nobody who is not meant.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.kit import clock
from services.kit.database import Connection
from services.members.rules import birthdays
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
    now = clock.now()
    indexed = {
        member_id: traits.Indexed(member.revision, _places(ring, member, now))
        for member_id, member in found.items()
        if isinstance(member, Member)
    }
    await traits.replace(connection, indexed)
    return indexed


def _places(ring: KeyRing, member: Member, now: datetime) -> set[Place]:
    if member.profile is None:
        return set()
    if member.merged_into is None:
        found = rules.of(member.profile)
    else:  # whoever was merged is found by the survivor's traits, but grows up under the own id
        found = rules.of_merged(member.profile) if birthdays.under_14(member.profile, now) else frozenset()
    return {place for trait in found for place in ring.trait_places(trait)}
