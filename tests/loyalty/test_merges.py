"""Merges through the service's door on a real database: old names still work, mistakes are undone, races are won once."""

import asyncio
import random
from typing import Any

import asyncpg
import httpx
import pytest

from services.kit import rpc
from services.loyalty.rules.ledger.asks import Ask
from tests.loyalty.conftest import CALLED_BY_MEMBERS_KEY, Loyalty, order, programme
from tests.loyalty.integrity import busy
from tests.loyalty.test_integrity import check_everything

MERGE, UNMERGE = "MergesService/MergeMembers", "MergesService/UnmergeMembers"
NOTHING = {"available": 0, "pending": 0, "held": 0, "debt": 0}


def merging(old: str, new: str, merge_id: str = "m", reason: str = "SAME_PERSON") -> dict[str, Any]:
    return {"fromMemberId": old, "intoMemberId": new, "mergeId": merge_id, "reason": reason}


def undoing(old: str, merge_id: str = "m") -> dict[str, Any]:
    return {"fromMemberId": old, "mergeId": merge_id, "reason": "MISTAKE"}


async def adjust(
    loyalty: Loyalty, member: str, points: int, key: str, code: str = "POINTS"
) -> httpx.Response:
    body = {
        "memberId": member,
        "currency": code,
        "points": points,
        "reason": "TEST",
        "idempotencyKey": key,
    }
    answer = await loyalty.staff("PointsService/AdjustPoints", body)
    assert answer.status_code == 200, answer.text
    return answer


async def pay(loyalty: Loyalty, body: dict[str, Any]) -> dict[str, Any]:
    answer = await loyalty.order_system("OrdersService/RecordOrder", body)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def redeem(loyalty: Loyalty, member: str, points: int, redemption_id: str) -> httpx.Response:
    body = {"memberId": member, "points": points, "redemptionId": redemption_id}
    return await loyalty.order_system("RedemptionsService/RedeemPoints", body)


async def kept(loyalty: Loyalty, member: str, code: str = "POINTS") -> dict[str, int]:
    """What the ledger has under a member's own id, whoever the member is by now."""
    rows = await loyalty.sql(
        "SELECT w.available, w.pending, w.held FROM wallets w JOIN currencies c ON c.number = w.currency "
        "WHERE w.member_id = $1 AND c.code = $2",
        member,
        code,
    )
    available, pending, held = rows[0] if rows else (0, 0, 0)
    return {"available": max(0, available), "pending": pending, "held": held, "debt": max(0, -available)}


async def available(loyalty: Loyalty, member: str) -> int:
    return (await loyalty.balance(member))["available"]


async def test_a_merged_members_points_tier_and_growth_are_the_survivors(loyalty: Loyalty) -> None:
    old, new = loyalty.new_member(), loyalty.new_member()
    await pay(loyalty, order(old, 60_000))
    await adjust(loyalty, new, 50, "n")
    answer = await loyalty.staff(MERGE, merging(old, new), "operations")
    assert answer.status_code == 200, answer.text
    assert {m["currency"]: m["available"] for m in answer.json()["moved"]} == {
        "POINTS": "600",
        "GROWTH": "600",
    }
    assert [await kept(loyalty, old, code) for code in ("POINTS", "GROWTH")] == [NOTHING, NOTHING]
    assert (await available(loyalty, new), await loyalty.tier(new)) == (650, "silver")
    rows = await loyalty.sql(
        "SELECT type::text FROM entries WHERE member_id = $1 ORDER BY recorded_at DESC", old
    )
    assert [row[0] for row in rows[:2]] == ["MERGE", "MERGE"]
    assert "MemberMerged" in await loyalty.told(old)
    assert "MemberMerged" in await loyalty.told(new)


