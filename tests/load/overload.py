"""Overload: what one gateway process still answers when three times as much is asked as it can, and how soon it refuses.

The load runs on the services' core, and takes the more of it the more it asks. That is not the gateway's to lose: what
is compared is good answers per second that the load left of that core.
"""

import asyncio
import time
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

import psutil
import uvloop

from gateway.documents import manifest
from tests.end_to_end.house import House
from tests.load.figures import Figure, Row, ratios
from tests.load.storefront import CONNECTIONS, FIRST, ME, Arm, Server, members

BUSY_CONNECTIONS = 400
"""Within the process's bound: batches are as large as they get, and nobody is turned away."""

TOO_MANY = 1500
"""Connections, thrice the bound; together they ask for three times what was answered at best."""

SECONDS, SETTLING_S = 3.0, 1.5
MARK, REFUSED_WITHIN_MS = 0.9, 500.0


@dataclass(slots=True)
class Answers:
    """How many came, and how long each refusal took."""

    good: int = 0
    refused_ms: list[float] = field(default_factory=list)
    refusal: bytes = b""
    """The last one, as it came."""


class Asker(asyncio.Protocol):
    """One connection that asks every so often, but never twice at once."""

    def __init__(self, request: bytes, every_s: float, answers: Answers) -> None:
        self._request = request
        self._every_s = every_s
        self._answers = answers
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._loop = asyncio.get_running_loop()

    def ask(self) -> None:
        if not self.transport.is_closing():
            self._asked_at_s = time.perf_counter()
            self.transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if (
            data == self._answers.refusal
        ):  # most of what comes, word for word: the load is not to be the limit
            self._refused()
            return
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        answer, self._buffer = self._buffer, b""
        if head.startswith(b"HTTP/1.1 200") and b'"errors"' not in body:
            self._answers.good += 1
            self._ask_later(time.perf_counter() - self._asked_at_s)
        else:
            assert head[9:12] in (b"429", b"503"), body
            self._answers.refusal = answer
            self._refused()

    def _refused(self) -> None:
        took_s = time.perf_counter() - self._asked_at_s
        self._answers.refused_ms.append(took_s * 1000)
        self._ask_later(took_s)

    def _ask_later(self, took_s: float) -> None:
        self._loop.call_later(max(0.0, self._every_s - took_s), self.ask)


class Came(NamedTuple):
    """Good answers a second, and per second that the load left of its core; how long refusals took, in milliseconds.

    And the processor time that each side took for it all, in microseconds for each good answer; the load's for each of any.
    """

    speed: float
    speed_beside: float
    refused_ms: list[float]
    gateway_us: float
    others_us: float
    load_us: float


@dataclass(slots=True)
class Spent:
    """Processor seconds of the gateway and of everything behind it, so far."""

    gateway: psutil.Process
    command: psutil.Process

    def seconds(self) -> tuple[float, float]:
        whole = [self.command, *self.command.children(recursive=True)]
        times = {each.pid: _seconds(each) for each in whole}
        return times[self.gateway.pid], sum(times.values()) - times[self.gateway.pid]


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


async def _ask(arm: Arm, spent: Spent, connections: int, every_s: float) -> Came:
    loop, answers = asyncio.get_running_loop(), Answers()
    askers = [
        Asker(arm._request(arm.tokens[nth % len(arm.tokens)]), every_s, answers) for nth in range(connections)
    ]
    for asker in askers:
        await loop.create_connection(lambda one=asker: one, "127.0.0.1", arm.server.port)  # type: ignore[misc]
    # Connections are taken one at each turn of the server's loop: how it answers is measured once all are.
    await asyncio.sleep(SETTLING_S)
    for nth, asker in enumerate(askers):
        loop.call_later(every_s * nth / connections, asker.ask)
    await asyncio.sleep(SETTLING_S)
    before = spent.seconds()
    answers.good, before_s, own_s = 0, time.perf_counter(), time.process_time()
    answers.refused_ms.clear()
    await asyncio.sleep(SECONDS)
    took_s, own_s = time.perf_counter() - before_s, time.process_time() - own_s
    good, refused_ms = answers.good, answers.refused_ms[:]
    gateway_s, others_s = (now - then for now, then in zip(spent.seconds(), before, strict=True))
    came = Came(
        speed=good / took_s,
        speed_beside=good / (took_s - own_s),
        refused_ms=refused_ms,
        gateway_us=gateway_s / good * 1e6,
        others_us=others_s / good * 1e6,
        load_us=own_s / (good + len(refused_ms)) * 1e6,
    )
    for asker in askers:
        asker.transport.abort()  # type: ignore[attr-defined]
    await asyncio.sleep(SETTLING_S)  # or the next would be refused for it
    return came


def measure(house: House, rounds: int) -> tuple[list[Row], list[str]]:
    """The best throughput of each round, and what is left of it at three times as much; on the cores it was given."""
    gateway = psutil.Process(house.pid("gateway-server"))
    tokens = members(house)
    asked = {"documentId": manifest.key(ME), "variables": FIRST}
    spent = Spent(gateway, psutil.Process(house.command.pid))
    arm = Arm(Server(gateway, house.ports.gateway), "/graphql", asked, tokens)
    best: list[Came] = []
    beyond: list[Came] = []
    for _ in range(rounds):
        usual = [uvloop.run(_ask(arm, spent, count, 0.0)) for count in (CONNECTIONS, BUSY_CONNECTIONS)]
        best.append(max(usual, key=attrgetter("speed_beside")))
        offered = 3 * max(came.speed for came in usual)
        beyond.append(uvloop.run(_ask(arm, spent, TOO_MANY, TOO_MANY / offered)))
    refusals = [sorted(came.refused_ms) for came in beyond]
    waits = [each[len(each) * 99 // 100] if each else 0.0 for each in refusals]
    refused = [len(each) / SECONDS for each in refusals]
    speeds = [[came.speed for came in arms] for arms in (best, beyond)]
    beside_load = [[came.speed_beside for came in arms] for arms in (best, beyond)]
    rows = [
        Row("whole me, as much as is answered", Figure.of(speeds[0])),
        Row(
            "whole me, three times as much asked",
            Figure.of(speeds[1]),
            ratios(beside_load[1], beside_load[0]),
            MARK,
            f"{Figure.of(refused).show()}/s refused, 99 % within {Figure.of(waits).show()} ms",
            too_slow=Figure.of(waits).median > REFUSED_WITHIN_MS,
        ),
    ]
    return rows, [
        f"{TOO_MANY:,} connections; refusals within {REFUSED_WITHIN_MS:.0f} ms",
        "the ratio is of answers per second that the load left of its core; as it is: "
        f"{ratios(speeds[1], speeds[0]).show(2)}",
        *(
            _cost(name, arms)
            for name, arms in (("as much as is answered", best), ("three times as much", beyond))
        ),
    ]


def _cost(name: str, arms: list[Came]) -> str:
    """What each side's processor spent: whichever reaches a whole core first is what bounds the good answers."""
    gateway, others, load = (
        Figure.of([getattr(came, side) for came in arms]).show()
        for side in ("gateway_us", "others_us", "load_us")
    )
    return f"{name}: the gateway {gateway} µs a good answer, what is behind it {others} µs; the load {load} µs a request"
