"""Rewards: what points can be exchanged for, for anyone who looks, and what the signed-in member took."""

from datetime import datetime, timedelta

import strawberry
from huiyuan.loyalty.v1 import reward_redemptions_pb2, rewards_pb2

from gateway.auth import ANYONE
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import SPENDS, ListSize
from gateway.errors import UserError, attempt
from gateway.loaders.catalogue import Answer
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import Locale, Long, instant, optional_instant, text
from gateway.storefront.permissions import PUBLIC
from gateway.storefront.programme_ids import THE_PROGRAMME, ProgrammeId
from gateway.views.rewards import (
    RewardKind,
    RewardLimit,
    RewardRedemptionState,
    RewardTierPrice,
    limits,
    tier_prices,
)
from services.kit import clock

_STOCK_KEPT = timedelta(seconds=5)
"""How long what is left of rewards is shown as it was: redeeming alone says for certain."""


@strawberry.type(description="Something that points are exchanged for, as it is offered now.")
class Reward:
    key: str
    edition: int
    name: str
    description: str
    kind: RewardKind
    gives: str | None = strawberry.field(
        description="The key of the coupon template or benefit; null for others."
    )
    currency: str
    points: Long = strawberry.field(
        description="What it costs members on tiers without a price of their own."
    )
    tier_prices: list[RewardTierPrice] = strawberry.field(directives=[ListSize(assumed_size=6)])
    tiers: list[str] = strawberry.field(description="Only members on these take it; empty: everyone.")
    limits: list[RewardLimit] = strawberry.field(directives=[ListSize(assumed_size=3)])
    left: Long | None = strawberry.field(
        description="As of some seconds ago; null where there is no end of it."
    )
    sold_out: bool = strawberry.field(description="As of some seconds ago.")
    available_from: datetime | None
    available_until: datetime | None


@strawberry.type(description="A reward that the member took.")
class RewardRedemption:
    id: strawberry.ID
    reward: str
    edition: int
    kind: RewardKind
    gives: str | None = strawberry.field(
        description="The key of the coupon template or benefit; null for others."
    )
    currency: str
    points: Long
    state: RewardRedemptionState
    redeemed_at: datetime
    changed_at: datetime | None = strawberry.field(description="When it was fulfilled or cancelled.")
    reason: str | None = strawberry.field(description="Why it was cancelled.")
    code: str | None = strawberry.field(description="What the partner honours, once it is there.")


@strawberry.input(description="One of a reward.")
class RedeemRewardInput:
    reward: str = strawberry.field(description="Its key.")
    redemption_id: str = strawberry.field(
        description="1 to 100 printable characters; a retry sends the same. A declined one is declined for good."
    )
    points_shown: Long | None = strawberry.field(
        default=None, description="What the member was shown; refused when it costs something else by now."
    )
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.type
class RedeemRewardPayload:
    redemption: RewardRedemption | None
    balance_after: Long | None
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.type
class RewardQueries:
    @strawberry.field(
        metadata=PUBLIC,
        description="What points can be exchanged for now. Public.",
        directives=[ListSize(assumed_size=50)],
    )
    async def rewards(
        self, info: Info, locale: Locale | None = None, programme_id: ProgrammeId = None
    ) -> list[Reward] | None:
        wanted = locale or info.context.locale
        clients = info.context.clients

        async def asked() -> Answer:
            wire = await clients.rewards.list_rewards(
                rewards_pb2.ListRewardsRequest(programme_id=programme_id or DEFAULT_PROGRAMME),
                headers=clients.named(LOYALTY, ANYONE),
            )
            soon = clock.now() + _STOCK_KEPT
            changes_at = optional_instant(wire, "changes_at")
            return Answer(
                [_reward(one, wanted) for one in wire.rewards], min(soon, changes_at) if changes_at else soon
            )

        found: list[Reward] = await info.context.catalogue.get(
            ("rewards", programme_id or DEFAULT_PROGRAMME, wanted), asked
        )
        return found


@strawberry.type
class RewardMutations:
    @strawberry.mutation(
        metadata=SPENDS, description="Exchanges points of the signed-in member for a reward."
    )
    async def redeem_reward(self, info: Info, input: RedeemRewardInput) -> RedeemRewardPayload:
        context = info.context
        request = reward_redemptions_pb2.RedeemRewardRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            reward=input.reward,
            redemption_id=input.redemption_id,
            points_shown=input.points_shown or 0,
        )
        call = context.clients.reward_redemptions.redeem_reward(request, headers=context.named(LOYALTY))
        redeemed, refused = await attempt(call, context.locale)
        return RedeemRewardPayload(
            redemption=_redemption(redeemed.redemption) if redeemed else None,
            balance_after=Long(redeemed.balance_after) if redeemed else None,
            replayed=redeemed is not None and redeemed.replayed,
            user_errors=refused,
        )


async def reward_redemptions(
    info: Info, member_id: str, first: int, after: str | None
) -> Connection[RewardRedemption]:
    """What a member took, newest first."""
    clients = info.context.clients
    request = reward_redemptions_pb2.ListRewardRedemptionsRequest(
        member_id=member_id, first=page_size(first), after=key_of(after)
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


def _reward(wire: rewards_pb2.Reward, locale: Locale) -> Reward:
    terms = wire.in_force.terms
    left = wire.stock - wire.taken if terms.limited else None
    return Reward(
        key=wire.reward,
        edition=wire.in_force.edition,
        name=text(terms.name, locale),
        description=text(terms.description, locale),
        kind=RewardKind(terms.kind),
        gives=terms.gives or None,
        currency=terms.currency,
        points=Long(terms.points),
        tier_prices=tier_prices(terms.tier_prices),
        tiers=list(terms.tiers),
        limits=limits(terms.limits),
        left=None if left is None else Long(left),
        sold_out=left == 0,
        available_from=optional_instant(terms, "from"),
        available_until=optional_instant(terms, "until"),
    )


def _redemption(wire: reward_redemptions_pb2.RewardRedemption) -> RewardRedemption:
    return RewardRedemption(
        id=strawberry.ID(wire.redemption_id),
        reward=wire.reward,
        edition=wire.edition,
        kind=RewardKind(wire.kind),
        gives=wire.gives or None,
        currency=wire.currency,
        points=Long(wire.points),
        state=RewardRedemptionState(wire.state),
        redeemed_at=instant(wire.redeemed_at),
        changed_at=optional_instant(wire, "changed_at"),
        reason=wire.reason or None,
        code=wire.code or None,
    )
