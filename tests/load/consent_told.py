"""How soon a withdrawal is seen by another process that had kept the consent: ``make bench-consent``.

Two processes serve, a worker relays, as an operator runs them. Members withdraw at the one while the other is asked
for each of them again and again; how long after the answer to a withdrawal the last ALLOW was asked for is its delay.
"""

import argparse
import asyncio
import sys
import time
from uuid import uuid4

import uvloop
from huiyuan.consent.v1 import decisions_pb2
from rich.console import Console

from infra.local import layout
from services.kit import rpc
from tests.conftest import free_port
from tests.consent import factories
from tests.load import figures
from tests.load.consent_place import Call, calling, give, placed
from tests.load.figures import Figure, Row
from tests.load.serving import Service

WITHDRAWALS, AT_ONCE = 400, 4
P99_MS, NEVER_ABOVE_MS = 500.0, 2_500.0
_ASK_EVERY_S = 0.005
_ASKING = rpc.Caller(rpc.CallerKind.SERVICE, "gateway")


async def allowed(call: Call, member_id: str, purpose: str) -> bool:
    """What the gate says."""
    question = decisions_pb2.CheckRequest(member_id=member_id, purpose=purpose)
    answer = await call("DecisionsService/Check", question, _ASKING)
    return decisions_pb2.CheckResponse.FromString(answer).allow


async def last_allowed_at(elsewhere: Call, member_id: str, purpose: str) -> float:
    """When the last ALLOW was asked for, once there was a no."""
    last = asked = time.perf_counter()
    while await allowed(elsewhere, member_id, purpose):
        last = asked
        await asyncio.sleep(_ASK_EVERY_S)
        asked = time.perf_counter()
    return last


async def delay_ms(here: Call, elsewhere: Call, member_id: str, purpose: str) -> float:
    """For how long after the member withdrew elsewhere still allowed."""
    assert await allowed(elsewhere, member_id, purpose)
    watching = asyncio.ensure_future(last_allowed_at(elsewhere, member_id, purpose))
    withdrawal = factories.withdrawal(member_id, purpose, key="withdraw")
    await here("DecisionsService/WithdrawConsent", withdrawal, rpc.Caller(rpc.CallerKind.MEMBER, member_id))
    withdrawn = time.perf_counter()
    assert not await allowed(here, member_id, purpose), "one reads one's own withdrawal"
    return max(0.0, await watching - withdrawn) * 1e3


async def measure(purpose: str, here: Service, elsewhere: Service, withdrawals: int) -> list[Row]:
    """As many withdrawals, some at once; while no worker relays, only the bound holds."""
    members = [str(uuid4()) for _ in range(withdrawals)]
    delays: list[float] = []
    async with calling(here) as at_one, calling(elsewhere) as at_other:
        await give(at_one, factories.purpose(purpose), members)
        waiting = iter(members)

        async def withdraw() -> None:
            for member_id in waiting:
                delay = await delay_ms(at_one, at_other, member_id, purpose)
                delays.append(delay)

        await asyncio.gather(*(withdraw() for _ in range(AT_ONCE)))
    p99 = sorted(delays)[int(0.99 * (len(delays) - 1))]
    within = P99_MS if purpose == "told" else NEVER_ABOVE_MS
    return [
        Row(
            f"last ALLOW elsewhere after a withdrawal, {purpose}",
            Figure.of(delays),
            beside=f"p99 {p99:.0f} ms, mark {within:,.0f}; never above {NEVER_ABOVE_MS:,.0f} ms",
            too_slow=p99 > within or max(delays) > NEVER_ABOVE_MS,
        )
    ]


def main() -> int:
    """Exit code 0 when every mark is reached."""
    asked = argparse.ArgumentParser(description="Measure how soon a withdrawal is seen elsewhere.")
    asked.add_argument("--withdrawals", type=int, default=WITHDRAWALS)
    withdrawals, console = asked.parse_args().withdrawals, Console(width=150)
    with placed() as there, there.gate("here") as here, there.gate("elsewhere") as elsewhere:
        rows = uvloop.run(measure("untold", here, elsewhere, max(withdrawals // 8, 1)))
        metrics = {"HUIYUAN_WORK_METRICS_PORT": str(free_port())}
        with there.started("worker", layout.command("consent", "work"), **metrics):
            rows += uvloop.run(measure("told", here, elsewhere, withdrawals))
    return 0 if figures.show(console, "withdrawals seen elsewhere", "ms", rows) else 1


if __name__ == "__main__":
    sys.exit(main())