async def test_an_override_that_waited_comes_back_and_one_that_went_over_and_was_ended_does_not(
    loyalty: Loyalty,
) -> None:
    async def place(member: str) -> None:
        body = {"memberId": member, "tier": "gold", "until": "2099-01-01T00:00:00Z", "reason": "GIFT"}
        answer = await loyalty.staff("PlacementsService/OverrideTier", body | {"idempotencyKey": member})
        assert answer.status_code == 200, answer.text

    waiting, own, carried, none = (loyalty.new_member() for _ in range(4))
    for member in (waiting, own, carried):
        await place(member)
    for old, new in ((waiting, own), (carried, none)):
        assert (await loyalty.staff(MERGE, merging(old, new), "operations")).status_code == 200
        assert await loyalty.tier(new) == "gold"
        ending = {"memberId": new, "reason": "OVER", "idempotencyKey": f"end-{new}"}
        assert (await loyalty.staff("PlacementsService/EndTierOverride", ending)).status_code == 200
        assert (await loyalty.staff(UNMERGE, undoing(old), "operations")).status_code == 200
    assert [await loyalty.tier(member) for member in (waiting, own, carried, none)] == ["gold", "", "", ""]


async def test_old_ids_work_for_orders_refunds_replays_and_reversals(loyalty: Loyalty) -> None:
    old, new = loyalty.new_member(), loyalty.new_member()
    before = order(old, 20_000)
    await pay(loyalty, before)
    await redeem(loyalty, old, 50, "spent")
    assert (await loyalty.staff(MERGE, merging(old, new))).status_code == 200
    assert (await pay(loyalty, before))["replayed"]
    assert (await redeem(loyalty, old, 50, "spent")).json()["replayed"]
    later = await pay(loyalty, order(old, 10_000))
    assert later["order"]["memberId"] == new
    body = {"memberId": old, "redemptionId": "spent", "reversalId": "v", "reason": "TEST"}
    reversed_ = await loyalty.order_system("RedemptionsService/ReverseRedemption", body)
    assert reversed_.status_code == 200, reversed_.text
    refund = {
        "source": "shop",
        "orderId": before["orderId"],
        "refundId": "r",
        "amount": {"minorUnits": 20_000, "currency": "CNY"},
    }
    assert (await loyalty.order_system("OrdersService/RecordRefund", refund)).status_code == 200
    assert await available(loyalty, new) == 100
    assert await kept(loyalty, old) == NOTHING


async def test_an_undone_merge_gives_back_what_is_there_and_its_keys_are_still_found(
    loyalty: Loyalty,
) -> None:
    old, new = loyalty.new_member(), loyalty.new_member()
    await adjust(loyalty, old, 100, "o")
    await adjust(loyalty, new, 50, "n")
    await loyalty.staff(MERGE, merging(old, new))
    assert (await redeem(loyalty, old, 120, "while merged")).status_code == 200
    answer = await loyalty.staff(UNMERGE, undoing(old))
    assert answer.status_code == 200, answer.text
    (points,) = answer.json()["returned"]
    assert (points["available"], points["missing"]) == ("30", "70")
    assert (await available(loyalty, old), await available(loyalty, new)) == (30, 0)
    again = await loyalty.staff(UNMERGE, undoing(old))
    assert again.json() == answer.json() | {"replayed": True}
    assert (await redeem(loyalty, old, 120, "while merged")).json()["replayed"], "and not spent again"
    body = {"memberId": old, "redemptionId": "while merged", "reversalId": "v", "reason": "TEST"}
    reversed_ = await loyalty.order_system("RedemptionsService/ReverseRedemption", body)
    assert reversed_.status_code == 200, reversed_.text
    assert (await available(loyalty, old), await available(loyalty, new)) == (30, 120)
    await pay(loyalty, order(old, 10_000))
    assert await available(loyalty, old) == 130, "a member of one's own again"


