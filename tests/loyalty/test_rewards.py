"""Rewards: points and a piece go together or not at all, and whoever asks again gets the first answer."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from infra.local.databases import DatabaseUrls
from services.kit import database, rpc
from services.loyalty.actions.coupons import give
from services.loyalty.jobs.grants import Grants
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.grants import GrantKind
from tests.loyalty.conftest import Loyalty, cny, order
from tests.loyalty.coupons import amount_off, drafted, field_of, published, waiting_for_locks
from tests.loyalty.rewarding import decide, draft, left, offer, offered, publish, stock, take, terms
from tests.loyalty.spending import code, done, with_points
from tests.loyalty.test_merges import MERGE, UNMERGE, merging, undoing
from tests.loyalty.torture.judge import be_sound


async def test_a_member_takes_one_for_points_and_gets_the_same_answer_again(loyalty: Loyalty) -> None:
    await offer(loyalty, "cup", 5)
    member = await with_points(loyalty, 150)
    said = await done(take(loyalty, member, "cup", "r1"))
    assert said["redemption"] | {"redeemedAt": ""} == {
        "memberId": member,
        "programmeId": "shop",
        "redemptionId": "r1",
        "reward": "cup",
        "edition": 1,
        "kind": "REWARD_KIND_GOODS",
        "currency": "POINTS",
        "points": "100",
        "state": "REWARD_REDEMPTION_STATE_PENDING",
        "redeemedAt": "",
    }
    assert said["balanceAfter"] == "50"
    assert await done(take(loyalty, member, "cup", "r1")) == said | {"replayed": True}
    reused = await take(loyalty, member, "cup", "r1", pointsShown=100)
    assert (code(reused), field_of(reused)) == ("IDEMPOTENCY_KEY_REUSED", "redemption_id")
    assert (await loyalty.balance(member))["available"] == 50
    assert await left(loyalty, "cup") == (5, 1)
    assert await loyalty.told(member) == ["PointsAdjusted", "RewardRedeemed"]
    (entry,) = [one for one in await loyalty.entries(member) if one["type"] == "REDEEM"]
    assert (entry["reason"], entry["entryId"]) == ("reward:cup", said["entryId"])


async def test_what_was_declined_stays_declined_under_its_id(loyalty: Loyalty) -> None:
    await offer(loyalty, "vase", 1)
    poor, rich = await with_points(loyalty, 99), await with_points(loyalty, 200)
    assert code(await take(loyalty, poor, "vase", "a")) == "NOT_ENOUGH_POINTS"
    await done(take(loyalty, rich, "vase", "a"))
    assert code(await take(loyalty, rich, "vase", "b")) == "REWARD_SOLD_OUT"
    await done(stock(loyalty, "vase", 5, "more"))
    assert code(await take(loyalty, rich, "vase", "b")) == "REWARD_SOLD_OUT", "the id is used up"
    await done(take(loyalty, rich, "vase", "c"))
    assert await left(loyalty, "vase") == (6, 2)
    assert code(await take(loyalty, rich, "nothing", "d")) == "UNKNOWN_REWARD"


async def test_limits_tiers_and_windows_are_kept(loyalty: Loyalty) -> None:
    now = datetime.now(UTC)
    coming = (now + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    await offer(loyalty, "later", **{"from": coming})
    daily = [{"most": 1, "period": "REWARD_LIMIT_PERIOD_EVER"}]
    await offer(loyalty, "once", points=1, limits=daily)
    prices = [{"tier": "silver", "points": 60}]
    await offer(loyalty, "silver", tiers=["silver"], tierPrices=prices)
    member = await with_points(loyalty, 100)
    assert code(await take(loyalty, member, "later", "1")) == "REWARD_NOT_OFFERED"
    await done(take(loyalty, member, "once", "2"))
    assert code(await take(loyalty, member, "once", "3")) == "REWARD_LIMIT_REACHED"
    await done(decide(loyalty, "Cancel", member, "2", reason="CHANGED_MIND"))
    await done(take(loyalty, member, "once", "4"))
    assert code(await take(loyalty, member, "silver", "5")) == "REWARD_NOT_FOR_TIER"
    await done(loyalty.order_system("OrdersService/RecordOrder", order(member, 50_000)))
    assert code(await take(loyalty, member, "silver", "6", pointsShown=100)) == "REWARD_COSTS_OTHERWISE"
    said = await done(take(loyalty, member, "silver", "6", pointsShown=60))
    assert said["redemption"]["points"] == "60"
    assert "later" not in await offered(loyalty)


async def test_a_cancelled_one_gives_points_and_piece_back_once(loyalty: Loyalty) -> None:
    await offer(loyalty, "bowl", 2)
    member = await with_points(loyalty, 100)
    await done(take(loyalty, member, "bowl", "r"))
    said = await done(decide(loyalty, "Cancel", member, "r", reason="BROKEN"))
    assert (said["returned"], said["balanceAfter"]) == ("100", "100")
    assert said["redemption"]["state"] == "REWARD_REDEMPTION_STATE_CANCELLED"
    assert await done(decide(loyalty, "Cancel", member, "r", reason="BROKEN")) == said | {"replayed": True}
    assert await left(loyalty, "bowl") == (2, 0)
    assert code(await decide(loyalty, "Fulfil", member, "r")) == "REWARD_REDEMPTION_DECIDED"
    assert (await loyalty.told(member))[1:] == ["RewardRedeemed", "RewardCancelled"]
    replay = await done(take(loyalty, member, "bowl", "r"))
    assert replay["redemption"]["state"] == "REWARD_REDEMPTION_STATE_CANCELLED"
    assert (
        code(await decide(loyalty, "Cancel", member, "other", reason="BROKEN")) == "UNKNOWN_REWARD_REDEMPTION"
    )


async def test_what_is_fulfilled_is_not_cancelled(loyalty: Loyalty) -> None:
    await offer(loyalty, "film", kind="REWARD_KIND_PARTNER")
    await offer(loyalty, "plate")
    member = await with_points(loyalty, 200)
    await done(take(loyalty, member, "film", "f"))
    await done(take(loyalty, member, "plate", "p"))
    said = await done(decide(loyalty, "Fulfil", member, "f", code="AB-12"))
    assert said["redemption"]["code"] == "AB-12"
    assert (await done(decide(loyalty, "Fulfil", member, "f", code="AB-12")))["replayed"]
    assert code(await decide(loyalty, "Fulfil", member, "f", code="CD-34")) == "REWARD_REDEMPTION_DECIDED"
    assert code(await decide(loyalty, "Cancel", member, "f", reason="OOPS")) == "REWARD_ALREADY_FULFILLED"
    assert code(await decide(loyalty, "Fulfil", member, "p", code="AB-12")) == "PROGRAMME_NOT_WELL_FORMED"
    listed = await loyalty.staff(
        "RewardRedemptionsService/ListRewardRedemptions", {"memberId": member, "first": 1}, "auditor"
    )
    (newest,) = listed.json()["redemptions"]
    assert newest["redemptionId"] == "p"
    assert listed.json()["hasNextPage"]
    after = {"memberId": member, "first": 5, "after": listed.json()["places"][0]}
    (older,) = (
        await done(loyalty.staff("RewardRedemptionsService/ListRewardRedemptions", after, "auditor"))
    )["redemptions"]
    assert older["redemptionId"] == "f"
    assert "code" not in older, "a code is not for who only looks"


async def test_a_coupon_is_promised_with_the_points_it_costs(loyalty: Loyalty) -> None:
    await published(loyalty, amount_off(), "ten-off")
    await offer(loyalty, "ten-off", kind="REWARD_KIND_COUPON", gives="ten-off")
    member = await with_points(loyalty, 100)
    for _ in range(2):
        said = await done(take(loyalty, member, "ten-off", "c"))
    assert said["redemption"]["state"] == "REWARD_REDEMPTION_STATE_FULFILLED"
    (grant,) = await loyalty.sql("SELECT kind, template, reason FROM grants WHERE member_id = $1", member)
    assert tuple(grant) == ("COUPON", "ten-off", "REWARD")
    assert code(await decide(loyalty, "Cancel", member, "c", reason="OOPS")) == "REWARD_ALREADY_FULFILLED"
    assert code(await take(loyalty, member, "ten-off", "d")) == "NOT_ENOUGH_POINTS"
    assert len(await loyalty.sql("SELECT FROM grants WHERE member_id = $1", member)) == 1


async def test_points_go_back_for_a_coupon_that_was_refused_and_it_is_never_given_then(
    loyalty: Loyalty,
) -> None:
    await published(loyalty, amount_off(mostPerMember=1), "one-each")
    await offer(loyalty, "one-each", 5, kind="REWARD_KIND_COUPON", gives="one-each")
    member, survivor = await with_points(loyalty, 300), loyalty.new_member()
    for key in ("given", "refused", "late"):
        await done(take(loyalty, member, "one-each", key))
    pool = await database.pool(loyalty.database, size=2)
    await Grants(loyalty.database, pool, Rulebook(pool), givers={GrantKind.COUPON: give}).give()
    await pool.close()
    rows = await loyalty.sql("SELECT key, state FROM grants WHERE member_id = $1 ORDER BY nth", member)
    assert [row["state"] for row in rows] == ["GIVEN", "REFUSED", "REFUSED"]
    assert code(await decide(loyalty, "Cancel", member, "given", reason="X")) == "REWARD_ALREADY_FULFILLED"
    await done(loyalty.staff(MERGE, merging(member, survivor)))
    answers = await asyncio.gather(
        *(decide(loyalty, "Cancel", member, "refused", reason="FULL") for _ in range(3))
    )
    said = [answer.json() for answer in answers]
    assert [one["redemption"]["state"] for one in said] == ["REWARD_REDEMPTION_STATE_CANCELLED"] * 3
    assert sorted(one.get("replayed", False) for one in said) == [False, True, True]
    assert ((await loyalty.balance(survivor))["available"], await left(loyalty, "one-each")) == (100, (5, 2))
    retries = [
        await loyalty.staff("GrantsService/RetryGrant", {"memberId": member, "key": row["key"]})
        for row in rows[1:]
    ]
    assert code(retries[0]) == "GRANT_NOT_REFUSED", "points for it went back"
    assert retries[1].status_code == 200, retries[1].text
    assert code(await decide(loyalty, "Cancel", member, "late", reason="X")) == "REWARD_ALREADY_FULFILLED"
    await be_sound(loyalty)


async def test_what_a_reward_gives_must_be_there_and_to_be_given_published(loyalty: Loyalty) -> None:
    coupons = terms(kind="REWARD_KIND_COUPON", gives="not-yet")
    benefits = terms(kind="REWARD_KIND_BENEFIT", gives="lounge")
    for asked in (coupons, benefits):
        refused = await draft(loyalty, "promise", terms=asked)
        assert (code(refused), "terms.gives" in refused.text) == ("PROGRAMME_NOT_WELL_FORMED", True)
    await drafted(loyalty, amount_off(), "not-yet")
    await done(draft(loyalty, "promise", terms=coupons))
    body = {"reward": "promise", "edition": 1, "reason": "spring"}
    refused = await loyalty.staff("RewardsService/PublishReward", body)
    assert (code(refused), "publish it first" in refused.text) == ("PROGRAMME_NOT_WELL_FORMED", True)
    await published(loyalty, amount_off(2_000), "not-yet", 1)
    await done(loyalty.staff("RewardsService/PublishReward", body))


async def test_each_step_of_a_reward_says_what_it_changed(loyalty: Loyalty) -> None:
    def said(answer: Any) -> dict[str, tuple[Any, Any]]:
        values = answer.get("changes", [])
        return {
            one["path"]: (orjson.loads(one.get("before", "null")), orjson.loads(one.get("after", "null")))
            for one in values
        }

    first = said(await done(draft(loyalty, "told")))
    assert (first["draft"][0], first["draft"][1]["terms"]["points"]) == (None, 100)
    await done(publish_told(loyalty, 1))
    changed = said(await done(draft(loyalty, "told", terms=terms(80))))
    assert changed["draft"][1]["terms"]["points"] == 80
    again = said(await done(draft(loyalty, "told", terms=terms(70))))
    assert again["draft.terms.points"] == (80, 70)
    assert said(await done(draft(loyalty, "told", terms=terms(70)))) == {}
    assert code(await publish_told(loyalty, 2)) == "REWARD_DRAFT_GONE", "it said 80 when it was looked at"
    out = said(await done(publish_told(loyalty, 3)))
    assert (out["inForce.terms.points"], out["draft"][1]) == ((100, 70), None)
    assert said(await done(publish_told(loyalty, 3))) == {}
    stop = loyalty.staff("RewardsService/StopReward", {"reward": "told", "reason": "over"})
    assert said(await done(stop)) == {"state": ("PUBLISHED", "STOPPED")}


def publish_told(loyalty: Loyalty, edition: int) -> Any:
    body = {"reward": "told", "edition": edition, "reason": "spring"}
    return loyalty.staff("RewardsService/PublishReward", body)


async def test_editions_follow_on_each_other_and_stopped_is_stopped(loyalty: Loyalty) -> None:
    await done(draft(loyalty, "pen"))
    assert "pen" not in await offered(loyalty)
    member = await with_points(loyalty, 500)
    assert code(await take(loyalty, member, "pen", "1")) == "UNKNOWN_REWARD"
    await publish(loyalty, "pen")
    assert (await publish(loyalty, "pen"))["replayed"]
    await done(take(loyalty, member, "pen", "2"))
    await done(draft(loyalty, "pen", terms=terms(points=200)))
    assert (await done(take(loyalty, member, "pen", "3")))["redemption"]["points"] == "100"
    await publish(loyalty, "pen", 2)
    assert (await done(take(loyalty, member, "pen", "4")))["redemption"]["edition"] == 2
    answer = await draft(loyalty, "pen", terms=terms(limited=True))
    assert code(answer) == "REWARD_EDITION_FIXED"
    await done(loyalty.staff("RewardsService/StopReward", {"reward": "pen", "reason": "sold elsewhere"}))
    assert code(await take(loyalty, member, "pen", "5")) == "REWARD_NOT_OFFERED"
    assert "pen" not in await offered(loyalty)
    found = await done(loyalty.staff("RewardsService/GetReward", {"reward": "pen"}))
    assert [one["edition"] for one in found["editions"]] == [2, 1]
    assert found["editions"][1]["publishedBy"] == "staff:ada"


async def test_stock_is_never_less_than_what_is_taken(loyalty: Loyalty) -> None:
    await offer(loyalty, "lamp", 3)
    member = await with_points(loyalty, 200)
    await done(take(loyalty, member, "lamp", "1"))
    assert code(await stock(loyalty, "lamp", -3, "all")) == "STOCK_BELOW_TAKEN"
    said = await done(stock(loyalty, "lamp", -2, "some"))
    assert (said["change"]["stockAfter"], said["taken"]) == ("1", "1")
    assert (await done(stock(loyalty, "lamp", -2, "some")))["replayed"]
    assert code(await stock(loyalty, "lamp", 2, "some")) == "IDEMPOTENCY_KEY_REUSED"
    assert await left(loyalty, "lamp") == (1, 1)
    await offer(loyalty, "air")
    assert code(await stock(loyalty, "air", 1, "x")) == "REWARD_NOT_LIMITED"


async def test_who_asks_many_times_at_once_gets_no_more_than_the_limit(loyalty: Loyalty) -> None:
    await offer(loyalty, "pair", points=1, limits=[{"most": 2, "period": "REWARD_LIMIT_PERIOD_EVER"}])
    member = await with_points(loyalty, 100)
    answers = await asyncio.gather(*(take(loyalty, member, "pair", f"s{nth}") for nth in range(8)))
    refused = [code(answer) for answer in answers if answer.status_code != 200]
    assert refused == ["REWARD_LIMIT_REACHED"] * 6
    assert (await loyalty.balance(member))["available"] == 98


async def taken(loyalty: Loyalty, member: str) -> list[str]:
    """The ids of a member's redemptions, the newest first, as the member sees them."""
    headers = {rpc.CALLER_HEADER: loyalty.assertion("member", member)}
    listing = {"memberId": member, "first": 10}
    said = await done(
        loyalty.call("RewardRedemptionsService/ListRewardRedemptions", listing, headers=headers)
    )
    return [one["redemptionId"] for one in said.get("redemptions", [])]


