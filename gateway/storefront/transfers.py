"""Transfers: members give points to one another."""

from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import transfers_pb2

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import SPENDS
from gateway.errors import UserError, attempt
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Long
from gateway.storefront.programme_ids import THE_PROGRAMME
from gateway.views.redemptions import SpentPoints, spent


@strawberry.input(description="Exactly so many points are given, or none.")
class TransferPointsInput:
    to_member_id: UUID
    points: Long
    currency: str | None = strawberry.field(
        default=None, description="Without one, the programme's first that can be spent."
    )
    transfer_id: str = strawberry.field(description="1 to 100 printable characters; a retry sends the same.")
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.type(description="Points that were given to another member.")
class Transfer:
    id: strawberry.ID
    currency: str
    points: Long
    given: list[SpentPoints] = strawberry.field(
        description="From what, first-expiring-first; the other member has it with the same expiry."
    )
    balance_after: Long
    entry_id: strawberry.ID


@strawberry.type
class TransferPointsPayload:
    transfer: Transfer | None
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.type
class TransferMutations:
    @strawberry.mutation(
        metadata=SPENDS,
        description="Gives points of the signed-in member to another, where the programme allows it.",
    )
    async def transfer_points(self, info: Info, input: TransferPointsInput) -> TransferPointsPayload:
        context = info.context
        request = transfers_pb2.TransferPointsRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            from_member_id=context.member_id(),
            to_member_id=str(input.to_member_id),
            currency=input.currency or "",
            points=input.points,
            transfer_id=input.transfer_id,
        )
        call = context.clients.transfers.transfer_points(request, headers=context.named(LOYALTY))
        given, refused = await attempt(call, context.locale)
        return TransferPointsPayload(
            transfer=_transfer(given) if given else None,
            replayed=given is not None and given.replayed,
            user_errors=refused,
        )


def _transfer(wire: transfers_pb2.TransferPointsResponse) -> Transfer:
    return Transfer(
        id=strawberry.ID(wire.transfer_id),
        currency=wire.currency,
        points=Long(wire.points),
        given=spent(wire.given),
        balance_after=Long(wire.balance_after),
        entry_id=strawberry.ID(wire.entry_id),
    )
