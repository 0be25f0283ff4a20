"""A real process that is cut off from its database and its streams: past the bound, it allows nothing."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Self
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from infra.local import layout
from infra.local.databases import DatabaseUrls
from services.kit.refusal import Refusal
from tests.conftest import free_port
from tests.consent import factories
from tests.consent.service import Consent, fresh, reached_at, told

BOUND_S = 2.0
CUT_S = 3.5
MEMBERS = 8
A_DAY_S = 86_400
GIVES_UP_MS = 400
START_S = 30


class Wire:
    """A way to a server that can be cut: then nothing passes, and nobody hangs up."""

    def __init__(self) -> None:
        self._whole = asyncio.Event()
        self._whole.set()
        self.port = 0

    @classmethod
    @asynccontextmanager
    async def to(cls, host: str, port: int) -> AsyncIterator[Self]:
        wire, carrying = cls(), set[asyncio.Task[None]]()

        async def opened(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await wire._whole.wait()
            there, back = await asyncio.open_connection(host, port)
            for one in (wire._carry(reader, back), wire._carry(there, writer)):
                carrying.add(asyncio.ensure_future(one))

        server = await asyncio.start_server(opened, "127.0.0.1", 0)
        wire.port = server.sockets[0].getsockname()[1]
        try:
            yield wire
        finally:
            for one in carrying:
                one.cancel()
            server.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self._whole.wait()
                writer.write(data)
                await writer.drain()
        writer.close()

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()


def by_way_of(wire: Wire, url: str) -> str:
    """The same address, reached through a wire."""
    return url.replace(f"@{urlsplit(url).netloc.rpartition('@')[2]}", f"@127.0.0.1:{wire.port}")


@asynccontextmanager
async def process(urls: DatabaseUrls, redis_url: str, *, skew_s: float = 0.0) -> AsyncIterator[str]:
    """Where a process of its own answers; none relays, so that it never hears of another's withdrawals."""
    port = free_port()
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_", "REDIS_"))
    }
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.consent.skewed", str(skew_s)),
        cwd=layout.ROOT,
        env=environment | told(urls, redis_url, CONSENT_PORT=str(port)),
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(START_S), httpx.AsyncClient(trust_env=False) as client:
            while True:
                with suppress(httpx.TransportError):
                    if (await client.get(f"{url}/readyz")).status_code == httpx.codes.OK:
                        break
                await asyncio.sleep(0.05)
        yield url
    finally:
        running.kill()  # one that is cut off finishes nothing
        await running.wait()


class Asking:
    """Asks about members all the time, and notes how late each last ALLOW was asked for."""

    def __init__(self, gate: Consent, purpose: str, members: Collection[str]) -> None:
        self._gate = gate
        self._purpose = purpose
        self._not_yet = set(members)
        self.begun = asyncio.Event()
        """Everybody was allowed once."""
        self.withdrawn: dict[str, float] = {}
        self.late_s: dict[str, float] = {}
        self.in_vain = 0
        """Questions past the bound that nothing answered."""

    async def about(self, member_id: str) -> None:
        while True:
            asked = time.monotonic()
            late_s = asked - self.withdrawn.get(member_id, asked)
            try:
                if (await self._gate.check(member_id, self._purpose)).allow:
                    self.late_s[member_id] = late_s
                    self._not_yet.discard(member_id)
                    if not self._not_yet:
                        self.begun.set()
            except Refusal:
                self.in_vain += late_s > BOUND_S
            await asyncio.sleep(0.02)


async def test_art_15_who_is_cut_off_allows_nothing_past_the_bound(
    new_database: Callable[[str], DatabaseUrls], redis_url: str
) -> None:
    """Its clock is a day behind, besides."""
    urls = await asyncio.to_thread(new_database, "consent")
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        ways = [await enter(Wire.to("127.0.0.1", urlsplit(url).port or 0)) for url in (urls.app, redis_url)]
        apart = urls._replace(app=by_way_of(ways[0], urls.app))
        here = reached_at(await enter(process(urls, redis_url)))
        url = await enter(process(apart, by_way_of(ways[1], redis_url), skew_s=-A_DAY_S))
        purpose = factories.purpose(fresh("cut"))
        notice = await here.ask(purpose)
        members = [str(uuid4()) for _ in range(MEMBERS)]
        for one in members:
            await here.give(factories.grant(one, notice, purpose.key, key="give"))
        asking = Asking(reached_at(url, timeout_ms=GIVES_UP_MS), purpose.key, members)
        tasks = [asyncio.ensure_future(asking.about(one)) for one in members]
        async with asyncio.timeout(START_S):
            await asking.begun.wait()
        for way in ways:
            way.cut()
        for one in members:
            await here.withdraw(factories.withdrawal(one, purpose.key, key="withdraw"))
            asking.withdrawn[one] = time.monotonic()
        await asyncio.sleep(CUT_S)
        assert not any(task.done() for task in tasks)
        assert max(asking.late_s.values()) <= BOUND_S
        assert max(asking.late_s.values()) > 0.1, "nothing was kept, so nothing was proved"
        assert asking.in_vain >= MEMBERS, "and it was asked past the bound"
        for task in tasks:
            task.cancel()
        for way in ways:
            way.mend()
        healed = reached_at(url, timeout_ms=30_000)
        answers = [await healed.check(one, purpose.key) for one in members]
        assert {answer.reason for answer in answers} == {"CONSENT_WITHDRAWN"}
