"""A response leaves in one packet where it can, and whole in any case."""

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import uvicorn
import websockets

from services.kit import http_protocol
from services.kit.http_protocol import Answering, HttpProtocol, Response

LARGE = b"x" * 5_000_000


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        heard = await receive()
        await send({"type": "websocket.send", "text": heard["text"].upper()})
        await send({"type": "websocket.close"})
        return
    assert scope["type"] == "http"
    await receive()
    body = LARGE if scope["path"] == "/large" else b"hello"
    headers = [(b"content-length", str(len(body)).encode())] if scope["path"] != "/slow" else []
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["path"] == "/slow":
        for part in (b"one", b"two"):
            await send({"type": "http.response.body", "body": part, "more_body": True})
            await asyncio.sleep(0.2)
        body = b""
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(kept_s: float = 5, **said: Any) -> AsyncIterator[int]:
    """The application on a port of loopback, by a protocol that was told so much."""
    http: Any = partial(HttpProtocol, **said)
    config = uvicorn.Config(
        app, port=0, http=http, log_level="warning", lifespan="off", timeout_keep_alive=kept_s
    )
    server = uvicorn.Server(config)
    task = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    async with serving() as port:
        yield port


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    yield reader, writer
    writer.close()


def asking(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "host: x", *headers, "", ""]).encode()


def ask_often(port: int) -> list[bytes]:
    """What the first look at each of many responses finds, from a thread that looks as soon as there is anything."""
    found = []
    with socket.create_connection(("127.0.0.1", port)) as line:
        for _ in range(200):
            line.sendall(asking("/"))
            answer = line.recv(65_536)
            found.append(answer)
            while not answer.endswith(b"hello"):
                answer += line.recv(65_536)
    return found


async def test_head_and_body_arrive_together(port: int) -> None:
    for first in await asyncio.to_thread(ask_often, port):
        assert first.startswith(b"HTTP/1.1 200")
        assert first.endswith(b"hello")


async def test_requests_sent_at_once_are_answered_in_their_order(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(asking("/") * 5)
        for _ in range(5):
            assert await reader.readuntil(b"hello")


async def test_a_large_body_arrives_whole_before_the_connection_closes(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(asking("/large", "connection: close"))
        everything = await reader.read()
    assert everything.partition(b"\r\n\r\n")[2] == LARGE


async def test_what_comes_in_parts_is_sent_part_by_part(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(asking("/slow"))
        assert b"two" not in await reader.readuntil(b"one")
        await reader.readuntil(b"two")


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "REQUEST_WITHIN_S", 0.2)


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HTTP/1.1\r\nhost:",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhel",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
        asking("/"),
    ],
)
async def test_a_request_that_does_not_come_to_an_end_loses_its_connection(port: int, begun: bytes) -> None:
    async with connected(port) as (reader, writer):
        writer.write(begun)
        if begun == asking("/"):
            await reader.readuntil(b"hello")
            writer.write(b"GET")
            await asyncio.sleep(0.05)
            writer.write(b" /nev")
        async with asyncio.timeout(15):
            while await reader.read(1000):
                pass


async def pour(part: bytes, writer: asyncio.StreamWriter) -> None:
    """Send it a hundred thousand times, or until nobody takes it."""
    for _ in range(100_000):
        writer.write(part)
        await writer.drain()


@pytest.mark.parametrize(
    ("begins", "goes_on"),
    [
        (b"GET / HTTP/1.1\r\n", b"x: " + b"y" * 1000 + b"\r\n"),
        (b"GET /", b"x" * 1000),
        (
            b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n",
            b"x: " + b"y" * 1000 + b"\r\n",
        ),
    ],
)
async def test_a_request_without_end_is_not_kept(
    port: int, begins: bytes, goes_on: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "REQUEST_BYTES", 200_000)
    async with connected(port) as (reader, writer):
        writer.write(begins)
        with pytest.raises(ConnectionError):
            await pour(goes_on, writer)
        with contextlib.suppress(ConnectionError):
            await reader.read()


@pytest.mark.usefixtures("in_a_hurry")
async def test_whoever_waits_for_an_answer_or_between_requests_keeps_the_connection(port: int) -> None:
    async with connected(port) as (reader, writer):
        for path, last in (("/slow", b"two"), ("/", b"hello"), ("/", b"hello")):
            writer.write(asking(path))
            await reader.readuntil(last)
            await asyncio.sleep(0.5)
        assert not reader.at_eof()


async def _kept() -> int:
    """How many connections we still know, once those of before have gone."""
    await asyncio.sleep(0.1)
    gc.collect()
    return sum(isinstance(one, HttpProtocol) for one in gc.get_objects())