async def test_what_the_merged_took_counts_for_who_remains(loyalty: Loyalty) -> None:
    await offer(loyalty, "shared", points=1, limits=[{"most": 2, "period": "REWARD_LIMIT_PERIOD_EVER"}])
    old, new = await with_points(loyalty, 100), await with_points(loyalty, 100)
    await done(take(loyalty, old, "shared", "1"))
    await done(loyalty.staff(MERGE, merging(old, new), "operations"))
    await done(take(loyalty, old, "shared", "2"))
    for member in (old, new):
        assert code(await take(loyalty, member, "shared", f"3-{member}")) == "REWARD_LIMIT_REACHED"
        assert await taken(loyalty, member) == ["2", "1"], "listed under either name"
    await done(loyalty.staff(UNMERGE, undoing(old), "operations"))
    assert [await taken(loyalty, member) for member in (old, new)] == [["1"], ["2"]]
    assert [(await take(loyalty, member, "shared", "4")).status_code for member in (old, new)] == [200, 200]


async def test_what_the_merged_took_is_given_or_cancelled_under_either_name(loyalty: Loyalty) -> None:
    await offer(loyalty, "jug", 9)
    first, second, new = [await with_points(loyalty, 300) for _ in range(3)]
    for member, redemption_id in ((first, "a"), (first, "b"), (first, "both"), (second, "both")):
        await done(take(loyalty, member, "jug", redemption_id))
    for old in (first, second):
        await done(loyalty.staff(MERGE, merging(old, new), "operations"))
    await done(take(loyalty, first, "jug", "later"))
    given = await done(decide(loyalty, "Fulfil", new, "a"))
    assert given["redemption"]["memberId"] == first, "it says who took it"
    cancelled = await done(decide(loyalty, "Cancel", new, "b", reason="BROKEN"))
    assert (cancelled["returned"], cancelled["balanceAfter"]) == ("100", "500")
    assert (await done(decide(loyalty, "Cancel", first, "b", reason="BROKEN")))["replayed"]
    assert (await done(decide(loyalty, "Cancel", first, "later", reason="X")))["balanceAfter"] == "600"
    for method, why in (("Fulfil", {}), ("Cancel", {"reason": "X"})):
        answer = await decide(loyalty, method, new, "both", **why)
        assert code(answer) == "UNKNOWN_REWARD_REDEMPTION", "nobody knows whose is meant"
    await done(decide(loyalty, "Cancel", second, "both", reason="X"))
    assert await left(loyalty, "jug") == (9, 2)
    await done(take(loyalty, new, "jug", "both"))
    own = await done(decide(loyalty, "Cancel", new, "both", reason="X"))
    assert own["redemption"]["memberId"] == new, "one's own comes first"
    await be_sound(loyalty)


