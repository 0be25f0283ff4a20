"""Bodies that are no requests, or too long, or not as long as they say: refused before they are kept."""

import asyncio
import contextlib
import gc
import os

import psutil
import pytest

from gateway import limits
from tests.gateway.bad_input.surfaces import PATHS, token_for
from tests.gateway.gateway_client import Gateway, code

JSON = {"content-type": "application/json"}


BODIES: dict[str, bytes] = {
    "invalid UTF-8": b'{"query":"{a\xff\xfe}"}',
    "an overlong form": b'{"query":"\xc0\xaf"}',
    "half a surrogate": b'{"query":"\xed\xa0\x80"}',
    "UTF-16": '{"query":"{__typename}"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"query":"{__typename}"}',
    "nothing": b"",
    "nul": b"\0" * 1000,
    "half of it": b'{"query":"{__typename}"',
    "two of it": b'{"query":"{__typename}"}{"query":"{__typename}"}',
    "nested": b"[" * 50_000,
    "nested objects": b'{"query":' * 10_000,
    "a large number": b'{"query":' + b"9" * 50_000 + b"}",
    "not a number": b'{"query":NaN}',
    "a string": b'"{__typename}"',
    "a query that is none": b'{"query":{"query":"{__typename}"}}',
    "variables that are none": b'{"query":"{__typename}","variables":"{}"}',
}


@pytest.mark.parametrize("what", BODIES)
async def test_bodies_that_are_no_requests_are_refused(gateway: Gateway, what: str) -> None:
    for path in PATHS:
        headers = JSON | {"authorization": f"Bearer {token_for(gateway, path)}"}
        answer = await gateway.http.post(path, content=BODIES[what], headers=headers)
        assert (answer.status_code, code(answer.json())) == (400, "BAD_REQUEST")


def test_a_body_may_be_as_long_as_any_document_that_we_run() -> None:
    assert 10_000_000 > limits.BODY_BYTES >= 100_000


async def test_ten_megabytes_are_refused_by_what_is_declared_before_they_are_sent(gateway: Gateway) -> None:
    reader, writer = await _opened(gateway)
    writer.write(_head(gateway, "content-length: 10000000"))
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413")
    writer.close()


@pytest.mark.parametrize("declared", ["content-length: 10000000", "transfer-encoding: chunked"])
async def test_ten_megabytes_are_not_kept(gateway: Gateway, declared: str) -> None:
    before = _memory()
    reader, writer = await _opened(gateway)
    writer.write(_head(gateway, declared))
    with contextlib.suppress(ConnectionError):
        for _ in range(1000):
            part = b" " * 10_000
            writer.write(b"2710\r\n" + part + b"\r\n" if "chunked" in declared else part)
            await writer.drain()
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionError):
            assert (await reader.readline()).startswith(b"HTTP/1.1 413")
    writer.close()
    assert _memory() - before < 20_000_000


@pytest.mark.parametrize("length", ["-1", "x", "1, 2", "99999999999999999999"])
async def test_a_length_that_is_none_is_refused(gateway: Gateway, length: str) -> None:
    reader, writer = await _opened(gateway)
    writer.write(_head(gateway, f"content-length: {length}"))
    async with asyncio.timeout(5):
        status = int((await reader.readline()).split()[1])
    assert status in (400, 413)
    writer.close()


async def test_two_ways_to_say_how_long_it_is_are_one_too_many(gateway: Gateway) -> None:
    reader, writer = await _opened(gateway)
    writer.write(
        _head(gateway, "content-length: 5\r\ntransfer-encoding: chunked")
        + b"0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n"
    )
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()


def _memory() -> int:
    gc.collect()
    resident: int = psutil.Process(os.getpid()).memory_info().rss
    return resident


async def _opened(gateway: Gateway) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = gateway.address.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


def _head(gateway: Gateway, *more: str) -> bytes:
    lines = ["POST /graphql HTTP/1.1", "host: localhost", "content-type: application/json", *more]
    return "\r\n".join([*lines, "", ""]).encode()
