"""Rewards as the gateway meets them on the wire, with canned answers."""

from typing import Any

from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import (
    reward_redemptions_connect,
    reward_redemptions_pb2,
    rewards_connect,
    rewards_pb2,
)

from services.kit import rpc
from tests.gateway.answers import at
from tests.gateway.doors import Door, UnknownProgramme

TERMS = rewards_pb2.RewardTerms(
    name=kit_pb2.LocalizedText(zh="茶杯", en="Cup"),
    description=kit_pb2.LocalizedText(zh="白瓷", en="White china"),
    kind=rewards_pb2.REWARD_KIND_GOODS,
    currency="POINTS",
    points=100,
    tier_prices=[rewards_pb2.RewardTierPrice(tier="gold", points=80)],
    tiers=["silver", "gold"],
    limits=[rewards_pb2.RewardLimit(most=2, period=rewards_pb2.REWARD_LIMIT_PERIOD_MONTH)],
    limited=True,
    until=at(2027),
    unit_cost=kit_pb2.Money(minor_units=1200, currency="CNY"),
)
EDITION = rewards_pb2.RewardEdition(
    edition=1,
    terms=TERMS,
    drafted_by="staff:ada",
    drafted_at=at(2026),
    published_by="staff:ben",
    published_at=at(2026, 2),
    reason="spring",
)
REWARD = rewards_pb2.Reward(
    reward="cup",
    programme_id="shop",
    state=rewards_pb2.REWARD_STATE_PUBLISHED,
    in_force=EDITION,
    draft=rewards_pb2.RewardEdition(edition=2, terms=TERMS, drafted_by="staff:ada", drafted_at=at(2026, 3)),
    stock=10,
    taken=10,
)
CHANGE = rewards_pb2.RewardStockChange(
    change_id="first",
    delta=10,
    stock_after=10,
    reason="delivery",
    changed_by="staff:ada",
    changed_at=at(2026),
)
REDEMPTION = reward_redemptions_pb2.RewardRedemption(
    member_id="00000000-0000-4000-8000-000000000001",
    programme_id="shop",
    redemption_id="gift-1",
    reward="cup",
    edition=1,
    kind=rewards_pb2.REWARD_KIND_PARTNER,
    currency="POINTS",
    points=80,
    state=reward_redemptions_pb2.REWARD_REDEMPTION_STATE_FULFILLED,
    redeemed_at=at(2026, 4),
    changed_at=at(2026, 5),
    changed_by="staff:ops-1",
    code="AB-12",
)
_staff = rpc.staff("program_admin", "operations", "support", "auditor")


class Rewards(Door):
    @rpc.allow(rpc.staff("program_admin"))
    async def draft_reward(self, request: rewards_pb2.DraftRewardRequest, _: Any) -> Any:
        self.services.change(request)
        return rewards_pb2.DraftRewardResponse(reward=REWARD)

    @rpc.allow(rpc.staff("program_admin"))
    async def publish_reward(self, request: rewards_pb2.PublishRewardRequest, _: Any) -> Any:
        self.services.change(request)
        return rewards_pb2.PublishRewardResponse(reward=REWARD)

    @rpc.allow(rpc.staff("program_admin"))
    async def stop_reward(self, request: rewards_pb2.StopRewardRequest, _: Any) -> Any:
        self.services.change(request)
        return rewards_pb2.StopRewardResponse(reward=REWARD, replayed=True)

    @rpc.allow(rpc.staff("program_admin", "operations"))
    async def change_reward_stock(self, request: rewards_pb2.ChangeRewardStockRequest, _: Any) -> Any:
        self.services.change(request)
        return rewards_pb2.ChangeRewardStockResponse(change=CHANGE, taken=10)

    @rpc.allow(rpc.anyone)
    async def list_rewards(self, request: rewards_pb2.ListRewardsRequest, _: Any) -> Any:
        self.services.turn("loyalty", "rewards")
        return rewards_pb2.ListRewardsResponse(rewards=[REWARD])

    @rpc.allow(_staff)
    async def list_reward_catalogue(self, request: rewards_pb2.ListRewardCatalogueRequest, _: Any) -> Any:
        return rewards_pb2.ListRewardCatalogueResponse(rewards=[REWARD], has_next_page=not request.after)

    @rpc.allow(_staff)
    async def get_reward(self, request: rewards_pb2.GetRewardRequest, _: Any) -> Any:
        if request.reward == "nothing":
            raise UnknownProgramme("there is no such reward")
        return rewards_pb2.GetRewardResponse(reward=REWARD, editions=[EDITION], stock_changes=[CHANGE])


class RewardRedemptions(Door):
    @rpc.allow(rpc.members)
    async def redeem_reward(self, request: reward_redemptions_pb2.RedeemRewardRequest, _: Any) -> Any:
        self.services.change(request)
        return reward_redemptions_pb2.RedeemRewardResponse(
            redemption=REDEMPTION, balance_after=40, entry_id="e1"
        )

    @rpc.allow(rpc.staff("operations"))
    async def fulfil_reward_redemption(
        self, request: reward_redemptions_pb2.FulfilRewardRedemptionRequest, _: Any
    ) -> Any:
        self.services.change(request)
        return reward_redemptions_pb2.FulfilRewardRedemptionResponse(redemption=REDEMPTION)

    @rpc.allow(rpc.staff("operations"))
    async def cancel_reward_redemption(
        self, request: reward_redemptions_pb2.CancelRewardRedemptionRequest, _: Any
    ) -> Any:
        self.services.change(request)
        return reward_redemptions_pb2.CancelRewardRedemptionResponse(
            redemption=REDEMPTION, returned=80, expired=5, balance_after=115
        )

    @rpc.allow(rpc.members, _staff)
    async def list_reward_redemptions(
        self, request: reward_redemptions_pb2.ListRewardRedemptionsRequest, _: Any
    ) -> Any:
        rpc.be_member(request.member_id)
        self.services.requests.append((rpc.caller(), request))
        return reward_redemptions_pb2.ListRewardRedemptionsResponse(
            redemptions=[REDEMPTION], places=["1.2"], has_next_page=not request.after
        )


DOORS: list[tuple[type[Door], Any]] = [
    (Rewards, rewards_connect.RewardsServiceASGIApplication),
    (RewardRedemptions, reward_redemptions_connect.RewardRedemptionsServiceASGIApplication),
]