async def test_the_last_piece_goes_once_between_two_processes_that_both_want_it(
    loyalty: Loyalty, make_loyalty: Any
) -> None:
    await offer(loyalty, "last", 1)
    members = [await with_points(loyalty, 100) for _ in range(2)]
    async with make_loyalty(urls=DatabaseUrls(loyalty.database, loyalty.owner)) as other:
        other.members.ids |= loyalty.members.ids
        async with loyalty.looking.acquire() as holding, holding.transaction():
            await holding.execute("SELECT FROM rewards WHERE reward = 'last' FOR UPDATE")
            asked = [
                asyncio.ensure_future(take(door, member, "last", "l"))
                for door, member in zip((loyalty, other), members, strict=True)
            ]
            await waiting_for_locks(loyalty, 2)
        answers = await asyncio.gather(*asked)
    assert [code(answer) for answer in answers if answer.status_code != 200] == ["REWARD_SOLD_OUT"]
    assert await left(loyalty, "last") == (1, 1)
    assert sorted([(await loyalty.balance(member))["available"] for member in members]) == [0, 100]


async def test_changes_of_a_stock_at_once_are_all_counted(loyalty: Loyalty) -> None:
    await offer(loyalty, "crate", 1)
    async with loyalty.looking.acquire() as holding, holding.transaction():
        await holding.execute("SELECT FROM rewards WHERE reward = 'crate' FOR UPDATE")
        asked = [asyncio.ensure_future(stock(loyalty, "crate", 2, f"c{nth}")) for nth in range(4)]
        await waiting_for_locks(loyalty, 2)
    after = [(await done(each))["change"]["stockAfter"] for each in asked]
    assert (sorted(map(int, after)), await left(loyalty, "crate")) == ([3, 5, 7, 9], (9, 0))


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"points": 0}, "terms.points"),
        ({"currency": "GROWTH"}, "terms.currency"),
        ({"tiers": ["tin"]}, "terms.tiers[0]"),
        ({"tierPrices": [{"tier": "tin", "points": 1}]}, "terms.tier_prices[0].tier"),
        ({"kind": "REWARD_KIND_COUPON"}, "terms.gives"),
        ({"kind": "REWARD_KIND_UNSPECIFIED"}, "terms.kind"),
        ({"limits": [{"most": 0, "period": "REWARD_LIMIT_PERIOD_DAY"}]}, "terms.limits[0].most"),
        ({"from": "2030-01-02T00:00:00Z", "until": "2030-01-01T00:00:00Z"}, "terms.until"),
        ({"unitCost": cny(1) | {"currency": "USD"}}, "terms.unit_cost"),
    ],
)
async def test_terms_that_make_no_sense_are_refused_with_their_path(
    loyalty: Loyalty, changes: dict[str, Any], path: str
) -> None:
    answer = await draft(loyalty, "wrong", terms=terms(**changes))
    assert answer.status_code == 400
    assert path in answer.json()["message"]


