"""What 64 callers of the gate wait for an answer, while the machine has time left and while it has none.

Callers who ask again as soon as they are answered wait for one another, whatever they ask: by Little's law 64 of them
wait 64 / throughput on the average, the constant's callers no less than the gate's. What the gate adds is seen where
questions come at a rate of their own: half of what the constant was answered at most in the same round. Each question
has its time and waits from then on, whether or not it could be sent, and the constant is offered the same rate beside.
"""

import random
from base64 import b64decode
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient

from services.kit import rpc
from services.loyalty.rpc.members.consents import ConsentGate
from tests.load.callers import Answered, crowd
from tests.load.consent_place import checks
from tests.load.figures import Figure, Row, ratios
from tests.load.serving import Service

CALLERS, SECONDS, READY = 64, 3.0, 60_000
SHARE = 0.5
"""Of what the constant is answered at most."""

P99_MS = 3.0
ANSWERED = 0.98
"""Of what is offered, so that nothing is gained by not answering."""

_OURS = rpc.Caller(rpc.CallerKind.SERVICE, "loyalty")


@dataclass
class Waits:
    """One way to ask, and what came of it in each round."""

    name: str
    per_second: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)

    def add(self, answered: Answered) -> float:
        self.per_second.append(answered.per_second)
        self.p50_ms.append(answered.percentile(0.5))
        self.p99_ms.append(answered.percentile(0.99))
        return answered.per_second

    def row(self, offered: list[float] | None = None, *, judged: bool = False) -> Row:
        """A line of the report; ``offered`` is how much was asked in each round."""
        p99 = Figure.of(self.p99_ms)
        return Row(
            self.name,
            Figure.of(self.per_second),
            ratios(self.per_second, offered) if offered else None,
            ANSWERED if judged else None,
            f"p50 {Figure.of(self.p50_ms).show(1)}, p99 {p99.show(1)} ms"
            + (f", mark {P99_MS:.0f} ms" if judged else ""),
            too_slow=judged and p99.median > P99_MS,
        )


async def measure(
    gate: Service, echo: Service, members: list[str], rounds: int, told: Mapping[str, str]
) -> list[Row]:
    """All ways by turns; the one that is judged last of its table."""

    def questions(service: Service) -> deque[bytes]:
        return checks(service, "marketing_sms", random.choices(members, k=READY))

    full, full_gate = Waits("echo, asked all it can take"), Waits("Check, kept, asked all it can take")
    half, half_gate = Waits("echo, at half of that"), Waits("Check, kept, at the same rate")
    together = Waits(f"{CALLERS} tasks of one service, by its own client, asking all they can")
    consents, offered = _client(gate, told), []
    for _ in range(rounds):
        most = full.add(await echo.ask(questions(echo), CALLERS, SECONDS))
        full_gate.add(await gate.ask(questions(gate), CALLERS, SECONDS))
        offered.append(SHARE * most)
        for waits, service in random.sample([(half, echo), (half_gate, gate)], 2):
            waits.add(await service.offer(questions(service), CALLERS, SECONDS, SHARE * most))
        together.add(
            await crowd(
                lambda: consents.be_allowed(random.choice(members), "marketing_sms"), CALLERS, SECONDS
            )
        )
    return [
        full.row(),
        full_gate.row(),
        together.row(),
        half.row(offered),
        half_gate.row(offered, judged=True),
    ]


def _client(gate: Service, told: Mapping[str, str]) -> ConsentGate:
    """As loyalty asks."""
    signer = rpc.CallerSigner("loyalty", {"consent": b64decode(told["CALLER_KEY_LOYALTY_CONSENT"])})
    return ConsentGate(rpc.client(DecisionsServiceClient, gate.url, "consent", signer, default_caller=_OURS))
