"""Whoever locks several names of one person beside merges waits for none of them while holding another out of order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.kit import rpc
from tests.loyalty import missions
from tests.loyalty.conftest import Loyalty, order
from tests.loyalty.coupons import amount_off, published, waiting_for_locks
from tests.loyalty.test_entitlements import CLAIM, SHOP
from tests.loyalty.test_merges import MERGE, merging
from tests.loyalty.test_referrals import accept, code_of, publish

Asked = Callable[[Loyalty, str], Awaitable[httpx.Response]]


@pytest.fixture(scope="module")
async def loyalty(make_loyalty: Any) -> AsyncIterator[Loyalty]:
    async with make_loyalty(SHOP) as running:
        yield running


async def check_in(loyalty: Loyalty, member: str) -> httpx.Response:
    headers = {rpc.CALLER_HEADER: loyalty.assertion("member", member)}
    return await loyalty.call(missions.CHECK_IN, {}, headers=headers)


async def claim(loyalty: Loyalty, member: str) -> httpx.Response:
    headers = {rpc.CALLER_HEADER: loyalty.assertion("member", member)}
    body = {"memberId": member, "benefit": "discount", "idempotencyKey": uuid4().hex}
    return await loyalty.call(CLAIM, body, headers=headers)


async def issue(loyalty: Loyalty, member: str) -> httpx.Response:
    template = await published(loyalty, amount_off())
    body = {"template": template, "to": [{"memberId": member}], "issueId": uuid4().hex, "reason": "TEST"}
    return await loyalty.staff("CouponsService/IssueCoupons", body)


async def accept_an_invite(loyalty: Loyalty, member: str) -> httpx.Response:
    assert (await publish(loyalty, f"r{uuid4().hex[:8]}")).status_code == 200
    (row,) = await loyalty.sql("SELECT max(referral) AS referral FROM referral_programmes")
    return await accept(loyalty, member, await code_of(loyalty, loyalty.new_member(), row["referral"]))


async def merge_on(loyalty: Loyalty, member: str) -> httpx.Response:
    return await loyalty.staff(MERGE, merging(member, loyalty.new_member(), uuid4().hex))


async def pay(loyalty: Loyalty, member: str) -> httpx.Response:
    return await loyalty.order_system("OrdersService/RecordOrder", order(member, 1_000))


async def known(loyalty: Loyalty, many: int) -> list[str]:
    """So many members with a standing, in the order of their ids."""
    members = sorted(loyalty.new_member() for _ in range(many))
    for member in members:
        assert (await loyalty.order_system("OrdersService/RecordOrder", order(member, 50_000))).is_success
    return members


@pytest.mark.parametrize("ask", [check_in, claim, issue, accept_an_invite, merge_on])
async def test_who_needs_another_name_after_all_lets_go_of_those_it_waited_for(
    loyalty: Loyalty, ask: Asked
) -> None:
    other, new, old = await known(loyalty, 3)
    assert (await loyalty.staff(MERGE, merging(old, new))).status_code == 200
    looking = loyalty.looking
    async with looking.acquire() as merging_on, looking.acquire() as beside:
        first, second = merging_on.transaction(), beside.transaction()
        await first.start()
        await merging_on.execute("SELECT FROM members WHERE member_id = $1 FOR UPDATE", new)
        asked = asyncio.ensure_future(ask(loyalty, old))
        await waiting_for_locks(loyalty, 1)
        await second.start()
        await beside.execute("SELECT FROM members WHERE member_id = $1 FOR UPDATE", other)
        await merging_on.execute("UPDATE standings SET merged_into = $2 WHERE member_id = $1", old, other)
        await merging_on.execute("UPDATE merges SET into_member = $2 WHERE from_member = $1", old, other)
        await first.commit()
        await waiting_for_locks(loyalty, 1)
        # As a merge would that began with the other: it must not find the first still in those hands.
        await beside.execute("SELECT FROM members WHERE member_id = $1 FOR UPDATE NOWAIT", new)
        await second.commit()
    assert (await asked).status_code != 503


async def test_a_posting_waits_for_no_survivor_while_it_holds_who_comes_after_it(loyalty: Loyalty) -> None:
    new, old = await known(loyalty, 2)
    assert (await loyalty.staff(MERGE, merging(old, new))).status_code == 200
    lock = "SELECT FROM standings WHERE member_id = $1 FOR UPDATE NOWAIT"
    async with loyalty.looking.acquire() as beside, beside.transaction():
        await beside.execute(lock, new)
        paid = asyncio.ensure_future(pay(loyalty, old))
        await waiting_for_locks(loyalty, 1)
        await beside.execute(lock, old)
    assert (await paid).status_code == 200