async def test_only_who_may_offers_takes_and_gives(loyalty: Loyalty) -> None:
    body = {"reward": "mine", "reason": "mine"}
    for method in ("DraftReward", "PublishReward", "StopReward", "ChangeRewardStock"):
        assert (await loyalty.staff(f"RewardsService/{method}", body, "support")).status_code == 403
    member, other = loyalty.new_member(), loyalty.new_member()
    asked = {"memberId": other, "redemptionId": "x"}
    headers = {rpc.CALLER_HEADER: loyalty.assertion("member", member)}
    for method in ("RedeemReward", "FulfilRewardRedemption", "CancelRewardRedemption"):
        answer = await loyalty.call(f"RewardRedemptionsService/{method}", asked, headers=headers)
        assert answer.status_code == 403, method
    everyone = await loyalty.call(
        "RewardRedemptionsService/ListRewardRedemptions", {"first": 1}, headers=headers
    )
    assert everyone.status_code == 403


async def test_the_ledger_agrees_with_what_was_taken(loyalty: Loyalty) -> None:
    await offer(loyalty, "tray", 3)
    members = [await with_points(loyalty, 100) for _ in range(2)]
    for member in members:
        await done(take(loyalty, member, "tray", "t"))
    await done(decide(loyalty, "Cancel", members[0], "t", reason="X"))
    await be_sound(loyalty)