@pytest.mark.usefixtures("in_a_hurry")
async def test_a_websocket_may_be_silent_and_leaves_nothing_behind(port: int) -> None:
    before = await _kept()
    async with websockets.connect(f"ws://127.0.0.1:{port}/", proxy=None) as line:
        await asyncio.sleep(0.7)
        await line.send("hello")
        assert await line.recv() == "HELLO"
    async with asyncio.timeout(15):
        while await _kept() > before:
            pass


async def test_a_websocket_speaks_on_the_same_connection(port: int) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{port}/", proxy=None) as line:
        await line.send("hello")
        assert await line.recv() == "HELLO"


async def test_what_is_turned_away_is_answered_at_once_and_the_rest_as_ever() -> None:
    busy = False
    seen = []

    def turn_away(request: bytes) -> bytes | None:
        seen.append(request)
        return b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy" if busy else None

    async with serving(turn_away=turn_away) as port, connected(port) as (reader, writer):
        for busy in (False, True, True, False):
            writer.write(asking("/"))
            answer = await reader.readuntil(b"busy" if busy else b"hello")
            assert answer.startswith(b"HTTP/1.1 503" if busy else b"HTTP/1.1 200")
        assert seen == [asking("/")] * 4


@pytest.mark.parametrize("parts", [1, 40], ids=["at once", "bit by bit"])
@pytest.mark.parametrize("name", ["x-long", None], ids=["one header", "many"])
async def test_a_head_that_is_too_long_is_told_so(port: int, parts: int, name: str | None) -> None:
    long = [f"{name}: {'a' * 200_000}"] if name else [f"x-{n}: {'a' * 90}" for n in range(2000)]
    request = asking("/", *long)
    async with connected(port) as (reader, writer):
        for part in range(parts):
            writer.write(request[len(request) * part // parts : len(request) * (part + 1) // parts])
            await asyncio.sleep(0)
        async with asyncio.timeout(30):
            answer = await reader.read()  # until the server hangs up
        assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
        assert answer.count(b"HTTP/1.1") == 1
        assert b"connection: close" in answer


async def test_a_long_head_behind_another_request_ends_the_connection(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(asking("/slow"))
        await reader.readuntil(b"one")
        writer.write(asking("/", f"x-long: {'a' * 200_000}"))
        async with asyncio.timeout(30):
            with contextlib.suppress(ConnectionResetError):
                assert b"431" not in await reader.read()


async def test_a_head_within_the_bound_passes(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(asking("/", f"x-long: {'a' * 60_000}"))
        assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")


async def test_only_what_begins_a_request_is_turned_away() -> None:
    def turn_away(request: bytes) -> bytes | None:
        return None if request.startswith(b"GET /s") else b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"

    async with serving(turn_away=turn_away) as port, connected(port) as (reader, writer):
        head = asking("/slow")
        # What goes on with a request, and what waits behind one, is none of its business.
        writer.write(head[:10])
        await asyncio.sleep(0.05)
        writer.write(head[10:])
        await reader.readuntil(b"one")
        writer.write(asking("/"))
        assert b"503" not in await reader.readuntil(b"hello")
        writer.write(asking("/"))
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"


def posting(content: bytes, *headers: str, path: str = "/direct") -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "host: x", *headers, "", ""]).encode() + content


class Turning:
    """Answers what it was sent, turned round; or raises, or takes its time, as the content says."""

    def __init__(self, kind: bytes) -> None:
        self._kind = kind

    def at_once(self, content: bytes) -> Response | None:
        return Response(203, self._kind, b"at once") if content == b"known" else None

    async def answer(self, content: bytes) -> Response:
        if content == b"fault":
            raise ZeroDivisionError
        if content == b"slow":
            await asyncio.sleep(0.3)
        return Response(203, self._kind, content[::-1])


def directly(url: bytes, headers: Mapping[bytes, bytes], _: str | None) -> Answering | None:
    return Turning(headers[b"content-type"]) if url == b"/direct" else None


@pytest.fixture(scope="module")
async def direct_port() -> AsyncIterator[int]:
    async with serving(direct=directly) as port:
        yield port


async def answered(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return head, await reader.readexactly(int(length))


SAID = ("content-type: a/b", "content-length: 5")


async def test_a_whole_request_is_answered_directly(direct_port: int) -> None:
    async with connected(direct_port) as (reader, writer):
        for content in (b"hallo", b"liste"):
            writer.write(posting(content, *SAID))
            head, answer = await answered(reader)
            assert answer == content[::-1]
            assert head == (
                b"HTTP/1.1 203 Non-Authoritative Information\r\n"
                b"content-type: a/b\r\ncontent-length: 5\r\n\r\n"
            )


async def test_what_is_known_is_answered_at_once_and_in_its_order(direct_port: int) -> None:
    known = posting(b"known", *SAID)
    async with connected(direct_port) as (reader, writer):
        writer.write(known + known + posting(b"hallo", *SAID))
        assert [(await answered(reader))[1] for _ in range(3)] == [b"at once", b"at once", b"ollah"]
        writer.write(posting(b"known", *SAID, "connection: close"))
        assert (await reader.read()).endswith(b"connection: close\r\n\r\nat once")


async def test_a_request_that_comes_in_pieces_is_answered_directly(direct_port: int) -> None:
    async with connected(direct_port) as (reader, writer):
        for byte in posting(b"hallo", *SAID):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)
        assert (await answered(reader))[1] == b"ollah"


@pytest.mark.parametrize(
    "request_",
    [
        asking("/direct"),
        posting(b"hallo", *SAID, path="/else"),
        posting(b"hallo", *SAID, "x-twice: 1", "x-twice: 1"),
        posting(b"5\r\nhallo\r\n0\r\n\r\n", "content-type: a/b", "transfer-encoding: chunked"),
        posting(b"hallo", *SAID).replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
    ids=["a GET", "another path", "a header twice", "in chunks", "HTTP/1.0"],
)
async def test_what_is_not_answered_directly_goes_the_usual_way(direct_port: int, request_: bytes) -> None:
    async with connected(direct_port) as (reader, writer):
        writer.write(request_)
        head, answer = await answered(reader)
        assert (head[:13], answer) == (b"HTTP/1.1 200 ", b"hello")


async def test_answers_keep_the_order_of_their_requests_on_either_way(direct_port: int) -> None:
    slow = posting(b"slow", "content-type: a/b", "content-length: 4")
    async with connected(direct_port) as (reader, writer):
        writer.write(slow + asking("/") + posting(b"hallo", *SAID) + asking("/") + slow)
        assert [(await answered(reader))[1] for _ in range(4)] == [b"wols", b"hello", b"hello", b"hello"]
        assert await reader.readuntil(
            b"hello"
        )  # what waits behind another goes the usual way, whatever it is


async def test_whoever_asks_for_an_end_gets_the_answer_and_the_end(direct_port: int) -> None:
    async with connected(direct_port) as (reader, writer):
        writer.write(posting(b"hallo", *SAID, "connection: close"))
        everything = await reader.read()
        assert everything.endswith(b"connection: close\r\n\r\nollah")


async def test_a_fault_closes_its_connection_and_no_other(direct_port: int) -> None:
    async with connected(direct_port) as (reader, writer), connected(direct_port) as (other, to_other):
        writer.write(posting(b"fault", *SAID))
        assert await reader.read() == b""
        to_other.write(posting(b"hallo", *SAID))
        assert (await answered(other))[1] == b"ollah"


async def test_whoever_hangs_up_meanwhile_disturbs_nobody(direct_port: int) -> None:
    slow = posting(b"slow", "content-type: a/b", "content-length: 4")
    async with connected(direct_port) as (reader, writer):
        async with connected(direct_port) as (_, gone):
            gone.write(slow)
            await gone.drain()
        writer.write(slow)
        assert (await answered(reader))[1] == b"wols"


async def test_a_server_that_ends_answers_what_it_was_asked_before() -> None:
    async with serving(direct=directly) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(posting(b"slow", "content-type: a/b", "content-length: 4"))
        await asyncio.sleep(0.1)
    assert (await answered(reader))[1] == b"wols"
    assert await reader.read() == b""
    writer.close()


@pytest.mark.usefixtures("in_a_hurry")
async def test_a_connection_that_asks_nothing_more_is_closed_after_a_while() -> None:
    async with serving(kept_s=0.1, direct=directly) as port, connected(port) as (reader, writer):
        writer.write(posting(b"hallo", *SAID))
        await answered(reader)
        async with asyncio.timeout(10):
            assert await reader.read() == b""


@pytest.mark.usefixtures("in_a_hurry")
async def test_an_empty_line_after_a_request_does_not_keep_the_connection() -> None:
    async with serving(kept_s=0.5) as port, connected(port) as (reader, writer):
        writer.write(asking("/"))
        await reader.readuntil(b"hello")
        writer.write(b"\r\n")
        async with asyncio.timeout(15):
            assert await reader.read() == b""
