"""Overload: what one gateway process still answers when three times as much is asked as it can, and how soon it refuses."""

import asyncio
import time
from dataclasses import dataclass, field

import psutil
import uvloop

from gateway.documents import manifest
from tests.end_to_end.house import House
from tests.load.figures import Figure, Row, ratios
from tests.load.storefront import CONNECTIONS, FIRST, ME, Arm, Server

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


class Asker(asyncio.Protocol):
    """One connection that asks every so often, but never twice at once."""

    def __init__(self, request: bytes, every_s: float, answers: Answers) -> None:
        self._request = request
        self._every_s = every_s
        self._answers = answers
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def ask(self) -> None:
        if not self.transport.is_closing():
            self._asked_at_s = time.perf_counter()
            self.transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._buffer = b""
        took_s = time.perf_counter() - self._asked_at_s
        if head.startswith(b"HTTP/1.1 200") and b'"errors"' not in body:
            self._answers.good += 1
        else:
            assert head[9:12] in (b"429", b"503"), body
            self._answers.refused_ms.append(took_s * 1000)
        asyncio.get_running_loop().call_later(max(0.0, self._every_s - took_s), self.ask)


async def _ask(arm: Arm, connections: int, every_s: float) -> tuple[float, list[float]]:
    """Good answers a second, and how long each refusal took in milliseconds."""
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
    answers.good, before_s = 0, time.perf_counter()
    answers.refused_ms.clear()
    await asyncio.sleep(SECONDS)
    speed = answers.good / (time.perf_counter() - before_s)
    for asker in askers:
        asker.transport.abort()  # type: ignore[attr-defined]
    await asyncio.sleep(SETTLING_S)  # or the next would be refused for it
    return speed, answers.refused_ms


def measure(house: House, rounds: int) -> tuple[list[Row], list[str]]:
    """The best throughput of each round, and what is left of it at three times as much; on the cores it was given."""
    gateway = psutil.Process(house.pid("gateway-server"))
    tokens = [house.issuer.member(member.member_id) for member in house.seeds.members]
    asked = {"documentId": manifest.key(ME), "variables": FIRST}
    arm = Arm(Server(gateway, house.ports.gateway), "/graphql", asked, tokens)
    best, beyond, waits, refused = [], [], [], []
    for _ in range(rounds):
        speeds = [uvloop.run(_ask(arm, count, 0.0))[0] for count in (CONNECTIONS, BUSY_CONNECTIONS)]
        best.append(max(speeds))
        speed, refused_ms = uvloop.run(_ask(arm, TOO_MANY, TOO_MANY / (3 * best[-1])))
        beyond.append(speed)
        waits.append(sorted(refused_ms)[len(refused_ms) * 99 // 100] if refused_ms else 0.0)
        refused.append(len(refused_ms) / SECONDS)
    beside = f"{Figure.of(refused).show()}/s refused, 99 % within {Figure.of(waits).show()} ms"
    rows = [
        Row("whole me, as much as is answered", Figure.of(best)),
        Row(
            "whole me, three times as much asked",
            Figure.of(beyond),
            ratios(beyond, best),
            MARK,
            beside,
            too_slow=Figure.of(waits).median > REFUSED_WITHIN_MS,
        ),
    ]
    return rows, [f"{TOO_MANY:,} connections; refusals within {REFUSED_WITHIN_MS:.0f} ms"]
