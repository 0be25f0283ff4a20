"""Live: a subscription tells what happens, misses nothing over a reconnect or a Redis restart, and ends with its token."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from huiyuan.loyalty.v1 import events_pb2
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from gateway.live import changes, watchers
from gateway.live.positions import CursorNotOurs, Positions
from services.kit import stream
from tests.gateway.gateway_client import Gateway
from tests.gateway.streams import Streams

BEGINNING = Positions([(0, 0)] * 48).cursor
CHANGED = "subscription($after:String){memberChanged(after:$after){cursor kind member{points{available}}}}"


class Subscriber:
    """A client of graphql-transport-ws."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)

    async def send(self, **message: Any) -> None:
        await self._socket.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(30):
            message: dict[str, Any] = json.loads(await self._socket.recv())
            return message

    async def subscribe(self, after: str | None = None) -> str:
        name = str(next(self._ids))
        await self.send(id=name, type="subscribe", payload={"query": CHANGED, "variables": {"after": after}})
        return name

    async def change(self) -> dict[str, Any]:
        message = await self.receive()
        assert message["type"] == "next", message
        changed: dict[str, Any] = message["payload"]["data"]["memberChanged"]
        return changed

    async def closed(self) -> tuple[int, str]:
        """How the server closed, once all it sent is read."""
        try:
            async with asyncio.timeout(30):
                while True:
                    await self._socket.recv()
        except ConnectionClosed as closed:
            return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (0, "")


@asynccontextmanager
async def socket(gateway: Gateway, protocol: str = "graphql-transport-ws") -> AsyncIterator[Subscriber]:
    address = gateway.address.replace("http", "ws") + "/graphql"
    async with connect(address, subprotocols=[protocol]) as opened:  # type: ignore[list-item]
        yield Subscriber(opened)


@asynccontextmanager
async def signed_in(gateway: Gateway, token: str) -> AsyncIterator[Subscriber]:
    async with socket(gateway) as subscriber:
        await subscriber.send(type="connection_init", payload={"Authorization": f"Bearer {token}"})
        assert (await subscriber.receive())["type"] == "connection_ack"
        yield subscriber


async def test_whatever_moves_points_is_told_as_it_happens(live: Gateway, streams: Streams) -> None:
    moves = [field.name for field in events_pb2.LoyaltyEvent.DESCRIPTOR.oneofs_by_name["event"].fields]
    moves.remove("programme_revised")
    moves.remove("rewards_revised")
    member_id, token = live.join()
    async with signed_in(live, token) as subscriber:
        await subscriber.subscribe()
        assert (await subscriber.change())["kind"] == "CAUGHT_UP"
        await streams.tell(member_id, *moves)
        assert [(await subscriber.change())["kind"] for _ in moves] == [move.upper() for move in moves]


async def test_a_change_is_told_with_the_member_as_of_now(live: Gateway, streams: Streams) -> None:
    member_id, token = live.join(available=120)
    async with signed_in(live, token) as subscriber:
        await subscriber.subscribe()
        assert (await subscriber.change())["kind"] == "CAUGHT_UP"
        live.services.join(member_id, available=500)
        await streams.tell(str(uuid4()), "order_recorded")
        await streams.tell(member_id, "order_recorded", "tier_raised")
        first, second = await subscriber.change(), await subscriber.change()
    assert [first["kind"], second["kind"]] == ["ORDER_RECORDED", "TIER_RAISED"]
    assert first["member"]["points"]["available"] == 500


async def test_a_reconnect_misses_nothing_and_tells_nothing_twice(live: Gateway, streams: Streams) -> None:
    member_id, token = live.join()
    async with signed_in(live, token) as subscriber:
        await subscriber.subscribe()
        cursor = (await subscriber.change())["cursor"]
        await streams.tell(member_id, "order_recorded")
        cursor = (await subscriber.change())["cursor"]
    await streams.tell(member_id, "points_adjusted", lane=5)
    await streams.tell(str(uuid4()), "order_recorded", lane=5)
    await streams.tell(member_id, "order_refunded")
    async with signed_in(live, token) as subscriber:
        await subscriber.subscribe(cursor)
        missed = [await subscriber.change() for _ in range(3)]
        assert [change["kind"] for change in missed] == ["ORDER_REFUNDED", "POINTS_ADJUSTED", "CAUGHT_UP"]
    # From the middle of what was missed, only the rest is told again.
    async with signed_in(live, token) as subscriber:
        await subscriber.subscribe(missed[0]["cursor"])
        told = [(await subscriber.change())["kind"] for _ in range(2)]
    assert told == ["POINTS_ADJUSTED", "CAUGHT_UP"]


