"""Merges that the members service told of: heard once, followed in order, told back, and undone likewise."""

from datetime import UTC, datetime
from uuid import uuid4

import msgpack
import pytest
from huiyuan.loyalty.v1.events_pb2 import LoyaltyEvent
from huiyuan.members.v1 import events_pb2

from services.kit import database, stream
from services.loyalty.consumers import hear_members
from services.loyalty.jobs import merges as job
from services.loyalty.rulebook import Rulebook
from tests.loyalty.conftest import Loyalty, order
from tests.loyalty.test_integrity import check_everything
from tests.loyalty.test_merges import NOTHING, adjust, available, kept, pay, redeem

JOINED = datetime(2020, 1, 1, tzinfo=UTC)


def merged(old: str, new: str, merge_id: str) -> stream.Event:
    event = events_pb2.MembersEvent(
        member_id=old,
        members_merged=events_pb2.MembersMerged(
            merge_id=merge_id,
            into_member_id=new,
            reason="SAME",
            from_joined_at=JOINED,
            into_joined_at=JOINED,
        ),
    )
    return stream.Event("huiyuan:members:0", 1, 0, "", "MembersMerged", event.SerializeToString())


def undone(old: str, new: str, merge_id: str) -> stream.Event:
    event = events_pb2.MembersEvent(
        member_id=old,
        merge_undone=events_pb2.MergeUndone(merge_id=merge_id, into_member_id=new, reason="MISTAKE"),
    )
    return stream.Event("huiyuan:members:0", 2, 0, "", "MergeUndone", event.SerializeToString())


async def hear(loyalty: Loyalty, *events: stream.Event) -> None:
    engine = database.engine(loyalty.database)
    try:
        async with engine.begin() as connection:
            for event in events:
                await hear_members(connection, event)
    finally:
        await engine.dispose()


async def follow(loyalty: Loyalty) -> None:
    """One look of a worker that starts now."""
    pool = await database.pool(loyalty.database)
    try:
        await job.Merges(loyalty.database, pool, Rulebook(pool)).follow()
    finally:
        await pool.close()


async def acknowledged(loyalty: Loyalty, member: str) -> list[tuple[str, bool]]:
    """What the ledger told of a member's merges."""
    rows = await loyalty.sql("SELECT event FROM outbox WHERE type = 'Packed' ORDER BY recorded_at, lane, seq")
    events = [event for row in rows for event in msgpack.unpackb(row["event"])]
    told = [LoyaltyEvent.FromString(body) for who, _, body in events if who == member]
    return [
        (event.member_merged.merge_id, event.member_merged.undone)
        for event in told
        if event.HasField("member_merged")
    ]


async def waiting(loyalty: Loyalty, member: str) -> int:
    rows = await loyalty.sql(
        "SELECT 1 FROM heard_merges WHERE from_member = $1 AND followed_at IS NULL", member
    )
    return len(rows)


async def test_points_follow_and_the_members_service_is_told(loyalty: Loyalty) -> None:
    old, new = loyalty.new_member(), loyalty.new_member()
    await pay(loyalty, order(old, 60_000))
    await hear(loyalty, *[merged(old, new, "heard-1")] * 2)
    await follow(loyalty)
    assert (await kept(loyalty, old), await available(loyalty, new)) == (NOTHING, 600)
    assert await loyalty.tier(new) == "silver"
    assert await acknowledged(loyalty, old) == [("heard-1", False)]
    await hear(loyalty, merged(old, new, "heard-1"), undone(old, new, "heard-1"))
    await follow(loyalty)
    assert (await available(loyalty, old), await available(loyalty, new)) == (600, 0)
    assert await acknowledged(loyalty, old) == [("heard-1", False), ("heard-1", True)]
    assert await waiting(loyalty, old) == 0
    await check_everything(loyalty)


