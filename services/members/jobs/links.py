"""Links that a crash between the two databases left half done, and codes that are over."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from services.kit import clock
from services.members.rules.keyrings import KeyRing, Place
from services.members.rules.links import UnlinkCause
from services.members.rules.members import Member
from services.members.rules.profiles import Profile
from services.members.rules.verifications import KEPT_FOR, KNOWN_FOR
from services.members.storage import links, profiles, verifications
from services.members.storage.databases import Databases

log = structlog.get_logger()

LEFT_ALONE = timedelta(minutes=2)
"""For how long a request may still be under way, and is left to finish by itself."""

_BATCH = 500
_SWEEPER = "service:members"


async def sweep(databases: Databases, ring: KeyRing, now: datetime | None = None) -> None:
    """End changes that began some minutes ago by what members' own records say, and forget old codes."""
    now = now or clock.now()
    before = _first_id_of(now - LEFT_ALONE)
    while True:
        async with databases.keys.connect() as connection:
            changing = await links.changing(connection, before, _BATCH)
        if not changing:
            break
        found = await profiles.read(databases, ring, {row.member_id for row in changing})
        settled = 0
        async with databases.keys.begin() as connection:
            for row in changing:
                member = found.get(row.member_id)
                if member is not None and not isinstance(member, Member):
                    continue  # what does not open tells nothing
                assert row.change_id is not None
                settled += 1
                if member and member.profile and _is_theirs(ring, row.place, member.profile):
                    await links.settle(connection, row.change_id)
                else:
                    await links.end(connection, row.place, row.change_id, UnlinkCause.UNLINKED, _SWEEPER, now)
        log.warning("links settled after a crash", count=settled)
        if not settled:
            break
    async with databases.keys.begin() as connection:
        await verifications.forget(connection, now - KEPT_FOR, now - KNOWN_FOR)


def _is_theirs(ring: KeyRing, place: Place, profile: Profile) -> bool:
    return any(place in ring.places(identity) for identity in profile.identities)


def _first_id_of(at: datetime) -> UUID:
    """The least id that a change beginning at an instant could have: their first 48 bits are milliseconds."""
    return UUID(int=int(at.astimezone(UTC).timestamp() * 1000) << 80)
