"""Referrals of members whom merges make one: nobody is paid for bringing oneself, the same person twice, or who was
there before; and nobody brings more under two names than under one."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.kit import clock, database
from services.loyalty.jobs.referrals import SettledReferrals
from services.loyalty.rulebook import Rulebook
from tests.loyalty.conftest import Loyalty, cny, order
from tests.loyalty.hearing import hear_own
from tests.loyalty.spending import code, done
from tests.loyalty.test_departures import hear
from tests.loyalty.test_merges import MERGE, UNMERGE, merging, undoing
from tests.loyalty.test_referrals import accept, code_of, joined, promised, publish, state_of

BY_ORDER = {"trigger": "REFERRAL_TRIGGER_ORDER", "withinDays": 30}


@pytest.fixture(scope="module")
async def settling(loyalty: Loyalty) -> AsyncIterator[SettledReferrals]:
    pool = await database.pool(loyalty.database, size=2)
    yield SettledReferrals(pool, Rulebook(pool), clock.now)
    await pool.close()


async def pay(loyalty: Loyalty, member: str, settling: SettledReferrals) -> dict[str, Any]:
    """An order that is heard of and looked at."""
    paid = order(member, 10_000)
    await done(loyalty.order_system("OrdersService/RecordOrder", paid))
    await hear_own(loyalty, member, "OrderRecorded")
    await settling.settle()
    return paid


async def too_late(loyalty: Loyalty, member: str, settling: SettledReferrals) -> None:
    """The last day for the order is over, and all that was ordered lies before it."""
    await loyalty.sql(
        "UPDATE referrals SET qualifies_until = $2 WHERE member_id = $1", member, clock.micros(clock.now())
    )
    await settling.settle()


async def test_who_turns_out_to_be_the_inviter_gets_nothing_unless_that_was_a_mistake(
    loyalty: Loyalty, settling: SettledReferrals
) -> None:
    await done(publish(loyalty, "oneself", **BY_ORDER))
    for undone, expected in ((False, ("LAPSED", "ONESELF")), (True, ("REWARDED", ""))):
        inviter, friend = await joined(loyalty), await joined(loyalty)
        await done(accept(loyalty, friend, await code_of(loyalty, inviter, "oneself")))
        await done(loyalty.staff(MERGE, merging(friend, inviter)))
        await pay(loyalty, friend, settling)
        assert await state_of(loyalty, friend) == ("JOINED", ""), "the merge may be undone"
        assert await promised(loyalty, inviter, friend) == []
        if undone:
            await done(loyalty.staff(UNMERGE, undoing(friend)))
            await pay(loyalty, friend, settling)
        await too_late(loyalty, friend, settling)
        assert await state_of(loyalty, friend) == expected
        assert len(await promised(loyalty, inviter, friend)) == (2 if undone else 0)


async def test_who_was_invited_under_two_names_is_rewarded_once(
    loyalty: Loyalty, settling: SettledReferrals
) -> None:
    await done(publish(loyalty, "twice", **BY_ORDER))
    first, second, earlier, later, third = [await joined(loyalty) for _ in range(5)]
    await done(accept(loyalty, earlier, await code_of(loyalty, first, "twice")))
    await done(accept(loyalty, later, await code_of(loyalty, second, "twice")))
    await done(loyalty.staff(MERGE, merging(earlier, later)))
    await done(loyalty.staff(MERGE, merging(later, third)))
    await pay(loyalty, third, settling)
    assert await state_of(loyalty, earlier) == ("REWARDED", ""), "heard under the name of the name"
    await too_late(loyalty, later, settling)
    assert await state_of(loyalty, later) == ("LAPSED", "ALREADY_INVITED")
    assert len(await promised(loyalty, first, second, earlier, later)) == 2


async def test_who_turns_out_to_have_been_there_before_is_not_new(
    loyalty: Loyalty, settling: SettledReferrals
) -> None:
    await done(publish(loyalty, "old", **BY_ORDER))
    inviter, known, shopper = (
        await joined(loyalty),
        await joined(loyalty, days_ago=400),
        await joined(loyalty),
    )
    await done(loyalty.order_system("OrdersService/RecordOrder", order(shopper, 100)))
    for before in (known, shopper):
        friend = await joined(loyalty)
        await done(accept(loyalty, friend, await code_of(loyalty, inviter, "old")))
        await done(loyalty.staff(MERGE, merging(friend, before)))
        await pay(loyalty, before, settling)
        await too_late(loyalty, friend, settling)
        assert await state_of(loyalty, friend) == ("LAPSED", "NOT_NEW")
    assert await promised(loyalty, inviter) == []


async def test_limits_haste_and_circles_are_a_persons_and_not_a_names(loyalty: Loyalty) -> None:
    limits = [{"most": 2, "period": "REWARD_LIMIT_PERIOD_EVER"}]
    await done(publish(loyalty, "names", limits=limits, heldAboveHourly=1))
    old, survivor, friend, another, third = [await joined(loyalty) for _ in range(5)]
    codes = [await code_of(loyalty, name, "names") for name in (old, survivor)]
    await done(accept(loyalty, friend, codes[0]))
    await done(loyalty.staff(MERGE, merging(old, survivor)))
    held = await done(accept(loyalty, another, codes[1]))
    assert held["referral"]["state"] == "REFERRAL_STATE_HELD", "the second within the hour"
    assert code(await accept(loyalty, third, codes[1])) == "INVITER_LIMIT_REACHED"
    await done(publish(loyalty, "round"))
    top, brought, name, last = [await joined(loyalty) for _ in range(4)]
    await done(accept(loyalty, brought, await code_of(loyalty, top, "round")))
    await done(accept(loyalty, last, await code_of(loyalty, name, "round")))
    await done(loyalty.staff(MERGE, merging(name, brought)))
    assert code(await accept(loyalty, top, await code_of(loyalty, last, "round"))) == "INVITE_CIRCLE"


async def test_what_was_returned_whole_is_no_order(loyalty: Loyalty, settling: SettledReferrals) -> None:
    await done(publish(loyalty, "returned", **BY_ORDER, heldAboveHourly=1))
    inviter, hasty, friend = [await joined(loyalty) for _ in range(3)]
    for each in (hasty, friend):
        await done(accept(loyalty, each, await code_of(loyalty, inviter, "returned")))
    paid = await pay(loyalty, friend, settling)
    for nth, minor in enumerate((4_000, 6_000)):
        part = {"source": "shop", "orderId": paid["orderId"], "refundId": f"r{nth}", "amount": cny(minor)}
        refund = part | {"refundedAt": paid["paidAt"]}
        await done(loyalty.order_system("OrdersService/RecordRefund", refund))
    body = {"memberId": friend, "approve": True, "reason": "KNOWN"}
    await done(loyalty.staff("ReferralsService/DecideReferral", body))
    assert (await state_of(loyalty, friend))[0] == "JOINED"
    await pay(loyalty, friend, settling)
    assert await state_of(loyalty, friend) == ("REWARDED", "")


async def test_who_left_neither_invites_nor_accepts(loyalty: Loyalty) -> None:
    await done(publish(loyalty, "left"))
    inviter, gone, friend = [await joined(loyalty) for _ in range(3)]
    invite = await code_of(loyalty, inviter, "left")
    await hear(loyalty, gone, "MemberClosed")
    assert code(await accept(loyalty, gone, invite)) == "MEMBER_CLOSED"
    await hear(loyalty, inviter, "MemberClosed")
    assert code(await accept(loyalty, friend, invite)) == "UNKNOWN_INVITE"
