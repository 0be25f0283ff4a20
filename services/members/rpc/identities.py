"""Identities, asked: which member is known outside by what."""

from typing import Any
from uuid import UUID

from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import identities_pb2 as wire

from services.kit import rpc
from services.kit.refusal import Invalid
from services.members.rpc import lookups
from services.members.rules.identities import Identity, IdentityNotValid, normalised
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import Member, member_id_of
from services.members.rules.searches import Criterion
from services.members.storage import identities, members, profiles
from services.members.storage.databases import Databases

MOST_REFERENCES = 1000


class TooManyReferences(Invalid):
    """More references than one call may hold."""


class Identities:
    """The handlers of ``IdentitiesService``."""

    def __init__(self, databases: Databases, ring: KeyRing, search_quota: int) -> None:
        self._databases = databases
        self._ring = ring
        self._search_quota = search_quota

    @rpc.allow(
        rpc.services("loyalty", "consent", "gateway"),
        rpc.systems("order_recorder", "order_importer", "member_registrar"),
    )
    async def resolve_members(
        self, request: wire.ResolveMembersRequest, _: Any
    ) -> wire.ResolveMembersResponse:
        if len(request.references) > MOST_REFERENCES:
            raise TooManyReferences(
                f"a call may hold {MOST_REFERENCES} references at the most", field="references"
            )
        wanted = [_reference(reference) for reference in request.references]
        linked = await self._linked([one for one in wanted if isinstance(one, Identity)])
        named = [linked.get(one) if isinstance(one, Identity) else one for one in wanted]
        survivors = await members.survivors(self._databases, {one for one in named if one is not None})
        answer = wire.ResolveMembersResponse()
        for one in named:
            survivor = survivors.get(one) if one is not None else None
            if survivor is None:
                answer.members.add()
            else:
                answer.members.add(
                    member_id=str(survivor.member_id), joined_at=survivor.joined_at.isoformat()
                )
        return answer

    @rpc.allow(rpc.staff("support", "operations", "program_admin", "privacy_officer"))
    async def find_member(self, request: wire.FindMemberRequest, _: Any) -> wire.FindMemberResponse:
        identity = identity_of(request.identity)
        member_id = (await self._linked([identity])).get(identity)
        # Whoever tries a list of numbers is counted here as well as in searches.
        found = 0 if member_id is None else 1
        await lookups.record(self._databases, [Criterion.IDENTITY], found, self._search_quota)
        if member_id is None:
            return wire.FindMemberResponse()
        survivors = await members.survivors(self._databases, [member_id])
        return wire.FindMemberResponse(member_id=str(survivors[member_id].member_id))

    async def _linked(self, wanted: list[Identity]) -> dict[Identity, UUID]:
        """Whom identities are linked to, by the index and then by what the member's own record says."""
        if not wanted:
            return {}
        places = {identity: self._ring.places(identity) for identity in wanted}
        holders = await identities.holders(self._databases, [one for each in places.values() for one in each])
        found = await profiles.read(self._databases, self._ring, set(holders.values()))
        linked = {}
        for identity, each in places.items():
            holder = next((holders[place] for place in each if place in holders), None)
            member = found.get(holder) if holder else None
            if isinstance(member, Member) and member.profile and identity in member.profile.identities:
                linked[identity] = member.member_id
        return linked


def identity_of(asked: kit_pb2.ExternalIdentity) -> Identity:
    """The identity that a message means. Raises ``IdentityNotValid``."""
    try:
        return normalised(asked.kind, asked.scope, asked.value)
    except IdentityNotValid as refusal:
        refusal.field = f"identity.{refusal.field}"
        raise


def _reference(reference: wire.MemberReference) -> Identity | UUID | None:
    """What a reference names; None when nobody can be meant by it."""
    if reference.WhichOneof("reference") != "identity":
        return member_id_of(reference.member_id)
    try:
        return identity_of(reference.identity)
    except IdentityNotValid:
        return None