async def test_members_whom_loyalty_never_heard_of_are_merged_too(loyalty: Loyalty) -> None:
    old, new = str(uuid4()), str(uuid4())
    await hear(loyalty, merged(old, new, "strangers"))
    await follow(loyalty)
    assert await acknowledged(loyalty, old) == [("strangers", False)]
    await adjust(loyalty, old, 70, "late")
    assert (await kept(loyalty, old), await available(loyalty, new)) == (NOTHING, 70)
    assert await available(loyalty, old) == 70


async def test_a_chain_is_followed_in_the_order_in_which_it_was_made(loyalty: Loyalty) -> None:
    a, b, c = (loyalty.new_member() for _ in range(3))
    await adjust(loyalty, a, 5, "a")
    await hear(loyalty, merged(a, b, "a-b"), merged(b, c, "b-c"))
    await follow(loyalty)
    assert [(await kept(loyalty, one))["available"] for one in (a, b, c)] == [0, 0, 5]
    await hear(loyalty, undone(b, c, "b-c"), undone(a, b, "a-b"))
    await follow(loyalty)
    assert [await available(loyalty, one) for one in (a, b, c)] == [5, 0, 0]


async def test_an_open_checkout_holds_up_its_members_alone_and_is_waited_for(loyalty: Loyalty) -> None:
    busy, other, idle, last = (loyalty.new_member() for _ in range(4))
    await adjust(loyalty, busy, 100, "b")
    await adjust(loyalty, idle, 7, "i")
    hold = {"memberId": busy, "points": 40, "holdId": "h"}
    held = await loyalty.order_system("RedemptionsService/HoldPoints", hold)
    assert held.status_code == 200, held.text
    await hear(
        loyalty,
        merged(busy, other, "busy"),
        merged(other, last, "behind"),
        merged(idle, loyalty.new_member(), "free"),
    )
    await follow(loyalty)
    assert (await available(loyalty, busy), await kept(loyalty, idle)) == (60, NOTHING)
    assert [await waiting(loyalty, one) for one in (busy, other, idle)] == [1, 1, 0]
    released = await loyalty.order_system("RedemptionsService/ReleaseHold", {"memberId": busy, "holdId": "h"})
    assert released.status_code == 200, released.text
    await follow(loyalty)
    assert [(await kept(loyalty, one))["available"] for one in (busy, other, last)] == [0, 0, 100]
    assert await acknowledged(loyalty, other) == [("busy", False), ("behind", False)]


async def test_a_merge_undone_before_it_could_be_followed_moves_nothing_and_is_told(loyalty: Loyalty) -> None:
    busy, other = loyalty.new_member(), loyalty.new_member()
    await adjust(loyalty, busy, 100, "b")
    held = await loyalty.order_system(
        "RedemptionsService/HoldPoints", {"memberId": busy, "points": 40, "holdId": "h2"}
    )
    assert held.status_code == 200, held.text
    await hear(loyalty, merged(busy, other, "never"))
    await follow(loyalty)
    await hear(loyalty, undone(busy, other, "never"))
    await follow(loyalty)
    assert (await available(loyalty, busy), await available(loyalty, other)) == (60, 0)
    assert await acknowledged(loyalty, busy) == [("never", True)]
    assert await waiting(loyalty, busy) == 0
    assert (await redeem(loyalty, busy, 60, "still-mine")).status_code == 200


async def test_a_worker_killed_after_the_ledger_did_it_does_it_once(
    loyalty: Loyalty, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = loyalty.new_member(), loyalty.new_member()
    await adjust(loyalty, old, 30, "k")
    await hear(loyalty, merged(old, new, "killed"))

    async def die(*_: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr("services.loyalty.storage.members.heard_merges.followed", die)
        with pytest.raises(ConnectionResetError):
            await follow(loyalty)
    assert (await available(loyalty, new), await waiting(loyalty, old)) == (30, 1)
    await follow(loyalty)
    assert (await available(loyalty, new), await waiting(loyalty, old)) == (30, 0)
    assert await acknowledged(loyalty, old) == [("killed", False)]
