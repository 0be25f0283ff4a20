"""Bad input to what moves points: refused by name with the numbers that led to it, and nothing is changed."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.kit import clock
from services.loyalty import queues
from tests.loyalty.conftest import Loyalty, cny
from tests.loyalty.spending import code, convertible, done, facts, footprint, spend, with_points
from tests.loyalty.test_integrity import check_everything

MOST = 2**53
LATER = timedelta(hours=1)
STRANGER = "00000000-0000-4000-8000-000000000000"
ON = {"source": "shop", "orderId": "o-1"}


@pytest.fixture(scope="module")
async def shop(make_loyalty: Any) -> AsyncIterator[Loyalty]:
    async with make_loyalty(convertible()) as running:
        yield running


@pytest.fixture(scope="module")
async def member(shop: Loyalty) -> str:
    """A member with 120 points, 40 more in the open hold "h", and 30 redeemed as "r"."""
    found = await with_points(shop, 190)
    await done(spend(shop, "HoldPoints", found, points=40, holdId="h"))
    await done(spend(shop, "RedeemPoints", found, points=30, redemptionId="r"))
    await done(spend(shop, "HoldPoints", await with_points(shop, 9), points=9, holdId="another's"))
    return found


OUT_OF_RANGE = [
    (points, "POINTS_OUT_OF_RANGE", {"asked": str(points)}) for points in (0, -1, MOST + 1, 2**62)
]
BEYOND = {"available": "120", "held": "40", "replayed": "false"}
REFUSED: list[tuple[str, dict[str, Any], str, dict[str, str]]] = [
    *(("RedeemPoints", {"redemptionId": "x", "points": n}, name, why) for n, name, why in OUT_OF_RANGE),
    *(("HoldPoints", {"holdId": "x", "points": n}, name, why) for n, name, why in OUT_OF_RANGE),
    *(("CaptureHold", {"holdId": "h", "points": n}, name, why) for n, name, why in OUT_OF_RANGE),
    *(
        ("ReverseRedemption", {"redemptionId": "r", "reversalId": "x", "reason": "X", "points": n}, name, why)
        for n, name, why in OUT_OF_RANGE
    ),
    (
        "RedeemPoints",
        {"redemptionId": "much", "points": 300},
        "NOT_ENOUGH_POINTS",
        {"asked": "300", **BEYOND},
    ),
    ("HoldPoints", {"holdId": "much", "points": MOST}, "NOT_ENOUGH_POINTS", {"asked": str(MOST), **BEYOND}),
    ("CaptureHold", {"holdId": "h", "points": 41}, "CAPTURE_EXCEEDS_HOLD", {"asked": "41", "held": "40"}),
    ("CaptureHold", {"holdId": "another's"}, "UNKNOWN_HOLD", {}),
    ("ReleaseHold", {"holdId": "another's"}, "UNKNOWN_HOLD", {}),
    ("GetHold", {"holdId": "another's"}, "UNKNOWN_HOLD", {}),
    (
        "ReverseRedemption",
        {"redemptionId": "r", "reversalId": "x", "reason": "X", "points": 31},
        "REVERSAL_EXCEEDS_REDEMPTION",
        {"asked": "31", "left": "30"},
    ),
    (
        "ReverseRedemption",
        {"redemptionId": "none", "reversalId": "x", "reason": "X"},
        "UNKNOWN_REDEMPTION",
        {},
    ),
    (
        "ReverseRedemption",
        {"redemptionId": "r", "reversalId": "x", "reason": "so it is"},
        "REASON_CODE_NOT_VALID",
        {},
    ),
    ("ReverseRedemption", {"redemptionId": "r", "reversalId": "x"}, "REASON_CODE_NOT_VALID", {}),
    ("RedeemPoints", {"redemptionId": "x", "points": 1, "reason": "so"}, "REASON_CODE_NOT_VALID", {}),
    ("RedeemPoints", {"redemptionId": "", "points": 1}, "MALFORMED_ID", {"length": "0"}),
    ("RedeemPoints", {"redemptionId": "x" * 101, "points": 1}, "MALFORMED_ID", {"length": "101"}),
    ("RedeemPoints", {"redemptionId": "nul\x00byte", "points": 1}, "MALFORMED_ID", {"length": "8"}),
    ("HoldPoints", {"holdId": "line\nbreak", "points": 1}, "MALFORMED_ID", {"length": "10"}),
    ("ReleaseHold", {"holdId": ""}, "MALFORMED_ID", {"length": "0"}),
    ("CaptureHold", {"holdId": "h", "redemptionId": "\x00"}, "MALFORMED_ID", {"length": "1"}),
    (
        "RedeemPoints",
        {"redemptionId": "x", "points": 100, "order": {"source": "a:b", "orderId": "1"}},
        "MALFORMED_ID",
        {"length": "3"},
    ),
    (
        "HoldPoints",
        {"holdId": "x", "points": 100, "order": {"source": "shop"}},
        "MALFORMED_ID",
        {"length": "0"},
    ),
    (
        "RedeemPoints",
        {"redemptionId": "x", "points": 50, "order": ON},
        "POINTS_DO_NOT_CONVERT",
        {"asked": "50", "minimum": "100", "multiple": "100"},
    ),
    (
        "HoldPoints",
        {"holdId": "x", "points": 110, "order": ON},
        "POINTS_DO_NOT_CONVERT",
        {"asked": "110", "minimum": "100", "multiple": "100"},
    ),
    *(
        (
            "HoldPoints",
            {"holdId": "x", "points": 1, "timeToLiveSeconds": seconds},
            "HOLD_NOT_WELL_FORMED",
            {"asked": str(seconds), "longest": "604800"},
        )
        for seconds in (0, -1, 604_801, 2**62)
    ),
    ("RedeemPoints", {"redemptionId": "x", "points": 1, "currency": "GROWTH"}, "NOT_SPENDABLE", {}),
    ("HoldPoints", {"holdId": "x", "points": 1, "currency": "GOLD"}, "UNKNOWN_CURRENCY", {}),
    (
        "RedeemPoints",
        {"redemptionId": "x", "points": 1, "programmeId": "none"},
        "UNKNOWN_PROGRAMME",
        {},
    ),
    ("RedeemPoints", {"redemptionId": "x", "points": 1, "memberId": STRANGER}, "UNKNOWN_MEMBER", {}),
    ("HoldPoints", {"holdId": "x", "points": 1, "memberId": "seven"}, "MALFORMED_ID", {}),
]


@pytest.mark.parametrize(
    ("method", "body", "name", "why"),
    REFUSED,
    ids=[f"{nth}-{method}-{name}" for nth, (method, _, name, _) in enumerate(REFUSED)],
)
async def test_bad_input_is_refused_with_its_numbers_and_changes_nothing(
    shop: Loyalty, member: str, method: str, body: dict[str, Any], name: str, why: dict[str, str]
) -> None:
    before = await footprint(shop, member)
    answer = await shop.order_system(f"RedemptionsService/{method}", {"memberId": member, **body})
    assert (code(answer), facts(answer)) == (name, why)
    assert await footprint(shop, member) == before
    assert await shop.balance(member) == {"available": 120, "pending": 0, "held": 40, "debt": 0}


async def test_a_hold_that_timed_out_is_neither_captured_nor_does_capturing_it_take_anything(
    make_loyalty: Any, new_database: Any
) -> None:
    urls = new_database("loyalty")
    async with (
        make_loyalty(urls=urls) as now,
        make_loyalty(urls=urls, now=lambda: clock.now() + LATER) as afterwards,
    ):
        body = {"programme": convertible(), "makeDefault": True, "reason": "test"}
        await done(now.staff("ProgrammesService/CreateProgramme", body))
        member = await with_points(now, 100)
        await done(spend(now, "HoldPoints", member, points=60, holdId="h"))
        before = await afterwards.balance(member)
        for _ in range(2):
            refused = await spend(afterwards, "CaptureHold", member, holdId="h")
            assert (code(refused), facts(refused)["state"]) == ("HOLD_NOT_OPEN", "TIMED_OUT")
        assert await afterwards.balance(member) == before == {**before, "available": 100, "held": 0}


async def test_a_refund_of_an_unknown_order_gives_nothing_back(shop: Loyalty) -> None:
    member = await with_points(shop, 100)
    on = {"source": "shop", "orderId": f"never-{member}"}
    await done(spend(shop, "RedeemPoints", member, points=100, redemptionId="r", order=on))
    before = await footprint(shop, member)
    answer = await shop.order_system("OrdersService/RecordRefund", {**on, "refundId": "x", "amount": cny(1)})
    assert (answer.status_code, code(answer)) == (404, "UNKNOWN_ORDER")
    assert await footprint(shop, member) == before


async def test_the_ids_of_refused_requests_are_free_unless_points_were_declined(
    shop: Loyalty,
) -> None:
    member = await with_points(shop, 100)
    for body in ({"points": 0}, {"points": 1, "currency": "GOLD"}, {"points": 50, "order": ON}):
        await spend(shop, "RedeemPoints", member, redemptionId="r", **body)
    await done(spend(shop, "RedeemPoints", member, redemptionId="r", points=100))
    await check_everything(shop)


async def test_a_full_lane_says_when_to_try_again_and_the_same_ids_then_do(
    shop: Loyalty, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await with_points(shop, 100)
    with monkeypatch.context() as full:
        full.setattr(queues, "MOST_WAITING", 0)
        refused = await spend(shop, "RedeemPoints", member, points=100, redemptionId="r")
        assert (refused.status_code, code(refused)) == (503, "LEDGER_BUSY")
        assert facts(refused) == {"waiting": "0", "retry_after_ms": "1000"}
    again = await done(spend(shop, "RedeemPoints", member, points=100, redemptionId="r"))
    assert "replayed" not in again
