"""Storefront queries per second of one gateway process, against a bare ASGI answer of the same bytes.

The server under test has a core of its own; the services and the load share the other one.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from gateway.documents import manifest
from infra.local import layout, system
from tests.conftest import free_port
from tests.end_to_end.callers import OrderSystem, order
from tests.end_to_end.house import House
from tests.load.askers import Askers
from tests.load.figures import Figure, Row, ratios

CONNECTIONS = 64
SECONDS, SETTLING_S = 1.5, 0.5
TRACED_PAIRS = 3
ME = """
query WholeMe($first: Int!) {
  me {
    id
    displayName
    phoneMasked
    tier { key name rank benefits { key kind name } nextTier { key name } progress { metric actual required missing } }
    points { currency available pending held debt expiringSoon { points expiresAt } }
    entries(first: $first) { nodes { id type currency change balanceAfter occurredAt } pageInfo { hasNextPage } }
    consents { purpose name state decidedAt }
  }
}
"""
POINTS = "query MyPoints { me { points { available pending } } }"
CATALOGUE = "query Asked { consentPurposes(locale: ZH) { key name notices { id title digest } } }"
FIRST = {"first": 5}
_TOLD = ("RATE_", "STOREFRONT_", "OTEL_")


def documents(directory: Path) -> dict[str, str]:
    """What the system must be told, for its gateway to trust the documents that are measured."""
    path = directory / "documents.json"
    path.write_bytes(manifest.manifest([ME, POINTS, CATALOGUE]))
    return {"STOREFRONT_DOCUMENTS": str(path)}


@dataclass(slots=True)
class Server:
    """A process under test."""

    process: psutil.Process
    port: int

    def cpu_s(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)


@dataclass(slots=True)
class Arm:
    """What is asked of a server, by how many connections, and how that went."""

    server: Server
    path: str
    asked: Mapping[str, object]
    tokens: Sequence[str]
    connections: int = CONNECTIONS
    speeds: list[float] = field(default_factory=list)
    costs_us: list[float] = field(default_factory=list)

    def run(self) -> None:
        askers = Askers(
            self.server.port,
            [self._request(self.tokens[nth % len(self.tokens)]) for nth in range(self.connections)],
        )
        askers.go_on(SETTLING_S)
        before, cpu_before, started = askers.answered, self.server.cpu_s(), time.perf_counter()
        askers.go_on(SECONDS)
        answered = askers.answered - before
        self.speeds.append(answered / (time.perf_counter() - started))
        self.costs_us.append((self.server.cpu_s() - cpu_before) / answered * 1e6)
        askers.close()
        assert not askers.failed, "every answer must be a good one"

    def _request(self, token: str) -> bytes:
        body = json.dumps(self.asked).encode()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {layout.HOST}\r\nContent-Type: application/json\r\n"
            f"Accept: application/json\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def row(self, name: str, limit: "Arm", mark: float | None = None) -> Row:
        cost = f"{Figure.of(self.costs_us).show()} µs of CPU"
        return Row(name, Figure.of(self.speeds), ratios(self.speeds, limit.speeds), mark, cost)


@contextmanager
def _serving(command: list[str], environment: dict[str, str], port: int, core: int) -> Iterator[Server]:
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=layout.ROOT, env=environment)
    psutil.Process(process.pid).cpu_affinity([core])
    try:
        _wait_for(port)
        yield Server(psutil.Process(process.pid), port)
    finally:
        process.terminate()
        process.wait(10)


def _bare(body: bytes) -> tuple[list[str], dict[str, str], int]:
    port = free_port()
    command = [
        "uvicorn",
        "tests.load.bare:app",
        "--port",
        str(port),
        "--log-level",
        "error",
        "--no-access-log",
    ]
    return (
        [*command, "--loop", "uvloop", "--http", "httptools"],
        os.environ | {"BARE_BODY": body.decode()},
        port,
    )


def _plain(house: House) -> tuple[list[str], dict[str, str], int]:
    # Its spans are sent while the arm runs that made them.
    return _beside(house, ["tests.load.plain"], OTEL_BSP_SCHEDULE_DELAY="500")


def _beside(house: House, command: list[str], **more: str) -> tuple[list[str], dict[str, str], int]:
    """A process that is told what the house's gateway is, and to listen elsewhere."""
    port = free_port()
    like_it = {key: value for key, value in house.environment().items() if key.startswith(_TOLD)}
    kept = house.installation
    told = layout.environment(
        "gateway",
        ports=house.ports,
        backing=system.backing(kept, house.ports, house.also),
        caller_keys=kept.caller_keys,
        shared={
            **house.issuer.settings(),
            **like_it,
            "GATEWAY_PORT": str(port),
            "WEBHOOK_KEY": kept.webhook_key,
            **more,
        },
    )
    return command, told, port


