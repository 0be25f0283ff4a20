"""Holds through the service's own doors: raced, retried, timed out, and carried from one process to another."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.kit import clock
from tests.loyalty.conftest import Loyalty, programme
from tests.loyalty.coupons import field_of
from tests.loyalty.spending import (
    code,
    convertible,
    credit,
    done,
    facts,
    footprint,
    spend,
    spend_as,
    with_points,
)
from tests.loyalty.test_integrity import check_everything


@pytest.fixture(scope="module")
async def shop(make_loyalty: Any) -> AsyncIterator[Loyalty]:
    async with make_loyalty(convertible()) as running:
        yield running


async def hold_of(loyalty: Loyalty, member: str, hold_id: str) -> dict[str, Any]:
    """A hold as it is now: its state and what it keeps."""
    said = (await done(spend(loyalty, "GetHold", member, holdId=hold_id)))["hold"]
    return {"state": said["state"].removeprefix("HOLD_STATE_"), "held": int(said.get("held", 0))}


async def test_a_hold_sets_points_aside_at_once_and_again_gives_its_first_answer(shop: Loyalty) -> None:
    member = await with_points(shop, 500)
    asked = {"points": 300, "holdId": "cart", "timeToLiveSeconds": 600}
    first = await done(spend(shop, "HoldPoints", member, **asked))
    assert (first["hold"]["state"], first["hold"]["held"], first["balanceAfter"]) == (
        "HOLD_STATE_OPEN",
        "300",
        "200",
    )
    await done(spend(shop, "CaptureHold", member, holdId="cart", points=100))
    again = await done(spend(shop, "HoldPoints", member, **asked))
    assert again == {**first, "replayed": True}
    assert await hold_of(shop, member, "cart") == {"state": "CAPTURED", "held": 0}
    other = await spend(shop, "HoldPoints", member, **asked | {"timeToLiveSeconds": 601})
    assert (other.status_code, code(other), field_of(other)) == (409, "IDEMPOTENCY_KEY_REUSED", "hold_id")


async def test_example_15_a_partial_final_capture_releases_the_rest_through_the_door(shop: Loyalty) -> None:
    member = await with_points(shop, 500)
    await done(spend(shop, "HoldPoints", member, points=300, holdId="h"))
    await credit(shop, member, 100, "more")
    captured = await done(spend(shop, "CaptureHold", member, holdId="h", points=200))
    assert (captured["points"], captured["released"], captured["balanceAfter"]) == ("200", "100", "400")
    assert await shop.balance(member) == {"available": 400, "pending": 0, "held": 0, "debt": 0}


async def test_twenty_checkouts_never_hold_the_same_points(shop: Loyalty) -> None:
    member = await with_points(shop, 500)
    answers = await asyncio.gather(
        *(spend(shop, "HoldPoints", member, points=100, holdId=f"cart-{nth}") for nth in range(20))
    )
    assert Counter(answer.status_code for answer in answers) == {200: 5, 400: 15}
    refused = next(answer for answer in answers if answer.status_code == 400)
    assert facts(refused) == {"asked": "100", "available": "0", "held": "500", "replayed": "false"}
    balance = await shop.balance(member)
    assert (balance["available"], balance["held"]) == (0, 500)


async def test_of_a_capture_and_a_release_at_once_one_wins_and_nothing_is_lost(shop: Loyalty) -> None:
    for _ in range(10):
        member = await with_points(shop, 100)
        await done(spend(shop, "HoldPoints", member, points=100, holdId="h"))
        captured, released = await asyncio.gather(
            spend(shop, "CaptureHold", member, holdId="h"), spend(shop, "ReleaseHold", member, holdId="h")
        )
        winner = (captured.status_code, released.status_code)
        assert winner in {(200, 400), (400, 200)}
        loser = released if winner[0] == 200 else captured
        assert code(loser) == "HOLD_NOT_OPEN"
        balance = await shop.balance(member)
        assert (balance["available"], balance["held"]) == ((0, 0) if winner[0] == 200 else (100, 0))
    await check_everything(shop)


async def test_a_capture_sent_again_captures_once(shop: Loyalty) -> None:
    member = await with_points(shop, 300)
    await done(spend(shop, "HoldPoints", member, points=300, holdId="h"))
    asked = {"holdId": "h", "redemptionId": "parcel-1", "points": 100, "keepRest": True}
    answers = await asyncio.gather(*(done(spend(shop, "CaptureHold", member, **asked)) for _ in range(10)))
    assert Counter(answer.pop("replayed", False) for answer in answers) == {False: 1, True: 9}
    assert all(answer == answers[0] for answer in answers)
    assert await hold_of(shop, member, "h") == {"state": "OPEN", "held": 200}
    rest = await done(spend(shop, "CaptureHold", member, holdId="h", redemptionId="parcel-2"))
    assert rest["points"] == "200"
    assert await hold_of(shop, member, "h") == {"state": "CAPTURED", "held": 0}


async def test_a_release_sent_again_gives_back_once(shop: Loyalty) -> None:
    member = await with_points(shop, 100)
    await done(spend(shop, "HoldPoints", member, points=60, holdId="h"))
    first = await done(spend_as(shop, member, "ReleaseHold", member, holdId="h"))
    again = await done(spend_as(shop, member, "ReleaseHold", member, holdId="h"))
    assert (first["hold"]["state"], again) == ("HOLD_STATE_RELEASED", {**first, "replayed": True})
    assert (await shop.balance(member))["available"] == 100


async def test_a_hold_whose_time_is_up_is_back_for_every_reader_though_nobody_touched_it(
    make_loyalty: Any, new_database: Any
) -> None:
    urls, later = new_database("loyalty"), timedelta(minutes=31)
    async with (
        make_loyalty(urls=urls) as now,
        make_loyalty(urls=urls, now=lambda: clock.now() + later) as afterwards,
    ):
        body = {"programme": convertible(), "makeDefault": True, "reason": "test"}
        await done(now.staff("ProgrammesService/CreateProgramme", body))
        member = await with_points(now, 100)
        await done(spend(now, "HoldPoints", member, points=100, holdId="h"))
        before = await footprint(now, member)
        assert await afterwards.balance(member) == {"available": 100, "pending": 0, "held": 0, "debt": 0}
        assert await hold_of(afterwards, member, "h") == {"state": "TIMED_OUT", "held": 0}
        lots = {"members": [{"memberId": member, "caller": now.assertion("member", member)}]}
        (lot,) = (await done(afterwards.call("PointsService/BatchListLots", lots)))["results"][0]["lots"][
            "lots"
        ]
        assert lot["points"] == "100"
        assert await footprint(now, member) == before, "reading posts nothing"
        captured = await spend(afterwards, "CaptureHold", member, holdId="h")
        assert (code(captured), facts(captured)) == (
            "HOLD_NOT_OPEN",
            {"state": "TIMED_OUT", "captured": "0"},
        )
        held = [entry for entry in await now.entries(member) if entry["type"].startswith("HOLD")]
        assert [entry["type"] for entry in held] == ["HOLD_RELEASE", "HOLD"]
        expires_at = (await done(spend(now, "GetHold", member, holdId="h")))["hold"]["expiresAt"]
        assert held[0]["occurredAt"] == expires_at
        released = await done(spend(afterwards, "ReleaseHold", member, holdId="h"))
        assert released["hold"]["state"] == "HOLD_STATE_TIMED_OUT"
        await done(spend(afterwards, "RedeemPoints", member, points=100, redemptionId="r"))
        await check_everything(afterwards)


async def test_a_hold_made_by_one_process_is_captured_by_another_also_after_a_restart(
    make_loyalty: Any, new_database: Any
) -> None:
    urls = new_database("loyalty")
    async with make_loyalty(urls=urls) as first:
        body = {"programme": convertible(), "makeDefault": True, "reason": "test"}
        await done(first.staff("ProgrammesService/CreateProgramme", body))
        member = await with_points(first, 300)
        async with make_loyalty(urls=urls) as second:
            await done(spend(first, "HoldPoints", member, points=100, holdId="one"))
            await done(spend(second, "HoldPoints", member, points=100, holdId="two"))
            answers = await asyncio.gather(
                *(spend(door, "CaptureHold", member, holdId="one") for door in (first, second) * 5),
                *(spend(door, "ReleaseHold", member, holdId="two") for door in (first, second) * 5),
            )
            assert all(answer.status_code == 200 for answer in answers)
            firsts = [answer for answer in answers if not answer.json().get("replayed", False)]
            assert len(firsts) == 2, "one capture and one release were done, the others are replays"
            await done(spend(second, "HoldPoints", member, points=100, holdId="three"))
    async with make_loyalty(urls=urls) as again:
        assert await hold_of(again, member, "three") == {"state": "OPEN", "held": 100}
        captured = await done(spend(again, "CaptureHold", member, holdId="three", points=40))
        assert (captured["points"], captured["released"]) == ("40", "60")
        assert await again.balance(member) == {"available": 160, "pending": 0, "held": 0, "debt": 0}
        await check_everything(again)


async def test_a_hold_is_the_members_and_the_programmes_own(make_loyalty: Any) -> None:
    async with make_loyalty(convertible()) as shop:
        other = {**programme(), "programmeId": "other"}
        await done(shop.staff("ProgrammesService/CreateProgramme", {"programme": other, "reason": "test"}))
        member, stranger = await with_points(shop, 100), await with_points(shop, 100)
        await done(spend(shop, "HoldPoints", member, points=100, holdId="h"))
        await done(spend(shop, "RedeemPoints", stranger, points=1, redemptionId="r"))
        for method in ("GetHold", "CaptureHold", "ReleaseHold"):
            for body in ({"memberId": stranger}, {"memberId": member, "programmeId": "other"}):
                answer = await shop.order_system(f"RedemptionsService/{method}", {"holdId": "h", **body})
                assert (answer.status_code, code(answer)) == (404, "UNKNOWN_HOLD"), (method, body)
        body = {"redemptionId": "r", "reversalId": "v", "reason": "X", "programmeId": "other"}
        elsewhere = await spend(shop, "ReverseRedemption", stranger, **body)
        assert (elsewhere.status_code, code(elsewhere)) == (404, "UNKNOWN_REDEMPTION")
        assert await hold_of(shop, member, "h") == {"state": "OPEN", "held": 100}


async def test_a_hold_is_found_by_the_name_it_was_made_under_through_merges(shop: Loyalty) -> None:
    old, new = await with_points(shop, 100), shop.new_member()
    await done(spend(shop, "HoldPoints", old, points=10, holdId="before"))
    await done(spend(shop, "ReleaseHold", old, holdId="before"))
    merging = {"fromMemberId": old, "intoMemberId": new, "mergeId": "m", "reason": "SAME_PERSON"}
    await done(shop.staff("MergesService/MergeMembers", merging))
    await done(spend(shop, "HoldPoints", old, points=20, holdId="between"))
    for name in (old, new):
        assert await hold_of(shop, name, "between") == {"state": "OPEN", "held": 20}
    captured = await done(spend(shop, "CaptureHold", old, holdId="between", points=20))
    assert captured["balanceAfter"] == "80"
    undoing = {"fromMemberId": old, "mergeId": "m", "reason": "MISTAKE"}
    await done(shop.staff("MergesService/UnmergeMembers", undoing))
    await credit(shop, new, 10, "top-up")
    await done(spend(shop, "HoldPoints", new, points=1, holdId="after"))
    assert await hold_of(shop, old, "before") == {"state": "RELEASED", "held": 0}
    assert await hold_of(shop, old, "between") == {"state": "CAPTURED", "held": 0}
    assert code(await spend(shop, "GetHold", old, holdId="after")) == "UNKNOWN_HOLD"
    assert await done(spend(shop, "CaptureHold", old, holdId="between", points=20)) == {
        **captured,
        "replayed": True,
    }
    await check_everything(shop)
