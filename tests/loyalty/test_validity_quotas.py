"""Quotas for as long as a tier is good: one for each membership that was bought and each term that was reached,
whatever merges and renewals come between, and what is shown to remain is what can be claimed."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.loyalty.conftest import Loyalty, programme
from tests.loyalty.spending import done
from tests.loyalty.test_entitlements import benefit, claim, entitled, giving, outcome
from tests.loyalty.test_memberships import Day, buy, for_sale, offer, spend, step
from tests.loyalty.test_merges import MERGE, UNMERGE, merging, undoing

SHOP = programme(
    tiers=[
        giving("silver", 500, benefit("hat", 1, "TIER_VALIDITY")),
        for_sale("vip", step(0, 1_000), renewalWindow="P30D")
        | {"benefits": [benefit("gift", 1, "TIER_VALIDITY")]},
    ],
    tierScheme={"validity": "P1Y"},
)


@pytest.fixture(scope="module")
def day() -> Day:
    return Day()


@pytest.fixture(scope="module")
async def shop(make_loyalty: Any, day: Day) -> AsyncIterator[Loyalty]:
    async with make_loyalty(SHOP, now=day) as running:
        yield running


async def claimed(shop: Loyalty, member: str, key: str, wanted: str) -> bool:
    """Whether one is given; what is shown says so before."""
    (_, _, remaining) = (await entitled(shop, member)).get(wanted, (0, 0, 0))
    given = outcome(await claim(shop, member, key, wanted)) == "CLAIMED"
    assert given is bool(remaining), "what is shown to remain can be claimed, and nothing else"
    return given


async def test_each_year_that_was_paid_for_has_its_own(shop: Loyalty, day: Day) -> None:
    day.begin()
    member, got = shop.new_member(), []
    await buy(shop, member, "y1", day)
    for nth, (years, month) in enumerate([(0, 3), (1, 2), (1, 3), (1, 12), (2, 2), (2, 3)]):
        day.to(years, month, 20)
        if month == 2:
            await buy(shop, member, f"y{years + 1}", day)
        got.append(await claimed(shop, member, f"k{nth}", "gift"))
    assert got == [True, False, True, False, False, True]


@pytest.mark.parametrize("wanted", ["hat", "gift"])
async def test_who_had_it_has_it_no_more_however_often_merged(shop: Loyalty, day: Day, wanted: str) -> None:
    day.begin()
    gone, survivor = shop.new_member(), shop.new_member()
    if wanted == "gift":
        await buy(shop, gone, "merged", day)
    else:
        await spend(shop, gone, 50_000, day)
    await spend(shop, survivor, 100, day)
    assert await claimed(shop, gone, "own", wanted)
    for nth in range(2):
        day.now += timedelta(hours=1)
        await done(shop.staff(MERGE, merging(gone, survivor, f"{nth}")))
        assert not await claimed(shop, survivor, f"m{nth}", wanted)
        await done(shop.staff(UNMERGE, undoing(gone, f"{nth}")))
        assert not await claimed(shop, gone, f"u{nth}", wanted)


async def test_whose_two_years_run_one_after_the_other_has_two(shop: Loyalty, day: Day) -> None:
    day.begin()
    gone, survivor = shop.new_member(), shop.new_member()
    for member in (gone, survivor):
        await buy(shop, member, member, day)
    assert await claimed(shop, gone, "own", "gift")
    await done(shop.staff(MERGE, merging(gone, survivor)))
    got = []
    for years in (0, 1):
        day.to(years, 4, 1)
        got.append(await claimed(shop, survivor, f"{years}", "gift"))
    assert sum(got) == 1, "two were bought, and one of them was had"


@pytest.mark.parametrize("seed", range(3))
async def test_never_more_are_given_than_memberships_were_bought(shop: Loyalty, day: Day, seed: int) -> None:
    chance = random.Random(seed)
    day.begin()
    gone, survivor = shop.new_member(), shop.new_member()
    bought = had = 0
    is_merged = False
    for nth in range(40):
        who = chance.choice((gone, survivor))
        match chance.choice(("buy", "claim", "claim", "wait", "merge")):
            case "buy":
                if (await offer(shop, who)).status_code == 200:
                    await buy(shop, who, f"walk-{seed}-{nth}", day)
                    bought += 1
            case "claim":
                had += await claimed(shop, who, f"{nth}", "gift")
            case "wait":
                day.now += timedelta(days=chance.choice((1, 30, 100, 360)))
            case _:
                if nth > 15 and not is_merged:
                    await done(shop.staff(MERGE, merging(gone, survivor)))
                    is_merged = True
        assert had <= bought
    assert is_merged
    assert had
