"""The gate's speed: kept, read and by ten thousand, against the same RPC answered by a constant: ``make bench-consent``."""

import argparse
import asyncio
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import psutil
import uvloop
from huiyuan.consent.v1 import decisions_pb2
from rich.console import Console

from infra.local import databases, layout
from infra.local.databases import DatabaseUrls, Role
from infra.local.installation import Installation
from infra.local.issuer import Issuer
from services.kit import rpc
from tests.conftest import free_port
from tests.consent import factories
from tests.load import figures
from tests.load.callers import Answered
from tests.load.figures import Figure, Row
from tests.load.place import server
from tests.load.serving import Service, wait_for

ROUNDS, SECONDS = 7, 3.0
MEMBERS, HOT, CALLERS = 100_000, 100, 64
AT_ONCE = 10_000
P99_MS = 3.0
PER_CORE = 50_000
READY = 60_000
"""More is not asked for in one span."""


@dataclass
class Arm:
    """One way to ask, and what it cost in each round."""

    name: str
    service: Service
    requests: Callable[[], deque[bytes]]
    callers: int = CALLERS
    units: int = 1
    per_core: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)

    async def run(self) -> None:
        """A span of asking; units answered for each second of the service's processor."""
        requests, process = self.requests(), psutil.Process(self.service.pid)
        before = sum(process.cpu_times()[:2])
        answered: Answered = await self.service.ask(requests, self.callers, SECONDS)
        spent = sum(process.cpu_times()[:2]) - before
        self.per_core.append(answered.count * self.units / spent)
        self.p99_ms.append(answered.percentile(0.99))


async def measure(gate: Service, echo: Service, members: list[str], rounds: int) -> list[Row]:
    """All arms by turns."""
    hot = members[:HOT]

    def asking(service: Service, purpose: str, of: list[str]) -> Callable[[], deque[bytes]]:
        return lambda: deque(
            request(service, "Check", body)
            for body in (
                decisions_pb2.CheckRequest(member_id=one, purpose=purpose).SerializeToString()
                for one in random.choices(of, k=READY)
            )
        )

    def many() -> deque[bytes]:
        batch = [
            decisions_pb2.CheckManyRequest(
                member_ids=random.sample(members, AT_ONCE), purpose="marketing_sms"
            ).SerializeToString()
            for _ in range(60)
        ]
        return deque(request(gate, "CheckMany", body) for body in batch)

    constant = Arm("echo: the same RPC, a constant", echo, asking(echo, "marketing_sms", hot))
    kept = Arm(f"Check, kept, {CALLERS} callers", gate, asking(gate, "marketing_sms", hot))
    select = Arm("select by primary key through the same RPC", echo, asking(echo, "select", members))
    read = Arm(f"Check, read each time, {CALLERS} callers", gate, asking(gate, "sharing", members))
    batch = Arm(f"CheckMany of {AT_ONCE:,}, in members", gate, many, callers=2, units=AT_ONCE)
    for _ in range(rounds):
        for arm in (constant, kept, select, read, batch):
            await arm.run()
    waited = statistics.median(kept.p99_ms)
    return [
        Row(constant.name, Figure.of(constant.per_core), beside=_p99(constant)),
        Row(
            kept.name,
            Figure.of(kept.per_core),
            figures.ratios(kept.per_core, constant.per_core),
            0.7,
            f"{_p99(kept)}, mark {P99_MS:.0f} ms",
            too_slow=waited > P99_MS,
        ),
        Row(select.name, Figure.of(select.per_core), beside=_p99(select)),
        Row(
            read.name,
            Figure.of(read.per_core),
            figures.ratios(read.per_core, select.per_core),
            round(1 / 1.3, 2),
            _p99(read),
        ),
        Row(
            batch.name,
            Figure.of(batch.per_core),
            beside=f"mark {PER_CORE:,} a core",
            too_slow=statistics.median(batch.per_core) < PER_CORE,
        ),
    ]


def request(service: Service, method: str, body: bytes) -> bytes:
    """A whole HTTP request in the name of the gateway."""
    name = service.signer.sign("consent", rpc.Caller(rpc.CallerKind.SERVICE, "gateway"))
    head = (
        f"POST /huiyuan.consent.v1.DecisionsService/{method} HTTP/1.1\r\nHost: gate\r\n"
        f"Content-Type: application/proto\r\nConnect-Protocol-Version: 1\r\n"
        f"{rpc.CALLER_HEADER}: {name}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _p99(arm: Arm) -> str:
    return f"p99 {statistics.median(arm.p99_ms):.1f} ms"


@contextmanager
def running(
    command: list[str], told: dict[str, str], port: int, signer: rpc.CallerSigner, log: Path
) -> Iterator[Service]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=layout.ROOT, env=told, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, process)
        yield Service(url, process.pid, "", signer)
    finally:
        process.terminate()
        process.wait(20)


