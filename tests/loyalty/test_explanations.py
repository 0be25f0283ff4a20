"""Why an entry is what it is: told step by step, and never otherwise than it was posted."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.kit import rpc
from tests.loyalty.conftest import cny, earn_rule, programme, tier
from tests.loyalty.pasts import Past, past, utc, wire
from tests.loyalty.spending import code, done


def rated(**changes: Any) -> dict[str, Any]:
    """5 per 2.50 in whole steps, 1.5 per 1.00 exactly, 1 per 1000.00, and growth; silver multiplies by 1.3."""
    return programme(
        earnRules=[
            earn_rule("steps", "POINTS", points="5", per=cny(250), tierMultiplied=True),
            earn_rule("exact", "POINTS", points="3", per=cny(200), rounding="EARN_ROUNDING_PROPORTIONAL"),
            earn_rule("big", "POINTS", per=cny(100_000)),
            earn_rule("growth", "GROWTH"),
        ],
        tiers=[tier("silver", 50, "1.3"), tier("gold", 2000, "0")],
        **changes,
    )


@pytest.fixture(scope="module")
async def there(make_loyalty: Any) -> AsyncIterator[Past]:
    """A service with several rules and tiers, at a time that the tests move on."""
    async with past(make_loyalty, "2026-01-20 08:00", rated()) as made:
        yield made


async def test_an_earning_names_every_rule_and_what_it_gave(there: Past) -> None:
    member = there.loyalty.new_member()
    await there.pay(member, 6_000)
    there.wait(hours=1)
    bought = await there.pay(member, [399, 300])
    told = await there.explain(member, "EARN", nth=2)
    earning = told["earning"]
    assert (earning["tier"], earning["programmeVersion"], earning["total"]) == (
        "silver",
        1,
        cny(699) | {"minorUnits": "699"},
    )
    verdicts = {verdict["rule"]["key"]: verdict for verdict in earning["verdicts"]}
    assert list(verdicts) == ["steps", "exact", "big", "growth"]
    # 6.99 is two steps of 2.50: 10, times 1.3.
    assert (verdicts["steps"]["steps"], verdicts["steps"]["multiplier"]) == ("2", "1.3")
    assert (verdicts["steps"]["counted"], verdicts["steps"]["exact"]) == (True, "13")
    # 6.99 x 1.5, exactly, and no tier's multiplier.
    assert (verdicts["exact"]["exact"], verdicts["exact"]["multiplier"]) == ("2097/200", "1")
    assert "steps" not in verdicts["exact"]
    assert (verdicts["big"]["reason"], verdicts["big"]["exact"]) == ("NOT_COUNTED_REASON_BELOW_ONE_STEP", "0")
    assert verdicts["growth"]["reason"] == "NOT_COUNTED_REASON_OTHER_CURRENCY"
    # 13 + 10.485 = 23.485, rounded down at the end alone.
    assert (earning["exact"], earning["points"], told["entry"]["points"]) == ("4697/200", "23", "23")
    assert [(line["lineId"], line["points"]) for line in earning["lines"]] == [("1", "13"), ("2", "10")]
    assert [line["earned"][0]["points"] for line in bought["order"]["lines"]] == ["13", "10"]


async def test_a_tier_that_multiplies_by_nothing_is_named(there: Past) -> None:
    member = there.loyalty.new_member()
    await there.pay(member, 200_000)
    there.wait(hours=1)
    await there.pay(member, 1_000)
    told = await there.explain(member, "EARN", nth=2)
    steps = told["earning"]["verdicts"][0]
    assert (steps["reason"], steps["multiplier"]) == ("NOT_COUNTED_REASON_MULTIPLIED_BY_ZERO", "0")
    assert (told["earning"]["exact"], told["entry"]["points"]) == ("15", "15")


async def test_an_order_is_explained_by_the_version_in_force_when_it_was_paid(make_loyalty: Any) -> None:
    async with past(make_loyalty, "2026-01-20 08:00", rated()) as there:
        member, began_at = there.loyalty.new_member(), datetime.now(UTC)
        revision = {
            "programmeId": "shop",
            "basedOnVersion": 1,
            "earnRules": [earn_rule("double", "POINTS", points="2")],
            "reason": "test",
        }
        await done(there.loyalty.staff("ProgrammesService/ReviseProgramme", revision))
        there.at = began_at + timedelta(days=1)
        await there.pay(member, 1_000, paidAt=wire(began_at - timedelta(days=1)))
        await there.pay(member, 1_000)
        first, second = [(await there.explain(member, "EARN", nth=nth))["earning"] for nth in (0, 2)]
        assert (first["programmeVersion"], first["points"]) == (1, "35")
        assert (second["programmeVersion"], second["points"]) == (2, "20")
        assert [verdict["rule"]["key"] for verdict in second["verdicts"]] == ["double"]


async def test_refunds_tell_the_cumulative_arithmetic_line_by_line(there: Past) -> None:
    """The page's own: 40.00 earned 70 as 10 + 20 + 40; the line of 20 goes back, and then an amount."""
    member = there.loyalty.new_member()
    bought = await there.pay(member, [571, 1_143, 2_286])
    earned = [int(line["earned"][0]["points"]) for line in bought["order"]["lines"]]
    order_id = bought["order"]["orderId"]
    there.wait(hours=1)
    await there.refund(order_id, "line", lines={"lines": [{"lineId": "2"}]})
    there.wait(hours=1)
    await there.refund(order_id, "part", amount=cny(1_000))
    there.wait(hours=1)
    await there.refund(order_id, "rest", amount=cny(1_857))
    total = sum(earned)
    steps = [await there.explain(member, "EARN_REVERSAL", nth=nth) for nth in (0, 2, 4)]
    by_line, part, rest = [step["refund"] for step in steps]
    assert by_line["byLine"] is True
    assert (by_line["refundId"], by_line["earned"], by_line["takenBackAfter"]) == (
        "line",
        str(total),
        str(earned[1]),
    )
    assert [line["takenBackAfter"] for line in by_line["lines"] if "takenBackAfter" in line] == [
        str(earned[1])
    ]
    assert part.get("byLine", False) is False
    assert part["takenBackBefore"] == str(earned[1])
    assert (part["refundedBefore"]["minorUnits"], part["refundedAfter"]["minorUnits"]) == ("1143", "2143")
    # 10.00 over the lines' unrefunded 5.71 and 22.86: 2.00 and 8.00 of them.
    refunded = [
        (line["refundedBefore"].get("minorUnits", "0"), line["refundedAfter"]["minorUnits"])
        for line in part["lines"]
    ]
    assert refunded == [("0", "200"), ("1143", "1143"), ("0", "800")]
    exact = earned[0] * 200 / 571 + earned[1] + earned[2] * 800 / 2_286
    assert int(part["takenBackAfter"]) == int(exact)
    assert rest["takenBackAfter"] == str(total)
    assert [line["takenBackAfter"] for line in rest["lines"]] == [str(points) for points in earned]
    for step in steps:
        refund = step["refund"]
        taken = int(refund["takenBackAfter"]) - int(refund.get("takenBackBefore", 0))
        assert taken == int(step["entry"]["points"])
        lines = refund["lines"]
        assert sum(int(line.get("takenBackAfter", 0)) for line in lines) == int(refund["takenBackAfter"])


