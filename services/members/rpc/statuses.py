"""Statuses, asked: freezing, closing, and taking a closing back."""

from typing import Any

from huiyuan.members.v1 import statuses_pb2 as wire

from services.kit import clock, rpc
from services.members.actions import statuses as actions
from services.members.rules import statuses as rules
from services.members.rules.erasures import Terms
from services.members.rules.members import UnknownMember, member_id_of
from services.members.rules.statuses import Change, Standing, Step
from services.members.storage import statuses
from services.members.storage.databases import Databases

MOST_CHANGES = 100

_STAFF = rpc.staff("support", "operations", "privacy_officer")
_READERS = rpc.staff("support", "operations", "program_admin", "privacy_officer", "auditor")


class Statuses:
    """The handlers of ``StatusesService``."""

    def __init__(self, databases: Databases, terms: Terms) -> None:
        self._databases = databases
        self._terms = terms

    @rpc.allow(_STAFF)
    async def freeze_member(self, request: wire.FreezeMemberRequest, _: Any) -> wire.FreezeMemberResponse:
        standing = await self._take(request.member_id, Step.FREEZE, request.reason)
        return wire.FreezeMemberResponse(standing=standing)

    @rpc.allow(_STAFF)
    async def unfreeze_member(
        self, request: wire.UnfreezeMemberRequest, _: Any
    ) -> wire.UnfreezeMemberResponse:
        standing = await self._take(request.member_id, Step.UNFREEZE, request.reason)
        return wire.UnfreezeMemberResponse(standing=standing)

    @rpc.allow(rpc.members, _STAFF)
    async def close_member(self, request: wire.CloseMemberRequest, _: Any) -> wire.CloseMemberResponse:
        standing = await self._take(request.member_id, Step.CLOSE, request.reason)
        return wire.CloseMemberResponse(standing=standing)

    @rpc.allow(rpc.members, _STAFF)
    async def cancel_closing(self, request: wire.CancelClosingRequest, _: Any) -> wire.CancelClosingResponse:
        standing = await self._take(request.member_id, Step.CANCEL_CLOSING, request.reason)
        return wire.CancelClosingResponse(standing=standing)

    @rpc.allow(rpc.members, _READERS)
    async def get_status(self, request: wire.GetStatusRequest, _: Any) -> wire.GetStatusResponse:
        rpc.be_member(request.member_id)
        member_id = member_id_of(request.member_id)
        standing = await statuses.standing(self._databases, member_id) if member_id else None
        if standing is None:
            raise UnknownMember
        changes = await statuses.changes(self._databases, standing.member_id, MOST_CHANGES)
        own = rpc.caller().is_member(request.member_id)
        return wire.GetStatusResponse(
            standing=_standing(standing), changes=[_change(one, own=own) for one in changes]
        )

    async def _take(self, asked: str, step: Step, reason: str) -> wire.MemberStanding:
        rpc.be_member(asked)
        own = rpc.caller().is_member(asked)
        said = rules.reason_of(reason) if reason or not own else ""
        member_id = member_id_of(asked)
        if member_id is None:
            raise UnknownMember
        now = clock.now()
        async with self._databases.members.begin() as connection:
            standing = await actions.change(
                connection, member_id, step, self._terms, rpc.caller().actor, said, now
            )
        return _standing(standing)


def _standing(standing: Standing) -> wire.MemberStanding:
    return wire.MemberStanding(
        member_id=str(standing.member_id),
        status=standing.status.value,  # type: ignore[arg-type]  # numbered as the contract's
        since=standing.since,
        closes_at=standing.closes_at,
    )


def _change(change: Change, *, own: bool) -> wire.StatusChange:
    """A change; who of the staff made it, and what they wrote, concerns staff too, and is not for the member."""
    hidden = own and change.actor.startswith(f"{rpc.CallerKind.STAFF}:")
    return wire.StatusChange(
        status=change.status.value,  # type: ignore[arg-type]  # numbered as the contract's
        changed_at=change.changed_at,
        actor="" if hidden else change.actor,
        reason="" if hidden else change.reason,
    )
