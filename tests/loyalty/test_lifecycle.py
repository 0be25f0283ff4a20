"""Lifecycle: who has not ordered for long, or ordered first so many days ago, is awarded once for each occasion."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any

import pytest
from huiyuan.consent.v1.decisions_connect import DecisionsServiceASGIApplication

from services.loyalty.actions import lifecycle
from tests.loyalty.conftest import cny, order, serving
from tests.loyalty.coupons import amount_off, listed, published
from tests.loyalty.gate import Gate
from tests.loyalty.missions import Operator, everybody, occasion, timed
from tests.loyalty.spending import done
from tests.loyalty.test_departures import hear


@pytest.fixture(scope="module")
async def served(make_loyalty: Any) -> AsyncIterator[Operator]:
    async with (
        serving(DecisionsServiceASGIApplication(Gate())) as gate,
        timed(make_loyalty, CONSENT_URL=gate) as (loyalty, clock),
    ):
        yield Operator(loyalty, clock)


@pytest.fixture
async def operator(served: Operator) -> AsyncIterator[Operator]:
    """The operator, with no mission in force but those of the test."""
    served.clock.set("2026-01-01T00:00:00+08:00")
    yield served
    for row in await served.loyalty.sql("SELECT key FROM missions WHERE state = 'PUBLISHED'"):
        await served.stop(row["key"])


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


async def test_an_order_that_was_returned_whole_is_nobodys_first(operator: Operator) -> None:
    operator.clock.set("2027-01-01T00:00:00+08:00")
    await operator.publish(occasion("AFTER_FIRST_ORDER", 7))
    member, other = operator.loyalty.new_member(), operator.loyalty.new_member()
    for who, minor in ((member, 100), (other, 99)):
        at = "2027-01-02T10:00:00+08:00"
        operator.clock.set(at)
        paid = order(who, 100, paidAt=at)
        await done(operator.loyalty.order_system("OrdersService/RecordOrder", paid))
        refund = {"source": "shop", "orderId": paid["orderId"], "refundId": "r", "amount": cny(minor)}
        await done(operator.loyalty.order_system("OrdersService/RecordRefund", refund))
    await looked(operator, "2027-01-10T00:00:00+08:00")
    assert [len(await operator.promised(who)) for who in (member, other)] == [0, 1]
    for who in (member, other):
        await pay(operator, who, "2027-01-12T10:00:00+08:00")
    await looked(operator, "2027-01-20T00:00:00+08:00")
    assert [len(await operator.promised(who)) for who in (member, other)] == [1, 1]


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


async def test_who_comes_while_others_are_asked_is_asked_too_and_many_are_asked_a_few_at_a_time(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "MOST_AT_ONCE", 2)
    operator.clock.set("2026-07-01T00:00:00+08:00")
    await operator.publish(occasion("AFTER_FIRST_ORDER", 5))
    members = [operator.loyalty.new_member() for _ in range(5)]
    for member, hour in zip(members[:4], (10, 11, 11, 12), strict=True):
        await pay(operator, member, f"2026-07-02T{hour}:00:00+08:00")
    asked: list[set[str]] = []

    async def told_late(some: Sequence[str], purpose: str, _: Sequence[str]) -> Collection[str]:
        asked.append(set(some))
        if len(asked) == 1:
            await pay(operator, members[4], "2026-07-02T10:30:00+08:00")
        return await everybody(some, purpose)

    operator.allowing = told_late
    await looked(operator, "2026-07-20T00:00:00+08:00")
    operator.allowing = everybody
    first, second, third, fourth, late = members
    together = {second, third}  # of one instant, and so never parted
    assert asked == [{first, *together}, {first, late}, together, {fourth}]
    assert [len(await operator.promised(member)) for member in members] == [1] * 5


async def test_who_withdraws_while_others_are_awarded_is_awarded_nothing(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked for a whole run: each stretch asks for its own members, right before it awards them."""
    monkeypatch.setattr(lifecycle, "MOST_AT_ONCE", 1)
    operator.clock.set("2026-09-01T00:00:00+08:00")
    await operator.publish(occasion("AFTER_FIRST_ORDER", 5))
    members = [operator.loyalty.new_member() for _ in range(3)]
    for hour, member in enumerate(members, 10):
        await pay(operator, member, f"2026-09-02T{hour}:00:00+08:00")
    withdrawn: set[str] = set()

    async def all_but_withdrawn(some: Sequence[str], purpose: str, _: Sequence[str]) -> Collection[str]:
        allowing = set(await everybody(some, purpose)) - withdrawn
        withdrawn.add(members[1])  # once the first stretch was asked about
        return allowing

    operator.allowing = all_but_withdrawn
    await looked(operator, "2026-09-20T00:00:00+08:00")
    operator.allowing = everybody
    assert [len(await operator.promised(member)) for member in members] == [1, 0, 1]


async def test_of_two_workers_who_ask_at_once_the_first_to_finish_decided(operator: Operator) -> None:
    operator.clock.set("2026-08-01T00:00:00+08:00")
    await operator.publish(occasion("AFTER_FIRST_ORDER", 5))
    member, asked = operator.loyalty.new_member(), list[set[str]]()
    await pay(operator, member, "2026-08-02T10:00:00+08:00")

    async def overtaken(some: Sequence[str], *_: object) -> Collection[str]:
        asked.append(set(some))
        if len(asked) == 1:
            await operator.look()  # the other worker hears no
            return some
        return ()

    operator.allowing = overtaken
    await looked(operator, "2026-08-08T00:00:00+08:00")
    operator.allowing = everybody
    await looked(operator, "2026-08-09T00:00:00+08:00")
    assert (asked, await operator.promised(member)) == ([{member}] * 2, [])