async def test_what_paid_for_an_order_while_merged_comes_back_after_the_merge_is_undone(
    loyalty: Loyalty,
) -> None:
    old, new = loyalty.new_member(), loyalty.new_member()
    bought = order(old, 10_000)
    await pay(loyalty, bought)
    await adjust(loyalty, new, 30, "n")
    await loyalty.staff(MERGE, merging(old, new))
    named = {"source": "shop", "orderId": bought["orderId"]}
    spending = {"memberId": old, "points": 50, "redemptionId": "spent", "order": named}
    spent = await loyalty.order_system("RedemptionsService/RedeemPoints", spending)
    assert spent.status_code == 200, spent.text
    await loyalty.staff(UNMERGE, undoing(old))
    there = await available(loyalty, old), await available(loyalty, new)
    assert sum(there) == 80
    refund = named | {"refundId": "r", "amount": {"minorUnits": 10_000, "currency": "CNY"}}
    refunded = await loyalty.order_system("OrdersService/RecordRefund", refund)
    assert refunded.json()["returned"] == [{"currency": "POINTS", "points": "50"}], refunded.text
    assert await available(loyalty, new) == there[1] + 50
    body = {"memberId": old, "redemptionId": "spent", "reversalId": "v", "reason": "TEST"}
    again = await loyalty.order_system("RedemptionsService/ReverseRedemption", body)
    assert again.json()["message"].startswith("REVERSAL_EXCEEDS_REDEMPTION"), again.text
    await check_everything(loyalty)


async def test_a_redemption_is_known_to_who_stays_merged_when_the_merge_behind_is_undone(
    loyalty: Loyalty,
) -> None:
    old, new, last = (loyalty.new_member() for _ in range(3))
    await adjust(loyalty, old, 300, "o")
    assert (await loyalty.staff(MERGE, merging(old, new, "stays"))).status_code == 200
    assert (await loyalty.staff(MERGE, merging(new, last, "goes"))).status_code == 200
    assert (await redeem(loyalty, old, 100, "spent")).status_code == 200
    assert (await loyalty.staff(UNMERGE, undoing(new, "goes"))).status_code == 200
    assert (await redeem(loyalty, old, 100, "spent")).json().get("replayed"), "and not spent again"
    assert (await available(loyalty, new), await available(loyalty, last)) == (200, 0)
    body = {"memberId": old, "redemptionId": "spent", "reversalId": "v", "reason": "TEST"}
    reversed_ = await loyalty.order_system("RedemptionsService/ReverseRedemption", body)
    assert reversed_.status_code == 200, reversed_.text


async def test_what_was_held_while_merged_and_captured_after_it_comes_back_with_its_order(
    loyalty: Loyalty,
) -> None:
    old, new = loyalty.new_member(), loyalty.new_member()
    bought = order(old, 10_000)
    await pay(loyalty, bought)
    await adjust(loyalty, new, 500, "n")
    await loyalty.staff(MERGE, merging(old, new))
    named = {"source": "shop", "orderId": bought["orderId"]}
    hold = {"memberId": old, "points": 80, "holdId": "h", "order": named}
    assert (await loyalty.order_system("RedemptionsService/HoldPoints", hold)).status_code == 200
    assert (await loyalty.staff(UNMERGE, undoing(old))).status_code == 200
    capture = {"memberId": old, "holdId": "h", "redemptionId": "x", "points": 30, "keepRest": True}
    for _ in range(2):
        answer = await loyalty.order_system("RedemptionsService/CaptureHold", capture)
        assert answer.status_code == 200, answer.text
    assert answer.json()["replayed"], "and not captured again"
    assert (await kept(loyalty, new))["held"] == 50
    assert (
        await loyalty.order_system("RedemptionsService/ReleaseHold", {"memberId": old, "holdId": "h"})
    ).is_success
    body = {"memberId": old, "redemptionId": "x", "reversalId": "v", "points": 10, "reason": "TEST"}
    reversed_ = await loyalty.order_system("RedemptionsService/ReverseRedemption", body)
    assert reversed_.status_code == 200, reversed_.text
    refund = named | {"refundId": "r", "amount": {"minorUnits": 10_000, "currency": "CNY"}}
    refunded = await loyalty.order_system("OrdersService/RecordRefund", refund)
    assert refunded.json()["returned"] == [{"currency": "POINTS", "points": "20"}], refunded.text
    assert (await available(loyalty, old), await available(loyalty, new)) == (0, 580)
    await check_everything(loyalty)


