"""Arms: ways of doing the same work, taken by turns in one run, with what each cost."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from tests.load.callers import Answered
from tests.load.figures import Figure, Row, ratios
from tests.load.place import Cost, Place

LONGEST_WAIT_MS = 10.0


@dataclass
class Arm:
    """One way of working: ``run`` gives units of work per second, or answers that bring ``units`` each.

    ``prepare`` is done before the clock runs. ``of`` names the arm that is the limit. Where ``by_processor`` is
    given, speed is not per second of the clock but per second of the processors that it counts.
    """

    name: str
    run: Callable[[], Awaitable[float | Answered]]
    mark: float | None = None
    of: str = "raw"
    units: float = 1
    prepare: Callable[[], None] | None = None
    pids: tuple[int, ...] = ()
    by_processor: Callable[[Cost], float] | None = None
    longest_wait_ms: float | None = None
    speeds: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    costs: list[tuple[float, ...]] = field(default_factory=list)

    async def once(self, there: Place) -> None:
        """One round."""
        if self.prepare is not None:
            self.prepare()
        async with there.watched(*self.pids) as cost:
            result = await self.run()
        if isinstance(result, Answered):
            speed, units = result.per_second * self.units, result.count * self.units
            self.waits.append(result.percentile(0.99))
        else:
            speed, units = result, result * cost.seconds
        self.speeds.append(units / self.by_processor(cost) if self.by_processor else speed)
        spent = (cost.own_s, cost.others_s, cost.postgres_s)
        self.costs.append((*(each / units * 1e6 for each in spent), cost.wal_bytes / units))

    def forget(self) -> None:
        """Forget the rounds so far: they were to warm up."""
        self.speeds.clear()
        self.waits.clear()
        self.costs.clear()

    def row(self, limits: dict[str, list[float]]) -> Row:
        """The rounds as a line of the report."""
        own, others, server, wal = (Figure.of(each).median for each in zip(*self.costs, strict=True))
        spent = f"{own:.0f} + {others:.0f} + {server:.0f} µs" if self.pids else f"{own:.0f} + {server:.0f} µs"
        beside = f"{spent}, WAL {wal:,.0f} B" + (
            f", p99 {Figure.of(self.waits).show(1)} ms" if self.waits else ""
        )
        ratio = ratios(self.speeds, limits[self.of]) if self.name != self.of else None
        slow = self.longest_wait_ms is not None and Figure.of(self.waits).median > self.longest_wait_ms
        return Row(self.name, Figure.of(self.speeds), ratio, self.mark, beside, slow)


async def take_turns(arms: Sequence[Arm], there: Place, rounds: int) -> list[Row]:
    """Rounds of all arms, each round in another order."""
    for _ in range(rounds):
        for arm in random.sample(arms, len(arms)):
            await arm.once(there)
    limits = {arm.name: arm.speeds for arm in arms}
    return [arm.row(limits) for arm in arms]
