"""Connection pool: an answer reaches who asked for it and nobody else, whatever the server does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import uvloop

from services.kit.rpc.connection_pool import Answer, ConnectionPool, NoAnswer
from tests.conftest import free_port

Turn = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def said(content: bytes, *more: str, status: str = "200 OK") -> bytes:
    head = [f"HTTP/1.1 {status}", "content-type: text/plain", f"content-length: {len(content)}", *more]
    return "\r\n".join([*head, "", ""]).encode() + content


class Server:
    """Answers each request as it is told to; counts the connections it got."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.opened = 0
        self.closed = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                await self.turn(await reader.readexactly(length), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self.closed += 1


@asynccontextmanager
async def serving(turn: Turn) -> AsyncIterator[tuple[Server, ConnectionPool]]:
    server = Server(turn)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", port := free_port())
    async with listening:
        yield server, ConnectionPool(f"http://127.0.0.1:{port}")


async def _echo(content: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(said(content.upper()))


async def ask(connections: ConnectionPool, content: bytes, within_s: float = 5.0) -> Answer:
    return await connections.post("/path", {"x": "y"}, content, within_s)


async def test_one_connection_serves_calls_that_follow_one_another() -> None:
    async with serving(_echo) as (server, connections):
        for nth in range(5):
            assert await ask(connections, b"a%d" % nth) == Answer(200, "text/plain", b"A%d" % nth)
        assert server.opened == 1


async def test_calls_at_the_same_time_get_their_own_answers() -> None:
    async def slower_first(content: bytes, writer: asyncio.StreamWriter) -> None:
        for _ in range(20 - int(content)):
            await asyncio.sleep(0)
        writer.write(said(content))

    async with serving(slower_first) as (_, connections):
        answers = await asyncio.gather(*(ask(connections, b"%d" % nth) for nth in range(20)))
        assert [int(answer.content) for answer in answers] == list(range(20))


async def test_an_answer_may_come_in_pieces_and_without_a_length() -> None:
    whole = b"HTTP/1.1 404 Not Found\r\ncontent-type: a/b\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"

    async def in_pieces(_: bytes, writer: asyncio.StreamWriter) -> None:
        for byte in whole:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)

    async with serving(in_pieces) as (_, connections):
        assert await ask(connections, b"") == Answer(404, "a/b", b"abcde")


async def test_a_late_answer_reaches_nobody() -> None:
    async def first_is_late(content: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2 if content == b"first" else 0)
        writer.write(said(content))

    async with serving(first_is_late) as (_, connections):
        with pytest.raises(NoAnswer, match="in time"):
            await ask(connections, b"first", within_s=0.05)
        await asyncio.sleep(0.2)
        assert (await ask(connections, b"second")).content == b"second"


async def test_an_answer_whose_asker_has_left_reaches_nobody() -> None:
    may_answer = asyncio.Event()

    async def when_told(content: bytes, writer: asyncio.StreamWriter) -> None:
        await may_answer.wait()
        writer.write(said(content))

    async with serving(when_told) as (_, connections):
        leaving = asyncio.ensure_future(ask(connections, b"left"))
        await asyncio.sleep(0.05)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        assert leaving.cancelled()
        may_answer.set()
        assert (await ask(connections, b"stayed")).content == b"stayed"


async def test_a_connection_that_opens_while_its_asker_leaves_is_closed() -> None:
    """The asker leaves after each number of the loop's turns, until one comes that is too late."""
    never = asyncio.Event()

    async def silent(_: bytes, __: asyncio.StreamWriter) -> None:
        await never.wait()

    async with serving(silent) as (server, connections):
        for turns in range(40):
            leaving = asyncio.ensure_future(connections._opened(asyncio.get_running_loop(), 5.0))
            for _ in range(turns):
                await asyncio.sleep(0)
            if leaving.done():
                leaving.result().close()
                break
            leaving.cancel()
            await asyncio.wait([leaving])
        else:
            raise AssertionError("it never opened")
        async with asyncio.timeout(10):
            while not server.opened or server.closed < server.opened:  # noqa: ASYNC110  # the server is looked at
                await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "spoken", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab", b"no HTTP at all\r\n\r\n"]
)
async def test_half_an_answer_is_none(spoken: bytes) -> None:
    async def half(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(spoken)
        writer.close()

    async with serving(half) as (_, connections):
        with pytest.raises(NoAnswer):
            await ask(connections, b"x")


async def test_a_server_that_closes_after_each_answer_is_asked_on_new_connections() -> None:
    async def once(content: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(said(content, "connection: close"))
        writer.close()

    async with serving(once) as (server, connections):
        for nth in range(3):
            assert (await ask(connections, b"%d" % nth)).content == b"%d" % nth
        assert server.opened == 3


async def test_what_was_never_asked_for_is_no_answer() -> None:
    async def twice(content: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(said(content) + said(b"somebody else's"))

    async with serving(twice) as (_, connections):
        assert (await ask(connections, b"first")).content == b"first"
        assert (await ask(connections, b"second")).content == b"second"


async def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(NoAnswer, match="reached"):
        await ask(ConnectionPool(f"http://127.0.0.1:{free_port()}"), b"x")


async def test_a_header_cannot_bring_another() -> None:
    async with serving(_echo) as (_, connections):
        for value in ("a\r\nb: c", "a\nb: c", "a\rb"):
            with pytest.raises(ValueError, match="one line"):
                await connections.post("/path", {"x": value}, b"", 1.0)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_connections_are_of_the_loop_that_opened_them(run: Callable[..., bytes]) -> None:
    async def once(connections: ConnectionPool, port: int) -> bytes:
        server = Server(_echo)
        async with await asyncio.start_server(server.serve, "127.0.0.1", port):
            return (await ask(connections, b"x")).content

    port = free_port()
    connections = ConnectionPool(f"http://127.0.0.1:{port}")
    assert [run(once(connections, port)) for _ in range(2)] == [b"X", b"X"]


@pytest.mark.parametrize("address", ["ftp://host", "host:1", "http://"])
def test_an_address_is_http(address: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        ConnectionPool(address)
