"""Load: what comes beyond a process's bounds is turned away at once, and what is inside is served as ever."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from gateway.limits import load
from gateway.serving import websocket
from gateway.serving.front import Front
from gateway.serving.http import Endpoint
from infra.local.databases import DatabaseUrls
from tests.gateway import wire_services
from tests.gateway.gateway_client import Gateway, code, running
from tests.gateway.test_live import CHANGED, signed_in, socket
from tests.gateway.test_turning_away import WHOLE, nobody, request

BOUNDS = {"GATEWAY_OPERATIONS": "4", "GATEWAY_STREAMS": "6", "GATEWAY_STREAMS_A_CALLER": "3"}
POINTS = "{me{points{available}}}"


@pytest.fixture(scope="module")
async def narrow(
    tmp_path_factory: pytest.TempPathFactory, redis_url: str, database: DatabaseUrls
) -> AsyncIterator[Gateway]:
    folder = Path(tmp_path_factory.mktemp("narrow"))
    async with running(folder, redis_url, database.app, **BOUNDS) as gateway:
        yield gateway


@pytest.fixture
async def held(narrow: Gateway) -> AsyncIterator[Gateway]:
    """The gateway, before services that do not answer until they are let."""
    narrow.services.answering.clear()
    yield narrow
    narrow.services.answering.set()


async def _in_flight(gateway: Gateway, count: int) -> None:
    for _ in range(200):
        if f"\nhuiyuan_graphql_in_flight {count:.1f}\n" in (await gateway.http.get("/metrics")).text:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"there are not {count} in flight")


async def test_what_comes_beyond_the_bound_is_told_to_come_back_and_the_rest_is_answered(
    held: Gateway,
) -> None:
    _, token = held.join()
    waiting = [asyncio.ensure_future(held.post(POINTS, token)) for _ in range(4)]
    await _in_flight(held, 4)
    for path in ("/graphql", "/admin/graphql"):
        # What it is does not matter: it is not even read.
        answer = await held.http.post(path, content=b"{ no JSON")
        assert (answer.status_code, code(answer.json())) == (503, "OVERLOADED")
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["errors"][0]["extensions"]["retryable"] is True
    assert (await held.http.get("/healthz")).status_code == 200
    assert (await held.http.get("/readyz")).status_code == 200
    held.services.answering.set()
    for answered in await asyncio.gather(*waiting):
        assert answered.json() == {"data": {"me": {"points": {"available": 120}}}}
    assert (await held.post(POINTS, token)).status_code == 200
    await _in_flight(held, 0)


async def test_operations_on_sockets_are_bounded_too(held: Gateway) -> None:
    _, token = held.join()
    async with signed_in(held, token) as subscriber:
        for number in range(6):
            await subscriber.send(id=str(number), type="subscribe", payload={"query": POINTS})
        for _ in range(2):
            refused = await subscriber.receive()
            assert refused["type"] == "error"
            assert refused["payload"][0]["extensions"]["code"] == "OVERLOADED"
        held.services.answering.set()
        answered = [await subscriber.receive() for _ in range(8)]
        assert sum(message["type"] == "next" for message in answered) == 4


async def test_whoever_leaves_before_the_answer_frees_the_place(held: Gateway) -> None:
    _, token = held.join()
    waiting = [asyncio.ensure_future(held.post(POINTS, token)) for _ in range(4)]
    await _in_flight(held, 4)
    for one in waiting:
        one.cancel()
    held.services.answering.set()
    await _in_flight(held, 0)


async def test_whoever_sends_slowly_takes_no_place(narrow: Gateway) -> None:
    host, port = narrow.address.removeprefix("http://").split(":")
    head = f"POST /graphql HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n"
    slow = [await asyncio.open_connection(host, int(port)) for _ in range(20)]
    for _, writer in slow:
        writer.write(head.encode() + b'{"query":')
    await asyncio.sleep(0.1)
    _, token = narrow.join()
    assert (await narrow.post(POINTS, token)).status_code == 200
    for _, writer in slow:
        writer.close()


async def test_streams_are_bounded_for_each_caller_and_for_the_process(narrow: Gateway) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(2):
            _, token = narrow.join()
            for _ in range(3):
                subscriber = await stack.enter_async_context(signed_in(narrow, token))
                # Whoever is known no longer counts among the newcomers.
                await subscriber.send(type="ping")
                await subscriber.receive()
        address = narrow.address.replace("http", "ws") + "/graphql"
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, subprotocols=["graphql-transport-ws"])
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["retry-after"] == "1"
        headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
        answer = await narrow.http.post("/graphql", json={"query": CHANGED}, headers=headers)
        assert (answer.status_code, code(answer.json())) == (503, "OVERLOADED")
    assert await _served_again(narrow)


async def _served_again(gateway: Gateway) -> bool:
    _, token = gateway.join()
    for _ in range(100):
        try:
            async with signed_in(gateway, token):
                return True
        except InvalidStatus:
            await asyncio.sleep(0.02)
    return False


async def test_one_caller_opens_so_many_streams_and_no_more(narrow: Gateway) -> None:
    _, token = narrow.join()
    async with AsyncExitStack() as stack:
        for _ in range(3):
            await stack.enter_async_context(signed_in(narrow, token))
        async with signed_in(narrow, token) as one_more:
            assert (await one_more.closed())[0] == 1013
        headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
        answer = await narrow.http.post("/graphql", json={"query": CHANGED}, headers=headers)
        assert (answer.status_code, code(answer.json())) == (429, "LIMIT_EXCEEDED")
        _, other = narrow.join()
        async with signed_in(narrow, other) as subscriber:
            await subscriber.send(type="ping")
            assert (await subscriber.receive())["type"] == "pong"
    assert await _served_again(narrow)


async def test_newcomers_of_an_address_are_bounded_and_have_little_time(
    tmp_path: Path, redis_url: str, database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "NEWCOMERS", 5)
    monkeypatch.setattr(websocket, "INIT_WITHIN_S", 1.0)
    async with running(tmp_path, redis_url, database.app) as gateway, AsyncExitStack() as stack:
        silent = [await stack.enter_async_context(socket(gateway)) for _ in range(5)]
        async with socket(gateway) as one_more:
            assert (await one_more.closed())[0] == 1013
        for subscriber in silent:
            assert (await subscriber.closed())[0] == 4408
        _, token = gateway.join()
        async with signed_in(gateway, token):
            pass


@pytest.mark.parametrize("signed", [False, True])
async def test_a_flood_of_messages_ends_its_socket_and_nothing_else(gateway: Gateway, signed: bool) -> None:
    _, token = gateway.join()
    async with signed_in(gateway, token) as bystander, socket(gateway) as flooding:
        if signed:
            payload = {"Authorization": f"Bearer {token}"}
            await flooding.send(type="connection_init", payload=payload)
        for _ in range(websocket.MESSAGES_AT_ONCE * 2):
            await flooding.send(type="pong" if signed else "ping")
        assert (await flooding.closed())[0] == 1008
        await bystander.send(type="ping")
        assert (await bystander.receive())["type"] == "pong"


async def test_a_flood_of_subscriptions_is_bounded(gateway: Gateway) -> None:
    _, token = gateway.join()
    async with signed_in(gateway, token) as flooding:
        for number in range(websocket.MESSAGES_AT_ONCE * 2):
            await flooding.send(id=str(number), type="subscribe", payload={"query": CHANGED})
        assert (await flooding.closed())[0] == 1008
    assert (await gateway.post(POINTS, token)).status_code == 200


async def test_a_page_of_another_site_opens_no_socket(gateway: Gateway) -> None:
    address = gateway.address.replace("http", "ws") + "/graphql"
    with pytest.raises(InvalidStatus) as refused:
        await connect(address, subprotocols=["graphql-transport-ws"], origin="https://evil.example")
    assert refused.value.response.status_code == 403
    async with connect(address, subprotocols=["graphql-transport-ws"], origin=gateway.address) as own:
        await own.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await own.recv())["type"] == "connection_ack"


async def test_of_what_arrives_in_one_turn_no_more_begins_than_there_is_place_for() -> None:
    bounds = load.Load(operations=2, streams=1, streams_a_caller=1)
    surface: Any = None  # nobody gets as far as asking it
    endpoint = Endpoint(surface, None, bounds)
    front = Front({"/graphql": endpoint}, nobody, bounds, posts={"/graphql": endpoint.direct})
    headers = {b"host": b"x", b"content-type": b"text/plain", b"content-length": b"2"}
    posts = [front.direct(b"/graphql", headers, "127.0.0.1") for _ in range(3)]
    assert [post.at_once(b"{}") for post in posts[:2] if post] == [None, None]
    assert posts[2] is not None
    refused = posts[2].at_once(b"{}")
    assert refused is not None
    assert refused.status == 503
    assert front.turn_away(WHOLE) is not None, "none of the rest is even read"
    assert [(await post.answer(b"{}")).status for post in posts[:2] if post] == [415, 415]
    assert front.turn_away(WHOLE) is None, "they left no place taken behind"


async def test_a_client_that_vanished_without_a_word_is_noticed() -> None:
    bounds = load.Load(operations=1, streams=1, streams_a_caller=1)
    surface: Any = None  # nobody gets as far as asking it
    app = Starlette(routes=[WebSocketRoute("/graphql", websocket.Socket(surface, bounds))])
    async with wire_services.serving(app, ws_ping_interval=0.2, ws_ping_timeout=0.2) as address:
        host, port = address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        upgrade = ["GET /graphql HTTP/1.1", f"host: {host}", "upgrade: websocket", "connection: upgrade"]
        upgrade += ["sec-websocket-version: 13", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="]
        writer.write(request(*upgrade, "sec-websocket-protocol: graphql-transport-ws", body=b""))
        assert b" 101 " in await reader.readline()
        # It answers no ping from here on.
        async with asyncio.timeout(30):
            assert b"keepalive ping timeout" in await reader.read()
            while bounds.streams.is_full:  # noqa: ASYNC110  # nothing is told once it is not
                await asyncio.sleep(0.01)
        writer.close()
