"""Links, asked: members and staff see, add and end what members are known by."""

from typing import Any

from huiyuan.members.v1 import links_pb2 as wire

from services.kit import clock, rpc
from services.members.rpc import lookups
from services.members.rpc.collecting import Collecting
from services.members.rpc.identities import identity_of
from services.members.rpc.linking import Linking, identity_id, linked, new_link
from services.members.rpc.merges import known_id
from services.members.rules.keyrings import KeyRing
from services.members.rules.links import IdentitySource, UnknownIdentity, UnlinkCause, VouchingNotAllowed
from services.members.rules.searches import Criterion
from services.members.storage.databases import Databases

_VOUCHERS = ("operations",)
"""Who of the staff may say that an identity is proven, by which whoever has it signs in."""


class Links:
    """The handlers of ``LinksService``."""

    def __init__(self, databases: Databases, ring: KeyRing, listed: Collecting, search_quota: int) -> None:
        self._databases = databases
        self._ring = ring
        self._search_quota = search_quota
        self._links = Linking(databases, ring, listed)

    @rpc.allow(rpc.members, rpc.staff("support", "operations", "privacy_officer"))
    async def list_identities(
        self, request: wire.ListIdentitiesRequest, _: Any
    ) -> wire.ListIdentitiesResponse:
        rpc.be_member(request.member_id)
        _, known = await self._links.known(known_id(request.member_id, "member_id"))
        return wire.ListIdentitiesResponse(identities=[linked(self._ring, link) for link in known])

    @rpc.allow(rpc.staff("support", "operations"), rpc.systems("member_registrar"))
    async def link_identity(self, request: wire.LinkIdentityRequest, _: Any) -> wire.LinkIdentityResponse:
        identity, by = identity_of(request.identity), rpc.caller()
        is_staff = by.kind is rpc.CallerKind.STAFF
        if request.verified and is_staff and not by.has(*_VOUCHERS):
            raise VouchingNotAllowed
        if is_staff:
            # A refusal says that somebody has it: whoever tries a list of numbers here is counted as one who searches.
            found = 0 if await self._links.holder(identity) is None else 1
            await lookups.record(self._databases, [Criterion.IDENTITY], found, self._search_quota)
        # The operator's systems vouch for whom they signed in; staff for what they were told or shown.
        source = IdentitySource.STAFF if is_staff else IdentitySource.LOGIN
        new = new_link(self._ring, identity, source, verified=request.verified)
        member_id = known_id(request.member_id, "member_id")
        link, replayed = await self._links.link(member_id, new, clock.now())
        return wire.LinkIdentityResponse(identity=linked(self._ring, link), replayed=replayed)

    @rpc.allow(rpc.members, rpc.staff("support", "operations"))
    async def unlink_identity(
        self, request: wire.UnlinkIdentityRequest, _: Any
    ) -> wire.UnlinkIdentityResponse:
        rpc.be_member(request.member_id)
        _, known = await self._links.known(known_id(request.member_id, "member_id"))
        link = next((one for one in known if identity_id(self._ring, one) == request.identity_id), None)
        if link is None:
            raise UnknownIdentity
        gone = await self._links.unlink(link, UnlinkCause.UNLINKED, rpc.caller().actor, clock.now())
        return wire.UnlinkIdentityResponse(replayed=not gone)

    @rpc.allow(rpc.staff("operations"))
    async def detach_identity(
        self, request: wire.DetachIdentityRequest, _: Any
    ) -> wire.DetachIdentityResponse:
        holder = await self._links.holder(identity_of(request.identity))
        if holder is None:
            return wire.DetachIdentityResponse()
        await self._links.unlink(holder, UnlinkCause.DETACHED, rpc.caller().actor, clock.now())
        return wire.DetachIdentityResponse(member_id=str(await self._links.survivor(holder.member_id)))
