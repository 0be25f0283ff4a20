"""What falls due of coupons, and what refunds, merges and departures mean to them; by a clock of the test's."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgpack
import pytest
from huiyuan.loyalty.v1.events_pb2 import LoyaltyEvent

from services.kit import clock
from services.loyalty.actions import coupons as actions
from services.loyalty.actions.coupon_dues import follow_refund
from services.loyalty.jobs import coupons as job
from services.loyalty.jobs.coupons import Coupons
from services.loyalty.rules.ledger.grants import Grant, GrantKind
from services.loyalty.storage.coupons import coupon_refunds
from tests.loyalty.conftest import Loyalty, cny, order
from tests.loyalty.coupons import (
    COUPONS,
    amount_off,
    basket,
    be_counted,
    code_of,
    given,
    issue,
    listed,
    new,
    on_order,
    published,
    state,
)
from tests.loyalty.hearing import hear_own
from tests.loyalty.spending import done
from tests.loyalty.test_departures import hear as hear_member
from tests.loyalty.test_departures import settle
from tests.loyalty.test_exports import exported
from tests.loyalty.test_following_merges import follow, hear, merged, undone
from tests.loyalty.timed import Timed, going_by


@pytest.fixture(scope="module")
async def timed(make_loyalty: Any) -> AsyncIterator[Timed]:
    async with going_by(make_loyalty, "2026-11-22 04:00") as running:
        yield running


async def look(timed: Timed) -> None:
    """One look of a worker."""
    await Coupons(timed.pool, timed.clock).look()


async def told(loyalty: Loyalty, member: str) -> list[str]:
    """The types of what was told of a member beside the ledger, in its order."""
    rows = await loyalty.sql("SELECT type, member_id, event FROM outbox WHERE lane = 15 ORDER BY seq")
    found = []
    for row in rows:
        events = (
            msgpack.unpackb(row["event"])
            if row["type"] == "Packed"
            else [(str(row["member_id"]), row["type"], b"")]
        )
        found += [kind for who, kind, _ in events if who == member]
    return found


async def test_a_hold_times_out_by_being_read_and_by_the_worker(timed: Timed) -> None:
    loyalty, member = timed.loyalty, timed.loyalty.new_member()
    coupon = await new(loyalty, member, amount_off(1_000))
    more = {"basket": basket(10_000), "timeToLiveSeconds": "60"}
    assert (await on_order(loyalty, "Hold", member, "first", [coupon], **more)).status_code == 200
    assert code_of(await on_order(loyalty, "Hold", member, "second", [coupon], **more)) == "COUPON_HELD"
    timed.clock.at += timedelta(seconds=60)
    (seen,) = await listed(loyalty, member)
    assert (seen["state"], "orderRef" in seen) == ("COUPON_STATE_ISSUED", False)
    assert code_of(await on_order(loyalty, "Use", member, "first", [])) == "COUPON_NOT_OPEN"
    assert await state(loyalty, coupon) == "HELD", "nobody came by"
    await look(timed)
    assert await state(loyalty, coupon) == "ISSUED"
    assert (await on_order(loyalty, "Hold", member, "third", [coupon], **more)).status_code == 200
    timed.clock.at += timedelta(seconds=60)
    again = await on_order(loyalty, "Hold", member, "fourth", [coupon], **more)
    assert again.status_code == 200, "what timed out is free before the worker looked"
    await be_counted(loyalty)


async def test_what_an_order_held_too_long_does_not_keep_its_group_from_another(timed: Timed) -> None:
    loyalty, member = timed.loyalty, timed.loyalty.new_member()
    one, other = [await new(loyalty, member, amount_off(1_000)) for _ in range(2)]
    more = {"basket": basket(10_000), "timeToLiveSeconds": "60"}
    assert (await on_order(loyalty, "Hold", member, "same", [one], **more)).status_code == 200
    timed.clock.at += timedelta(seconds=60)
    assert (await on_order(loyalty, "Hold", member, "same", [other], **more)).status_code == 200
    assert (await state(loyalty, one), await state(loyalty, other)) == ("ISSUED", "HELD")


async def test_coupons_expire_after_their_last_local_day_and_free_their_budget(
    timed: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "AT_ONCE", 2)
    loyalty = timed.loyalty
    members = [loyalty.new_member() for _ in range(5)]
    key = await published(loyalty, amount_off(1_000, validFor="P1D", mostMoney=cny(5_000)))
    ids = [one["issued"]["couponId"] for one in await issue(loyalty, key, *members)]
    assert (await issue(loyalty, key, loyalty.new_member()))[0]["refusal"]["code"] == "COUPON_BUDGET_SPENT"
    more = {"basket": basket(10_000), "timeToLiveSeconds": str(86_400 * 3)}
    assert (await on_order(loyalty, "Hold", members[0], "kept", ids[:1], **more)).status_code == 200
    local_midnight = timed.clock.at.replace(hour=16, minute=0, second=0) + timedelta(days=1)
    timed.clock.at = local_midnight - timedelta(seconds=1)
    await look(timed)
    assert {await state(loyalty, each) for each in ids} == {"HELD", "ISSUED"}
    timed.clock.at = local_midnight
    assert len(await listed(loyalty, members[1], "EXPIRED")) == 1, "by reading"
    assert code_of(await on_order(loyalty, "Hold", members[1], "late", ids[1:2], **more)) == "COUPON_NOT_OPEN"
    await look(timed)
    assert [await state(loyalty, each) for each in ids] == ["HELD", *["EXPIRED"] * 4]
    await be_counted(loyalty)
    used = await on_order(loyalty, "Use", members[0], "kept", [])
    assert used.status_code == 200, "what expired while it was held is good for its hold"
    back = await on_order(loyalty, "Reinstate", members[0], "kept", [])
    assert back.json()["reinstated"][0]["state"] == "COUPON_STATE_EXPIRED", "and comes back as it is by then"
    assert (await issue(loyalty, key, loyalty.new_member()))[0]["issued"]
    await be_counted(loyalty)


async def test_who_asked_to_be_reminded_is_told_once_and_systems_read_whose_coupons_expire(
    timed: Timed,
) -> None:
    loyalty, member = timed.loyalty, timed.loyalty.new_member()
    key = await published(loyalty, amount_off(1_000, validFor="P10D", remindDays=3))
    coupons = [await given(loyalty, member, key) for _ in range(3)]
    await look(timed)
    assert "CouponExpiring" not in await told(loyalty, member)
    timed.clock.at += timedelta(days=8)
    for _ in range(2):
        await look(timed)
    assert (await told(loyalty, member)).count("CouponExpiring") == 3
    until = (timed.clock.at + timedelta(days=4)).isoformat().replace("+00:00", "Z")
    body = {"template": key, "expiresBefore": until, "first": 2}
    page = (
        await loyalty.order_system(f"{COUPONS}/ListExpiringCoupons", body, "communication_recorder")
    ).json()
    rest = (
        await loyalty.order_system(
            f"{COUPONS}/ListExpiringCoupons",
            body | {"after": page["coupons"][-1]["couponId"]},
            "communication_recorder",
        )
    ).json()
    assert (page["hasNextPage"], "hasNextPage" in rest) == (True, False)
    found = [one["couponId"] for one in (*page["coupons"], *rest["coupons"])]
    assert sorted(found) == sorted(coupons)
    assert (await loyalty.order_system(f"{COUPONS}/ListExpiringCoupons", body)).status_code == 403


async def test_a_whole_refund_gives_the_orders_coupons_back_exactly_once(timed: Timed) -> None:
    loyalty, member = timed.loyalty, timed.loyalty.new_member()
    paid_at = timed.clock.at.isoformat().replace("+00:00", "Z")
    paid = order(member, [4_000, 6_000], paidAt=paid_at)
    coupon = await new(loyalty, member, amount_off(1_000))
    used = await on_order(loyalty, "Use", member, paid["orderId"], [coupon], basket=basket(4_000, 7_000))
    assert used.status_code == 200, used.text
    assert (await loyalty.order_system("OrdersService/RecordOrder", paid)).status_code == 200
    for refund_id, minor, after in (("a", 4_000, "USED"), ("b", 6_000, "ISSUED")):
        refund = {"source": "shop", "orderId": paid["orderId"], "refundId": refund_id, "amount": cny(minor)}
        assert (await loyalty.order_system("OrdersService/RecordRefund", refund)).status_code == 200
        await hear_own(loyalty, member, "OrderRefunded")
        await look(timed)
        assert await state(loyalty, coupon) == after
    await on_order(loyalty, "Use", member, "another", [coupon], basket=basket(10_000))
    await hear_own(loyalty, member, "OrderRefunded")
    await look(timed)
    assert await state(loyalty, coupon) == "USED", "what was used since belongs to another order"
    assert (await told(loyalty, member)).count("CouponReinstated") == 1
    await be_counted(loyalty)


async def test_what_is_used_on_an_order_that_was_returned_before_comes_back(timed: Timed) -> None:
    loyalty, member = timed.loyalty, timed.loyalty.new_member()
    coupon = await new(loyalty, member, amount_off(1_000))
    for minor, after in ((4_000, "USED"), (10_000, "ISSUED")):
        paid = order(member, 10_000, paidAt=timed.clock.at.isoformat().replace("+00:00", "Z"))
        assert (await loyalty.order_system("OrdersService/RecordOrder", paid)).status_code == 200
        refund = {"source": "shop", "orderId": paid["orderId"], "refundId": "all", "amount": cny(minor)}
        assert (await loyalty.order_system("OrdersService/RecordRefund", refund)).status_code == 200
        await hear_own(loyalty, member, "OrderRefunded")
        used = await on_order(loyalty, "Use", member, paid["orderId"], [coupon], basket=basket(10_000))
        assert (used.status_code, await state(loyalty, coupon)) == (200, "USED")
        for _ in range(2):
            await look(timed)
        assert await state(loyalty, coupon) == after
        await on_order(loyalty, "Reinstate", member, paid["orderId"], [])
    await be_counted(loyalty)


async def test_what_is_heard_while_a_refund_is_followed_is_followed_again(timed: Timed) -> None:
    loyalty, member = timed.loyalty, timed.loyalty.new_member()
    paid = order(member, [4_000, 6_000], paidAt=timed.clock.at.isoformat().replace("+00:00", "Z"))
    coupon = await new(loyalty, member, amount_off(1_000))
    await on_order(loyalty, "Use", member, paid["orderId"], [coupon], basket=basket(10_000))
    await done(loyalty.order_system("OrdersService/RecordOrder", paid))
    refund = {"source": "shop", "orderId": paid["orderId"], "refundId": "a", "amount": cny(4_000)}
    await done(loyalty.order_system("OrdersService/RecordRefund", refund))
    await hear_own(loyalty, member, "OrderRefunded")
    (waiting,) = await coupon_refunds.waiting(timed.pool, 10)
    async with timed.pool.acquire() as connection, connection.transaction():
        await follow_refund(connection, waiting, clock.micros(timed.clock.at))
        await done(
            loyalty.order_system(
                "OrdersService/RecordRefund", refund | {"refundId": "b", "amount": cny(6_000)}
            )
        )
        await hear_own(loyalty, member, "OrderRefunded")
        await coupon_refunds.settled(connection, waiting, timed.clock.at)
    await look(timed)
    assert await state(loyalty, coupon) == "ISSUED"


async def test_merged_members_have_their_coupons_together_and_apart_again(timed: Timed) -> None:
    loyalty = timed.loyalty
    old, new_one = loyalty.new_member(), loyalty.new_member()
    key = await published(loyalty, amount_off(1_000, mostPerMember=2))
    mine, theirs = await given(loyalty, old, key), await given(loyalty, new_one, key)
    await hear(loyalty, merged(old, new_one, "m1"))
    await follow(loyalty)
    for who in (old, new_one):
        assert {one["couponId"] for one in await listed(loyalty, who)} == {mine, theirs}
    assert (await issue(loyalty, key, old))[0]["refusal"]["code"] == "COUPON_LIMIT_REACHED", "both count"
    held = await on_order(loyalty, "Hold", old, "merged", [theirs], basket=basket(10_000))
    assert held.status_code == 200, held.text
    since = await new(loyalty, old, amount_off(500))
    await hear(loyalty, undone(old, new_one, "m1"))
    await follow(loyalty)
    assert {one["couponId"] for one in await listed(loyalty, old)} == {mine}
    assert {one["couponId"] for one in await listed(loyalty, new_one)} == {theirs, since}


async def test_who_left_has_no_open_coupons_and_the_proof_counts_what_stays(timed: Timed) -> None:
    loyalty, member = timed.loyalty, timed.loyalty.new_member()
    key = await published(loyalty, amount_off(1_000))
    open_one, held, used = [await given(loyalty, member, key) for _ in range(3)]
    await on_order(loyalty, "Hold", member, "h", [held], basket=basket(10_000))
    await on_order(loyalty, "Use", member, "u", [used], basket=basket(10_000))
    tables = await exported(loyalty, member)
    assert {row["state"] for row in tables["coupons"]} == {"ISSUED", "HELD", "USED"}
    await hear_member(loyalty, member, "MemberFrozen")
    assert (
        code_of(await on_order(loyalty, "Hold", member, "f", [open_one], basket=basket(10_000)))
        == "MEMBER_FROZEN"
    )
    await hear_member(loyalty, member, "MemberErased", erasure_id="7c9a1f4e-0000-4000-8000-000000000001")
    await settle(loyalty)
    assert [await state(loyalty, each) for each in (open_one, held, used)] == ["REVOKED", "REVOKED", "USED"]
    assert (await issue(loyalty, key, member))[0]["refusal"]["code"] == "MEMBER_CLOSED"
    rows = await loyalty.sql("SELECT event FROM outbox WHERE type = 'Packed' ORDER BY lane, seq")
    events = [event for row in rows for event in msgpack.unpackb(row["event"])]
    (done,) = [
        LoyaltyEvent.FromString(body)
        for who, kind, body in events
        if (who, kind) == (member, "MemberErasureDone")
    ]
    kept = {one.store: one.count for one in done.member_erasure_done.proof}
    assert kept["coupons"] == 3
    await be_counted(loyalty)


async def test_who_left_gets_no_coupon_back_for_a_returned_order(timed: Timed) -> None:
    loyalty, member = timed.loyalty, timed.loyalty.new_member()
    key = await published(loyalty, amount_off(1_000, mostCoupons=1))
    coupon = await given(loyalty, member, key)
    await on_order(loyalty, "Use", member, "left", [coupon], basket=basket(10_000))
    await hear_member(loyalty, member, "MemberClosed")
    await settle(loyalty)
    assert await state(loyalty, coupon) == "USED"
    for _ in range(2):
        answer = await on_order(loyalty, "Reinstate", member, "left", [])
        assert answer.status_code == 200, answer.text
        assert await state(loyalty, coupon) == "REVOKED"
    kinds = await told(loyalty, member)
    assert (kinds.count("CouponReinstated"), kinds.count("CouponRevoked")) == (0, 1)
    await given(loyalty, loyalty.new_member(), key)
    await be_counted(loyalty)


async def test_a_limit_counts_what_a_merge_has_yet_to_bring(timed: Timed) -> None:
    loyalty = timed.loyalty
    old, survivor = loyalty.new_member(), loyalty.new_member()
    key = await published(loyalty, amount_off(1_000, mostPerMember=1))
    mine = await given(loyalty, old, key)
    await hear(loyalty, merged(old, survivor, "cut"))
    await follow(loyalty)
    # As of a worker that was killed when the ledger had followed and the coupons had not.
    await loyalty.sql("UPDATE coupons SET member_id = $2 WHERE coupon_id = $1", mine, old)
    assert (await issue(loyalty, key, survivor))[0]["refusal"]["code"] == "COUPON_LIMIT_REACHED"


async def test_a_grant_gives_its_coupon_once_whoever_gives_it(timed: Timed) -> None:
    loyalty, member = timed.loyalty, timed.loyalty.new_member()
    key = await published(loyalty, amount_off(1_000))
    await listed(loyalty, member)
    grant = Grant("mission-7", member, "", GrantKind.COUPON, template=key)
    made = set()
    for _ in range(2):
        async with timed.pool.acquire() as connection, connection.transaction():
            made.add(await actions.give(connection, grant, timed.clock.at))
    assert [one["couponId"] for one in await listed(loyalty, member)] == list(made)
