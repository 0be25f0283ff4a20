"""Lifecycle: who has not ordered for long, or ordered first so many days ago, is awarded once for each occasion."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.loyalty.conftest import order
from tests.loyalty.coupons import amount_off, listed, published
from tests.loyalty.missions import Json, Operator, mission, named, timed
from tests.loyalty.test_departures import hear


@pytest.fixture(scope="module")
async def served(make_loyalty: Any) -> AsyncIterator[Operator]:
    async with timed(make_loyalty) as (loyalty, clock):
        yield Operator(loyalty, clock)


@pytest.fixture
async def operator(served: Operator) -> AsyncIterator[Operator]:
    """The operator, with no mission in force but those of the test."""
    served.clock.set("2026-01-01T00:00:00+08:00")
    yield served
    for row in await served.loyalty.sql("SELECT key FROM missions WHERE state = 'PUBLISHED'"):
        await served.stop(row["key"])


def occasion(kind: str, days: int, points: int = 50, **changes: Any) -> Json:
    body = mission(named(), points=points, **changes)
    del body["activities"]
    return body | {"lifecycle": {"kind": f"LIFECYCLE_KIND_{kind}", "days": days}}


async def pay(operator: Operator, member: str, at: str) -> None:
    """An order that is told a moment after it was paid."""
    operator.clock.set(at)
    answer = await operator.loyalty.order_system("OrdersService/RecordOrder", order(member, 100, paidAt=at))
    assert answer.status_code == 200, answer.text


async def looked(operator: Operator, at: str) -> None:
    operator.clock.set(at)
    await operator.look()


async def test_who_is_dormant_for_thirty_days_is_sent_a_coupon_and_again_after_another_order(
    operator: Operator,
) -> None:
    template = await published(operator.loyalty, amount_off())
    body = occasion("NO_ORDER_FOR", 30)
    await operator.publish(body | {"award": {"couponTemplate": template}})
    sleeper, regular, stranger = (operator.loyalty.new_member() for _ in range(3))
    await pay(operator, sleeper, "2026-01-05T10:00:00+08:00")
    await pay(operator, regular, "2026-01-05T10:00:00+08:00")
    await pay(operator, regular, "2026-01-20T10:00:00+08:00")
    await looked(operator, "2026-02-04T09:59:59+08:00")
    assert await operator.promised(sleeper) == []
    await looked(operator, "2026-02-04T10:00:00+08:00")
    await looked(operator, "2026-02-04T10:00:01+08:00")
    assert len(await operator.promised(sleeper)) == 1
    assert await operator.promised(regular) == []
    await pay(operator, sleeper, "2026-02-10T10:00:00+08:00")
    await looked(operator, "2026-03-12T10:00:00+08:00")
    await looked(operator, "2026-03-20T10:00:00+08:00")
    assert [len(await operator.promised(one)) for one in (sleeper, regular, stranger)] == [2, 1, 0]
    await operator.give()
    assert [one["template"] for one in await listed(operator.loyalty, sleeper)] == [template] * 2
    assert "MissionCompleted" in await operator.happened(sleeper)


async def test_a_first_order_has_one_anniversary_and_the_budget_goes_to_the_earliest(
    operator: Operator,
) -> None:
    operator.clock.set("2026-04-01T00:00:00+08:00")
    await operator.publish(occasion("AFTER_FIRST_ORDER", 7, budget=2))
    members = [operator.loyalty.new_member() for _ in range(3)]
    for nth, member in enumerate(members):
        await pay(operator, member, f"2026-04-0{3 - nth}T10:00:00+08:00")
    await pay(operator, members[2], "2026-04-05T10:00:00+08:00")
    operator.clock.set("2026-04-20T00:00:00+08:00")
    await asyncio.gather(*(operator.look() for _ in range(3)))
    assert [len(await operator.promised(member)) for member in members] == [0, 1, 1]
    await operator.give()
    assert await operator.available(members[2]) == 50 + 2  # and what the two orders earned


async def test_occasions_before_a_mission_starts_are_nobodys(operator: Operator) -> None:
    early, late = operator.loyalty.new_member(), operator.loyalty.new_member()
    await pay(operator, early, "2026-05-01T10:00:00+08:00")
    await pay(operator, late, "2026-05-03T10:00:00+08:00")
    operator.clock.set("2026-05-12T00:00:00+08:00")
    await operator.publish(occasion("NO_ORDER_FOR", 10))
    await looked(operator, "2026-05-20T00:00:00+08:00")
    assert [len(await operator.promised(one)) for one in (early, late)] == [0, 1]


async def test_what_a_merged_member_ordered_counts_for_who_remains_and_the_frozen_are_left_out(
    operator: Operator,
) -> None:
    gone, stays, frozen = (operator.loyalty.new_member() for _ in range(3))
    operator.clock.set("2026-06-01T00:00:00+08:00")
    await operator.publish(occasion("NO_ORDER_FOR", 10))
    for member in (stays, frozen):
        await pay(operator, member, "2026-06-02T10:00:00+08:00")
    await pay(operator, gone, "2026-06-05T10:00:00+08:00")
    body = {"fromMemberId": gone, "intoMemberId": stays, "mergeId": "m", "reason": "SAME"}
    assert (await operator.loyalty.staff("MergesService/MergeMembers", body)).status_code == 200
    await hear(operator.loyalty, frozen, "MemberFrozen")
    await looked(operator, "2026-06-13T00:00:00+08:00")
    assert [len(await operator.promised(one)) for one in (gone, stays, frozen)] == [0, 0, 0]
    await looked(operator, "2026-06-15T10:00:00+08:00")
    assert [len(await operator.promised(one)) for one in (gone, stays, frozen)] == [0, 1, 0]
