"""Memberships at the door: sold at one price for one score, paid once, renewed from their end, ended by a refund."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.kit import database, rpc
from services.loyalty.jobs.memberships import Memberships
from services.loyalty.rulebook import Rulebook
from services.loyalty.storage.tiers import memberships as stored
from tests.loyalty.conftest import Loyalty, cny, order, programme, tier
from tests.loyalty.test_entitlements import NAME, benefit, entitled, giving

GET, OFFER, RECORD, END = (
    f"MembershipsService/{method}"
    for method in ("GetMemberships", "OfferMembership", "RecordMembership", "EndMembership")
)


def step(score_from: int, minor: int) -> dict[str, Any]:
    return {"scoreFrom": score_from, "price": cny(minor)}


def for_sale(key: str, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A tier that nothing but a purchase reaches."""
    sale = {"validity": "P1Y", "prices": list(steps), **more}
    return giving(key, 0, benefit("line")) | {"conditions": [], "sale": sale}


SCORE = {
    "key": "spend",
    "name": NAME,
    "metric": "SPEND",
    "window": {"kind": "TIER_WINDOW_KIND_ROLLING_DAYS", "days": 365},
    "knots": [{"at": "500000", "score": "1000"}, {"at": "1000000", "score": "1500"}],
}
VIP = programme(
    tiers=[
        tier("silver", 500, "1.2"),
        for_sale("vip", step(0, 88_800), step(1_000, 8_800), renewalWindow="P30D"),
    ],
    tierScheme={"score": [SCORE]},
)
CLUB = programme(
    tiers=[
        for_sale("club", step(0, 1_500), waiver={"spendAtLeast": cny(29_900)}),
        tier("gold", 200_000, "1.5"),
    ]
)
"""A tier by purchase alone, whose fee is waived by a year's spend of 299.00."""


class Day:
    """A clock that a test sets; the programme's zone is Shanghai. Each test begins in a year after all others."""

    def __init__(self) -> None:
        self.now = datetime(2027, 3, 1, 4, tzinfo=UTC)
        self.year = 2027

    def __call__(self) -> datetime:
        return self.now

    def begin(self) -> None:
        """Noon of a 1 March."""
        self.year = self.now.year + 2
        self.to(0, 3, 1)

    def to(self, years: int, month: int, day: int) -> None:
        """Noon in Shanghai, so many years later."""
        self.now = datetime(self.year + years, month, day, 4, tzinfo=UTC)

    def march(self, years: int) -> str:
        """The instant at which a 1 March begins in Shanghai, so many years later."""
        begins = datetime(self.year + years, 3, 1, tzinfo=UTC) - timedelta(hours=8)
        return begins.isoformat().replace("+00:00", "Z")

    @property
    def said(self) -> str:
        return self.now.isoformat().replace("+00:00", "Z")


@pytest.fixture(scope="module")
def day() -> Day:
    return Day()


@pytest.fixture(scope="module")
async def shop(make_loyalty: Any, day: Day) -> AsyncIterator[Loyalty]:
    async with make_loyalty(VIP, now=day) as running:
        club = {"programme": CLUB | {"programmeId": "club"}, "reason": "test"}
        answer = await running.staff("ProgrammesService/CreateProgramme", club)
        assert answer.status_code == 200, answer.text
        yield running


async def spend(shop: Loyalty, member: str, minor: int, day: Day, programme_id: str = "shop") -> None:
    paid = order(member, minor, paidAt=day.said, programmeId=programme_id)
    answer = await shop.order_system("OrdersService/RecordOrder", paid)
    assert answer.status_code == 200, answer.text


async def offer(shop: Loyalty, member: str, key: str = "vip", programme_id: str = "shop") -> httpx.Response:
    body = {"memberId": member, "tier": key, "programmeId": programme_id}
    return await shop.call(OFFER, body, headers={rpc.CALLER_HEADER: shop.assertion("member", member)})


def code(answer: httpx.Response) -> str:
    """The code of the refusal; empty for an answer."""
    found: str = "" if answer.status_code == 200 else answer.json()["message"].split(":")[0]
    return found


def paying(shop: Loyalty, member: str, offered: dict[str, Any], order_id: str, day: Day, **more: Any) -> Any:
    body = {
        "memberId": member,
        "programmeId": "shop",
        "source": "till",
        "orderId": order_id,
        "offerId": offered["offerId"],
        "price": offered["price"],
        "paidAt": day.said,
    }
    return shop.order_system(RECORD, body | more)


async def buy(
    shop: Loyalty, member: str, order_id: str, day: Day, key: str = "vip", programme_id: str = "shop"
) -> dict[str, Any]:
    offered = (await offer(shop, member, key, programme_id)).json()["offer"]
    answer = await paying(shop, member, offered, order_id, day, programmeId=programme_id)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()["membership"]
    return made


