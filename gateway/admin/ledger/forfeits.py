"""Forfeits as staff make them: a membership is closed."""

from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import forfeits_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import MOVERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Long


@strawberry.type(description="What went of one currency.")
class ForfeitedPoints:
    currency: str
    available: Long
    pending: Long
    released: Long = strawberry.field(
        description="What open holds had kept; it went with what was available."
    )


@strawberry.input(description="A member who loses, in one programme, all that is not owed.")
class ForfeitPointsInput:
    member_id: UUID
    programme_id: str = DEFAULT_PROGRAMME
    forfeit_id: str = strawberry.field(description="1 to 100 printable characters; a retry sends the same.")
    reason: str = strawberry.field(description="A reason code: 1 to 64 characters of A-Z, 0-9 and _.")


@strawberry.type
class ForfeitPointsPayload:
    forfeited: list[ForfeitedPoints]
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.type
class ForfeitMutations:
    @strawberry.mutation(
        metadata=to(MOVERS),
        description="Releases a member's open holds, cancels what is pending and takes all that is available; "
        "debt stays.",
    )
    async def forfeit_points(self, info: Info, input: ForfeitPointsInput) -> ForfeitPointsPayload:
        context = info.context
        request = forfeits_pb2.ForfeitPointsRequest(
            member_id=str(input.member_id),
            programme_id=input.programme_id,
            forfeit_id=input.forfeit_id,
            reason=input.reason,
        )
        answer, refused = await audited(
            info,
            "forfeitPoints",
            {
                "memberId": request.member_id,
                "programmeId": input.programme_id,
                "forfeitId": input.forfeit_id,
            },
            input.reason,
            lambda: context.clients.forfeits.forfeit_points(request, headers=context.named(LOYALTY)),
        )
        return ForfeitPointsPayload(
            forfeited=[
                ForfeitedPoints(
                    currency=one.currency,
                    available=Long(one.available),
                    pending=Long(one.pending),
                    released=Long(one.released),
                )
                for one in (answer.forfeited if answer else ())
            ],
            replayed=answer is not None and answer.replayed,
            user_errors=refused,
        )
