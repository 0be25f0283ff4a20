"""Guardians asked: staff link and unlink, and both sides see who consents for whom."""

from typing import Any

from connectrpc.request import RequestContext
from huiyuan.consent.v1 import guardians_pb2

from services.consent.actions import guardians as actions
from services.consent.rpc.wire import uuid_of
from services.consent.rules.guardians import Ward
from services.consent.storage import guardians
from services.kit import rpc
from services.kit.clock import Clock
from services.kit.database import Engine

_OFFICER = rpc.staff("privacy_officer")
_READERS = rpc.staff("privacy_officer", "support")
Context = RequestContext[Any, Any]


async def be_reader(engine: Engine, member_id: str) -> None:
    """Refuse unless the caller is this member, the member's guardian, or no member at all (then the grants decided)."""
    who = rpc.caller()
    if who.kind is rpc.CallerKind.MEMBER and not who.is_member(member_id):
        async with engine.connect() as connection:
            if await actions.may_read(connection, uuid_of(member_id), uuid_of(who.id)):
                return
    rpc.be_member(member_id)


class Guardians:
    """Serves ``GuardiansService``."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    @rpc.allow(_OFFICER)
    async def link_guardian(
        self, request: guardians_pb2.LinkGuardianRequest, _: Context
    ) -> guardians_pb2.LinkGuardianResponse:
        child_id = uuid_of(request.child_id, "child_id")
        guardian_id = uuid_of(request.guardian_id, "guardian_id")
        async with self._engine.begin() as connection:
            ward, replayed = await actions.link(
                connection, child_id, guardian_id, request.verification, rpc.caller().actor, self._clock()
            )
        return guardians_pb2.LinkGuardianResponse(ward=_wire(ward), replayed=replayed)

    @rpc.allow(_OFFICER)
    async def unlink_guardian(
        self, request: guardians_pb2.UnlinkGuardianRequest, _: Context
    ) -> guardians_pb2.UnlinkGuardianResponse:
        async with self._engine.begin() as connection:
            ward = await actions.unlink(
                connection, uuid_of(request.child_id, "child_id"), rpc.caller().actor, self._clock()
            )
        return guardians_pb2.UnlinkGuardianResponse(ward=_wire(ward))

    @rpc.allow(rpc.members, _READERS)
    async def get_ward(
        self, request: guardians_pb2.GetWardRequest, _: Context
    ) -> guardians_pb2.GetWardResponse:
        rpc.be_member(request.member_id)
        async with self._engine.connect() as connection:
            ward = await guardians.ward(connection, uuid_of(request.member_id))
        return guardians_pb2.GetWardResponse(ward=_wire(ward))

    @rpc.allow(rpc.members, _READERS)
    async def list_wards(
        self, request: guardians_pb2.ListWardsRequest, _: Context
    ) -> guardians_pb2.ListWardsResponse:
        rpc.be_member(request.guardian_id)
        async with self._engine.connect() as connection:
            found = await guardians.wards_of(connection, uuid_of(request.guardian_id, "guardian_id"))
        return guardians_pb2.ListWardsResponse(wards=filter(None, map(_wire, found)))


def _wire(ward: Ward | None) -> guardians_pb2.Ward | None:
    """A child and who consents for it; nothing where there is no child any more."""
    if ward is None or not ward.is_child:
        return None
    return guardians_pb2.Ward(
        child_id=str(ward.child_id), guardian_id=str(ward.guardian_id or ""), linked_at=ward.linked_at
    )