async def held(shop: Loyalty, member: str, programme_id: str = "shop") -> str:
    item = {"memberId": member, "caller": shop.assertion("member", member)}
    answer = await shop.call(
        "TiersService/BatchGetStandings", {"members": [item], "programmeId": programme_id}
    )
    key: str = answer.json()["results"][0]["standing"].get("tier", {}).get("key", "")
    return key


async def test_equal_scores_pay_equal_prices_and_are_told_why(shop: Loyalty, day: Day) -> None:
    """88VIP: a score of 1000 pays 88.00, below pays 888.00."""
    day.begin()
    prices = {}
    for spent in (0, 499_500, 500_000, 1_200_000):
        for _ in range(2):
            member = shop.new_member()
            if spent:
                await spend(shop, member, spent, day)
            told = (await offer(shop, member)).json()["offer"]
            score = int(told.get("score", 0))
            why = score, int(told.get("scoreFrom", 0)), int(told["price"]["minorUnits"])
            assert prices.setdefault(spent, why) == why
            assert told["ends"] == day.march(1), "1 March, in Shanghai"
    assert prices == {
        0: (0, 0, 88_800),
        499_500: (999, 0, 88_800),
        500_000: (1_000, 1_000, 8_800),
        1_200_000: (1_500, 1_000, 8_800),
    }


async def test_a_payment_places_the_member_once_until_the_last_good_day_is_over(
    shop: Loyalty, day: Day
) -> None:
    day.begin()
    member = shop.new_member()
    await spend(shop, member, 60_000, day)
    assert await held(shop, member) == "silver", "no condition is no way to a tier that is sold"
    offered = (await offer(shop, member)).json()["offer"]
    wrong = await paying(shop, member, offered, "o-1", day, price=cny(100))
    assert code(wrong) == "PRICE_NOT_AS_OFFERED"
    answers = await asyncio.gather(*(paying(shop, member, offered, "o-1", day) for _ in range(5)))
    assert {code(answer) for answer in answers} == {""}
    assert sum("replayed" not in answer.json() for answer in answers) == 1
    assert code(await paying(shop, member, offered, "o-2", day)) == "OFFER_OVERTAKEN"
    assert await held(shop, member) == "vip"
    assert set(await entitled(shop, member)) == {"line"}
    day.to(1, 2, 28)
    assert await held(shop, member) == "vip"
    day.to(1, 3, 1)
    assert await held(shop, member) == "silver", "back to what the ladder gives"


async def test_two_offers_paid_at_once_give_one_membership(shop: Loyalty, day: Day) -> None:
    day.begin()
    member = shop.new_member()
    offers = [(await offer(shop, member)).json()["offer"] for _ in range(6)]
    answers = await asyncio.gather(
        *(paying(shop, member, each, f"two-{nth}", day) for nth, each in enumerate(offers))
    )
    assert sorted(code(answer) for answer in answers) == ["", *["OFFER_OVERTAKEN"] * 5]


async def test_a_renewal_begins_where_the_membership_ends_and_only_near_it(shop: Loyalty, day: Day) -> None:
    day.begin()
    member = shop.new_member()
    first = await buy(shop, member, "r-1", day)
    refused = await offer(shop, member)
    assert code(refused) == "RENEWAL_TOO_EARLY"
    day.to(1, 2, 10)
    second = await buy(shop, member, "r-2", day)
    assert (second["begins"], second["ends"]) == (first["ends"], day.march(2))
    day.to(1, 12, 1)
    assert await held(shop, member) == "vip"
    assert code(await offer(shop, member)) == "RENEWAL_TOO_EARLY"
    day.to(2, 3, 1)
    assert await held(shop, member) == ""


async def test_a_refund_ends_what_it_bought_the_renewal_first(shop: Loyalty, day: Day) -> None:
    day.begin()
    member = shop.new_member()
    await buy(shop, member, "e-1", day)
    day.to(1, 2, 10)
    await buy(shop, member, "e-2", day)

    async def end(order_id: str) -> httpx.Response:
        return await shop.order_system(END, {"source": "till", "orderId": order_id, "reason": "REFUNDED"})

    assert code(await end("e-1")) == "RENEWAL_STANDS"
    assert code(await end("e-2")) == ""
    assert (await end("e-2")).json()["replayed"]
    assert await held(shop, member) == "vip", "the first year goes on"
    day.to(1, 3, 1)
    assert await held(shop, member) == "", "and ends when it did before"
    again = shop.new_member()
    await buy(shop, again, "e-3", day)
    assert code(await end("e-3")) == ""
    assert await held(shop, again) == ""
    await buy(shop, again, "e-4", day)
    assert await held(shop, again) == "vip"
    assert code(await end("e-9")) == "UNKNOWN_MEMBERSHIP"


