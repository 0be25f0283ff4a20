"""Connection pool: HTTP/1.1 to one address, kept open and taken in turns; our processes call each other by them."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import httptools

_KEPT = 100
_KEPT_FOR_S = 4.0
"""Shorter than any server keeps its own, so that hardly a call meets a connection that is being closed."""


class Answer(NamedTuple):
    """What came back: the status, the content type and the content."""

    status: int
    kind: str
    content: bytes


class NoAnswer(Exception):
    """The server is away, took too long, or did not speak HTTP; it may have done what it was asked."""


class ConnectionPool:
    """Every connection to one address, as many as calls wait at the same time."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{address} is not an address: it must be http://host:port or https://host:port")
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._host = parts.hostname
        self._port = parts.port or (443 if self._tls else 80)
        self._path = parts.path.rstrip("/")
        self._named = parts.netloc.rpartition("@")[2]
        self._idle: list[_Connection] = []

    async def post(self, path: str, headers: Mapping[str, str], content: bytes, within_s: float) -> Answer:
        """What the server answers. Raises ``NoAnswer``."""
        said = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        if said.count("\n") != len(headers) or said.count("\r") != len(headers):
            raise ValueError("a header has one line")
        head = f"POST {self._path}{path} HTTP/1.1\r\nhost: {self._named}\r\n{said}content-length: {len(content)}\r\n\r\n"
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + within_s
        connection = self._kept(loop) or await self._opened(loop, within_s)
        answered = connection.ask(head.encode("latin-1") + content)
        timer = loop.call_at(ends_at, connection.give_up)
        try:
            answer = await answered
        except BaseException:
            connection.close()
            raise
        finally:
            timer.cancel()
        if connection.is_open and len(self._idle) < _KEPT:
            connection.kept_at = loop.time()
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    def _kept(self, loop: asyncio.AbstractEventLoop) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            if (
                connection.is_open
                and connection.loop is loop
                and loop.time() - connection.kept_at < _KEPT_FOR_S
            ):
                return connection
            connection.close()
        return None

    async def _opened(self, loop: asyncio.AbstractEventLoop, within_s: float) -> "_Connection":
        # Not by ``asyncio.timeout``, which ends whatever the task does then: several calls may be under way in one.
        opening = loop.create_task(
            loop.create_connection(lambda: _Connection(loop), self._host, self._port, ssl=self._tls)
        )
        try:
            done, _ = await asyncio.wait([opening], timeout=within_s)
            if not done:
                raise NoAnswer("the server cannot be reached: TimeoutError")
            return opening.result()[1]
        except OSError as error:
            raise NoAnswer(f"the server cannot be reached: {type(error).__name__}") from None
        except BaseException:
            # It may have opened in this very moment: nobody else would ever close it.
            opening.add_done_callback(_left)
            opening.cancel()
            raise


def _left(opening: "asyncio.Task[tuple[asyncio.Transport, _Connection]]") -> None:
    """Close what opened for nobody."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result()[1].close()


class _Connection(asyncio.Protocol):
    """One connection, with at most one request under way."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.is_open = False
        self.kept_at = 0.0
        self._parser = httptools.HttpResponseParser(self)
        self._kind = ""
        self._parts: list[bytes] = []
        self._answer: asyncio.Future[Answer] | None = None

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        self._answer = self.loop.create_future()
        self._transport.write(request)
        return self._answer

    def give_up(self) -> None:
        self._fail("the server did not answer in time")

    def close(self) -> None:
        self.is_open = False
        if not self.loop.is_closed():
            self._transport.abort()

    # --- what the transport says ---------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail("the server does not speak HTTP")

    def connection_lost(self, error: Exception | None) -> None:
        self._fail("the server closed the connection")

    # --- what the parser says ------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._kind = ""
        self._parts.clear()

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self._kind = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)

    def on_message_complete(self) -> None:
        answer, self._answer = self._answer, None
        if answer is None:  # nobody asked for anything
            self.close()
            return
        self.is_open = self.is_open and self._parser.should_keep_alive()
        if not answer.done():
            content = b"".join(self._parts)
            answer.set_result(Answer(self._parser.get_status_code(), self._kind, content))

    def _fail(self, why: str) -> None:
        self.is_open = False
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_exception(NoAnswer(why))
