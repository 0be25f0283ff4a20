"""Holding a tier: staff list who does, newest first, in pages that new holders do not disturb."""

from typing import Any

import pytest

from tests.loyalty.conftest import Loyalty
from tests.loyalty.test_orders import order, record


async def page(loyalty: Loyalty, tier: str, first: int = 100, after: str = "") -> dict[str, Any]:
    body = {"tier": tier, "first": first, "after": after}
    answer = await loyalty.staff("TiersService/ListMembersByTier", body, "support")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_holders_are_listed_in_stable_pages_and_risen_ones_no_more(loyalty: Loyalty) -> None:
    known = set((await page(loyalty, "silver")).get("memberIds", []))
    ids = sorted((loyalty.new_member() for _ in range(4)), reverse=True)
    for member in ids:
        await record(loyalty, order(member, 50_000))
    first = await page(loyalty, "silver", first=2)
    assert first["hasNextPage"]
    seen, after, more = list(first["memberIds"]), first["memberIds"][-1], True
    while more:
        rest = await page(loyalty, "silver", first=2, after=after)
        seen += rest.get("memberIds", [])
        after, more = seen[-1], rest.get("hasNextPage", False)
    assert [one for one in seen if one not in known] == ids
    assert seen == sorted(seen, reverse=True)
    await record(loyalty, order(ids[0], 200_000))
    assert ids[0] not in (await page(loyalty, "silver"))["memberIds"]
    assert ids[0] in (await page(loyalty, "gold"))["memberIds"]
    assert (await page(loyalty, "platinum")).get("memberIds", []) == []


@pytest.mark.parametrize(
    ("body", "roles", "status"),
    [
        ({"tier": "silver", "first": 0}, ("support",), 400),
        ({"tier": "silver", "first": 101}, ("support",), 400),
        ({"tier": "silver", "first": 5, "after": "nonsense"}, ("support",), 400),
        ({"tier": "silver", "first": 5}, ("auditor",), 403),
    ],
)
async def test_what_is_no_page_and_who_may_not_ask(
    loyalty: Loyalty, body: dict[str, Any], roles: tuple[str, ...], status: int
) -> None:
    answer = await loyalty.staff("TiersService/ListMembersByTier", body, *roles)
    assert answer.status_code == status


async def test_the_index_serves_the_list(loyalty: Loyalty) -> None:
    rows = await loyalty.sql(
        "SELECT indexdef FROM pg_indexes WHERE indexname = 'standings_tier' AND tablename = 'standings'"
    )
    assert len(rows) == 1
