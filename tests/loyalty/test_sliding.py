"""Points that slide, through the service's own doors: what is stored moves on with each activity."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.loyalty.conftest import Loyalty, order, programme
from tests.loyalty.spending import done, spend

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 6, 1, 4, tzinfo=UTC)


@dataclass
class Clock:
    """A clock whose hands the test moves."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at


def sliding() -> dict[str, Any]:
    """The usual programme, its points good for 30 days after the last activity."""
    body = programme()
    expiry = {"kind": "EXPIRY_KIND_AFTER_INACTIVITY", "period": "P30D"}
    body["currencies"][0] |= {"expiry": expiry}
    return body


async def pay(loyalty: Loyalty, clock: Clock, member: str, minor: int) -> dict[str, Any]:
    body = order(member, minor, paidAt=clock.at.isoformat().replace("+00:00", "Z"))
    await done(loyalty.order_system("OrdersService/RecordOrder", body))
    return body


async def stored(loyalty: Loyalty, member: str) -> tuple[dict[str, int], dict[str, int]]:
    """Points by their last good day: in the wallet, and set aside in holds."""
    rows = await loyalty.sql(
        """SELECT lots, ARRAY(SELECT slices FROM holds WHERE member_id = $1 AND state = 'OPEN') AS held
           FROM wallets JOIN currencies ON number = currency WHERE member_id = $1 AND code = 'POINTS'""",
        member,
    )
    lots, held = rows[0]["lots"], [part for slices in rows[0]["held"] for part in slices]
    return by_last_day(lots), by_last_day(held)


def by_last_day(slices: list[list[int]]) -> dict[str, int]:
    days = {}
    for expires_at, _, _, points in slices:
        gone = datetime.fromtimestamp(expires_at / 1_000_000, UTC)
        assert gone.hour == 16, "at midnight in Shanghai"
        days[gone.date().isoformat()] = points
    return days


async def test_what_is_stored_moves_on_with_each_activity_held_points_too(make_loyalty: Any) -> None:
    clock = Clock()
    async with make_loyalty(sliding(), now=clock) as loyalty:
        member = loyalty.new_member()
        first = await pay(loyalty, clock, member, 10_000)
        assert await stored(loyalty, member) == ({"2026-07-01": 100}, {})
        clock.at += timedelta(days=2)
        five_days = 5 * 86_400
        await done(spend(loyalty, "HoldPoints", member, points=40, holdId="h", timeToLiveSeconds=five_days))
        assert await stored(loyalty, member) == ({"2026-07-03": 60}, {"2026-07-03": 40})
        clock.at += timedelta(days=2)
        await done(spend(loyalty, "RedeemPoints", member, points=10, redemptionId="r"))
        assert await stored(loyalty, member) == ({"2026-07-05": 50}, {"2026-07-05": 40})
        clock.at += timedelta(days=4)
        assert await loyalty.balance(member) == {"available": 90, "pending": 0, "held": 0, "debt": 0}
        refund = {"source": "shop", "orderId": first["orderId"], "refundId": "f"}
        amount = {"minorUnits": 2_000, "currency": "CNY"}
        await done(loyalty.order_system("OrdersService/RecordRefund", {**refund, "amount": amount}))
        assert await stored(loyalty, member) == ({"2026-07-05": 70}, {})
        clock.at = datetime(2026, 7, 5, 15, 59, tzinfo=UTC)
        assert (await loyalty.balance(member))["available"] == 70
        clock.at += timedelta(minutes=1)
        assert (await loyalty.balance(member))["available"] == 0


async def test_a_policy_that_begins_to_slide_leaves_points_alone_until_an_activity_does_them_good(
    make_loyalty: Any,
) -> None:
    clock = Clock(datetime.now(UTC))  # publishing goes by the real time
    body = programme()
    body["currencies"][0] |= {"expiry": {"kind": "EXPIRY_KIND_AFTER_PERIOD", "period": "P10D"}}
    async with make_loyalty(body, now=clock) as loyalty:
        member = loyalty.new_member()
        await pay(loyalty, clock, member, 10_000)
        revision = {
            "programmeId": "shop",
            "basedOnVersion": 1,
            "currencies": sliding()["currencies"],
            "reason": "test",
        }
        await done(loyalty.staff("ProgrammesService/ReviseProgramme", revision))
        paid_on = clock.at.astimezone(SHANGHAI).date()
        clock.at += timedelta(days=2)
        unsuccessful = await spend(loyalty, "RedeemPoints", member, points=101, redemptionId="r")
        assert unsuccessful.status_code != 200
        assert await stored(loyalty, member) == ({str(paid_on + timedelta(days=10)): 100}, {})
        await pay(loyalty, clock, member, 5_000)
        assert await stored(loyalty, member) == ({str(paid_on + timedelta(days=32)): 150}, {})
