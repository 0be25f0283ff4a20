"""Merged memberships: what two members paid for runs one after the other, and goes its own way when they part again."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.loyalty.rpc.tiers.memberships import Memberships
from tests.loyalty.conftest import Loyalty, programme
from tests.loyalty.test_memberships import END, GET, Day, buy, code, for_sale, held, offer, paying, step
from tests.loyalty.test_merges import MERGE, UNMERGE, merging, undoing

SHANGHAI = ZoneInfo("Asia/Shanghai")
SHOP = programme(tiers=[for_sale("plus", step(0, 1_500)), for_sale("vip", step(0, 8_800))])
"""Two tiers by purchase alone, each for a year."""


@pytest.fixture(scope="module")
def day() -> Day:
    return Day()


@pytest.fixture(scope="module")
async def shop(make_loyalty: Any, day: Day) -> AsyncIterator[Loyalty]:
    async with make_loyalty(SHOP, now=day) as running:
        yield running


async def merge(shop: Loyalty, old: str, new: str) -> None:
    answer = await shop.staff(MERGE, merging(old, new), "operations")
    assert answer.status_code == 200, answer.text


async def part(shop: Loyalty, old: str) -> None:
    answer = await shop.staff(UNMERGE, undoing(old), "operations")
    assert answer.status_code == 200, answer.text


async def standing(shop: Loyalty, member: str) -> tuple[str, str]:
    """The tier held, and the local day at whose midnight it ends (empty for no end)."""
    item = {"memberId": member, "caller": shop.assertion("member", member)}
    answer = await shop.call("TiersService/BatchGetStandings", {"members": [item], "programmeId": "shop"})
    told = answer.json()["results"][0]["standing"]
    until = told.get("validUntil", "")
    if until:
        local = datetime.fromisoformat(until).astimezone(SHANGHAI)
        assert (local.hour, local.minute, local.second) == (0, 0, 0), "days end at midnight"
        until = f"{local:%m-%d}"
    return told.get("tier", {}).get("key", ""), until


async def two(shop: Loyalty, day: Day, first: str, second: str) -> tuple[str, str]:
    """One who bought a tier on 1 March, and one who bought one on 11 March; each is good for a year."""
    day.begin()
    one, other = shop.new_member(), shop.new_member()
    await buy(shop, one, f"{one}-1", day, first)
    day.to(0, 3, 11)
    await buy(shop, other, f"{other}-1", day, second)
    day.to(0, 6, 1)
    return one, other


def behind(day: Day, first: int) -> str:
    """A day of March of next year, and all that was left on 1 June of what would end on the other's behind it."""
    left = date(day.year + 1, 3, 12 - first) - date(day.year, 6, 1)
    return f"{date(day.year + 1, 3, first) + left:%m-%d}"


@pytest.mark.parametrize("into_vip", [False, True])
async def test_the_better_runs_first_and_the_other_waits_for_it(
    shop: Loyalty, day: Day, into_vip: bool
) -> None:
    """VIP is over on 1 March, and then Plus runs for as long as was left of it when they were merged."""
    vip, plus = await two(shop, day, "vip", "plus")
    gone, survivor = (plus, vip) if into_vip else (vip, plus)
    await merge(shop, gone, survivor)
    assert await standing(shop, survivor) == ("vip", "03-01")
    day.to(1, 3, 1)
    assert await standing(shop, survivor) == ("plus", behind(day, 1))
    day.to(1, 12, 1)
    assert await held(shop, survivor) == "plus"
    renewed = await buy(shop, survivor, f"{survivor}-2", day, "plus")
    begins = datetime.fromisoformat(renewed["begins"]).astimezone(SHANGHAI)
    assert f"{begins:%m-%d}" == behind(day, 1), "the renewal begins where both have ended"
    assert await standing(shop, survivor) == ("plus", behind(day, 1))


