"""Reward redemptions: what members took, and how staff see to it that they get it, or their points back."""

from datetime import datetime
from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import reward_redemptions_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import ORDER_READERS, REVERSERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import PAGED
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import Long, instant, optional_instant
from gateway.views.rewards import RewardKind, RewardRedemptionState


@strawberry.type(description="A reward that a member took.")
class RewardRedemption:
    id: strawberry.ID
    member_id: strawberry.ID
    programme_id: str
    reward: str
    edition: int
    kind: RewardKind
    gives: str | None
    currency: str
    points: Long
    state: RewardRedemptionState
    redeemed_at: datetime
    changed_at: datetime | None
    changed_by: str | None
    reason: str | None = strawberry.field(description="Why it was cancelled.")


@strawberry.input(description="A reward that the member has got by now.")
class FulfilRewardRedemptionInput:
    member_id: UUID
    programme_id: str = DEFAULT_PROGRAMME
    redemption_id: str
    code: str | None = strawberry.field(
        default=None,
        description="What the partner honours; for the member's eyes, and kept out of the audit.",
    )
    reason: str


@strawberry.input(description="A reward that the member is not going to get.")
class CancelRewardRedemptionInput:
    member_id: UUID
    programme_id: str = DEFAULT_PROGRAMME
    redemption_id: str
    reason: str = strawberry.field(description="A reason code: 1 to 64 characters of A-Z, 0-9 and _.")


@strawberry.type
class FulfilRewardRedemptionPayload:
    redemption: RewardRedemption | None
    replayed: bool = strawberry.field(description="True when it was fulfilled before.")
    user_errors: list[UserError]


@strawberry.type
class CancelRewardRedemptionPayload:
    redemption: RewardRedemption | None
    returned: Long | None = strawberry.field(description="Points that came back, with the expiry they had.")
    expired: Long | None = strawberry.field(description="What of them had expired meanwhile, and is gone.")
    balance_after: Long | None
    replayed: bool = strawberry.field(description="True when it was cancelled before.")
    user_errors: list[UserError]


@strawberry.type
class RewardRedemptionQueries:
    @strawberry.field(
        metadata=to(ORDER_READERS),
        description="What members took, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def reward_redemptions(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        member_id: UUID | None = None,
        reward: str | None = None,
        state: RewardRedemptionState | None = None,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> Connection[RewardRedemption] | None:
        clients = info.context.clients
        unspecified = reward_redemptions_pb2.REWARD_REDEMPTION_STATE_UNSPECIFIED
        request = reward_redemptions_pb2.ListRewardRedemptionsRequest(
            programme_id=programme_id,
            member_id=str(member_id) if member_id else "",
            reward=reward or "",
            state=state.value if state else unspecified,
            first=page_size(first),
            after=key_of(after),
        )
        page = await clients.reward_redemptions.list_reward_redemptions(
            request, headers=info.context.named(LOYALTY)
        )
        return connection(
            [_redemption(one) for one in page.redemptions],
            list(page.places),
            has_next_page=page.has_next_page,
            after=after,
        )


@strawberry.type
class RewardRedemptionMutations:
    @strawberry.mutation(metadata=to(REVERSERS), description="Notes that a member got a reward.")
    async def fulfil_reward_redemption(
        self, info: Info, input: FulfilRewardRedemptionInput
    ) -> FulfilRewardRedemptionPayload:
        context = info.context
        request = reward_redemptions_pb2.FulfilRewardRedemptionRequest(
            member_id=str(input.member_id),
            programme_id=input.programme_id,
            redemption_id=input.redemption_id,
            code=input.code or "",
        )
        done, refused = await audited(
            info,
            "fulfilRewardRedemption",
            _subject(request),
            input.reason,
            lambda: context.clients.reward_redemptions.fulfil_reward_redemption(
                request, headers=context.named(LOYALTY)
            ),
        )
        return FulfilRewardRedemptionPayload(
            redemption=_redemption(done.redemption) if done else None,
            replayed=done is not None and done.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(REVERSERS),
        description="Gives the points of a reward back with the expiry they had, and the piece to the stock.",
    )
    async def cancel_reward_redemption(
        self, info: Info, input: CancelRewardRedemptionInput
    ) -> CancelRewardRedemptionPayload:
        context = info.context
        request = reward_redemptions_pb2.CancelRewardRedemptionRequest(
            member_id=str(input.member_id),
            programme_id=input.programme_id,
            redemption_id=input.redemption_id,
            reason=input.reason,
        )
        done, refused = await audited(
            info,
            "cancelRewardRedemption",
            _subject(request),
            input.reason,
            lambda: context.clients.reward_redemptions.cancel_reward_redemption(
                request, headers=context.named(LOYALTY)
            ),
        )
        return CancelRewardRedemptionPayload(
            redemption=_redemption(done.redemption) if done else None,
            returned=Long(done.returned) if done else None,
            expired=Long(done.expired) if done else None,
            balance_after=Long(done.balance_after) if done else None,
            replayed=done is not None and done.replayed,
            user_errors=refused,
        )


def _subject(
    request: reward_redemptions_pb2.FulfilRewardRedemptionRequest
    | reward_redemptions_pb2.CancelRewardRedemptionRequest,
) -> dict[str, object]:
    return {
        "memberId": request.member_id,
        "programmeId": request.programme_id,
        "redemptionId": request.redemption_id,
    }


def _redemption(wire: reward_redemptions_pb2.RewardRedemption) -> RewardRedemption:
    return RewardRedemption(
        id=strawberry.ID(wire.redemption_id),
        member_id=strawberry.ID(wire.member_id),
        programme_id=wire.programme_id,
        reward=wire.reward,
        edition=wire.edition,
        kind=RewardKind(wire.kind),
        gives=wire.gives or None,
        currency=wire.currency,
        points=Long(wire.points),
        state=RewardRedemptionState(wire.state),
        redeemed_at=instant(wire.redeemed_at),
        changed_at=optional_instant(wire, "changed_at"),
        changed_by=wire.changed_by or None,
        reason=wire.reason or None,
    )
