"""Entitlements at the door: given as often as the quota says, whoever asks how often at the same instant."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from services.kit import clock, rpc
from services.loyalty.actions.entitlements import give
from services.loyalty.rules.benefits.entitlements import UnknownBenefit
from services.loyalty.rules.ledger.grants import Grant, GrantKind
from tests.loyalty import coupons
from tests.loyalty.conftest import Loyalty, order, programme, tier
from tests.loyalty.test_departures import hear, settle
from tests.loyalty.test_exports import exported

CLAIM, USE, RELEASE, LIST, CLAIMS, COSTS = (
    f"EntitlementsService/{method}"
    for method in (
        "ClaimBenefit",
        "UseBenefit",
        "ReleaseBenefit",
        "BatchListEntitlements",
        "ListBenefitClaims",
        "GetBenefitCosts",
    )
)
NAME = {"zh": "益", "en": "Good"}


def benefit(key: str, quota: int = 0, period: str = "MONTH", **more: Any) -> dict[str, Any]:
    limited = {"quota": quota, "quotaPeriod": f"QUOTA_PERIOD_{period}"} if quota else {}
    return {"key": key, "kind": "BENEFIT_KIND_ECONOMIC", "name": NAME} | limited | more


def giving(key: str, growth: int, *benefits: dict[str, Any]) -> dict[str, Any]:
    return tier(key, growth, "1") | {"benefits": list(benefits)}


COST = {"unitCost": {"minorUnits": 1_200, "currency": "CNY"}}
SHOP = programme(
    tiers=[
        giving("silver", 500, benefit("discount", 1, **COST), benefit("support")),
        giving(
            "gold",
            2_000,
            benefit("discount", 3, **COST),
            benefit("lounge", 2, "NONE"),
            benefit("sale", 1, "WEEK", survivesDowngrade=True),
        ),
    ]
)


@pytest.fixture(scope="module")
async def loyalty(make_loyalty: Any) -> AsyncIterator[Loyalty]:
    async with make_loyalty(SHOP) as running:
        yield running


async def holding(loyalty: Loyalty, tier_key: str = "silver") -> str:
    """A new member who holds a tier."""
    member = loyalty.new_member()
    spent = {"silver": 50_000, "gold": 200_000}[tier_key]
    assert (await loyalty.order_system("OrdersService/RecordOrder", order(member, spent))).status_code == 200
    return member


async def as_member(loyalty: Loyalty, member: str, method: str, **said: Any) -> httpx.Response:
    body = {"memberId": member} | said
    return await loyalty.call(method, body, headers={rpc.CALLER_HEADER: loyalty.assertion("member", member)})


async def claim(loyalty: Loyalty, member: str, key: str, benefit: str = "discount") -> httpx.Response:
    return await as_member(loyalty, member, CLAIM, benefit=benefit, idempotencyKey=key)


def outcome(answer: httpx.Response) -> str:
    """The code of the refusal, or what became of the claim."""
    if answer.status_code == 200:
        state: str = answer.json()["claim"]["state"].removeprefix("BENEFIT_CLAIM_STATE_")
        return state
    code: str = answer.json()["message"].split(":")[0]
    return code


async def entitled(loyalty: Loyalty, member: str) -> dict[str, tuple[int, int, int | None]]:
    """By benefit: how often claimed and open, used, and what remains."""
    item = {"memberId": member, "caller": loyalty.assertion("member", member)}
    (result,) = (await loyalty.call(LIST, {"members": [item]})).json()["results"]
    return {
        one["benefit"]["key"]: (
            int(one.get("claimed", 0)),
            int(one.get("used", 0)),
            int(one["remaining"]) if "remaining" in one else None,
        )
        for one in result["entitlements"].get("entitlements", [])
    }


async def told_beside(loyalty: Loyalty, member: str) -> list[str]:
    """The types of the events about a member that no posting wrote, in their order."""
    rows = await loyalty.sql(
        "SELECT type FROM outbox WHERE lane = 15 AND member_id = $1 ORDER BY seq", member
    )
    return [row["type"] for row in rows]


async def lower(loyalty: Loyalty, member: str, *tiers: str) -> None:
    """Let the member hold other tiers from now on, one after the other."""
    for key in tiers:
        await loyalty.sql(
            "UPDATE standings SET tier_keys = tier_keys || $2::text, tier_since = tier_since || $3::bigint "
            "WHERE member_id = $1",
            member,
            key,
            int(datetime.now(UTC).timestamp() * 1e6),
        )


async def test_a_quota_is_given_once_however_often_it_is_asked_for(loyalty: Loyalty) -> None:
    member = await holding(loyalty)
    assert await entitled(loyalty, member) == {"discount": (0, 0, 1), "support": (0, 0, None)}
    first = await claim(loyalty, member, "k1")
    assert outcome(first) == "CLAIMED"
    assert (await claim(loyalty, member, "k1")).json() == first.json() | {"replayed": True}
    assert outcome(await claim(loyalty, member, "k1", "support")) == "IDEMPOTENCY_KEY_REUSED"
    assert await entitled(loyalty, member) == {"discount": (1, 0, 0), "support": (0, 0, None)}
    refused = await claim(loyalty, member, "k2")
    assert outcome(refused) == "QUOTA_USED_UP"
    assert "claimedBy" not in first.json()["claim"], "who works here is not the member's business"
    assert "unitCost" not in first.json()["claim"]
    assert await told_beside(loyalty, member) == ["BenefitClaimed"]


async def test_twenty_claims_at_once_through_two_processes_give_one(
    make_loyalty: Any, loyalty: Loyalty
) -> None:
    urls = type("Urls", (), {"app": loyalty.database, "owner": loyalty.owner})
    async with make_loyalty(urls=urls) as other:
        member, again = await holding(loyalty), await holding(loyalty)
        doors = [loyalty, other] * 10
        asked = [claim(door, member, f"k{nth}") for nth, door in enumerate(doors)]
        outcomes = [outcome(answer) for answer in await asyncio.gather(*asked)]
        assert sorted(outcomes) == ["CLAIMED"] + ["QUOTA_USED_UP"] * 19
        same = await asyncio.gather(*(claim(door, again, "one-key") for door in doors))
        assert {outcome(answer) for answer in same} == {"CLAIMED"}
        assert len({answer.json()["claim"]["claimId"] for answer in same}) == 1
        assert sum("replayed" not in answer.json() for answer in same) == 1
        rows = await loyalty.sql(
            "SELECT member_id::text, count(*) AS claims FROM benefit_claims WHERE member_id = ANY($1::uuid[]) GROUP BY 1",
            [member, again],
        )
        assert {row["member_id"]: row["claims"] for row in rows} == {member: 1, again: 1}


async def test_the_last_one_is_used_once_by_orders_paid_at_the_same_instant(loyalty: Loyalty) -> None:
    member, claimed = await holding(loyalty), await holding(loyalty)
    await claim(loyalty, claimed, "mine")
    for each in (member, claimed):
        asked = [
            loyalty.order_system(
                USE,
                {
                    "memberId": each,
                    "benefit": "discount",
                    "idempotencyKey": f"u{nth}",
                    "order": {"source": "shop", "orderId": f"o{nth}"},
                },
            )
            for nth in range(6)
        ]
        outcomes = [outcome(answer) for answer in await asyncio.gather(*asked)]
        assert sorted(outcomes) == ["QUOTA_USED_UP"] * 5 + ["USED"]
        assert (await entitled(loyalty, each))["discount"] == (0, 1, 0)
        (row,) = await loyalty.sql("SELECT taken FROM benefit_counters WHERE member_id = $1", each)
        assert row["taken"] == 1


async def test_a_claim_waits_for_a_tier_that_is_being_lost(loyalty: Loyalty) -> None:
    member = await holding(loyalty, "gold")
    async with loyalty.looking.acquire() as connection:
        async with connection.transaction():
            await connection.execute(
                "UPDATE standings SET tier_keys = tier_keys || 'silver'::text, "
                "tier_since = tier_since || $2::bigint WHERE member_id = $1",
                member,
                int(datetime.now(UTC).timestamp() * 1e6),
            )
            asked = asyncio.ensure_future(claim(loyalty, member, "late", "lounge"))
            async with asyncio.timeout(30):
                while not await loyalty.sql("SELECT FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
        assert outcome(await asked) == "BENEFIT_NOT_IN_TIER"
    assert await loyalty.sql("SELECT FROM benefit_claims WHERE member_id = $1", member) == []


async def test_what_was_not_used_ends_with_its_tier_unless_it_says_otherwise(loyalty: Loyalty) -> None:
    member = await holding(loyalty, "gold")
    made = [await claim(loyalty, member, key, key) for key in ("discount", "lounge", "sale")]
    ids = {each.json()["claim"]["benefit"]: each.json()["claim"]["claimId"] for each in made}
    await lower(loyalty, member, "silver")
    assert await entitled(loyalty, member) == {
        "discount": (1, 0, 0),  # silver gives it, too, though once a month
        "support": (0, 0, None),
        "sale": (1, 0, 0),
    }
    use = {"idempotencyKey": "u", "claimId": ids["lounge"]}
    assert outcome(await as_member(loyalty, member, USE, **use)) == "CLAIM_LAPSED"
    await lower(loyalty, member, "gold")
    assert (await entitled(loyalty, member))["lounge"] == (0, 0, 1), (
        "what was lost with the tier does not come back"
    )
    assert outcome(await as_member(loyalty, member, USE, **use)) == "CLAIM_LAPSED"
    await lower(loyalty, member, "silver")
    for key in ("discount", "sale"):
        used = await as_member(loyalty, member, USE, idempotencyKey=key, claimId=ids[key])
        assert outcome(used) == "USED"


async def test_an_upgrade_gives_the_new_at_once_and_counts_what_was_had(loyalty: Loyalty) -> None:
    member = await holding(loyalty)
    await claim(loyalty, member, "k1")
    assert outcome(await claim(loyalty, member, "k2")) == "QUOTA_USED_UP"
    await loyalty.order_system("OrdersService/RecordOrder", order(member, 150_000))
    assert (await entitled(loyalty, member))["discount"] == (1, 0, 2)
    assert [outcome(await claim(loyalty, member, f"k{nth}")) for nth in (2, 3, 4)] == [
        "CLAIMED",
        "CLAIMED",
        "QUOTA_USED_UP",
    ]


async def test_a_claim_goes_back_to_its_quota_and_a_use_only_by_the_shop(loyalty: Loyalty) -> None:
    member = await holding(loyalty)
    first = (await claim(loyalty, member, "k1")).json()["claim"]["claimId"]
    assert outcome(await as_member(loyalty, member, RELEASE, claimId=first)) == "RELEASED"
    assert (await as_member(loyalty, member, RELEASE, claimId=first)).json()["replayed"]
    assert (await entitled(loyalty, member))["discount"] == (0, 0, 1)
    used = await as_member(loyalty, member, USE, benefit="discount", idempotencyKey="u1")
    second = used.json()["claim"]["claimId"]
    assert outcome(await as_member(loyalty, member, RELEASE, claimId=second)) == "CLAIM_SPENT"
    back = {"memberId": member, "claimId": second, "reason": "ORDER_CANCELED"}
    assert outcome(await loyalty.order_system(RELEASE, back)) == "RELEASED"
    assert (
        outcome(await as_member(loyalty, member, USE, claimId=second, idempotencyKey="u2")) == "CLAIM_SPENT"
    )
    assert (await entitled(loyalty, member))["discount"] == (0, 0, 1)
    assert await told_beside(loyalty, member) == [
        "BenefitClaimed",
        "BenefitReleased",
        "BenefitUsed",
        "BenefitReleased",
    ]


async def test_what_has_no_quota_is_used_by_orders_and_claimed_by_nobody(loyalty: Loyalty) -> None:
    member = await holding(loyalty)
    assert outcome(await claim(loyalty, member, "k", "support")) == "NOTHING_TO_CLAIM"
    use = {"benefit": "support", "idempotencyKey": "u"}
    assert outcome(await as_member(loyalty, member, USE, **use)) == "NOTHING_TO_CLAIM"
    assert outcome(await loyalty.order_system(USE, {"memberId": member} | use)) == "USED"
    assert (await entitled(loyalty, member))["support"] == (0, 1, None)


async def test_bad_asks_are_refused_by_name_and_change_nothing(loyalty: Loyalty) -> None:
    member, nobody = await holding(loyalty), loyalty.new_member()
    assert outcome(await claim(loyalty, member, "k", "yacht")) == "UNKNOWN_BENEFIT"
    lacking = await claim(loyalty, member, "k", "lounge")
    assert outcome(lacking) == "BENEFIT_NOT_IN_TIER"
    assert outcome(await claim(loyalty, nobody, "k")) == "BENEFIT_NOT_IN_TIER"
    assert outcome(await claim(loyalty, member, "")) == "MALFORMED_ID"
    both = {"benefit": "discount", "claimId": str(uuid4()), "idempotencyKey": "u"}
    assert outcome(await as_member(loyalty, member, USE, **both)) == "BENEFIT_NOT_NAMED"
    assert (
        outcome(await as_member(loyalty, member, USE, claimId=str(uuid4()), idempotencyKey="u"))
        == "UNKNOWN_CLAIM"
    )
    other = await loyalty.call(
        CLAIM,
        {"memberId": member, "benefit": "discount", "idempotencyKey": "k"},
        headers={rpc.CALLER_HEADER: loyalty.assertion("member", nobody)},
    )
    assert other.status_code == 403
    await hear(loyalty, member, "MemberFrozen")
    assert outcome(await claim(loyalty, member, "k")) == "MEMBER_FROZEN"
    rows = await loyalty.sql("SELECT FROM benefit_claims WHERE member_id = ANY($1::uuid[])", [member, nobody])
    assert rows == []


async def test_staff_say_why_and_see_who_did_what_page_by_page(loyalty: Loyalty) -> None:
    member = await holding(loyalty, "gold")
    asked = {"memberId": member, "benefit": "discount", "idempotencyKey": "s"}
    assert outcome(await loyalty.staff(CLAIM, asked)) == "REASON_CODE_NOT_VALID"
    assert outcome(await loyalty.staff(CLAIM, asked | {"reason": "GOODWILL"})) == "CLAIMED"
    used = {"source": "shop", "orderId": "o-9"}
    await loyalty.order_system(
        USE, {"memberId": member, "benefit": "lounge", "idempotencyKey": "l", "order": used}
    )
    await claim(loyalty, member, "mine")
    seen, after = [], ""
    while page := (await loyalty.staff(CLAIMS, {"memberId": member, "first": 2, "after": after})).json():
        seen += page["claims"]
        after = seen[-1]["claimId"]
        if not page.get("hasNextPage"):
            break
    assert [(one["benefit"], one["claimedBy"].split(":")[0]) for one in seen] == [
        ("discount", "member"),
        ("lounge", "system"),
        ("discount", "staff"),
    ]
    assert (seen[1]["orderRef"], seen[2]["reason"]) == ("shop:o-9", "GOODWILL")
    assert seen[0]["unitCost"] == {"minorUnits": "1200", "currency": "CNY"}
    assert (await loyalty.staff(CLAIM, asked, "auditor")).status_code == 403


async def test_costs_are_summed_by_month_and_tier_at_what_a_claim_cost_when_it_was_made(
    make_loyalty: Any,
) -> None:
    clock = [datetime(2027, 1, 31, 15, 30, tzinfo=UTC)]  # 23:30 in Shanghai
    async with make_loyalty(SHOP, now=lambda: clock[0]) as loyalty:

        async def member(minor: int) -> str:
            new = loyalty.new_member()
            paid = order(new, minor, paidAt=clock[0].isoformat())
            assert (await loyalty.order_system("OrdersService/RecordOrder", paid)).status_code == 200
            return new

        silver, gold = await member(50_000), await member(200_000)
        for nth, who in enumerate((silver, gold, gold)):
            assert outcome(await claim(loyalty, who, f"k{nth}")) == "CLAIMED"
        released = (await claim(loyalty, gold, "back")).json()["claim"]["claimId"]
        await as_member(loyalty, gold, RELEASE, claimId=released)
        clock[0] += timedelta(hours=1)
        assert outcome(await claim(loyalty, silver, "k9")) == "CLAIMED", "a new month"
        assert (await entitled(loyalty, silver))["discount"] == (1, 0, 0), "January's lapsed unused"
        asked = {"since": "2027-01-01T00:00:00Z", "until": "2027-03-01T00:00:00Z"}
        costs = (await loyalty.staff(COSTS, asked, "auditor")).json()
        assert [(c["month"], c["tier"], c["claims"], c["cost"]["minorUnits"]) for c in costs["costs"]] == [
            ("2027-01", "gold", "2", "2400"),
            ("2027-01", "silver", "1", "1200"),
            ("2027-02", "silver", "1", "1200"),
        ]
        assert costs["total"] == {"minorUnits": "4800", "currency": "CNY"}
        assert (await loyalty.staff(COSTS, asked, "support")).status_code == 403


async def test_a_merge_takes_claims_and_what_was_taken_along_and_its_undoing_gives_them_back(
    loyalty: Loyalty,
) -> None:
    gone, survivor = await holding(loyalty), await holding(loyalty)
    kept = (await claim(loyalty, gone, "k")).json()["claim"]["claimId"]
    merge = {"fromMemberId": gone, "intoMemberId": survivor, "mergeId": "m", "reason": "SAME"}
    assert (await loyalty.staff("MergesService/MergeMembers", merge)).status_code == 200
    assert (await entitled(loyalty, survivor))["discount"] == (1, 0, 0)
    assert outcome(await claim(loyalty, survivor, "k")) == "CLAIMED", "its replay"
    assert outcome(await claim(loyalty, survivor, "other")) == "QUOTA_USED_UP"
    assert outcome(await claim(loyalty, gone, "other")) == "QUOTA_USED_UP"
    rising = order(survivor, 200_000)
    assert (await loyalty.order_system("OrdersService/RecordOrder", rising)).status_code == 200
    own = (await claim(loyalty, survivor, "s", "lounge")).json()["claim"]["claimId"]
    for member in (gone, survivor):
        there = await entitled(loyalty, member)
        assert (there["discount"], there["lounge"]) == ((1, 0, 2), (1, 0, 1)), "under either name"
        listed = await as_member(loyalty, member, CLAIMS, first=10)
        assert [one["claimId"] for one in listed.json()["claims"]] == [own, kept]
    asked = {"memberId": gone, "caller": loyalty.assertion("member", loyalty.new_member())}
    (refused,) = (await loyalty.call(LIST, {"members": [asked]})).json()["results"]
    assert refused["refusal"]["code"] == "NOT_ALLOWED"
    undo = {"fromMemberId": gone, "mergeId": "m", "reason": "MISTAKE"}
    assert (await loyalty.staff("MergesService/UnmergeMembers", undo)).status_code == 200
    assert outcome(await claim(loyalty, survivor, "own")) == "CLAIMED"
    used = await as_member(loyalty, gone, USE, claimId=kept, idempotencyKey="u")
    assert outcome(used) == "USED"


async def test_an_erasure_counts_what_is_kept_and_a_package_has_it(loyalty: Loyalty) -> None:
    member = await holding(loyalty)
    await claim(loyalty, member, "k")
    (row,) = (await exported(loyalty, member))["benefit_claims"]
    assert (row["benefit"], row["tier"], row["state"]) == ("discount", "silver", "CLAIMED")
    await hear(loyalty, member, "MemberErased", erasure_id=str(uuid4()))
    await settle(loyalty)
    assert "MemberErasureDone" in await loyalty.told(member)
    assert outcome(await claim(loyalty, member, "k2")) == "MEMBER_CLOSED"


async def test_what_was_given_is_never_rewritten(loyalty: Loyalty) -> None:
    await claim(loyalty, await holding(loyalty), "k")
    connection = await asyncpg.connect(loyalty.database)
    try:
        for change in (
            "UPDATE benefit_claims SET claimed_at = now()",
            "DELETE FROM benefit_claims",
            "DELETE FROM benefit_counters",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
    finally:
        await connection.close()


async def test_a_claim_of_a_coupon_issues_it_once_with_the_claim(make_loyalty: Any) -> None:
    monthly = benefit("monthly", 1, effect="BENEFIT_EFFECT_COUPON", couponTemplate="off10")
    async with make_loyalty(programme(tiers=[giving("silver", 500, monthly)])) as loyalty:
        member = await holding(loyalty)
        unknown = await claim(loyalty, member, "k", "monthly")
        assert unknown.status_code != 200
        assert (await entitled(loyalty, member))["monthly"] == (0, 0, 1), "no template, nothing taken"
        await coupons.published(loyalty, coupons.amount_off(), "off10")
        answers = await asyncio.gather(*(claim(loyalty, member, f"k{nth}", "monthly") for nth in range(5)))
        assert sorted(outcome(answer) for answer in answers) == ["QUOTA_USED_UP"] * 4 + ["USED"]
        (made,) = [answer.json()["claim"] for answer in answers if answer.status_code == 200]
        issued = await coupons.listed(loyalty, member)
        assert [each["couponId"] for each in issued] == [made["couponId"]]
        back = await as_member(loyalty, member, RELEASE, claimId=made["claimId"])
        assert outcome(back) == "CLAIM_SPENT", "the coupon is revoked instead"


async def test_a_promised_benefit_is_given_once_beside_its_quota_and_without_its_tier(
    loyalty: Loyalty,
) -> None:
    member = loyalty.new_member()
    await loyalty.order_system("OrdersService/RecordOrder", order(member, 100))
    grant = Grant("mission:7", member, "shop", GrantKind.BENEFIT, template="lounge")
    connection = await asyncpg.connect(loyalty.database)
    try:
        for _ in range(2):
            async with connection.transaction():
                claim_id = await give(connection, grant, datetime.now(UTC))
        with pytest.raises(UnknownBenefit):
            async with connection.transaction():
                await give(connection, replace(grant, key="other", template="yacht"), datetime.now(UTC))
    finally:
        await connection.close()
    assert await entitled(loyalty, member) == {"lounge": (1, 0, 0)}
    assert outcome(await as_member(loyalty, member, USE, claimId=claim_id, idempotencyKey="u")) == "USED"
    assert await entitled(loyalty, member) == {}


async def test_claims_and_the_loss_of_their_tier_at_once_are_one_before_the_other(loyalty: Loyalty) -> None:
    outcomes = set()
    for nth in range(6):
        member = await holding(loyalty)
        until = (datetime.now(UTC) + timedelta(days=9)).isoformat()
        placed = {"memberId": member, "reason": "GOODWILL"}
        gold = placed | {"tier": "gold", "until": until, "idempotencyKey": f"up{nth}"}
        assert (await loyalty.staff("PlacementsService/OverrideTier", gold)).status_code == 200
        down = loyalty.staff("PlacementsService/EndTierOverride", placed | {"idempotencyKey": f"down{nth}"})
        *answers, ended = await asyncio.gather(
            *(claim(loyalty, member, f"k{each}", "lounge") for each in range(2)), down
        )
        assert ended.status_code == 200, ended.text
        outcomes |= {outcome(answer) for answer in answers}
        (row,) = await loyalty.sql(
            "SELECT tier_since[cardinality(tier_since)] AS lost_at FROM standings WHERE member_id = $1",
            member,
        )
        made = await loyalty.sql("SELECT claimed_at FROM benefit_claims WHERE member_id = $1", member)
        assert all(clock.micros(each["claimed_at"]) < row["lost_at"] for each in made)
        assert len(made) == [outcome(answer) for answer in answers].count("CLAIMED")
        assert "lounge" not in await entitled(loyalty, member)
    assert outcomes <= {"CLAIMED", "BENEFIT_NOT_IN_TIER"}
