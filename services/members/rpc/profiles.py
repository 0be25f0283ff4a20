"""Profiles, asked: registering, reading masked, changing, and seeing in clear for a purpose."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import profiles_pb2 as wire

from services.kit import clock, rpc
from services.kit.refusal import Invalid, Refusal
from services.members.rpc import activities, collecting, views
from services.members.rpc.collecting import Collecting
from services.members.rpc.consents import ConsentGate
from services.members.rpc.pages import after_of
from services.members.rpc.registrations import Outcome, register
from services.members.rpc.releases import RELEASED_TO, Attempt, released
from services.members.rpc.survivors import survivor_of
from services.members.rpc.updates import update
from services.members.rules import accesses as rules
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import (
    Member,
    MemberErased,
    UnknownMember,
    member_id_of,
)
from services.members.rules.statuses import be_open, over_for
from services.members.storage import accesses, members, profiles
from services.members.storage.databases import Databases

MOST_REGISTRATIONS = 1000
MOST_PROFILES = 500
_REGISTRARS = (
    rpc.systems("member_registrar", "programme_seeder"),
    rpc.services("gateway"),
    rpc.staff("operations", "program_admin"),
)
_READERS = ("support", "operations", "program_admin", "privacy_officer")


class BatchTooLarge(Invalid):
    """More items than one call may hold."""


class Profiles:
    """The handlers of ``ProfilesService``."""

    def __init__(
        self,
        databases: Databases,
        ring: KeyRing,
        consents: ConsentGate,
        listed: Collecting,
        unmask_quota: int,
    ) -> None:
        self._databases = databases
        self._ring = ring
        self._consents = consents
        self._listed = listed
        self._unmask_quota = unmask_quota

    @rpc.allow(*_REGISTRARS)
    async def register_member(
        self, request: wire.RegisterMemberRequest, _: Any
    ) -> wire.RegisterMemberResponse:
        [outcome] = await self._register([request])
        if isinstance(outcome, Refusal):
            raise outcome
        return wire.RegisterMemberResponse(member_id=str(outcome.member_id), replayed=outcome.replayed)

    @rpc.allow(*_REGISTRARS)
    async def register_members(
        self, request: wire.RegisterMembersRequest, _: Any
    ) -> wire.RegisterMembersResponse:
        if len(request.members) > MOST_REGISTRATIONS:
            raise BatchTooLarge(f"a call may hold {MOST_REGISTRATIONS} members at the most", field="members")
        answer = wire.RegisterMembersResponse()
        for outcome in await self._register(request.members):
            result = answer.results.add()
            if isinstance(outcome, Refusal):
                result.refusal.CopyFrom(rpc.wire_refusal(outcome))
            else:
                result.registered.member_id = str(outcome.member_id)
                result.registered.replayed = outcome.replayed
        return answer

    async def _register(self, requests: Sequence[wire.RegisterMemberRequest]) -> list[Outcome]:
        """Register whoever brings nothing that no purpose lists; each request has an outcome of its own."""
        refusals = await self._listed.refusals(map(collecting.of_registration, requests))
        taken = [request for request, refusal in zip(requests, refusals, strict=True) if refusal is None]
        registered = iter(await register(self._databases, self._ring, taken, clock.now()))
        return [refusal or next(registered) for refusal in refusals]

    @rpc.allow(rpc.members, rpc.staff("support", "operations", "program_admin"))
    async def update_profile(self, request: wire.UpdateProfileRequest, _: Any) -> wire.UpdateProfileResponse:
        rpc.be_member(request.member_id)
        await self._listed.admit(collecting.of_profile(request))
        own = rpc.caller().is_member(request.member_id)
        now = clock.now()
        member = await update(self._databases, self._ring, request, now, own=own)
        if own:
            await activities.note(self._databases, member.member_id, now)
        return wire.UpdateProfileResponse(profile=views.profile(member, own=own))

    @rpc.per_item
    async def batch_get_profiles(self, request: wire.BatchGetProfilesRequest, _: Any) -> rpc.Encoded:
        if len(request.members) > MOST_PROFILES:
            raise BatchTooLarge(f"a call may hold {MOST_PROFILES} members at the most", field="members")
        asked = [_reading(item) for item in request.members]
        ids = {reading[0] for reading in asked if not isinstance(reading, Refusal)}
        found = await profiles.read_surviving(self._databases, self._ring, ids)
        return rpc.repeated(
            wire.BatchGetProfilesResponse, results=[_result(reading, found) for reading in asked]
        )

    @rpc.allow(rpc.staff(*RELEASED_TO))
    async def unmask_profile(self, request: wire.UnmaskProfileRequest, _: Any) -> wire.UnmaskProfileResponse:
        fields = rules.fields_of(request.fields)
        purpose = rules.purpose_of(request.purpose)
        reason = rules.reason_of(request.reason)
        survivor = await survivor_of(self._databases, request.member_id)
        be_open(survivor.status)
        ask = partial(self._consents.refusal, survivor.member_id, purpose, fields)
        attempt = Attempt(survivor.member_id, purpose, reason, fields)
        release = await released(self._databases, ask, attempt, self._unmask_quota)
        member = (await profiles.read(self._databases, self._ring, [survivor.member_id]))[survivor.member_id]
        if not isinstance(member, Member):
            raise member
        if member.profile is None:
            raise MemberErased
        release.check()
        answer = wire.UnmaskProfileResponse(access_id=str(release.access_id))
        for field in fields:
            for value in rules.in_clear(member.profile, field):
                answer.fields.add(field=field.value, value=value)
        return answer

    @rpc.allow(rpc.members, rpc.staff("privacy_officer", "auditor"))
    async def list_profile_accesses(
        self, request: wire.ListProfileAccessesRequest, _: Any
    ) -> wire.ListProfileAccessesResponse:
        rpc.be_member(request.member_id)
        after = after_of(request.first, request.after)
        survivor = await survivor_of(self._databases, request.member_id)
        own = rpc.caller().is_member(request.member_id)
        # Who looked under an earlier id looked at the same person.
        known_as = await members.merge_set(self._databases, survivor.member_id)
        page = await accesses.newest(self._databases, known_as, after, request.first + 1, allowed_only=own)
        return wire.ListProfileAccessesResponse(
            accesses=[views.access(access, own=own) for access in page[: request.first]],
            has_next_page=len(page) > request.first,
        )


def _reading(item: kit_pb2.MemberKey) -> tuple[UUID, bool] | Refusal:
    """Whose profile an item asks for and whether it is the reader's own, or why it may not be read."""
    try:
        reader = rpc.caller_of_item(item.caller)
    except Refusal as refusal:
        return refusal
    own = reader.is_member(item.member_id)
    if not own and not (reader.kind is rpc.CallerKind.STAFF and reader.has(*_READERS)):
        return rpc.NotAllowed("this caller may not read this member's profile", field="member_id")
    member_id = member_id_of(item.member_id)
    return UnknownMember() if member_id is None else (member_id, own)


def _result(reading: tuple[UUID, bool] | Refusal, found: profiles.Found) -> bytes:
    """A ``ProfileResult``."""
    if isinstance(reading, Refusal):
        return wire.ProfileResult(refusal=rpc.wire_refusal(reading)).SerializeToString()
    member_id, own = reading
    member: Member | Refusal = found.get(member_id) or UnknownMember()
    if own and isinstance(member, Member) and (over := over_for(member.status)):
        member = over
    if isinstance(member, Refusal):
        return wire.ProfileResult(refusal=rpc.wire_refusal(member)).SerializeToString()
    return rpc.embedded(_PROFILE, views.profile(member, own=own).SerializeToString())


_PROFILE = wire.ProfileResult.PROFILE_FIELD_NUMBER