async def test_a_refund_of_before_lines_were_kept_is_told_as_a_whole(there: Past) -> None:
    member = there.loyalty.new_member()
    bought = await there.pay(member, 2_500)
    await there.refund(bought["order"]["orderId"], "old", amount=cny(1_250))
    await there.loyalty.sql("UPDATE refunds SET shares = NULL, by_line = NULL WHERE member_id = $1", member)
    refund = (await there.explain(member, "EARN_REVERSAL"))["refund"]
    assert (refund["refundId"], refund["takenBackAfter"]) == ("old", "43")
    assert "lines" not in refund


async def test_what_a_refund_could_not_take_is_told(make_loyalty: Any) -> None:
    founded = programme()
    founded["currencies"][0] |= {"negativePolicy": "NEGATIVE_POLICY_ALLOW_NEGATIVE", "debtFloor": "30"}
    async with past(make_loyalty, "2026-01-20 08:00", founded) as there:
        member = there.loyalty.new_member()
        bought = await there.pay(member, 10_000)
        there.wait(hours=1)
        await there.spend("RedeemPoints", member, points="80", redemptionId="treat")
        there.wait(hours=1)
        await there.refund(bought["order"]["orderId"], "all", amount=cny(10_000))
        told = await there.explain(member, "WRITE_OFF")
        assert told["entry"]["points"] == "50"
        assert (told["refund"]["becameDebt"], told["refund"]["writtenOff"]) == ("30", "50")
        assert "lot" not in told