@pytest.mark.parametrize("first", [0, 1], ids=["in order", "against it"])
async def test_what_was_spent_at_the_end_of_a_chain_comes_back_whoever_else_is_in_the_batch(
    new_database: Any, first: int
) -> None:
    """Members are locked by their ids, which say nothing of the order in which they were merged."""
    urls = new_database("loyalty")
    shop = busy.Shop(await busy.found(urls.app), 1)
    old, new, last = (f"{digit}0000000-0000-4000-8000-000000000000" for digit in ("19", "91")[first] + "5")
    async with shop.open(urls.app, lanes=1):
        await shop.order(old, [10_000])
        await shop.merge(old, new)
        await shop.merge(new, last)
        bought = shop.orders[-1]
        await shop.redeem(Ask(old, "shop", "POINTS", 50, b"", "staff:ada", "TEST", bought.ref))
        await asyncio.gather(
            shop.refund(bought, whole=True),
            shop.award(Ask(new, "shop", "POINTS", 7, b"", "staff:ada", "TEST")),
        )
    connection = await asyncpg.connect(urls.app)
    given = await connection.fetch(
        "SELECT member_id::text, points FROM entries WHERE type = 'REDEEM_REVERSAL'"
    )
    await connection.close()
    assert [tuple(row) for row in given] == [(last, 50)]
    assert not shop.refused


async def test_open_holds_are_finished_first(loyalty: Loyalty) -> None:
    old, new = loyalty.new_member(), loyalty.new_member()
    await adjust(loyalty, old, 100, "o")
    hold = {"memberId": old, "points": 30, "holdId": "h"}
    assert (await loyalty.order_system("RedemptionsService/HoldPoints", hold)).status_code == 200
    refused = await loyalty.staff(MERGE, merging(old, new))
    assert refused.json()["message"].startswith("HOLDS_OPEN: 1 checkouts hold 30 POINTS")
    assert (await loyalty.balance(old))["available"] == 70
    await loyalty.order_system("RedemptionsService/CaptureHold", {"memberId": old, "holdId": "h"})
    assert (await loyalty.staff(MERGE, merging(old, new))).status_code == 200
    held = await loyalty.order_system("RedemptionsService/GetHold", {"memberId": old, "holdId": "h"})
    assert held.json()["hold"]["captured"] == "30"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"intoMemberId": "00000000-0000-4000-8000-000000000000"}, "UNKNOWN_MEMBER"),
        ({"intoMemberId": "him"}, "MALFORMED_ID"),
        ({"mergeId": ""}, "MALFORMED_ID"),
        ({"reason": "because"}, "REASON_CODE_NOT_VALID"),
    ],
)
async def test_bad_merge_is_refused_by_name(loyalty: Loyalty, changes: dict[str, Any], code: str) -> None:
    body = merging(loyalty.new_member(), loyalty.new_member()) | changes
    assert (await loyalty.staff(MERGE, body)).json()["message"].split(":")[0] == code


async def test_impossible_merges_are_refused_by_name(loyalty: Loyalty) -> None:
    old, new, third = (loyalty.new_member() for _ in range(3))
    assert (await loyalty.staff(MERGE, merging(old, new))).status_code == 200

    async def code(method: str, body: dict[str, Any]) -> str:
        said: str = (await loyalty.staff(method, body)).json()["message"]
        return said.split(":")[0]

    assert await code(MERGE, merging(third, third)) == "MERGE_INTO_ITSELF"
    assert await code(MERGE, merging(old, third, "twice")) == "MEMBER_ALREADY_MERGED"
    assert await code(MERGE, merging(new, old, "circle")) == "MEMBER_ALREADY_MERGED"
    assert await code(MERGE, merging(third, old, "elsewhere")) == "MEMBER_ALREADY_MERGED"
    assert await code(MERGE, merging(old, third)) == "MERGE_ALREADY_RECORDED"
    assert await code(UNMERGE, undoing(old, "another")) == "UNKNOWN_MERGE"
    assert (await loyalty.staff(MERGE, merging(new, third))).status_code == 200
    assert await code(UNMERGE, undoing(old)) == "SURVIVOR_MERGED"


