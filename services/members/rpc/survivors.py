"""Survivors: whom a member id that someone names stands for now."""

from services.members.rules.members import UnknownMember, member_id_of
from services.members.storage import members
from services.members.storage.databases import Databases


async def survivor_of(databases: Databases, member_id: str) -> members.Survivor:
    """The member, or the one it was merged into. Raises ``UnknownMember``."""
    asked = member_id_of(member_id)
    survivors = await members.survivors(databases, [asked]) if asked else {}
    if asked not in survivors:
        raise UnknownMember
    return survivors[asked]