async def seed(gate: Service, urls: DatabaseUrls) -> list[str]:
    """Two purposes, and many members for whom stands what one of them gave through the service's own door."""
    first, officer = str(uuid4()), rpc.Caller(rpc.CallerKind.STAFF, "bench", frozenset({"privacy_officer"}))
    purposes = [
        factories.purpose("marketing_sms"),
        factories.purpose("sharing", form=factories.SEPARATE, articles=["PIPL 29"]),
    ]
    async with httpx.AsyncClient(base_url=f"{gate.url}/huiyuan.consent.v1.", trust_env=False) as client:

        async def call(method: str, message: object, caller: rpc.Caller) -> bytes:
            headers = {
                "content-type": "application/proto",
                rpc.CALLER_HEADER: gate.signer.sign("consent", caller),
            }
            body = message.SerializeToString()  # type: ignore[attr-defined]
            answer = await client.post(
                f"{gate.url}/huiyuan.consent.v1.{method}", content=body, headers=headers
            )
            assert answer.status_code == 200, answer.text
            return answer.content

        for purpose in purposes:
            request = factories.purposes_pb2.PublishPurposeRequest(purpose=purpose)
            await call("PurposesService/PublishPurpose", request, officer)
            told = factories.purposes_pb2.PublishNoticeRequest(notice=factories.notice(purpose.key))
            answer = await call("PurposesService/PublishNotice", told, officer)
            notice = factories.purposes_pb2.PublishNoticeResponse.FromString(answer).notice
            given = factories.grant(first, notice, purpose.key, key=purpose.key)
            await call("DecisionsService/GiveConsent", given, rpc.Caller(rpc.CallerKind.MEMBER, first))
    owner = await asyncpg.connect(urls.owner)
    members = [str(uuid4()) for _ in range(MEMBERS)]
    await owner.execute("INSERT INTO members (member_id, epoch) SELECT unnest($1::uuid[]), 2", members)
    await owner.execute(
        """INSERT INTO consent_states SELECT m, purpose, recipient_id, record_id, purpose_version, event_state,
             event_time, valid_until, epoch FROM consent_states, unnest($1::uuid[]) AS m WHERE member_id = $2""",
        members,
        first,
    )
    await owner.execute("ANALYZE members, consent_states")
    await owner.close()
    return members


def main() -> int:
    """Exit code 0 when every mark is reached."""
    asked = argparse.ArgumentParser(description="Measure the consent gate.")
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    rounds, console = asked.parse_args().rounds, Console(width=150)
    with tempfile.TemporaryDirectory(prefix="huiyuan-bench-") as directory:
        home = Path(directory).resolve()
        home.chmod(0o755)
        installation = Installation.open(home / "installation")
        issuer = Issuer(installation)
        issuer.publish()
        with server(home / "server") as (url, _):
            roles = [Role(f"bench{suffix}", "bench") for suffix in ("", "_owner")]
            urls = databases.create_and_migrate(url, "consent", "bench", app=roles[0], owner=roles[1])
            ports = free_port(), free_port()
            told = {
                key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_", "REDIS_"))
            }
            told |= (
                issuer.settings()
                | {
                    "HUIYUAN_MODE": "development",
                    "INSTALLATION_ID": installation.id,
                    "DATABASE_URL_CONSENT": urls.app,
                    "REDIS_URL": "redis://127.0.0.1:9",  # without it the gate keeps nothing longer, and nothing less
                    "CONSENT_PORT": str(ports[0]),
                }
            )
            told |= {name: key for name, key in installation.caller_keys.items() if "CONSENT" in name}
            signer = rpc.CallerSigner("gateway", {"consent": b64decode(told["CALLER_KEY_GATEWAY_CONSENT"])})
            echo = [sys.executable, "-m", "tests.load.echo", str(ports[1])]
            with (
                running(layout.command("consent", "serve"), told, ports[0], signer, home / "gate") as gate,
                running(echo, told, ports[1], signer, home / "echo") as limit,
            ):
                members = asyncio.run(seed(gate, urls))
                rows = uvloop.run(measure(gate, limit, members, rounds))
    console.print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    return 0 if figures.show(console, "the gate", "for each second of a core", rows) else 1


if __name__ == "__main__":
    sys.exit(main())