async def test_a_redis_that_was_stopped_and_started_again_is_followed_on(
    live: Gateway, streams: Streams
) -> None:
    member_id, token = live.join()
    async with signed_in(live, token) as subscriber:
        await subscriber.subscribe()
        await subscriber.change()
        await streams.tell(member_id, "order_completed")
        cursor = (await subscriber.change())["cursor"]
        streams.stop()
        # A reconnect that must look back cannot be served meanwhile, and says so.
        name = await subscriber.subscribe(BEGINNING)
        refused = await subscriber.receive()
        assert (refused["id"], refused["type"]) == (name, "error")
        assert refused["payload"][0]["extensions"]["retryable"] is True
        streams.start()
        await streams.tell(member_id, "order_recorded", "points_expired")
        told = [(await subscriber.change())["kind"] for _ in range(2)]
        assert told == ["ORDER_RECORDED", "POINTS_EXPIRED"]
    async with signed_in(live, token) as subscriber:
        await subscriber.subscribe(cursor)
        told = [(await subscriber.change())["kind"] for _ in range(3)]
        assert told == ["ORDER_RECORDED", "POINTS_EXPIRED", "CAUGHT_UP"]


async def test_what_is_no_longer_all_there_is_told_as_one_resync(live: Gateway, streams: Streams) -> None:
    member_id, token = live.join()
    async with signed_in(live, token) as subscriber:
        await subscriber.subscribe()
        cursor = (await subscriber.change())["cursor"]
    await streams.tell(member_id, *["order_recorded"] * 3, lane=7)
    async with Redis.from_url(streams.url) as client:
        await client.xtrim(stream.name("loyalty", 7), maxlen=1, approximate=False)
    async with signed_in(live, token) as subscriber:
        await subscriber.subscribe(cursor)
        assert [(await subscriber.change())["kind"] for _ in range(2)] == ["RESYNCED", "CAUGHT_UP"]


async def test_a_watcher_that_cannot_keep_up_gets_one_resync_instead_of_a_flood() -> None:
    watcher = watchers.Watcher("a member", None)
    watcher.wants = True
    for number in range(watchers.QUEUED_AT_MOST + 1):
        watcher.tell(changes.mark("ORDER_RECORDED", f"cursor-{number}"))
    told = await watcher.next(None)
    assert told is not None
    assert (told.kind, told.cursor) == ("RESYNCED", f"cursor-{watchers.QUEUED_AT_MOST}")
    assert watcher._queue.empty()


async def test_an_event_that_cannot_be_read_is_left_out_and_the_rest_is_told(
    live: Gateway, streams: Streams
) -> None:
    member_id, token = live.join()
    async with signed_in(live, token) as subscriber:
        await subscriber.subscribe()
        await subscriber.change()
        async with Redis.from_url(streams.url) as client:
            name = stream.name("members", 2)
            broken = stream.Event(name, 1, 0, member_id, "Broken", b"\xff\xff\xff")
            await stream.append(client, {name: (0, 0)}, [broken])
        await streams.tell(member_id, "order_recorded")
        assert (await subscriber.change())["kind"] == "ORDER_RECORDED"


async def test_the_end_of_the_token_ends_its_subscriptions(live: Gateway) -> None:
    member_id, _ = live.join()
    token = live.issuer.member(member_id, life_s=2)
    async with signed_in(live, token) as subscriber:
        name = await subscriber.subscribe()
        await subscriber.change()
        ended = await subscriber.receive()
        assert (ended["id"], ended["type"]) == (name, "error")
        assert ended["payload"][0]["extensions"]["code"] == "TOKEN_EXPIRED"
        assert await subscriber.closed() == (4403, "TOKEN_EXPIRED")
    assert await _nobody_watches(live)