async def test_a_redemption_names_the_lots_it_took_and_what_came_back(there: Past) -> None:
    member = there.loyalty.new_member()
    await there.adjust(member, 40, "one")
    there.wait(days=40)
    await there.adjust(member, 60, "two")
    there.wait(hours=1)
    await there.spend("RedeemPoints", member, points="70", redemptionId="treat")
    there.wait(hours=1)
    await there.spend(
        "ReverseRedemption", member, redemptionId="treat", reversalId="v", points="20", reason="OOPS"
    )
    told = await there.explain(member, "REDEEM")
    redemption = told["redemption"]
    assert (redemption["points"], redemption["returned"]) == ("70", "20")
    taken = [(lot["points"], lot["month"], lot["source"]) for lot in redemption["taken"]]
    months = [await there.explain(member, "ADJUST_CREDIT", nth=nth) for nth in (0, 1)]
    assert taken == [
        (points, credit["lot"]["month"], "LOT_SOURCE_ADJUSTED")
        for points, credit in zip(("40", "30"), months, strict=True)
    ]
    back = await there.explain(member, "REDEEM_REVERSAL")
    assert (back["reversal"]["reversalId"], back["reversal"]["points"]) == ("v", "20")
    assert back["reversal"]["redemptionEntryId"] == told["entry"]["entryId"]
    assert back["entry"]["expiresAt"] == redemption["taken"][1]["expiresAt"]


async def test_an_expiry_names_where_the_points_came_from_and_by_which_rule(make_loyalty: Any) -> None:
    async with past(make_loyalty, "2026-01-20 08:00") as there:
        member = there.loyalty.new_member()
        await there.pay(member, 3_000, orderId="first")
        there.wait(days=1)
        await there.pay(member, 4_000, orderId="second")
        there.at = utc("2027-02-10 00:00")
        await there.adjust(member, 1, "wake up")
        told = await there.explain(member, "EXPIRE")
        assert (told["entry"]["points"], told["expiry"]["expiredAt"]) == ("70", "2027-01-31T16:00:00Z")
        assert told["lot"]["month"] == "2026-01"
        origins = [
            (o["entry"]["orderRef"], o["entry"]["points"], o["expiry"]) for o in told["expiry"]["origins"]
        ]
        rule = {"kind": "EXPIRY_KIND_AFTER_PERIOD", "period": "P12M", "rounding": "EXPIRY_ROUNDING_MONTH"}
        assert origins == [("shop:first", "30", rule), ("shop:second", "40", rule)]


