"""Subscriptions by SSE: what an idle one costs one gateway process, and how long until all are told of an event."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import psutil
import uvloop

from infra.local import layout
from tests.end_to_end.house import House
from tests.load.figures import Figure

IDLE, MOST_KB = 5_000, 40.0
TOLD, LATEST_MS = 1_000, 500.0
AT_ONCE = 100
"""So many connections are opened side by side."""
OPENED_WITHIN_S, TOLD_WITHIN_S = 60.0, 10.0
CHANGED = "subscription Changed { memberChanged { kind cursor member { points { available } } } }"


class Listener(asyncio.Protocol):
    """A connection that is told of changes, and notes when it caught up and when it was told of an order."""

    def __init__(self, request: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._request = request
        self._heard = b""
        self.caught_up: asyncio.Future[None] = loop.create_future()
        self.told_at: asyncio.Future[float] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._heard = self._heard[-200:] + data
        if b"CAUGHT_UP" in self._heard and not self.caught_up.done():
            self.caught_up.set_result(None)
        if b"ORDER_RECORDED" in self._heard and not self.told_at.done():
            self.told_at.set_result(time.perf_counter())

    def connection_lost(self, _: Exception | None) -> None:
        for awaited in (self.caught_up, self.told_at):
            if not awaited.done():
                awaited.cancel()

    def forget(self) -> None:
        """Listen for the next order."""
        self._heard = b""
        self.told_at = asyncio.get_running_loop().create_future()


@dataclass
class Subscribers:
    """Listeners to one gateway process."""

    house: House
    listeners: list[Listener] = field(default_factory=list)

    async def open(self, token: str, count: int) -> None:
        """Open so many, and wait until each has caught up."""
        body = json.dumps({"query": CHANGED}).encode()
        request = (
            f"POST /graphql HTTP/1.1\r\nHost: {layout.HOST}\r\nContent-Type: application/json\r\n"
            f"Accept: text/event-stream\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        loop, port = asyncio.get_running_loop(), self.house.ports.gateway
        async with asyncio.timeout(OPENED_WITHIN_S):
            for first in range(0, count, AT_ONCE):
                opened = [Listener(request) for _ in range(min(AT_ONCE, count - first))]
                for listener in opened:
                    await loop.create_connection(lambda one=listener: one, layout.HOST, port)  # type: ignore[misc]
                await asyncio.gather(*(listener.caught_up for listener in opened))
                self.listeners += opened

    async def told_of(self, member_id: str, client: httpx.AsyncClient) -> float:
        """Milliseconds from the answer to an order until the last listener was told of it."""
        for listener in self.listeners:
            listener.forget()
        await record_order(self.house, client, member_id)
        answered = time.perf_counter()
        async with asyncio.timeout(TOLD_WITHIN_S):
            told = await asyncio.gather(*(listener.told_at for listener in self.listeners))
        return max(0.0, max(told) - answered) * 1000

    def close(self) -> None:
        for listener in self.listeners:
            listener.transport.abort()  # type: ignore[attr-defined]
        self.listeners.clear()


async def record_order(house: House, client: httpx.AsyncClient, member_id: str) -> None:
    """A paid order of one member, as a shop records it."""
    body = {
        "source": "bench",
        "orderId": uuid4().hex,
        "memberId": member_id,
        "lines": [
            {"lineId": "1", "sku": "tea", "quantity": 1, "money": {"minorUnits": "1000", "currency": "CNY"}}
        ],
        "total": {"minorUnits": "1000", "currency": "CNY"},
        "paidAt": datetime.now(UTC).isoformat(),
        "channel": "web",
    }
    token = house.issuer.system("bench", ("order_recorder",))
    url = f"http://{layout.HOST}:{house.ports.loyalty}/huiyuan.loyalty.v1.OrdersService/RecordOrder"
    answer = await client.post(url, json=body, headers={"authorization": f"Bearer {token}"})
    answer.raise_for_status()


async def _measure(house: House, rounds: int) -> tuple[float, list[float]]:
    gateway, seed = psutil.Process(house.pid("gateway-server")), house.seeds.members[0]
    token, there = house.issuer.member(seed.member_id), Subscribers(house)
    async with httpx.AsyncClient() as client:
        await there.open(token, AT_ONCE)  # what the first ones need once is not theirs
        before = gateway.memory_info().rss
        await there.open(token, IDLE)
        each_kb = (gateway.memory_info().rss - before) / IDLE / 1024
        there.close()
        await asyncio.sleep(2)
        await there.open(token, TOLD)
        waits = [await there.told_of(seed.member_id, client) for _ in range(rounds)]
        there.close()
    return each_kb, waits


def measure(house: House, rounds: int) -> tuple[bool, list[str]]:
    """Whether the marks are reached, and what was measured."""
    each_kb, waits = uvloop.run(_measure(house, rounds))
    last = Figure.of(waits)
    notes = [
        f"{IDLE:,} idle subscriptions in one process: {each_kb:.1f} KB each (mark: at most {MOST_KB:.0f})",
        f"an event for {TOLD:,} subscribers reached the last after {last.show()} ms (mark: within {LATEST_MS:.0f})",
    ]
    return each_kb <= MOST_KB and last.median <= LATEST_MS, notes
