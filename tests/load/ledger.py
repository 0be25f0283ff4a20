"""The ledger's speed, as ratios to what raw SQL writes into the same tables on the same machine: ``make bench-ledger``.

All arms of a round run one after the other, in random order, on one database with a history. What is counted is
entries. Callers in process run in this process, which the lanes share, as a service's requests do.
"""

import argparse
import asyncio
import os
import platform
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import asyncpg
import uvloop
from rich.console import Console

from services.kit import database, process
from services.loyalty.lanes import Lanes, Rulebook, Task
from services.loyalty.rules.asks import Ask
from services.loyalty.rules.awards import award
from services.loyalty.rules.points import Answer
from services.loyalty.rules.redemptions import redeem
from services.loyalty.storage.state import Touches
from tests.load import figures, history, place
from tests.load.callers import Answered, crowd
from tests.load.figures import Figure, Row, ratios
from tests.load.raw import Raw

MEMBERS = 100_000
ORDERS_EACH = 10
ROUNDS = 7
SECONDS = 2.0
LANES = 2
RAW_ENTRIES = 20_000
WARM_UP = 100_000
"""So many entries at random touch each page once, which writes it whole to the WAL after a checkpoint."""


@dataclass
class Arm:
    """One way of working: ``run`` gives entries per second, or answers that bring so many entries each."""

    name: str
    run: Callable[[], Awaitable[float | Answered]]
    mark: float | None = None
    of: str = "raw"
    speeds: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    costs: list[tuple[float, float, float]] = field(default_factory=list)

    async def once(self, there: place.Place) -> None:
        async with there.watched() as cost:
            result = await self.run()
        speed = result.per_second if isinstance(result, Answered) else result
        entries = speed * cost.seconds
        self.speeds.append(speed)
        self.costs.append(
            (cost.own_s / entries * 1e6, cost.postgres_s / entries * 1e6, cost.wal_bytes / entries)
        )
        if isinstance(result, Answered):
            self.waits.append(result.percentile(0.99))

    def row(self, limits: dict[str, list[float]]) -> Row:
        own, server, wal = (Figure.of(each).median for each in zip(*self.costs, strict=True))
        beside = f"{own:.0f} + {server:.0f} µs, WAL {wal:,.0f} B"
        beside += f", p99 {Figure.of(self.waits).show(1)} ms" if self.waits else ""
        ratio = ratios(self.speeds, limits[self.of]) if self.name != self.of else None
        return Row(self.name, Figure.of(self.speeds), ratio, self.mark, beside)


class Members:
    """Whose points move."""

    def __init__(self, ids: list[str]) -> None:
        self.ids = ids

    @classmethod
    async def read(cls, there: place.Place) -> "Members":
        connection = await asyncpg.connect(there.urls.app)
        try:
            return cls(
                [str(row["member_id"]) for row in await connection.fetch("SELECT member_id FROM members")]
            )
        finally:
            await connection.close()

    def any(self) -> str:
        return random.choice(self.ids)


class InProcess:
    """Lanes in this process, and what callers submit to them."""

    def __init__(self, lanes: Lanes, members: Members, programme: int) -> None:
        self._lanes = lanes
        self._members = members
        self._programme = programme

    def accrue(self, member: str | None = None, points: int = 10) -> Awaitable[object]:
        return self._ask(award, member or self._members.any(), points)

    def grant(self, member: str | None = None) -> Awaitable[object]:
        """The same by the fast path."""
        return self._ask(award, member or self._members.any(), 10, fast=True)

    def redeem(self, member: str | None = None) -> Awaitable[object]:
        return self._ask(partial(redeem, redemption_id="bench"), member or self._members.any(), 1)

    def _ask(
        self, operation: Callable[..., Answer], who: str, points: int, fast: bool = False
    ) -> Awaitable[object]:
        ask = Ask(who, history.PROGRAMME, "POINTS", points, os.urandom(16), "service:bench", "BENCH")
        touches = Touches(((who, self._programme),), keys=(ask.place,))
        return self._lanes.submit(Task(partial(operation, ask=ask), touches, ask if fast else None))


async def measure(there: place.Place, rounds: int, only: str) -> tuple[list[Row], list[str]]:
    """Interleaved rounds of all arms."""
    members = await Members.read(there)
    raw = Raw(there.superuser, LANES)
    await raw.open(RAW_ENTRIES, with_history=True)
    pool = await database.pool(there.urls.app)
    rulebook = Rulebook(pool)
    programme = (await rulebook.current()).history(history.PROGRAMME).newest
    lanes = Lanes(there.urls.app, rulebook, LANES)
    working = asyncio.gather(lanes.run(), rulebook.follow())
    here = InProcess(lanes, members, programme.number)
    hot = members.any()
    redeem = here.redeem
    arms = [
        Arm("raw", raw.insert),
        Arm("accruals, fast path, 512 callers", partial(crowd, here.grant, 512, SECONDS), 0.65),
        Arm("accruals, locked path, 512 callers", partial(crowd, here.accrue, 512, SECONDS), 0.45),
        Arm("accruals, fast path, 64 callers", partial(crowd, here.grant, 64, SECONDS), 0.5),
        Arm(
            "accruals, fast path, one hot member",
            partial(crowd, partial(here.grant, hot), 512, SECONDS),
            1.5,
            "accruals, fast path, 512 callers",
        ),
        Arm("redemptions, 512 callers", partial(crowd, redeem, 512, SECONDS), 0.45),
        Arm(
            "redemptions, 512 callers, one hot member",
            partial(crowd, partial(redeem, hot), 512, SECONDS),
            1.5,
            "redemptions, 512 callers",
        ),
    ]
    arms = [arm for arm in arms if arm.name == "raw" or only in arm.name]
    process.spare_collections()
    await there.checkpoint()
    for _ in range(0, WARM_UP, RAW_ENTRIES):
        await raw.insert()
    warmed = 0
    while warmed < WARM_UP:
        warmed += (await crowd(here.grant, 512, SECONDS)).count
    await here.accrue(hot, 10**9)
    for arm in arms:
        await arm.run()
    for _ in range(rounds):
        for arm in random.sample(arms, len(arms)):
            await arm.once(there)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await raw.close()
    await pool.close()
    limits = {arm.name: arm.speeds for arm in arms}
    return [arm.row(limits) for arm in arms], [await there.settings()]


def main() -> int:
    """Exit code 0 when every mark is reached."""
    asked = argparse.ArgumentParser(description="Measure the ledger.")
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--home", type=Path, help="keep the database's directory here, history and all")
    asked.add_argument("--times", type=int, default=1, help="so many times the history")
    asked.add_argument("--only", default="", help="arms whose name has this in it, and raw")
    given = asked.parse_args()
    console = Console(width=160)
    with tempfile.TemporaryDirectory(prefix="huiyuan-bench-") as directory:
        home = (given.home or Path(directory)).resolve()
        with place.opened(home, MEMBERS, ORDERS_EACH * given.times) as there:
            rows, notes = uvloop.run(measure(there, given.rounds, given.only))
    console.print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    title = f"ledger: {MEMBERS:,} members, {MEMBERS * ORDERS_EACH * 2 * given.times:,} entries of history"
    return 0 if figures.show(console, title, "entries/s", rows, notes) else 1


if __name__ == "__main__":
    sys.exit(main())
