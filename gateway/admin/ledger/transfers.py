"""Transfers as staff make them: points of one member given to another."""

from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import transfers_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import MOVERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import SPENDS
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Long
from gateway.views.redemptions import SpentPoints, spent


@strawberry.input(description="Points that one member gives to another: exactly so many, or none.")
class TransferPointsInput:
    from_member_id: UUID
    to_member_id: UUID
    programme_id: str = DEFAULT_PROGRAMME
    currency: str | None = strawberry.field(
        default=None, description="Without one, the programme's first that can be spent."
    )
    points: Long
    transfer_id: str = strawberry.field(description="1 to 100 printable characters; a retry sends the same.")
    reason: str = strawberry.field(description="Why, for the audit: 1 to 200 characters.")


@strawberry.type
class TransferPointsPayload:
    given: list[SpentPoints] = strawberry.field(description="From what, first-expiring-first.")
    balance_after: Long | None = strawberry.field(description="The giver's.")
    entry_id: strawberry.ID | None
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.type
class TransferMutations:
    @strawberry.mutation(
        metadata=to(MOVERS) | SPENDS,
        description="Gives points of a member to another, who gets them with their expiry.",
    )
    async def transfer_points(self, info: Info, input: TransferPointsInput) -> TransferPointsPayload:
        context = info.context
        request = transfers_pb2.TransferPointsRequest(
            from_member_id=str(input.from_member_id),
            to_member_id=str(input.to_member_id),
            programme_id=input.programme_id,
            currency=input.currency or "",
            points=input.points,
            transfer_id=input.transfer_id,
        )
        given, refused = await audited(
            info,
            "transferPoints",
            {
                "fromMemberId": request.from_member_id,
                "toMemberId": request.to_member_id,
                "programmeId": input.programme_id,
                "currency": request.currency,
                "points": input.points,
                "transferId": input.transfer_id,
            },
            input.reason,
            lambda: context.clients.transfers.transfer_points(request, headers=context.named(LOYALTY)),
        )
        return TransferPointsPayload(
            given=spent(given.given) if given else [],
            balance_after=Long(given.balance_after) if given else None,
            entry_id=strawberry.ID(given.entry_id) if given else None,
            replayed=given is not None and given.replayed,
            user_errors=refused,
        )
