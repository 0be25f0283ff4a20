"""Rewards as the gateway meets them on the wire, with canned answers."""

from typing import Any

from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import (
    programme_history_pb2,
    referrals_connect,
    referrals_pb2,
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
OFFERED = referrals_pb2.ReferralProgramme(
    referral="friends",
    programme_id="shop",
    edition=1,
    terms=referrals_pb2.ReferralTerms(
        name=kit_pb2.LocalizedText(zh="邀请", en="Bring a friend"),
        inviter=referrals_pb2.ReferralReward(currency="POINTS", points=50),
        invited=referrals_pb2.ReferralReward(template="ten-off"),
        trigger=referrals_pb2.REFERRAL_TRIGGER_ORDER,
        order_at_least=kit_pb2.Money(minor_units=10_000, currency="CNY"),
        within_days=30,
        limits=[rewards_pb2.RewardLimit(most=5, period=rewards_pb2.REWARD_LIMIT_PERIOD_MONTH)],
        new_for_days=7,
    ),
    state=referrals_pb2.REFERRAL_PROGRAMME_STATE_PUBLISHED,
    published_by="staff:ada",
    published_at=at(2026),
    reason="spring",
)
REFERRED = referrals_pb2.Referral(
    member_id="00000000-0000-4000-8000-000000000002",
    inviter_id="00000000-0000-4000-8000-000000000001",
    programme_id="shop",
    referral="friends",
    edition=1,
    state=referrals_pb2.REFERRAL_STATE_HELD,
    joined_at=at(2026, 4),
    because="VELOCITY",
)
_staff = rpc.staff("program_admin", "operations", "support", "auditor")


CHANGES = [
    programme_history_pb2.DefinitionChange(
        path="draft.terms.points", kind=programme_history_pb2.CHANGE_KIND_CHANGED, before="100", after="80"
    ),
    programme_history_pb2.DefinitionChange(
        path="draft.terms.description",
        kind=programme_history_pb2.CHANGE_KIND_ADDED,
        after='{"zh": "致电 13900000001", "en": "a cup"}',
    ),
]
"""What drafting a reward changed."""


class Rewards(Door):
    @rpc.allow(rpc.staff("program_admin"))
    async def draft_reward(self, request: rewards_pb2.DraftRewardRequest, _: Any) -> Any:
        self.services.change(request)
        return rewards_pb2.DraftRewardResponse(reward=REWARD, changes=CHANGES)

    @rpc.allow(rpc.staff("program_admin", "program_publisher"))
    async def publish_reward(self, request: rewards_pb2.PublishRewardRequest, _: Any) -> Any:
        self.services.change(request)
        return rewards_pb2.PublishRewardResponse(reward=REWARD)

    @rpc.allow(rpc.staff("program_admin", "program_publisher"))
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

    @rpc.allow(_staff, rpc.staff("program_publisher"))
    async def list_reward_catalogue(self, request: rewards_pb2.ListRewardCatalogueRequest, _: Any) -> Any:
        return rewards_pb2.ListRewardCatalogueResponse(rewards=[REWARD], has_next_page=not request.after)

    @rpc.allow(_staff, rpc.staff("program_publisher"))
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


class Referrals(Door):
    @rpc.allow(rpc.staff("program_admin"))
    async def draft_referral_programme(
        self, request: referrals_pb2.DraftReferralProgrammeRequest, _: Any
    ) -> Any:
        self.services.change(request)
        drafted = referrals_pb2.ReferralProgramme()
        drafted.CopyFrom(OFFERED)
        for field in ("published_by", "published_at"):
            drafted.ClearField(field)
        drafted.state, drafted.drafted_by = referrals_pb2.REFERRAL_PROGRAMME_STATE_DRAFT, "staff:ada"
        return referrals_pb2.DraftReferralProgrammeResponse(referral_programme=drafted)

    @rpc.allow(rpc.staff("program_admin", "program_publisher"))
    async def publish_referral_programme(
        self, request: referrals_pb2.PublishReferralProgrammeRequest, _: Any
    ) -> Any:
        self.services.change(request)
        return referrals_pb2.PublishReferralProgrammeResponse(referral_programme=OFFERED)

    @rpc.allow(rpc.staff("program_admin", "program_publisher"))
    async def stop_referral_programme(
        self, request: referrals_pb2.StopReferralProgrammeRequest, _: Any
    ) -> Any:
        self.services.change(request)
        return referrals_pb2.StopReferralProgrammeResponse(referral_programme=OFFERED)

    @rpc.allow(_staff, rpc.staff("program_publisher"))
    async def list_referral_programmes(
        self, request: referrals_pb2.ListReferralProgrammesRequest, _: Any
    ) -> Any:
        return referrals_pb2.ListReferralProgrammesResponse(referral_programmes=[OFFERED])

    @rpc.allow(rpc.members)
    async def get_invite_code(self, request: referrals_pb2.GetInviteCodeRequest, _: Any) -> Any:
        rpc.be_member(request.member_id)
        return referrals_pb2.GetInviteCodeResponse(code="7K3M9QX2V4TN")

    @rpc.allow(rpc.members)
    async def accept_invite(self, request: referrals_pb2.AcceptInviteRequest, _: Any) -> Any:
        self.services.change(request)
        return referrals_pb2.AcceptInviteResponse(referral=REFERRED)

    @rpc.allow(rpc.staff("operations", "program_admin"))
    async def decide_referral(self, request: referrals_pb2.DecideReferralRequest, _: Any) -> Any:
        self.services.change(request)
        return referrals_pb2.DecideReferralResponse(referral=REFERRED)

    @rpc.allow(rpc.members, _staff)
    async def list_referrals(self, request: referrals_pb2.ListReferralsRequest, _: Any) -> Any:
        rpc.be_member(request.inviter_id)
        return referrals_pb2.ListReferralsResponse(referrals=[REFERRED], places=["1.2"])


DOORS: list[tuple[type[Door], Any]] = [
    (Referrals, referrals_connect.ReferralsServiceASGIApplication),
    (Rewards, rewards_connect.RewardsServiceASGIApplication),
    (RewardRedemptions, reward_redemptions_connect.RewardRedemptionsServiceASGIApplication),
]
