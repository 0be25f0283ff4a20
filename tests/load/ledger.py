"""The ledger's speed, as ratios to what raw SQL writes into the same tables on the same machine: ``make bench-ledger``.

All arms of a round run one after the other, in random order, on one database with a history. What is counted is
entries. Beside each stands what it cost: processor time of the callers (with the lanes, where these are in
process), of the service, and of Postgres; bytes of WAL; and within which time 99 of 100 answers came.
"""

import argparse
import asyncio
import platform
import sys
from pathlib import Path

import asyncpg
import uvloop
from rich.console import Console

from services.kit import database, process
from services.loyalty.lanes import Lanes
from services.loyalty.rulebook import Rulebook
from tests.load import dues, figures, history, place
from tests.load.arms import Arm, take_turns
from tests.load.called import Called
from tests.load.callers import crowd
from tests.load.raw import Raw
from tests.load.serving import Service, serving
from tests.load.submitted import MANY, Submitted
from tests.scratch import scratch

MEMBERS = 100_000
ORDERS_EACH = 10
ROUNDS = 7
SECONDS = 2.0
LANES = 2
RAW_ENTRIES = 20_000
WARM_UP = 100_000
"""So many entries at random touch each page once, which writes it whole to the WAL after a checkpoint."""


async def measure(
    console: Console, there: place.Place, service: Service, rounds: int, only: str, count: int
) -> bool:
    """Interleaved rounds of all arms; True when every mark is reached."""
    members = await members_of(there)
    raw = Raw(there.superuser, LANES)
    await raw.open(RAW_ENTRIES, with_history=True)
    pool = await database.pool(there.urls.app)
    rulebook = Rulebook(pool)
    programme = (await rulebook.current()).history(history.PROGRAMME).newest
    lanes = Lanes(there.urls.app, rulebook, count)
    working = asyncio.gather(lanes.run(), rulebook.follow())
    here = Submitted(lanes, members, programme.number)
    called = Called(service, members, [currency.number for currency in programme.currencies])
    writing = [Arm("raw", raw.insert, prepare=raw.prepare), *here.arms(SECONDS), *called.arms(SECONDS)]
    reading = called.reading_arms(SECONDS, pool)
    chosen = [arm for arm in writing if only in arm.name]
    limits = {"raw", *(arm.of for arm in chosen)}
    writing = [arm for arm in writing if arm in chosen or arm.name in limits]
    process.spare_collections()
    await there.checkpoint()
    await here.enrich()
    for _ in range(0, WARM_UP, RAW_ENTRIES):
        raw.prepare()
        await raw.insert()
    for ask in (here.grant, here.accrue):  # the second path writes to standings' pages as well
        warmed = 0
        while warmed < WARM_UP:
            warmed += (await crowd(ask, MANY, SECONDS)).count
    await take_turns([*writing, *reading], there, 1)
    for arm in (*writing, *reading):
        arm.forget()
    rows = await take_turns(writing, there, rounds)
    reached = figures.show(console, "writing", "entries/s", rows, [await there.settings()])
    if not only:
        rows = await take_turns(reading, there, rounds)
        reached &= figures.show(console, "reading balances", "members/s of processors", rows)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await raw.close()
    await pool.close()
    return reached


async def members_of(there: place.Place) -> list[str]:
    """The ids of all members of the history."""
    connection = await asyncpg.connect(there.urls.app)
    try:
        return [row[0] for row in await connection.fetch("SELECT member_id::text FROM members")]
    finally:
        await connection.close()


def main() -> int:
    """Exit code 0 when every mark is reached."""
    asked = argparse.ArgumentParser(description="Measure the ledger.")
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--home", type=Path, help="keep the database's directory here, history and all")
    asked.add_argument("--members", type=int, default=MEMBERS)
    asked.add_argument("--times", type=int, default=1, help="so many times the history")
    asked.add_argument(
        "--only", default="", help="arms that write and whose name has this in it, and their limits"
    )
    asked.add_argument("--lanes", type=int, default=LANES, help="so many lanes in process")
    given = asked.parse_args()
    console = Console(width=170)
    console.print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    entries = given.members * ORDERS_EACH * history.ENTRIES_PER_ORDER * given.times
    console.print(f"{given.members:,} members, {entries:,} entries of history")
    with scratch("bench") as directory:
        home = (given.home or Path(directory)).resolve()
        with place.opened(home, given.members, ORDERS_EACH * given.times) as there:
            with serving(home, there.urls) as service:
                reached = uvloop.run(measure(console, there, service, given.rounds, given.only, given.lanes))
            if not given.only:
                rows, notes = uvloop.run(dues.measure(console, there))
                reached &= figures.show(console, "due run", "entries/s", rows, notes)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
