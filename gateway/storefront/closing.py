"""Closing: members end their own membership, and may take that back for a while."""

from datetime import datetime

import strawberry
from huiyuan.members.v1 import statuses_pb2

from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.errors import UserError, attempt
from gateway.scalars import instant
from gateway.views.profiles import MemberStatus


@strawberry.type
class CloseAccountPayload:
    status: MemberStatus | None
    closes_at: datetime | None = strawberry.field(
        description="When the membership ends, its points are forfeited and its data is erased."
    )
    user_errors: list[UserError]


@strawberry.type
class CancelClosingPayload:
    status: MemberStatus | None
    user_errors: list[UserError]


@strawberry.type
class ClosingMutations:
    @strawberry.mutation(
        description="Ends the signed-in member's membership when the cooling-off period is over; until then it "
        "may be taken back, and no points are spent. Sent again, it answers the same."
    )
    async def close_account(self, info: Info) -> CloseAccountPayload:
        context = info.context
        call = context.clients.statuses.close_member(
            statuses_pb2.CloseMemberRequest(member_id=context.member_id()),
            headers=context.named(MEMBERS),
        )
        answer, refused = await attempt(call, context.locale)
        standing = answer.standing if answer else None
        return CloseAccountPayload(
            status=MemberStatus(standing.status) if standing else None,
            closes_at=instant(standing.closes_at) if standing else None,
            user_errors=refused,
        )

    @strawberry.mutation(description="Takes back that the signed-in member's membership is to end.")
    async def cancel_closing(self, info: Info) -> CancelClosingPayload:
        context = info.context
        call = context.clients.statuses.cancel_closing(
            statuses_pb2.CancelClosingRequest(member_id=context.member_id()),
            headers=context.named(MEMBERS),
        )
        answer, refused = await attempt(call, context.locale)
        return CancelClosingPayload(
            status=MemberStatus(answer.standing.status) if answer else None, user_errors=refused
        )