def _wait_for(port: int) -> None:
    for _ in range(400):
        try:
            httpx.post(f"http://{layout.HOST}:{port}/", content=b"{}")
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(port)


def members(house: House) -> list[str]:
    """The tokens of one member for each connection, each of whom has bought and consented to nothing."""
    shop = OrderSystem(house)
    shoppers = [shop.register() for _ in range(CONNECTIONS)]
    for shopper in shoppers:
        shop.record(order(shopper.member_id, 56_800))
    return [shopper.token for shopper in shoppers]


def apart(house: House) -> None:
    """Give the gateway one core, and the other to all else: the services and whoever loads."""
    gateway = psutil.Process(house.pid("gateway-server"))
    core, other = gateway.cpu_affinity()[0], gateway.cpu_affinity()[-1]
    for process in house.processes():
        process.cpu_affinity([other])
    os.sched_setaffinity(0, {other})
    gateway.cpu_affinity([core])


def measure(house: House, rounds: int) -> tuple[list[Row], list[str]]:
    """Interleaved rounds of the bare answer, the gateway's, and those it is compared with."""
    tokens = members(house)
    gateway = psutil.Process(house.pid("gateway-server"))
    (core,) = gateway.cpu_affinity()
    trusted = {"documentId": manifest.key(ME), "variables": FIRST}
    free = {"query": ME, "variables": FIRST}
    answer = httpx.post(house.storefront, json=trusted, headers={"authorization": f"Bearer {tokens[0]}"})
    assert "errors" not in answer.json(), answer.text
    with ExitStack() as stack:
        bare = stack.enter_context(_serving(*_bare(answer.content), core))
        plain = stack.enter_context(_serving(*_plain(house), core))
        ours = Server(gateway, house.ports.gateway)
        limit = Arm(bare, "/graphql", trusted, tokens)
        whole = Arm(ours, "/graphql", trusted, tokens)
        points = Arm(ours, "/graphql", {"documentId": manifest.key(POINTS)}, tokens)
        catalogue = Arm(ours, "/graphql", {"documentId": manifest.key(CATALOGUE)}, tokens)
        unlimited = Arm(plain, "/unlimited", trusted, tokens)
        traced, untraced = (Arm(plain, path, trusted, tokens) for path in ("/traced", "/untraced"))
        limited = Arm(plain, "/limited", trusted, tokens)
        uncompiled = Arm(plain, "/uncompiled", free, tokens)
        strawberry = Arm(plain, "/strawberry", free, tokens)
        whole_alone = Arm(ours, "/graphql", trusted, tokens, connections=1)
        strawberry_alone = Arm(plain, "/strawberry", free, tokens, connections=1)
        # What is compared goes next to each other, in random order: what the host takes changes within seconds.
        groups = [[limit, whole, points, catalogue], [limited, unlimited]]
        groups += [[uncompiled, strawberry], [whole_alone, strawberry_alone]]
        # The least is asked about here, which one pair a round cannot tell from its own spread.
        groups += [[traced, untraced]] * TRACED_PAIRS
        for _ in range(rounds):
            for group in random.sample(groups, len(groups)):
                for arm in random.sample(group, len(group)):
                    arm.run()
    rows = [
        limit.row("bare ASGI, the same bytes", limit),
        whole.row("whole me: three services, trusted document", limit, 0.15),
        points.row("me { points }", limit, 0.2),
        catalogue.row("consentPurposes, public", limit, 0.2),
        uncompiled.row("whole me, uncompiled", limit),
        strawberry.row("whole me by strawberry, without lanes", limit),
        unlimited.row("whole me, without rates", limit),
        limited.row("whole me, of that without rates", unlimited, 0.85),
        untraced.row("whole me, without traces", untraced),
        traced.row("whole me, 1 % traced, of that without", untraced, 0.95),
        whole.row("whole me, of strawberry's", strawberry, 4.0),
        whole_alone.row("whole me on one connection, of strawberry's", strawberry_alone, 1.0),
    ]
    return rows, [f"{len(answer.content)} bytes; {CONNECTIONS} connections"]
