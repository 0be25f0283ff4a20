"""Profiles: a rewrite takes a new key first, then replaces the blob, then destroys the old key."""

from datetime import datetime

from services.kit.database import Connection
from services.members import events
from services.members.rules import birthdays, profiles
from services.members.rules.keyrings import BlindIndex, KeyRing
from services.members.rules.members import Member, ProfileRaced
from services.members.storage import keys
from services.members.storage import profiles as stored


async def renew_key(
    connection: Connection, ring: KeyRing, member: Member, profile: profiles.Profile, now: datetime
) -> tuple[int, bytes]:
    """Keep a new key for a member, in the keys' database; its generation and the profile sealed under it."""
    where = ring.where(member.member_id)
    key = ring.generate(where)
    dek_gen = await keys.add(connection, member.member_id, key.wrapped, now)
    if dek_gen is None:
        raise ProfileRaced
    content = profiles.encode(profile)
    return dek_gen, ring.seal(content, key.dek, where, schema=profiles.SCHEMA, dek_gen=dek_gen)


async def replace(
    connection: Connection,
    seen: Member,
    blob: bytes,
    dek_gen: int,
    once: tuple[BlindIndex, BlindIndex] | None,
    now: datetime,
    profile: profiles.Profile | None = None,
) -> int:
    """Replace the profile that was seen by what the blob holds; its new revision.

    Raises ``ProfileRaced`` when it changed meanwhile.
    """
    if not await stored.replace(
        connection, seen.member_id, blob, dek_gen=dek_gen, seen_revision=seen.revision
    ):
        raise ProfileRaced
    revision = seen.revision + 1
    if once is not None:
        await stored.remember_update(connection, seen.member_id, *once, revision, now)
    was, is_child = birthdays.under_14(seen.profile, now), birthdays.under_14(profile or seen.profile, now)
    told = is_child if was or is_child else None
    fields = profiles.differing(seen.profile, profile)
    await events.profile_updated(connection, seen.member_id, revision, now, fields, under_14=told)
    return revision