async def test_a_promise_and_its_coming_true_name_each_other(make_loyalty: Any) -> None:
    founded = programme()
    founded["currencies"][0] |= {"maturation": {"kind": "MATURATION_KIND_AFTER_PERIOD", "period": "P7D"}}
    founded["currencies"][1] |= {"maturation": {"kind": "MATURATION_KIND_ON_ORDER_COMPLETED"}}
    async with past(make_loyalty, "2026-01-20 08:00", founded) as there:
        member = there.loyalty.new_member()
        await there.pay(member, 3_000, orderId="slow")
        promise, waiting = [await there.explain(member, "PENDING_ADDED", nth=nth) for nth in (0, 1)]
        assert promise["maturation"]["maturesAt"] == promise["lot"]["maturesAt"] == "2026-01-26T16:00:00Z"
        assert promise["maturation"]["rule"]["period"] == "P7D"
        assert promise["earning"]["points"] == "30"
        assert waiting["maturation"] == {"rule": {"kind": "MATURATION_KIND_ON_ORDER_COMPLETED"}}
        there.at = utc("2026-01-30 00:00")
        completed = {"source": "shop", "orderId": "slow"}
        await done(there.loyalty.order_system("OrdersService/CompleteOrder", completed))
        true, done_with = [await there.explain(member, "PENDING_ACTIVATED", nth=nth) for nth in (0, 1)]
        assert true["maturation"]["maturesAt"] == "2026-01-26T16:00:00Z"
        (origin,) = true["maturation"]["origins"]
        assert origin["entry"]["entryId"] == promise["entry"]["entryId"]
        (origin,) = done_with["maturation"]["origins"]
        assert origin["entry"]["entryId"] == waiting["entry"]["entryId"]


async def test_what_a_hold_did_names_the_hold(there: Past) -> None:
    member = there.loyalty.new_member()
    await there.adjust(member, 100, "gift")
    await there.spend("HoldPoints", member, holdId="cart", points="50", timeToLiveSeconds="3600")
    await there.spend("HoldPoints", member, holdId="other", points="10", timeToLiveSeconds="3600")
    await there.spend("CaptureHold", member, holdId="cart", redemptionId="cart", points="30")
    there.wait(hours=2)
    await there.adjust(member, 1, "wake up")
    for type, nth, hold, state in (
        ("HOLD", 0, "cart", "HOLD_STATE_CAPTURED"),
        ("HOLD_CAPTURE", 0, "cart", "HOLD_STATE_CAPTURED"),
        ("HOLD_RELEASE", 0, "cart", "HOLD_STATE_CAPTURED"),
        ("HOLD", 1, "other", "HOLD_STATE_TIMED_OUT"),
        ("HOLD_RELEASE", 1, "other", "HOLD_STATE_TIMED_OUT"),
    ):
        told = await there.explain(member, type, nth=nth)
        assert (told["hold"]["holdId"], told["hold"]["state"]) == (hold, state)
    captured = await there.explain(member, "HOLD_CAPTURE")
    assert captured["redemption"]["points"] == captured["hold"]["captured"] == "30"


async def test_an_adjustment_names_actor_and_reason_to_staff_alone(there: Past) -> None:
    member = there.loyalty.new_member()
    await there.adjust(member, 100, "gift")
    told = await there.explain(member, "ADJUST_CREDIT")
    assert told["adjustment"] == {"actor": "staff:ada", "reason": "GOODWILL"}
    mine = await done(there.ask("ExplainEntry", member, entryId=told["entry"]["entryId"]))
    assert "adjustment" not in mine
    assert "actor" not in mine["entry"]
    assert mine["entry"]["reason"] == "GOODWILL"


async def test_an_approved_adjustment_names_both_persons(make_loyalty: Any) -> None:
    founded = programme()
    founded["currencies"][0] |= {"approvalAbove": "100"}
    async with past(make_loyalty, "2026-01-20 08:00", founded) as there:
        member = there.loyalty.new_member()
        await there.adjust(member, 5, "small")
        waiting = await there.adjust(member, 500, "large")
        there.wait(hours=1)
        request = {"requestId": waiting["requestId"], "reason": "CHECKED"}
        headers = {rpc.CALLER_HEADER: there.loyalty.assertion("staff", "bob", "operations")}
        await done(there.loyalty.call("AdjustmentsService/ApproveAdjustment", request, headers=headers))
        small, large = [
            (await there.explain(member, "ADJUST_CREDIT", nth=nth))["adjustment"] for nth in (0, 1)
        ]
        assert small == {"actor": "staff:ada", "reason": "GOODWILL"}
        assert large == small | {
            "requestId": waiting["requestId"],
            "requestedBy": "staff:ada",
            "approvedBy": "staff:bob",
            "approvedAt": "2026-01-20T09:00:00Z",
            "note": "CHECKED",
        }


