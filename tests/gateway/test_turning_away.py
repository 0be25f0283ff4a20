"""Turning away: while there is no place requests are answered unread, and framed as the parser would have framed them."""

import asyncio
import json
import random
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import httptools
import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.server import ServerState

from gateway.limits import load
from gateway.serving.front import Front
from services.kit import http_protocol
from services.kit.http_protocol import HttpProtocol, TurnAway


async def nobody(*_: object) -> None:
    raise AssertionError("not to be asked")


def _full() -> Front:
    """A front that has no place left."""
    bounds = load.Load(operations=1, streams=1, streams_a_caller=1)
    bounds.operations.__enter__()
    return Front({"/graphql": nobody, "/admin/graphql": nobody}, nobody, bounds, posts={})


def request(*lines: str, body: bytes = b"{}") -> bytes:
    return "\r\n".join([*lines, "", ""]).encode() + body


WHOLE = request("POST /graphql HTTP/1.1", "Host: x", "Content-Length: 2")
LINE = "POST /graphql HTTP/1.1"
WITHIN = request(LINE, f"content-length: {len(WHOLE)}", body=WHOLE)
NOT_TURNED_AWAY = {
    "not whole": WHOLE[:-1],
    "more than whole": WHOLE + b"POST",
    "only a head": WHOLE[:-2],
    "half a head": WHOLE[:40],
    "nothing": b"",
    "without a length": request(LINE, "host: x"),
    "in chunks": request(LINE, "transfer-encoding: chunked", body=b"0\r\n\r\n"),
    "in chunks that say a length": request(
        LINE, "Transfer-Encoding: chunked", "content-length: 5", body=b"0\r\n\r\n"
    ),
    "two lengths": request(LINE, "content-length: 2", "content-length: 40"),
    "the same length twice": request(LINE, "content-length: 2", "Content-Length: 2"),
    "a length in the body": request(LINE, "host: x", body=b"\r\ncontent-length: 0\r\n"),
    "health": request("GET /healthz HTTP/1.1", "content-length: 2"),
    "another path": request("POST /graphqlx HTTP/1.1", "content-length: 2"),
    "a page's": request(LINE, "Origin: https://shop.example", "content-length: 2"),
    "one that asks first": request(LINE, "Expect: 100-continue", "content-length: 2"),
    "the last on its connection": request(LINE, "Connection: close", "content-length: 2"),
    "the last, said to a proxy": request(LINE, "Proxy-Connection: close", "content-length: 2"),
    "another protocol": request(LINE, "upgrade: h2c", "content-length: 2"),
    "a line without a name": request(LINE, ": x", "content-length: 2"),
    "a line that goes on": request(LINE, "x: y", " z", "content-length: 2"),
    "a line that ends early": request(LINE, "x: y\norigin: z", "content-length: 2"),
    "a control character": request(LINE, "x: \0", "content-length: 2"),
}


def test_whole_requests_are_turned_away_unread_while_there_is_no_place_and_no_others() -> None:
    front = _full()
    for whole in (
        WHOLE,
        WHOLE.replace(b"Content-Length", b"content-length"),
        WHOLE.replace(b" /", b" /admin/"),
        request(
            LINE, "content-length:2", "content-type: application/json", "x-a!b: \t~", "x-content-length: 9"
        ),
    ):
        answer = front.turn_away(whole)
        assert answer is not None
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nretry-after: 1\r\n" in head
        assert f"content-length: {len(body)}".encode() in head
        assert json.loads(body)["errors"][0]["extensions"]["code"] == "OVERLOADED"
    for what, part in NOT_TURNED_AWAY.items():
        assert front.turn_away(part) is None, what


def test_while_there_is_place_nobody_is_turned_away() -> None:
    bounds = load.Load(operations=1, streams=1, streams_a_caller=1)
    front = Front({"/graphql": nobody}, nobody, bounds, posts={})
    assert front.turn_away(WHOLE) is None
    with bounds.operations:
        assert front.turn_away(WHOLE) is not None
    assert front.turn_away(WHOLE) is None


# --- beside the parser -----------------------------------------------------------------------------------

PLAIN = b"host: x|content-type: application/json|authorization: Bearer ab.c-d_e|x:|accept: */*".split(b"|")
ODD = (
    b"transfer-encoding: chunked|Transfer-Encoding:\tidentity, chunked|transfer-encoding : chunked|connection: close|"
    b"Connection: keep-alive, Upgrade|proxy-connection: close|upgrade: h2c|expect: 100-continue|"
    b"origin: https://shop.example|content-length: 0|content-length: 40|content-length : 0|x: y\r\n z: 0|"
    b"x: y\ncontent-length: 0|x: y\rcontent-length: 0|: x|x y: z|x|x: \0|x: \x7f|x: \xe4\xb8\xad|\xc3\xa4: x|"
).split(b"|")
LENGTHS = [b"content-length: %d"] * 12 + (
    b"Content-Length:%d|content-length: 00%d|content-length: +%d|content-length: %d |content-length:  %d|"
    b"content-length: %d, %d|content-length: 0x%d|content-length: -%d"
).split(b"|")
BODIES = [b"", b"{}", b"0\r\n\r\n", b"GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n", WHOLE]


