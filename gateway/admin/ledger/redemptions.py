"""Redemptions as staff handle them: given back to the member, in whole or in part."""

from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import redemptions_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import REVERSERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Long
from gateway.views.redemptions import SpentPoints, spent


@strawberry.input(description="A redemption, or the capture of a hold, to give back.")
class ReverseRedemptionInput:
    member_id: UUID
    programme_id: str = DEFAULT_PROGRAMME
    redemption_id: str
    reversal_id: str = strawberry.field(description="1 to 100 printable characters; a retry sends the same.")
    points: Long | None = strawberry.field(default=None, description="Without it, all that is left of it.")
    reason: str = strawberry.field(description="A reason code: 1 to 64 characters of A-Z, 0-9 and _.")


@strawberry.type
class ReverseRedemptionPayload:
    points: Long | None
    returned: list[SpentPoints] = strawberry.field(description="With the expiry they had, the latest first.")
    expired: Long | None = strawberry.field(description="What of them had expired meanwhile, and is gone.")
    balance_after: Long | None
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.type
class RedemptionMutations:
    @strawberry.mutation(
        metadata=to(REVERSERS),
        description="Gives points of a redemption back to the member, with the expiry they had.",
    )
    async def reverse_redemption(self, info: Info, input: ReverseRedemptionInput) -> ReverseRedemptionPayload:
        context = info.context
        request = redemptions_pb2.ReverseRedemptionRequest(
            member_id=str(input.member_id),
            programme_id=input.programme_id,
            redemption_id=input.redemption_id,
            reversal_id=input.reversal_id,
            points=input.points,
            reason=input.reason,
        )
        given_back, refused = await audited(
            info,
            "reverseRedemption",
            {
                "memberId": request.member_id,
                "programmeId": input.programme_id,
                "redemptionId": input.redemption_id,
                "reversalId": input.reversal_id,
                "points": input.points,
            },
            input.reason,
            lambda: context.clients.redemptions.reverse_redemption(request, headers=context.named(LOYALTY)),
        )
        return ReverseRedemptionPayload(
            points=Long(given_back.points) if given_back else None,
            returned=spent(given_back.returned) if given_back else [],
            expired=Long(given_back.expired) if given_back else None,
            balance_after=Long(given_back.balance_after) if given_back else None,
            replayed=given_back is not None and given_back.replayed,
            user_errors=refused,
        )