async def test_an_entry_of_another_member_or_of_none_is_unknown(there: Past) -> None:
    member, other = there.loyalty.new_member(), there.loyalty.new_member()
    await there.adjust(member, 100, "gift")
    (entry,) = await there.loyalty.entries(member)
    for asker, entry_id in ((other, entry["entryId"]), (member, "1-0"), (member, "99999999999999999-1")):
        assert code(await there.ask("ExplainEntry", asker, entryId=entry_id)) == "UNKNOWN_ENTRY"
    for entry_id in ("", "nonsense", "１-0"):
        assert code(await there.ask("ExplainEntry", member, entryId=entry_id)) == "PAGE_NOT_UNDERSTOOD"


async def test_gifts_name_the_transfer_and_merges_both_members(make_loyalty: Any) -> None:
    founded = programme()
    founded["currencies"][0] |= {"transferable": True}
    async with past(make_loyalty, "2026-01-20 08:00", founded) as there:
        giver, receiver = there.loyalty.new_member(), there.loyalty.new_member()
        await there.adjust(giver, 100, "gift")
        there.wait(hours=1)
        gift = {"fromMemberId": giver, "toMemberId": receiver, "points": "30", "transferId": "birthday"}
        await done(there.loyalty.staff("TransfersService/TransferPoints", gift))
        for member, type in ((giver, "HOLD"), (giver, "TRANSFER_OUT"), (receiver, "TRANSFER_IN")):
            assert (await there.explain(member, type))["transfer"] == {"transferId": "birthday"}
        there.wait(hours=1)
        one = {"fromMemberId": giver, "intoMemberId": receiver, "mergeId": "m", "reason": "SAME_PERSON"}
        await done(there.loyalty.staff("MergesService/MergeMembers", one))
        there.wait(hours=1)
        back = {"fromMemberId": giver, "mergeId": "m", "reason": "MISTAKE"}
        await done(there.loyalty.staff("MergesService/UnmergeMembers", back))
        merge = {"mergeId": "m", "fromMemberId": giver, "intoMemberId": receiver}
        for member in (giver, receiver):
            assert (await there.explain(member, "MERGE"))["merge"] == merge
            assert (await there.explain(member, "MERGE", nth=1))["merge"] == merge | {"undoing": True}
        entry = next(entry for entry in await there.loyalty.entries(giver) if entry["type"] == "MERGE")
        mine = await done(there.ask("ExplainEntry", giver, entryId=entry["entryId"]))
        assert "merge" not in mine


async def test_awards_and_forfeits_name_who_did_it(make_loyalty: Any) -> None:
    async with past(make_loyalty, "2026-01-20 08:00") as there:
        member = there.loyalty.new_member()
        award = {"memberId": member, "points": "10", "reason": "CHECK_IN", "idempotencyKey": "day-1"}
        await done(there.loyalty.order_system("PointsService/AwardPoints", award, "point_awarder"))
        there.wait(hours=1)
        forfeit = {"memberId": member, "forfeitId": "bye", "reason": "CLOSED"}
        await done(there.loyalty.staff("ForfeitsService/ForfeitPoints", forfeit))
        earned, lost = await there.explain(member, "EARN"), await there.explain(member, "FORFEIT")
        assert earned["adjustment"] == {"actor": "system:shop", "reason": "CHECK_IN"}
        assert "earning" not in earned
        assert lost["adjustment"] == {"actor": "staff:ada", "reason": "CLOSED"}