async def test_only_operations_and_the_members_service_merge(loyalty: Loyalty) -> None:
    old, new = loyalty.new_member(), loyalty.new_member()
    await adjust(loyalty, old, 100, "o")
    body = merging(old, new)
    assert (await loyalty.staff(MERGE, body, "program_admin", "support")).status_code == 403
    for roles in (("order_recorder",), ("member_registrar",)):
        assert (await loyalty.order_system(MERGE, body, *roles)).status_code == 403
    assert await available(loyalty, old) == 100, "a denial changes nothing"
    signer = rpc.CallerSigner("members", {"loyalty": CALLED_BY_MEMBERS_KEY})
    itself = signer.sign("loyalty", rpc.Caller(rpc.CallerKind.SERVICE, "members"))
    answer = await loyalty.call(MERGE, body, headers={rpc.CALLER_HEADER: itself})
    assert answer.status_code == 200, answer.text
    assert (await loyalty.entries(new))[0]["actor"] == "service:members"
    assert (await loyalty.order_system(UNMERGE, undoing(old), "member_registrar")).status_code == 403
    assert (await loyalty.staff(UNMERGE, undoing(old), "operations")).status_code == 200


async def test_a_merge_holds_in_every_programme_and_in_those_founded_later(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        await found(loyalty, "club")
        old, new = loyalty.new_member(), loyalty.new_member()
        for programme_id in ("shop", "club"):
            await pay(loyalty, order(old, 10_000, programmeId=programme_id))
        answer = await loyalty.staff(MERGE, merging(old, new))
        assert {m["programmeId"] for m in answer.json()["moved"]} == {"shop", "club"}
        await found(loyalty, "later")
        await pay(loyalty, order(new, 10_000, programmeId="later"))
        assert (await loyalty.balance(old, programme="later"))["available"] == 100, "of old nothing is there"
        for programme_id in ("shop", "club", "later"):
            await pay(loyalty, order(old, 10_000, programmeId=programme_id))
        balances = [(await loyalty.balance(new, programme=p))["available"] for p in ("shop", "club", "later")]
        assert balances == [200, 200, 200]
        assert (await loyalty.staff(UNMERGE, undoing(old))).status_code == 200
        for programme_id in ("shop", "club", "later"):
            await pay(loyalty, order(old, 10_000, programmeId=programme_id))
        balances = [(await loyalty.balance(old, programme=p))["available"] for p in ("shop", "club", "later")]
        assert balances == [200, 200, 100]
        await check_everything(loyalty)


async def found(loyalty: Loyalty, programme_id: str) -> None:
    body = {"programme": programme(programmeId=programme_id), "makeDefault": False, "reason": "test"}
    assert (await loyalty.staff("ProgrammesService/CreateProgramme", body)).status_code == 200


async def test_one_merge_sent_twice_at_once_moves_once(loyalty: Loyalty) -> None:
    old, new = loyalty.new_member(), loyalty.new_member()
    await adjust(loyalty, old, 100, "o")
    answers = await asyncio.gather(*(loyalty.staff(MERGE, merging(old, new)) for _ in range(8)))
    assert sorted(answer.json().get("replayed", False) for answer in answers) == [False] + [True] * 7
    assert await available(loyalty, new) == 100


async def test_members_merged_into_each_other_at_once_are_merged_one_way(loyalty: Loyalty) -> None:
    one, two = loyalty.new_member(), loyalty.new_member()
    await adjust(loyalty, one, 100, "k")
    await adjust(loyalty, two, 50, "k")
    answers = await asyncio.gather(
        loyalty.staff(MERGE, merging(one, two)), loyalty.staff(MERGE, merging(two, one))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert [await available(loyalty, one), await available(loyalty, two)] == [150, 150]
    left = [(await kept(loyalty, member))["available"] for member in (one, two)]
    assert sorted(left) == [0, 150]


async def test_orders_that_arrive_while_members_merge_and_part_count_once(
    make_loyalty: Any, new_database: Any
) -> None:
    urls = new_database("loyalty")
    dice = random.Random(7)
    async with make_loyalty(urls=urls) as one, make_loyalty(urls=urls) as two:
        body = {"programme": programme(), "makeDefault": True, "reason": "test"}
        assert (await one.staff("ProgrammesService/CreateProgramme", body)).status_code == 200
        old, new = one.new_member(), one.new_member()
        bodies = [order(dice.choice((old, new)), dice.randrange(100, 9_000)) for _ in range(60)]
        sent = [each for each in bodies for _ in range(2)]
        dice.shuffle(sent)

        async def merge_and_part() -> None:
            for nth in range(6):
                door = dice.choice((one, two))
                assert (await door.staff(MERGE, merging(old, new, f"m{nth}"))).status_code == 200
                await asyncio.sleep(0.02)
                assert (await door.staff(UNMERGE, undoing(old, f"m{nth}"))).status_code == 200
                await asyncio.sleep(0.02)

        async def send(each: dict[str, Any]) -> None:
            await asyncio.sleep(dice.random() / 2)
            await pay(dice.choice((one, two)), each)

        await asyncio.gather(merge_and_part(), *map(send, sent))
        earned = sum(each["total"]["minorUnits"] // 100 for each in bodies)
        growth = [(await one.balance(member, "GROWTH"))["available"] for member in (old, new)]
        assert sum(growth) == earned
        refunds = [
            one.order_system(
                "OrdersService/RecordRefund",
                {"source": "shop", "orderId": each["orderId"], "refundId": "r", "amount": each["total"]},
            )
            for each in bodies
        ]
        assert {answer.status_code for answer in await asyncio.gather(*refunds)} == {200}
        growth = [(await one.balance(member, "GROWTH"))["available"] for member in (old, new)]
        assert growth == [0, 0], "each order takes back from whoever has its points"
        await check_everything(one)


def by_identity(body: dict[str, Any], customer: str) -> dict[str, Any]:
    identity = {"kind": "IDENTITY_KIND_STOREFRONT_CUSTOMER", "scope": "shop", "value": customer}
    return {key: value for key, value in body.items() if key != "memberId"} | {"identity": identity}


async def retried(loyalty: Loyalty, asked: list[tuple[str, str, dict[str, Any]]]) -> list[bool]:
    """Whether what is asked (of a door, in a role) is answered as a replay."""
    replayed = []
    for door, role, body in asked:
        answer = await loyalty.order_system(door, body, role)
        assert answer.status_code == 200, answer.text
        (said,) = [result["imported"] for result in answer.json().get("results", ())] or [answer.json()]
        replayed.append(said.get("replayed", False))
    return replayed


@pytest.mark.parametrize("first_by", ["old", "new"], ids=["before a merge", "while merged"])
async def test_what_is_sent_again_by_an_identity_that_passed_to_another_is_not_done_twice(
    loyalty: Loyalty, first_by: str
) -> None:
    members = {"old": loyalty.new_member(), "new": loyalty.new_member()}
    customer = loyalty.members.customers
    name = members["old"]
    award = {"points": 7, "currency": "POINTS", "reason": "TEST", "idempotencyKey": f"award-{name}"}
    balance = {"importId": "crm", "currency": "POINTS", "lots": [{"points": 30, "expiresOn": "2090-01-01"}]}
    asked = [
        ("OrdersService/RecordOrder", "order_recorder", by_identity(order("", 1_000), name)),
        ("PointsService/AwardPoints", "point_awarder", by_identity(award, name)),
        ("ImportsService/ImportBalances", "order_importer", {"balances": [by_identity(balance, name)]}),
    ]
    merge, undo = (MERGE, merging(members["old"], members["new"])), (UNMERGE, undoing(members["old"]))
    if first_by == "new":
        assert (await loyalty.staff(*merge)).status_code == 200
    customer[name] = members[first_by]
    assert await retried(loyalty, asked) == [False] * 3
    assert (await loyalty.staff(*(merge if first_by == "old" else undo))).status_code == 200
    customer[name] = members["new" if first_by == "old" else "old"]
    assert await retried(loyalty, asked) == [True] * 3
    sums = [await available(loyalty, member) for member in members.values()]
    assert max(sums) == 10 + 7 + 30
    await check_everything(loyalty)
