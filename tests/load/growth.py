"""Growth: what the ledger's work costs over ten times the history, beside the same over one: ``make bench-growth``.

Both histories are of the same members and stand side by side, so that each round asks both. What is compared is
processor time for each entry or member, of the lanes or the service and of Postgres.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import uvloop
from rich.console import Console

from services.kit import database, process
from services.loyalty.lanes import Lanes
from services.loyalty.rulebook import Rulebook
from tests.load import figures, history, ledger, place
from tests.load.arms import Arm
from tests.load.called import Called
from tests.load.serving import Service, serving
from tests.load.submitted import Submitted

MEMBERS = 10_000
TIMES = 10
ROUNDS = 5
MOST_DEARER = 1.3
WARM_UP_ROUNDS = 1
SECONDS = 1.0


@asynccontextmanager
async def arms_over(there: place.Place, service: Service) -> AsyncIterator[list[Arm]]:
    """What writes and what reads, over one history."""
    members = await ledger.members_of(there)
    pool = await database.pool(there.urls.app)
    rulebook = Rulebook(pool)
    programme = (await rulebook.current()).history(history.PROGRAMME).newest
    lanes = Lanes(there.urls.app, rulebook, ledger.LANES)
    working = asyncio.gather(lanes.run(), rulebook.follow())
    here = Submitted(lanes, members, programme.number)
    called = Called(service, members, [currency.number for currency in programme.currencies])
    await there.checkpoint()
    await here.enrich()
    _, reading = called.reading_arms(SECONDS, pool)
    yield [*here.arms(SECONDS), *called.arms(SECONDS), reading]
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await pool.close()


async def measure(
    console: Console, short: tuple[place.Place, Service], long: tuple[place.Place, Service], rounds: int
) -> bool:
    """Rounds of every arm over both histories; True when none is dearer over the long one than it may be."""
    process.spare_collections()
    async with arms_over(*short) as over_short, arms_over(*long) as over_long:
        pairs = [
            (
                replace(arm, mark=None, of=arm.name, longest_wait_ms=None, by_processor=_spent),
                replace(
                    twin,
                    name=f"{arm.name}, longer",
                    mark=round(1 / MOST_DEARER, 2),
                    of=arm.name,
                    longest_wait_ms=None,
                    by_processor=_spent,
                ),
            )
            for arm, twin in zip(over_short, over_long, strict=True)
        ]
        turns = [(arm, there) for pair in pairs for arm, (there, _) in zip(pair, (short, long), strict=True)]
        for nth in range(WARM_UP_ROUNDS + rounds):
            if nth == WARM_UP_ROUNDS:
                for arm, _ in turns:
                    arm.forget()
            for arm, there in random.sample(turns, len(turns)):
                await arm.once(there)
    limits = {arm.name: arm.speeds for arm, _ in pairs}
    rows = [arm.row(limits) for pair in pairs for arm in pair]
    notes = [f"mark: a unit of work costs at most {MOST_DEARER} times as much over the longer history"]
    return figures.show(console, "growth", "units/s of processors", rows, notes)


def _spent(cost: place.Cost) -> float:
    return cost.own_s + cost.others_s + cost.postgres_s


def main() -> int:
    """Exit code 0 when the mark is reached."""
    asked = argparse.ArgumentParser(description="Measure the ledger over a short and a long history.")
    asked.add_argument("--members", type=int, default=MEMBERS)
    asked.add_argument("--times", type=int, default=TIMES, help="how much longer the long history is")
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    given = asked.parse_args()
    console = Console(width=170)
    with ExitStack() as open_:
        home = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="huiyuan-growth-"))).resolve()
        histories = []
        for times in (1, given.times):
            orders = ledger.ORDERS_EACH * times
            entries = given.members * orders * history.ENTRIES_PER_ORDER
            console.print(f"{given.members:,} members, {entries:,} entries of history")
            there = open_.enter_context(place.opened(home / str(times), given.members, orders))
            service = open_.enter_context(serving(home / str(times), there.urls))
            histories.append((there, service))
        reached = uvloop.run(measure(console, *histories, given.rounds))
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
