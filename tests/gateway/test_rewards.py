"""Rewards through both schemas: the public catalogue, a member's redemption, and the staff's side of it."""

from huiyuan.loyalty.v1 import referrals_pb2, reward_redemptions_pb2, rewards_pb2

from services.kit.refusal import Declined
from tests.gateway.gateway_client import Gateway, code
from tests.gateway.wire_rewards import TERMS

CATALOGUE = """{rewards(locale:EN){key name description kind currency points tierPrices{tier points} tiers
limits{most period} left soldOut availableFrom availableUntil}}"""
REDEEM = """mutation($input:RedeemRewardInput!){redeemReward(input:$input){balanceAfter replayed
redemption{id reward state points code reason} userErrors{code message field}}}"""
DRAFT = """mutation($input:DraftRewardInput!){draftReward(input:$input){reward{key stock taken draft{edition}}
userErrors{code}}}"""
CUP = {
    "name": {"zh": "茶杯", "en": "Cup"},
    "description": {"zh": "白瓷", "en": "White china"},
    "kind": "GOODS",
    "currency": "POINTS",
    "points": 100,
    "tierPrices": [{"tier": "gold", "points": 80}],
    "tiers": ["silver", "gold"],
    "limits": [{"most": 2, "period": "MONTH"}],
    "limited": True,
    "availableUntil": "2027-01-01T00:00:00Z",
    "unitCost": {"minorUnits": 1200, "currency": "CNY"},
}


class RewardSoldOut(Declined):
    """As the loyalty service says it."""


async def test_anyone_sees_what_points_are_exchanged_for(gateway: Gateway) -> None:
    answer = await gateway.ask(CATALOGUE)
    (cup,) = answer["data"]["rewards"]
    assert cup == {
        "key": "cup",
        "name": "Cup",
        "description": "White china",
        "kind": "GOODS",
        "currency": "POINTS",
        "points": 100,
        "tierPrices": [{"tier": "gold", "points": 80}],
        "tiers": ["silver", "gold"],
        "limits": [{"most": 2, "period": "MONTH"}],
        "left": 0,
        "soldOut": True,
        "availableFrom": None,
        "availableUntil": "2027-01-01T00:00:00Z",
    }
    assert "errors" in await gateway.ask("{rewards{unitCost{formatted}}}"), "what it costs us is nobody's"