async def test_two_of_one_tier_add_up(shop: Loyalty, day: Day) -> None:
    one, other = await two(shop, day, "plus", "plus")
    await merge(shop, one, other)
    assert await standing(shop, other) == ("plus", behind(day, 1))
    assert code(await offer(shop, other, "vip")) == "OTHER_MEMBERSHIP"
    told = (await shop.staff(GET, {"memberId": other}, "support")).json()
    assert [each["isRenewal"] for each in told["offers"]] == [True]


@pytest.mark.parametrize("into_vip", [False, True])
async def test_who_parts_at_once_has_what_each_had(shop: Loyalty, day: Day, into_vip: bool) -> None:
    vip, plus = await two(shop, day, "vip", "plus")
    gone, survivor = (plus, vip) if into_vip else (vip, plus)
    await merge(shop, gone, survivor)
    await part(shop, gone)
    assert await standing(shop, vip) == ("vip", "03-01")
    assert await standing(shop, plus) == ("plus", "03-11")


@pytest.mark.parametrize("into_vip", [False, True])
async def test_what_waited_while_merged_is_not_lost(shop: Loyalty, day: Day, into_vip: bool) -> None:
    """All summer VIP ran and Plus waited: 92 days are given back, whosever it is."""
    vip, plus = await two(shop, day, "vip", "plus")
    gone, survivor = (plus, vip) if into_vip else (vip, plus)
    await merge(shop, gone, survivor)
    day.to(0, 9, 1)
    await part(shop, gone)
    assert await standing(shop, vip) == ("vip", "03-01")
    assert await standing(shop, plus) == ("plus", "06-11")


@pytest.mark.parametrize("into_vip", [False, True])
async def test_a_refund_while_merged_ends_its_own_and_it_does_not_come_back(
    shop: Loyalty, day: Day, into_vip: bool
) -> None:
    vip, plus = await two(shop, day, "vip", "plus")
    gone, survivor = (plus, vip) if into_vip else (vip, plus)
    await merge(shop, gone, survivor)
    refunded = {"source": "till", "orderId": f"{vip}-1", "reason": "REFUNDED"}
    assert code(await shop.order_system(END, refunded)) == ""
    assert await standing(shop, survivor) == ("plus", "03-11"), "it no longer waits"
    await part(shop, gone)
    assert (await held(shop, vip), await held(shop, plus)) == ("", "plus")


async def test_what_is_bought_while_merged_stays_with_the_survivor(shop: Loyalty, day: Day) -> None:
    one, other = await two(shop, day, "plus", "vip")
    assert day.now.astimezone(UTC).month == 6
    await merge(shop, one, other)
    await buy(shop, other, f"{other}-2", day, "plus")
    await part(shop, one)
    assert await standing(shop, one) == ("plus", "03-01")
    assert await standing(shop, other) == ("vip", "03-11")
    day.to(1, 3, 11)
    assert await standing(shop, other) == ("plus", "03-11"), "a year of its own, behind VIP"


async def test_what_is_followed_only_after_the_merge_waits_too_and_goes_back_to_its_buyer(
    shop: Loyalty, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    day.begin()
    one, other = shop.new_member(), shop.new_member()
    await buy(shop, other, f"{other}-1", day, "vip")
    offered = (await offer(shop, one, "plus")).json()["offer"]

    async def killed(*_: Any) -> None:
        """Right before the tier follows."""

    with monkeypatch.context() as patched:
        patched.setattr(Memberships, "_settle", killed)
        assert code(await paying(shop, one, offered, f"{one}-1", day)) == ""
    await merge(shop, one, other)
    assert code(await paying(shop, one, offered, f"{one}-1", day)) == ""
    assert await standing(shop, other) == ("vip", "03-01")
    day.to(1, 3, 2)
    assert await held(shop, other) == "plus"
    await part(shop, one)
    assert (await held(shop, one), await held(shop, other)) == ("plus", "")