def _made(choose: random.Random) -> bytes:
    """A request that is mostly one, with up to two oddities and up to one byte that is another."""
    body = choose.choice(BODIES)
    said = choose.choice(LENGTHS)
    lines = [
        *choose.sample(PLAIN, choose.randrange(3)),
        said.replace(b"%d", b"%d" % len(body)),
        *choose.sample(ODD, choose.choice([0, 0, 1, 1, 2])),
    ]
    choose.shuffle(lines)
    first = choose.choice(
        [LINE.encode()] * 6 + [b"GET / HTTP/1.1", b"POST /graphql HTTP/1.0", b"POST /graphql"]
    )
    made = bytearray(b"\r\n".join([first, *lines, b"", b""]) + body)
    if choose.random() < 0.3:
        at = choose.randrange(len(made))
        made[at : at + choose.randrange(2)] = choose.choice([b"\r", b"\n", b" ", b":", b"\0", b"0", b"\x80"])
    return bytes(made)


class _Framed:
    """What the parser makes of bytes."""

    def __init__(self) -> None:
        self.messages: list[tuple[bytes, list[bytes], bytes]] = []
        self.began = 0

    def on_message_begin(self) -> None:
        self.began += 1
        self._url, self._body, self._names = b"", b"", list[bytes]()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, _: bytes) -> None:
        self._names.append(name.lower())

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self.messages.append((self._url, self._names, self._body))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_turned_away_is_one_plain_request_to_the_parser_too(seed: int) -> None:
    choose, front = random.Random(seed), _full()
    for made in (_made(choose) for _ in range(40)):
        if front.turn_away(made) is None:
            continue
        framed = _Framed()
        parser = httptools.HttpRequestParser(framed)
        parser.feed_data(made)  # raises what it would not have taken
        assert (parser.get_method(), parser.get_http_version()) == (b"POST", "1.1")
        assert parser.should_keep_alive()
        assert not parser.should_upgrade()
        [(url, names, body)] = framed.messages
        assert (framed.began, url) == (1, b"/graphql")
        assert made.endswith(b"\r\n\r\n" + body)
        assert not {b"origin", b"expect"} & set(names)
        parser.feed_data(b"GET /after HTTP/1.1\r\n\r\n")
        assert framed.messages[1][0] == b"/after", "what follows begins where the parser would have begun it"


def test_of_what_is_made_up_some_is_turned_away_and_some_is_not() -> None:
    choose, front = random.Random(1), _full()
    turned_away = sum(front.turn_away(_made(choose)) is not None for _ in range(1000))
    assert 100 < turned_away < 900


class _Line(asyncio.Transport):
    """A connection that keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Heard(NamedTuple):
    """What a client has been told so far."""

    statuses: list[bytes]
    closed: bool


async def _tell(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def _spoken(turn_away: TurnAway | None) -> tuple[HttpProtocol, _Line]:
    config = uvicorn.Config(_tell, log_level="critical", lifespan="off", ws="none")
    config.load()
    protocol, line = HttpProtocol(config, ServerState(), {}, turn_away=turn_away), _Line()
    protocol.connection_made(line)
    return protocol, line


async def _heard(parts: Sequence[bytes], turn_away: TurnAway | None) -> list[Heard]:
    """What has been answered after each part of what a client sends."""
    protocol, line = await _spoken(turn_away)
    heard = []
    for part in parts:
        if not line.closed:
            protocol.data_received(part)
        for _ in range(10):
            await asyncio.sleep(0)
        heard.append(Heard(re.findall(rb"HTTP/1\.1 (\d+) ", line.written), line.closed))
    protocol.connection_lost(None)
    return heard


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_a_connection_is_answered_as_often_and_ends_as_soon_as_by_the_parser_alone(seed: int) -> None:
    choose, parts = random.Random(seed), list[bytes]()
    for _ in range(choose.randint(1, 5)):
        made = choose.choice([_made(choose), _made(choose), WHOLE, WHOLE, WITHIN])
        at = choose.choice([0, 0, made.find(b"\r\n\r\n") + 4, choose.randrange(len(made))])
        parts += [part for part in (choose.choice([b"", b"", b"\r\n"]), made[:at], made[at:]) if part]

    async def compare() -> None:
        alone, beside = await _heard(parts, None), await _heard(parts, _full().turn_away)
        assert alone == [
            Heard([b"200" if status == b"503" else status for status in heard.statuses], heard.closed)
            for heard in beside
        ]

    asyncio.run(compare())


@pytest.mark.parametrize("others", [[], [b"GET / HTTP/1.1\r\n\r\n"]], ids=["alone", "after another"])
async def test_whoever_is_turned_away_keeps_the_connection_as_long_as_whoever_is_answered(
    monkeypatch: pytest.MonkeyPatch, others: list[bytes]
) -> None:
    monkeypatch.setattr(http_protocol, "REQUEST_WITHIN_S", 0.05)
    protocol, line = await _spoken(lambda said: said if said == WHOLE else None)
    for part in (*others, WHOLE):
        protocol.data_received(part)
        await asyncio.sleep(0.15)
    assert not line.closed, "it is in use"
    assert protocol.timeout_keep_alive_task is None, "it would count from the answer before"
    protocol.timeout_keep_alive = 0
    async with asyncio.timeout(10):
        while not line.closed:  # noqa: ASYNC110  # nobody is told
            await asyncio.sleep(0.01)


async def test_whoever_does_not_read_is_not_written_to_for_ever() -> None:
    protocol, line = await _spoken(lambda _: b"HTTP/1.1 503 Busy\r\n\r\n")
    protocol.pause_writing()
    for _ in range(3):
        protocol.data_received(WHOLE)
        await asyncio.sleep(0)
    assert line.written == b""
    protocol.connection_lost(None)