async def _nobody_watches(gateway: Gateway) -> bool:
    """Whether every watcher was let go, soon."""
    for _ in range(200):
        if "\nhuiyuan_graphql_watchers 0.0\n" in (await gateway.http.get("/metrics")).text:
            return True
        await asyncio.sleep(0.02)
    return False


async def test_at_most_ten_operations_run_on_a_connection(live: Gateway) -> None:
    _, token = live.join()
    async with signed_in(live, token) as subscriber:
        for _ in range(10):
            await subscriber.subscribe()
            await subscriber.change()
        await subscriber.subscribe()
        refused = await subscriber.receive()
        assert refused["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
        await subscriber.send(id="1", type="complete")
        await subscriber.subscribe()
        await subscriber.change()


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([{"type": "subscribe", "id": "1", "payload": {"query": "{__typename}"}}], 4401),
        ([{"type": "connection_init", "payload": {"Authorization": "Bearer garbage"}}], 4403),
        ([{"type": "connection_init", "payload": 1}], 4400),
        ([{"type": "connection_init"}, {"type": "connection_init"}], 4429),
        ([{"type": "nonsense"}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "payload": {}}], 4400),
        ([[]], 4400),
    ],
)
async def test_what_breaks_the_protocol_closes_the_connection(
    live: Gateway, messages: list[Any], code: int
) -> None:
    async with socket(live) as subscriber:
        for message in messages:
            await subscriber._socket.send(json.dumps(message))
        assert (await subscriber.closed())[0] == code


async def test_messages_that_are_no_json_or_too_long_close_the_connection(live: Gateway) -> None:
    for message in ("{", b"binary", " " * 200_000):
        async with socket(live) as subscriber:
            await subscriber._socket.send(message)
            assert (await subscriber.closed())[0] == 4400


async def test_text_that_is_no_utf_8_closes_the_connection(live: Gateway) -> None:
    async with socket(live) as subscriber:
        await subscriber._socket.send(b'{"type":"\xff\xfe"}', text=True)
        assert (await subscriber.closed())[0] == 1007


async def test_the_legacy_protocol_is_off(live: Gateway) -> None:
    async with socket(live, "graphql-ws") as subscriber:
        assert (await subscriber.closed())[0] == 4406


async def test_nobody_subscribes_without_signing_in(live: Gateway) -> None:
    async with socket(live) as subscriber:
        await subscriber.send(type="connection_init")
        await subscriber.receive()
        await subscriber.subscribe()
        refused = await subscriber.receive()
        assert refused["type"] == "error"
        assert refused["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_changes_also_come_as_server_sent_events(live: Gateway, streams: Streams) -> None:
    member_id, token = live.join()
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    async with live.http.stream("POST", "/graphql", json={"query": CHANGED}, headers=headers) as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == "event: next"
        assert json.loads((await anext(lines))[6:])["data"]["memberChanged"]["kind"] == "CAUGHT_UP"
        await streams.tell(member_id, "order_recorded")
        assert [await anext(lines) for _ in range(2)] == ["", "event: next"]
        assert json.loads((await anext(lines))[6:])["data"]["memberChanged"]["kind"] == "ORDER_RECORDED"
    assert await _nobody_watches(live)


async def test_server_sent_events_end_with_the_token(live: Gateway) -> None:
    member_id, _ = live.join()
    token = live.issuer.member(member_id, life_s=1.5)
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    answer = await live.http.post("/graphql", json={"query": CHANGED}, headers=headers, timeout=10)
    assert "TOKEN_EXPIRED" in answer.text
    assert answer.text.endswith("event: complete\ndata: \n\n")


def test_a_cursor_holds_every_position_and_nothing_else_is_one() -> None:
    positions = Positions((number * 1000, number % 3) for number in range(48))
    assert Positions.of_cursor(positions.cursor).ids() == positions.ids()
    for garbage in ("", "x", "é", positions.cursor[:-4], positions.cursor + "AAAA", "A" * 5000):
        with pytest.raises(CursorNotOurs):
            Positions.of_cursor(garbage)
