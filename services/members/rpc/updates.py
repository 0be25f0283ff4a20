"""Updates, asked: a profile is rewritten under a new key, and a crash at any point loses nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal

from huiyuan.members.v1 import profiles_pb2 as wire

from services.members.actions import profiles as actions
from services.members.actions import traits as indexing
from services.members.rules import birthdays, traits
from services.members.rules import profiles as rules
from services.members.rules.keyrings import BlindIndex, KeyRing
from services.members.rules.members import (
    Member,
    MemberErased,
    MemberNotActive,
    MemberStatus,
    ProfileRaced,
    UnknownMember,
    member_id_of,
)
from services.members.rules.preferences import Preference
from services.members.rules.registrations import IdempotencyKeyReused, idempotency_key_of
from services.members.storage import keys, profiles
from services.members.storage import traits as indexes
from services.members.storage.databases import Databases

_ATTEMPTS = 8
_FIELDS: Final[tuple[Literal["display_name", "full_name", "birth_date", "language", "time_zone"], ...]] = (
    "display_name",
    "full_name",
    "birth_date",
    "language",
    "time_zone",
)
Once = tuple[BlindIndex, BlindIndex]
"""What a change is known by: the digests of its idempotency key and of its body."""

_CHANGEABLE = (MemberStatus.ACTIVE, MemberStatus.FROZEN)


async def update(
    databases: Databases,
    ring: KeyRing,
    request: wire.UpdateProfileRequest,
    now: datetime,
    *,
    own: bool = True,
) -> Member:
    """Change the fields that a request gives; the member as it then is. ``own`` is what members ask of themselves."""
    fields = _fields(request)

    def changing(profile: rules.Profile) -> rules.Profile:
        changed = rules.changed(profile, fields, now)
        return birthdays.stay_child(profile, changed, now) if own else changed

    return await change(
        databases,
        ring,
        request.member_id,
        changing,
        once_of(ring, request.idempotency_key, rules.change_body(fields)),
        now,
    )


async def change(
    databases: Databases,
    ring: KeyRing,
    asked: str,
    changing: Callable[[rules.Profile], rules.Profile],
    once: Once | None,
    now: datetime,
) -> Member:
    """Change a member's profile by a rule, once under its idempotency key; the member as it then is."""
    for _ in range(_ATTEMPTS):
        member = await _member(databases, ring, asked)
        if once is not None:
            earlier = await profiles.known_update(databases, member.member_id, once[0])
            if earlier == once[1].digest:
                return member
            if earlier is not None:
                raise IdempotencyKeyReused
        if member.profile is None:
            raise MemberErased
        if member.status not in _CHANGEABLE:
            raise MemberNotActive
        profile = rules.fitting(changing(member.profile), member.profile)
        if profile == member.profile:
            return member
        try:
            changed = await _rewrite(databases, ring, member, profile, once, now)
        except ProfileRaced:
            continue
        if traits.of(profile) != traits.of(member.profile):
            await _index(databases, ring, changed)
        return changed
    raise ProfileRaced


def once_of(ring: KeyRing, key: str, body: bytes) -> Once | None:
    """The digests of an idempotency key and of what it stands for, when a key is given."""
    if not key:
        return None
    return ring.request_digest(idempotency_key_of(key)), ring.request_digest(body)


async def _index(databases: Databases, ring: KeyRing, member: Member) -> None:
    """Let whoever changed a member find it by the change at once; the job does the same a moment later."""
    async with databases.keys.begin() as connection:
        indexed = await indexing.index(connection, databases, ring, [member.member_id])
    async with databases.members.begin() as connection:
        await indexes.mark(connection, indexed)


async def _rewrite(
    databases: Databases,
    ring: KeyRing,
    member: Member,
    profile: rules.Profile,
    once: Once | None,
    now: datetime,
) -> Member:
    async with databases.keys.begin() as connection:
        dek_gen, blob = await actions.renew_key(connection, ring, member, profile, now)
    try:
        async with databases.members.begin() as connection:
            revision = await actions.replace(connection, member, blob, dek_gen, once, now, profile)
    except ProfileRaced:
        async with databases.keys.begin() as connection:
            await keys.drop(connection, member.member_id, dek_gen)
        raise
    async with databases.keys.begin() as connection:
        await keys.drop_older(connection, [member.member_id], [dek_gen])
    return member._replace(profile=profile, revision=revision)


async def _member(databases: Databases, ring: KeyRing, asked: str) -> Member:
    member_id = member_id_of(asked)
    found = await profiles.read_surviving(databases, ring, [member_id]) if member_id else {}
    if member_id not in found:
        raise UnknownMember
    member = found[member_id]
    if not isinstance(member, Member):
        raise member
    return member


def _fields(request: wire.UpdateProfileRequest) -> rules.ProfileFields:
    return rules.ProfileFields(
        **{name: getattr(request, name) for name in _FIELDS if request.HasField(name)},
        gender=request.gender if request.HasField("gender") else None,
        preferences=tuple([Preference(one.name, one.value) for one in request.preferences]),
    )