async def test_a_member_redeems_a_reward_and_sees_it_among_others(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    body = {"reward": "cup", "redemptionId": "gift-1", "pointsShown": 80}
    answer = await gateway.ask(REDEEM, token, variables={"input": body})
    assert answer["data"]["redeemReward"]["redemption"]["code"] == "AB-12"
    caller, request = gateway.services.requests[-1]
    assert caller.actor == f"member:{member_id}"
    assert request == reward_redemptions_pb2.RedeemRewardRequest(
        member_id=member_id, reward="cup", redemption_id="gift-1", points_shown=80
    )
    mine = await gateway.ask("{me{rewardRedemptions(first:1){nodes{id state} pageInfo{hasNextPage}}}}", token)
    page = mine["data"]["me"]["rewardRedemptions"]
    assert page == {"nodes": [{"id": "gift-1", "state": "FULFILLED"}], "pageInfo": {"hasNextPage": True}}
    assert gateway.services.requests[-1][1].member_id == member_id
    assert code(await gateway.ask(REDEEM, variables={"input": body})) == "UNAUTHENTICATED"


async def test_a_sold_out_reward_is_data_in_the_members_language(gateway: Gateway) -> None:
    _, token = gateway.join()
    gateway.services.refusal = RewardSoldOut("nothing is left", field="reward")
    body = {"reward": "cup", "redemptionId": "gift-2"}
    payload = (await gateway.ask(REDEEM, token, variables={"input": body}))["data"]["redeemReward"]
    assert payload["redemption"] is None
    assert payload["userErrors"] == [
        {"code": "REWARD_SOLD_OUT", "message": "该奖品已兑完。", "field": ["input", "reward"]}
    ]


async def test_what_staff_write_is_what_the_service_is_asked(gateway: Gateway) -> None:
    body = {"key": "cup", "terms": CUP, "reason": "spring"}
    answer = await gateway.admin(DRAFT, "program_admin", variables={"input": body})
    assert answer["data"]["draftReward"]["reward"] == {
        "key": "cup",
        "stock": 10,
        "taken": 10,
        "draft": {"edition": 2},
    }
    _, request = gateway.services.requests[-1]
    assert request == rewards_pb2.DraftRewardRequest(reward="cup", terms=TERMS, reason="spring")
    refused = await gateway.admin(DRAFT, "support", variables={"input": body})
    assert code(refused) == "ROLE_NEEDED"


async def test_staff_fulfil_without_the_code_in_the_audit(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    body = {"memberId": member_id, "redemptionId": "gift-1", "code": "AB-12", "reason": "sent"}
    fulfil = """mutation($input:FulfilRewardRedemptionInput!){fulfilRewardRedemption(input:$input){
    redemption{id state} userErrors{code}}}"""
    answer = await gateway.admin(fulfil, "operations", variables={"input": body})
    assert answer["data"]["fulfilRewardRedemption"]["redemption"] == {"id": "gift-1", "state": "FULFILLED"}
    assert gateway.services.requests[-1][1].code == "AB-12"
    audit = await gateway.admin("{adminActions(first:1){nodes{operation subject}}}", "auditor")
    (action,) = audit["data"]["adminActions"]["nodes"]
    assert action["operation"] == "fulfilRewardRedemption"
    assert "AB-12" not in str(action)


async def test_a_member_invites_and_a_new_one_says_who_did(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    mine = """{me{inviteCode(referral:"friends") invitations(first:5){nodes{referral state}}}}"""
    me = (await gateway.ask(mine, token))["data"]["me"]
    assert me["inviteCode"] == "7K3M9QX2V4TN"
    assert me["invitations"]["nodes"] == [{"referral": "friends", "state": "HELD"}]
    accept = """mutation($input:AcceptInviteInput!){acceptInvite(input:$input){invitation{state} userErrors{code}}}"""
    body = {"code": "7k3m-9qx2-v4tn"}
    answer = await gateway.ask(accept, token, variables={"input": body})
    assert answer["data"]["acceptInvite"] == {"invitation": {"state": "HELD"}, "userErrors": []}
    assert gateway.services.requests[-1][1] == referrals_pb2.AcceptInviteRequest(
        member_id=member_id, code="7k3m-9qx2-v4tn"
    )


async def test_staff_decide_about_held_invitations_and_it_is_written_down(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    decide = """mutation($input:DecideReferralInput!){decideReferral(input:$input){referral{because} userErrors{code}}}"""
    body = {"memberId": member_id, "approve": True, "reason": "KNOWN"}
    answer = await gateway.admin(decide, "operations", variables={"input": body})
    assert answer["data"]["decideReferral"]["referral"] == {"because": "VELOCITY"}
    assert gateway.services.requests[-1][1].approve
    held = await gateway.admin("{referrals(first:5,state:HELD){nodes{inviterId state}}}", "support")
    assert held["data"]["referrals"]["nodes"][0]["state"] == "HELD"
    assert code(await gateway.admin(decide, "support", variables={"input": body})) == "ROLE_NEEDED"


async def test_a_referral_programme_is_drafted_and_published_as_it_was_drafted(gateway: Gateway) -> None:
    shown = "{ referralProgramme { state draftedBy publishedBy publishedAt } userErrors { code } }"
    draft = (
        f"mutation($input: DraftReferralProgrammeInput!) {{ draftReferralProgramme(input: $input) {shown} }}"
    )
    terms = {"name": {"zh": "邀请", "en": "Bring"}, "trigger": "SIGN_UP", "invited": {"points": 5}}
    asked = {"key": "friends", "terms": terms, "reason": "spring"}
    answer = await gateway.admin(draft, "program_admin", variables={"input": asked})
    nobody = {"publishedBy": None, "publishedAt": None}
    told = answer["data"]["draftReferralProgramme"]["referralProgramme"]
    assert told == {"state": "DRAFT", "draftedBy": "staff:ada", **nobody}
    publish = f"mutation($input: PublishReferralProgrammeInput!) {{ publishReferralProgramme(input: $input) {shown} }}"
    asked = {"key": "friends", "basedOnEdition": 1, "reason": "spring"}
    answer = await gateway.admin(publish, "program_admin", variables={"input": asked})
    assert answer["data"]["publishReferralProgramme"]["referralProgramme"]["state"] == "PUBLISHED"
    assert not gateway.services.requests[-1][1].HasField("terms")
