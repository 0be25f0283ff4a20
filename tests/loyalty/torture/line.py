"""A line to the database that can be told to break: a proxy that knows where one request ends and the next begins."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from enum import Enum

from sqlalchemy.engine import make_url

_SSL_REQUEST = (80877103).to_bytes(4, "big")
_ENDS = b"SQHcf"
"""Types of messages that end a request: Sync, Query (unless rows follow it), Flush, CopyDone, CopyFail."""
_FLUSH = b"H\0\0\0\4"
_READY = b"Z\0\0\0\5"
"""How the last message of an answer begins, which has one byte more; what ends with a Flush is answered without it."""

MOST_LATE_S = 5


class Cut(Enum):
    """Where the line breaks. The caller sees the same each time: its connection is gone, and no answer came."""

    BEFORE = "the request never arrives"
    AFTER = "the request is done, and its answer is lost"
    LATE = "the request arrives when its caller has looked for it in vain, and begins anew"


Plan = Callable[[int, bytes], Awaitable[Cut | None]]
"""Is asked about each request, by the number of its connection, before it goes on its way."""


async def steady(_: int, __: bytes) -> None:
    """Nothing breaks."""


def commits(request: bytes) -> bool:
    """Whether a request commits what a lane does: it says so, or it is one statement that tells what it did."""
    return b"COMMIT\0" in request or b"Packed" in request


class Line:
    """Carries every connection to one Postgres, and asks its plan about each request."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._writers: list[asyncio.StreamWriter] = []
        self._began = asyncio.Event()
        self.plan: Plan = steady

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to_there = await asyncio.open_connection(self._host, self._port)
        self._writers += (writer, to_there)
        number, carried = len(self._writers), _Carried(reader, writer, there, to_there)
        answering = asyncio.create_task(carried.answer())
        try:
            await carried.introduce()
            while True:
                request = await carried.request()
                if b"BEGIN" in request or commits(request):
                    self._began.set()
                cut = await self.plan(number, request)
                if cut is not None:
                    await self._break(cut, request, carried)
                    return
                to_there.write(request)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            to_there.close()
            writer.close()
            await answering

    async def _break(self, cut: Cut, request: bytes, carried: "_Carried") -> None:
        carried.forsake()
        if cut is Cut.LATE:
            self._began = asyncio.Event()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._began.wait(), MOST_LATE_S)
        if cut is not Cut.BEFORE:
            await carried.deliver(request)

    def hang_up(self) -> None:
        """Break everything."""
        for writer in self._writers:
            writer.transport.abort()


class _Carried:
    """One connection: whoever asks on one side, Postgres on the other."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        to_there: asyncio.StreamWriter,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._there = there
        self._to_there = to_there
        self._heard = asyncio.Event()
        self._done = asyncio.Event()

    async def introduce(self) -> None:
        """The messages without a type, with which a connection begins."""
        while True:
            length = await self._reader.readexactly(4)
            body = await self._reader.readexactly(int.from_bytes(length, "big") - 4)
            self._to_there.write(length + body)
            if body != _SSL_REQUEST:
                return

    async def request(self) -> bytes:
        """The messages up to the next at which the caller waits for an answer."""
        asked = b""
        while True:
            head = await self._reader.readexactly(5)
            body = await self._reader.readexactly(int.from_bytes(head[1:], "big") - 4)
            asked += head + body
            copies = head[:1] == b"Q" and body.startswith(b"COPY ")  # its rows come with it
            if (head[:1] in _ENDS or head[:1] in b"pX") and not copies:
                return asked

    async def answer(self) -> None:
        try:
            tail = b""
            while said := await self._there.read(65_536):
                tail = (tail + said)[-len(_READY) - 1 :]
                self._heard.set()
                if tail.startswith(_READY):
                    self._done.set()
                if not self._writer.is_closing():
                    self._writer.write(said)
        except OSError:
            pass
        finally:
            self._heard.set()
            self._done.set()
            self._writer.close()

    def forsake(self) -> None:
        """Leave the caller without an answer, whatever comes."""
        self._writer.transport.abort()

    async def deliver(self, request: bytes) -> None:
        """Have a request done, to the end of its answer: who copies is answered once before."""
        answered = self._heard if request.endswith(_FLUSH) else self._done
        answered.clear()
        self._to_there.write(request)
        await answered.wait()


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[tuple[Line, str]]:
    """A line to the Postgres of an address, and the address by which it is used."""
    at = make_url(url)
    line = Line(at.host or "", at.port or 5432)
    async with await asyncio.start_server(line.carry, "127.0.0.1", 0) as server:
        through = at.set(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        try:
            yield line, through.render_as_string(hide_password=False)
        finally:
            line.hang_up()
