"""Live after merges: the token of whoever was merged hears the survivor's changes, until it is undone and no longer."""

import pytest
from huiyuan.members.v1 import events_pb2
from redis.asyncio import Redis

from gateway.live import reader
from services.kit import stream
from tests.gateway.answers import at
from tests.gateway.gateway_client import Gateway
from tests.gateway.streams import Streams
from tests.gateway.test_live import Subscriber, signed_in

NOBODYS = stream.name("members", 15)


async def move(live: Gateway, streams: Streams, member: str, into: str, *, undone: bool = False) -> None:
    """A merge, or its undoing, as members tells of it: in nobody's lane."""
    wire = events_pb2.MembersEvent(member_id=member, occurred_at=at(2026, 9, 1))
    if undone:
        live.services.survivors.pop(member, None)
        wire.merge_undone.into_member_id = into
    else:
        live.services.survivors[member] = into
        wire.members_merged.into_member_id = into
    async with Redis.from_url(streams.url) as client:
        last = stream.position((await stream.last_ids(client, [NOBODYS]))[NOBODYS])
        kind = "MergeUndone" if undone else "MembersMerged"
        event = stream.Event(NOBODYS, last[0] + 1, 0, "", kind, wire.SerializeToString())
        await stream.append(client, {NOBODYS: last}, [event])


async def heard(subscriber: Subscriber, *kinds: str) -> str:
    """The last cursor, once just these changes came."""
    told = [await subscriber.change() for _ in kinds]
    assert [change["kind"] for change in told] == list(kinds)
    cursor: str = told[-1]["cursor"]
    return cursor


async def settled(live: Gateway, streams: Streams) -> None:
    """Wait until the gateway has read what was told so far."""
    probe, token = live.join()
    async with signed_in(live, token) as subscriber:
        await subscriber.subscribe()
        await heard(subscriber, "CAUGHT_UP")
        await streams.tell(probe, "order_recorded", lane=9)
        await heard(subscriber, "ORDER_RECORDED")


async def test_an_old_token_hears_the_survivor_however_late_it_comes_and_misses_nothing(
    live: Gateway, streams: Streams
) -> None:
    (old, token), (new, _), (last, _) = (live.join() for _ in range(3))
    async with signed_in(live, token) as subscriber:
        await subscriber.subscribe()
        await heard(subscriber, "CAUGHT_UP")
        await move(live, streams, old, new)
        await settled(live, streams)
        await streams.tell(new, "points_adjusted")
        await streams.tell(old, "member_merged")
        cursor = await heard(subscriber, "POINTS_ADJUSTED", "MEMBER_MERGED")
    await streams.tell(new, "order_recorded")
    async with signed_in(live, token) as subscriber:
        await subscriber.subscribe(cursor)
        await heard(subscriber, "ORDER_RECORDED", "CAUGHT_UP")
        live.services.survivors[old] = last
        await move(live, streams, new, last)
        await settled(live, streams)
        await streams.tell(last, "points_awarded")
        await heard(subscriber, "POINTS_AWARDED")
        # Nobody tells that the first of the two steps still holds: it is asked for, and what was not told meanwhile said.
        live.services.survivors[old] = new
        await move(live, streams, new, last, undone=True)
        await settled(live, streams)
        await heard(subscriber, "RESYNCED")
        await streams.tell(last, "order_completed")
        await streams.tell(new, "order_refunded")
        await heard(subscriber, "ORDER_REFUNDED")


async def test_whoever_parted_hears_nothing_more_of_the_survivor(live: Gateway, streams: Streams) -> None:
    (old, token), (new, news) = live.join(), live.join()
    live.services.survivors[old] = new
    async with signed_in(live, token) as subscriber, signed_in(live, news) as survivor:
        await subscriber.subscribe()
        await survivor.subscribe()
        await heard(subscriber, "CAUGHT_UP")
        await heard(survivor, "CAUGHT_UP")
        await streams.tell(new, "points_adjusted")
        await heard(subscriber, "POINTS_ADJUSTED")
        await move(live, streams, old, new, undone=True)
        await settled(live, streams)
        await streams.tell(new, "order_recorded")
        await streams.tell(old, "order_refunded")
        await heard(subscriber, "ORDER_REFUNDED")
        await heard(survivor, "POINTS_ADJUSTED", "ORDER_RECORDED")


async def test_while_nobody_can_say_who_it_is_the_own_id_is_heard_and_the_rest_told_of_afterwards(
    live: Gateway, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_ASK_AGAIN_S", 0.1)
    (old, token), (new, _) = live.join(), live.join()
    live.services.survivors[old] = new
    live.services.away.add("members")
    try:
        async with signed_in(live, token) as subscriber:
            await subscriber.subscribe()
            await heard(subscriber, "CAUGHT_UP")
            await streams.tell(new, "points_adjusted")
            await streams.tell(old, "member_merged")
            await heard(subscriber, "MEMBER_MERGED")
            live.services.away.clear()
            await heard(subscriber, "RESYNCED")
            await streams.tell(new, "order_recorded")
            await heard(subscriber, "ORDER_RECORDED")
    finally:
        live.services.away.clear()
