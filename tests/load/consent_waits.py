"""What 64 callers of the gate wait for an answer, in three ways that one can ask, with the constant's callers beside.

**As our services ask**, and as the mark is meant: 64 tasks of one process, by the client that all its tasks share, each
again as soon as it is answered. What is asked while a call is under way leaves together with the next.

**At a rate**: 64 connections with a question each every 20 ms, one by one, whether or not the service is quick. This is
the mark of whoever asks by single calls.

**All they can**, by single calls: 64 connections, each again as soon as it is answered. They wait for one another,
whatever they ask: by Little's law 64 / throughput on the average, the constant's callers no less than the gate's. What the
gate adds is the difference, so this has no mark. (A rate of half of that is none to judge by either: a question that comes
alone costs both sides a turn of the loop, and questions that come together share one. At half the questions the processes
were busy for nine tenths of the time, the asker's too, and what waited was a queue behind whatever else the machine did.)

A caller's wait is also the machine's: for a core, on either side. So beside it stands what the process says itself: how
much it answered within a millisecond of having read the question, and how long it was ready and had no core.
"""

import random
from base64 import b64decode
from collections import Counter, deque
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import httpx
from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient
from prometheus_client.parser import text_string_to_metric_families

from services.kit import rpc
from services.loyalty.rpc.members.consents import ConsentGate
from tests.load.callers import Answered, crowd
from tests.load.consent_place import checks
from tests.load.figures import Figure, Row, ratios
from tests.load.serving import Service

CALLERS, SECONDS, READY = 64, 3.0, 60_000
EVERY_S = 0.02
"""How often each of the callers asks, where they ask at a rate."""
OFFERED = CALLERS / EVERY_S

P99_MS = 3.0
ANSWERED = 0.98
"""Of what is offered, so that nothing is gained by not answering."""

WITHIN_S = 0.001
"""A bucket of the services' own histogram."""

_OURS = rpc.Caller(rpc.CallerKind.SERVICE, "loyalty")


class Inside(NamedTuple):
    """What a process has said of itself so far: of calls to the gate how many it answered, and how many within
    ``WITHIN_S``; for how many seconds its loop's thread ran, and for how many it was ready and had no core.

    What the host of a virtual machine takes is in the former: the same work then takes longer.
    """

    answered: float
    within: float
    busy_s: float
    without_core_s: float

    @classmethod
    async def of(cls, service: Service) -> "Inside":
        async with httpx.AsyncClient(trust_env=False) as client:
            told = (await client.get(f"{service.url}/metrics")).text
        counted: Counter[tuple[str, str | None]] = Counter()
        for family in text_string_to_metric_families(told):
            for sample in family.samples if family.name == "huiyuan_rpc_seconds" else ():
                if "/Check" in sample.labels["method"]:
                    counted[sample.name.rpartition("_")[2], sample.labels.get("le")] += sample.value  # type: ignore[assignment]
        times_ns = Path(f"/proc/{service.pid}/schedstat").read_text().split()  # noqa: ASYNC240 - no disk
        busy_s, without_core_s = (int(one) / 1e9 for one in times_ns[:2])
        return cls(counted["count", None], counted["bucket", str(WITHIN_S)], busy_s, without_core_s)


@dataclass
class Waits:
    """One way to ask, and what came of it in each round."""

    name: str
    per_second: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    within: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    without_core: list[float] = field(default_factory=list)

    async def add(self, service: Service, asking: Awaitable[Answered]) -> float:
        """A span of asking; answers/s."""
        before = await Inside.of(service)
        answered = await asking
        after = await Inside.of(service)
        self.per_second.append(answered.per_second)
        self.p50_ms.append(answered.percentile(0.5))
        self.p99_ms.append(answered.percentile(0.99))
        self.within.append((after.within - before.within) / (after.answered - before.answered))
        self.busy.append((after.busy_s - before.busy_s) / answered.seconds)
        self.without_core.append((after.without_core_s - before.without_core_s) / answered.seconds)
        return answered.per_second

    def row(self, offered: float | None = None, *, judged: bool = False) -> Row:
        """A line of the report; ``offered`` is how much was asked for each second."""
        p99 = Figure.of(self.p99_ms)
        return Row(
            self.name,
            Figure.of(self.per_second),
            ratios(self.per_second, [offered] * len(self.per_second)) if offered else None,
            ANSWERED if judged and offered else None,
            f"p50 {Figure.of(self.p50_ms).show(1)}, p99 {p99.show(1)} ms"
            + (f", mark {P99_MS:.0f} ms" if judged else "")
            + f"; inside {min(self.within):.2%} within {WITHIN_S * 1000:.0f} ms,"
            + f" busy {Figure.of([100 * one for one in self.busy]).show()} %,"
            + f" no core for {max(self.without_core):.1%} of the time",
            too_slow=judged and p99.median > P99_MS,
        )


async def measure(
    gate: Service, echo: Service, members: list[str], rounds: int, told: Mapping[str, str]
) -> list[Row]:
    """All ways by turns. What is asked about was asked about just before: the mark is a cached answer's."""

    def questions(service: Service) -> deque[bytes]:
        return checks(service, "marketing_sms", random.choices(members, k=READY))

    async def ask(waits: Waits, service: Service) -> float:
        await service.ask(checks(service, "marketing_sms", members), CALLERS, SECONDS)
        return await waits.add(service, service.ask(questions(service), CALLERS, SECONDS))

    async def offer(waits: Waits, service: Service) -> None:
        await service.ask(checks(service, "marketing_sms", members), CALLERS, SECONDS)
        await waits.add(service, service.offer(questions(service), CALLERS, SECONDS, OFFERED))

    full, full_gate = Waits("echo, asked all it can take"), Waits("Check, kept, asked all it can take")
    each = f"{CALLERS} callers, each every {EVERY_S * 1000:.0f} ms"
    steady, steady_gate = Waits(f"echo, {each}"), Waits(f"Check, kept, {each}")
    together = Waits(f"{CALLERS} tasks of one service, by its own client, asking all they can")
    consents = _client(gate, told)
    for _ in range(rounds):
        await ask(full, echo)
        await ask(full_gate, gate)
        for waits, service in random.sample([(steady, echo), (steady_gate, gate)], 2):
            await offer(waits, service)
        await together.add(
            gate,
            crowd(lambda: consents.be_allowed(random.choice(members), "marketing_sms"), CALLERS, SECONDS),
        )
    return [
        full.row(),
        full_gate.row(),
        steady.row(OFFERED),
        steady_gate.row(OFFERED, judged=True),
        together.row(judged=True),
    ]


def _client(gate: Service, told: Mapping[str, str]) -> ConsentGate:
    """As loyalty asks."""
    signer = rpc.CallerSigner("loyalty", {"consent": b64decode(told["CALLER_KEY_LOYALTY_CONSENT"])})
    return ConsentGate(rpc.client(DecisionsServiceClient, gate.url, "consent", signer, default_caller=_OURS))
