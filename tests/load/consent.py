"""The gate's speed: kept, read and by ten thousand, against the same RPC answered by a constant: ``make bench-consent``."""

import argparse
import asyncio
import os
import platform
import random
import statistics
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

import asyncpg
import psutil
import uvloop
from huiyuan.consent.v1 import decisions_pb2
from rich.console import Console

from infra.local.databases import DatabaseUrls
from services.kit.process import spare_collections
from tests.conftest import free_port
from tests.consent import factories
from tests.load import consent_waits, figures
from tests.load.callers import Answered
from tests.load.consent_place import calling, checks, give, placed, request
from tests.load.figures import Figure, Row
from tests.load.serving import Service

ROUNDS, SECONDS = 21, 1.0
"""Many short turns: what the host takes from this machine changes within seconds, and two arms have to meet the same."""

MEMBERS, HOT, CALLERS = 100_000, 100, 64
AT_ONCE = 10_000
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
        return lambda: checks(service, purpose, random.choices(of, k=READY))

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
    return [
        Row(constant.name, Figure.of(constant.per_core), beside=_p99(constant)),
        Row(
            kept.name,
            Figure.of(kept.per_core),
            figures.ratios(kept.per_core, constant.per_core),
            0.7,
            _p99(kept),
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


def _p99(arm: Arm) -> str:
    return f"p99 {statistics.median(arm.p99_ms):.1f} ms"


async def seed(gate: Service, urls: DatabaseUrls) -> list[str]:
    """Two purposes, and many members for whom stands what one of them gave through the service's own door."""
    first = str(uuid4())
    async with calling(gate) as call:
        await give(call, factories.purpose("marketing_sms"), [first])
        await give(call, factories.purpose("sharing", form=factories.SEPARATE, articles=["PIPL 29"]), [first])
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
    asked.add_argument("--waits", action="store_true", help="only what callers wait for an answer")
    asked.add_argument(
        "--first",
        action="store_true",
        help="before whatever else this machine does (SCHED_RR; wants the right)",
    )
    told, console = asked.parse_args(), Console(width=150)
    if told.first:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))  # what is started from here on inherits it
    with placed() as there, there.gate() as gate:
        port = free_port()
        echo = [sys.executable, "-m", "tests.load.echo", str(port)]
        with there.started("echo", echo) as process:
            members = asyncio.run(seed(gate, there.urls))
            spare_collections()  # as what is measured does
            constant = there.served(process, port)
            rows = [] if told.waits else uvloop.run(measure(gate, constant, members, told.rounds))
            rounds = told.rounds if told.waits else max(1, told.rounds // 3)
            waits = uvloop.run(consent_waits.measure(gate, constant, members[:HOT], rounds, there.told))
    console.print(
        f"{platform.processor() or platform.machine()}, Python {platform.python_version()}"
        + (", before whatever else the machine did" if told.first else "")
    )
    reached = not rows or figures.show(console, "the gate", "for each second of a core", rows)
    return 0 if figures.show(console, f"what {CALLERS} callers wait", "answers/s", waits) and reached else 1


if __name__ == "__main__":
    sys.exit(main())
