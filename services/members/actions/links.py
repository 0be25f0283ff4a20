"""Links: to be known by something more, or less, changes both databases; each function is one step of it.

The index is claimed first and cleared last, so that a crash between leaves a link that nobody believes and that
its ``change_id`` marks: a retry goes on from there, or a job ends it by what the member's own record says.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from services.kit.database import Connection
from services.members.actions import profiles
from services.members.rules.keyrings import KeyRing
from services.members.rules.links import Link, NewLink, UnknownIdentity
from services.members.rules.members import Member, MemberErased, ProfileRaced
from services.members.rules.profiles import Profile
from services.members.storage import links
from services.members.storage import profiles as stored

Tell = Callable[[Connection], Awaitable[None]]


async def claim(
    connection: Connection, ring: KeyRing, member: Member, new: NewLink, change_id: UUID, now: datetime
) -> tuple[int, bytes] | None:
    """Take the identity's place, and seal the record that holds it, in the keys' database; None when it is taken."""
    if not await links.claim(connection, member.member_id, new, change_id, now):
        return None
    profile = _profile(member)
    others = tuple(one for one in profile.identities if one != new.identity)
    with_it = profile._replace(identities=(*others, new.identity))
    return await profiles.renew_key(connection, ring, member, with_it, now)


async def begin_to_end(
    connection: Connection, ring: KeyRing, member: Member, link: Link, change_id: UUID, now: datetime
) -> tuple[int, bytes]:
    """Mark the link, and seal the record without it, in the keys' database. Raises ``UnknownIdentity``."""
    if not await links.mark(connection, member.member_id, ring.places(link.identity), change_id):
        raise UnknownIdentity
    profile = _profile(member)
    without = profile._replace(identities=tuple(one for one in profile.identities if one != link.identity))
    return await profiles.renew_key(connection, ring, member, without, now)


async def rewrite(connection: Connection, seen: Member, blob: bytes, dek_gen: int, tell: Tell) -> None:
    """Put the new record in the place of the one that was seen, and tell it. Raises ``ProfileRaced``."""
    if not await stored.replace(
        connection, seen.member_id, blob, dek_gen=dek_gen, seen_revision=seen.revision
    ):
        raise ProfileRaced
    await tell(connection)


def _profile(member: Member) -> Profile:
    if member.profile is None:
        raise MemberErased
    return member.profile
