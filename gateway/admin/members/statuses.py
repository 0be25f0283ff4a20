"""Statuses as staff change them: freezing members, and closing memberships for them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from huiyuan.members.v1 import statuses_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import LIFE_KEEPERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.errors import UserError
from gateway.scalars import instant
from gateway.views.profiles import MemberStatus


@strawberry.type(description="One change of a member's status.")
class StatusChange:
    status: MemberStatus
    changed_at: datetime
    actor: str
    reason: str | None = strawberry.field(description="Null where members did it themselves.")


@strawberry.type(description="How a member stands.")
class MemberLife:
    status: MemberStatus
    since: datetime | None = strawberry.field(description="Null while nothing ever changed.")
    closes_at: datetime | None = strawberry.field(description="While closing: when the membership ends.")
    changes: list[StatusChange] = strawberry.field(description="Newest first, at most 100.")


@strawberry.input(description="Whose status to change, and why.")
class ChangeStatusInput:
    member_id: UUID
    reason: str = strawberry.field(description="Kept for good, so without personal data.")


@strawberry.type
class ChangeStatusPayload:
    status: MemberStatus | None
    closes_at: datetime | None = strawberry.field(description="While closing: when the membership ends.")
    user_errors: list[UserError]


@strawberry.type
class StatusMutations:
    @strawberry.mutation(
        metadata=to(LIFE_KEEPERS),
        description="Keeps a member from spending points. Reading, withdrawing consent and closing stay open.",
    )
    async def freeze_member(self, info: Info, input: ChangeStatusInput) -> ChangeStatusPayload:
        request = statuses_pb2.FreezeMemberRequest(member_id=str(input.member_id), reason=input.reason)
        return await _change(info, "freezeMember", info.context.clients.statuses.freeze_member, request)

    @strawberry.mutation(metadata=to(LIFE_KEEPERS), description="Lets a frozen member spend again.")
    async def unfreeze_member(self, info: Info, input: ChangeStatusInput) -> ChangeStatusPayload:
        request = statuses_pb2.UnfreezeMemberRequest(member_id=str(input.member_id), reason=input.reason)
        return await _change(info, "unfreezeMember", info.context.clients.statuses.unfreeze_member, request)

    @strawberry.mutation(
        metadata=to(LIFE_KEEPERS),
        description="Ends a membership when the cooling-off period is over; what is left of the points goes then.",
    )
    async def close_member(self, info: Info, input: ChangeStatusInput) -> ChangeStatusPayload:
        request = statuses_pb2.CloseMemberRequest(member_id=str(input.member_id), reason=input.reason)
        return await _change(info, "closeMember", info.context.clients.statuses.close_member, request)

    @strawberry.mutation(
        metadata=to(LIFE_KEEPERS), description="Takes back that a membership is to end, until it did."
    )
    async def cancel_closing(self, info: Info, input: ChangeStatusInput) -> ChangeStatusPayload:
        request = statuses_pb2.CancelClosingRequest(member_id=str(input.member_id), reason=input.reason)
        return await _change(info, "cancelClosing", info.context.clients.statuses.cancel_closing, request)


async def _change(
    info: Info, operation: str, call: Callable[..., Awaitable[Any]], request: Any
) -> ChangeStatusPayload:
    context = info.context
    answer, refused = await audited(
        info,
        operation,
        {"memberId": request.member_id},
        request.reason,
        lambda: call(request, headers=context.named(MEMBERS)),
    )
    standing: statuses_pb2.MemberStanding | None = answer.standing if answer else None
    return ChangeStatusPayload(
        status=MemberStatus(standing.status) if standing else None,
        closes_at=closes_at(standing) if standing else None,
        user_errors=refused,
    )


async def life(info: Info, member_id: str) -> MemberLife:
    """How a member stands, and every change that led there."""
    context = info.context
    wire = await context.clients.statuses.get_status(
        statuses_pb2.GetStatusRequest(member_id=member_id),
        headers=context.named(MEMBERS),
    )
    standing = wire.standing
    return MemberLife(
        status=MemberStatus(standing.status),
        since=instant(standing.since) if standing.HasField("since") else None,
        closes_at=closes_at(standing),
        changes=[
            StatusChange(
                status=MemberStatus(one.status),
                changed_at=instant(one.changed_at),
                actor=one.actor,
                reason=one.reason or None,
            )
            for one in wire.changes
        ],
    )


def closes_at(standing: statuses_pb2.MemberStanding) -> datetime | None:
    """When a membership ends that is closing."""
    return instant(standing.closes_at) if standing.HasField("closes_at") else None