async def test_the_fee_is_waived_by_the_spend_of_the_year_before(shop: Loyalty, day: Day) -> None:
    """Annual fee waived: a spend of 299.00 in a year makes the next year's membership free."""
    day.begin()
    spender, saver = shop.new_member(), shop.new_member()
    for nth, member in enumerate((spender, saver)):
        made = await buy(shop, member, f"w-{nth}", day, "club", "club")
        assert made["price"] == {"minorUnits": "1500", "currency": "CNY"}
    day.to(0, 7, 1)
    await spend(shop, spender, 29_900, day, "club")
    await spend(shop, saver, 29_899, day, "club")
    day.to(1, 2, 20)
    told = [(await offer(shop, member, "club", "club")).json()["offer"] for member in (spender, saver)]
    free = told[0]
    assert [(int(one["price"].get("minorUnits", 0)), one.get("waived", False)) for one in told] == [
        (0, True),
        (1_500, False),
    ]
    assert told[0]["spent"]["minorUnits"] == "29900"
    body = {
        "memberId": spender,
        "programmeId": "club",
        "source": "storefront",
        "orderId": free["offerId"],
        "offerId": free["offerId"],
        "price": cny(0),
        "paidAt": day.said,
    }
    itself = {rpc.CALLER_HEADER: shop.assertion("member", spender)}
    assert code(await shop.call(RECORD, body, headers=itself)) == ""
    paid = body | {"offerId": told[1]["offerId"], "memberId": saver, "price": told[1]["price"]}
    theirs = {rpc.CALLER_HEADER: shop.assertion("member", saver)}
    assert (await shop.call(RECORD, paid, headers=theirs)).status_code == 403, (
        "who pays is recorded by who was paid"
    )
    day.to(1, 12, 1)
    assert [await held(shop, member, "club") for member in (spender, saver)] == ["club", ""]
    day.to(2, 2, 20)
    late = (await offer(shop, spender, "club", "club")).json()["offer"]
    assert "waived" not in late, "that year's spend was looked at once"


async def test_an_offer_is_good_for_an_hour_and_shown_without_one(shop: Loyalty, day: Day) -> None:
    day.begin()
    member = shop.new_member()
    seen = (await shop.staff(GET, {"memberId": member}, "support")).json()
    assert [(one["tier"], one["price"]["minorUnits"], "offerId" in one) for one in seen["offers"]] == [
        ("vip", "88800", False)
    ]
    offered = (await offer(shop, member)).json()["offer"]
    day.now += timedelta(minutes=61)
    assert code(await paying(shop, member, offered, "late", day)) == "OFFER_EXPIRED"
    on_time = await paying(shop, member, offered, "told-late", day, paidAt=f"{day.year}-03-01T04:30:00Z")
    assert code(on_time) == "", "paid in time, told late"
    assert code(await offer(shop, member, "silver")) == "TIER_NOT_FOR_SALE"
    other = shop.new_member()
    stolen = await paying(shop, other, offered, "stolen", day)
    assert code(stolen) == "UNKNOWN_OFFER"


async def test_a_tier_follows_although_the_door_died_after_recording(shop: Loyalty, day: Day) -> None:
    day.begin()
    member = shop.new_member()
    await buy(shop, member, "d-1", day)
    await shop.sql("UPDATE memberships SET settled = false WHERE order_id = 'd-1'")
    await shop.sql(
        "UPDATE standings SET tier_keys = '{}', tier_since = '{}', placed = DEFAULT WHERE member_id = $1",
        member,
    )
    await shop.sql("DELETE FROM placements WHERE member_id = $1", member)
    pool = await database.pool(shop.database, size=2)
    day.now += timedelta(minutes=1)
    await Memberships(shop.database, pool, Rulebook(pool, day), day).follow()
    assert await stored.unsettled(pool, day.now, 10) == []
    await pool.close()
    assert await held(shop, member) == "vip"


@pytest.mark.parametrize(
    ("sale", "path"),
    [
        ({"validity": "P1Y", "prices": []}, "sale.prices"),
        ({"validity": "P1Y", "prices": [step(1, 5)]}, "sale.prices[0].score_from"),
        ({"validity": "P1Y", "prices": [step(0, 5), step(0, 4)]}, "sale.prices[1].score_from"),
        ({"validity": "P0D", "prices": [step(0, 5)]}, "sale.validity"),
        ({"validity": "P1M", "renewalWindow": "P1Y", "prices": [step(0, 5)]}, "sale.renewal_window"),
        (
            {"validity": "P1Y", "prices": [{"price": {"minorUnits": 5, "currency": "USD"}}]},
            "sale.prices[0].price.currency",
        ),
        ({"validity": "P1Y", "prices": [step(0, -5)]}, "sale.prices[0].price.minor_units"),
    ],
)
async def test_what_cannot_be_sold_is_refused_by_path(shop: Loyalty, sale: dict[str, Any], path: str) -> None:
    tiers = [VIP["tiers"][0], VIP["tiers"][1] | {"sale": sale}]
    body = {"programmeId": "shop", "basedOnVersion": 1, "tiers": tiers, "reason": "test"}
    answer = await shop.staff("ProgrammesService/ReviseProgramme", body)
    assert code(answer) in ("PROGRAMME_NOT_WELL_FORMED", "PERIOD_NOT_UNDERSTOOD")
    assert f"tiers[1].{path}" in answer.text
