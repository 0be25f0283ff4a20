"""The soak: what a loyalty process holds in memory while it is loaded for minutes: ``make soak``.

Orders come one by one and by 500, and balances are read, by turns. Memory is flat when the second half of the time
adds less than a twentieth to what the process held after the first half, in which its caches fill.
"""

import argparse
import sys
import time
from pathlib import Path

import asyncpg
import psutil
import uvloop
from rich.console import Console

from tests.load import history, ledger, place
from tests.load.called import Called
from tests.load.serving import Service, serving
from tests.scratch import scratch

MINUTES = 10.0
MEMBERS = 10_000
ORDERS_EACH = 5
MOST_GROWTH = 0.05
ARM_S = 2.0


async def soak(console: Console, there: place.Place, service: Service, minutes: float) -> bool:
    """Load the process; True when its memory was flat."""
    members = await ledger.members_of(there)
    pool = await asyncpg.create_pool(there.urls.app, min_size=1, max_size=1)
    called = Called(service, members, [1, 2])
    _, reading = called.reading_arms(ARM_S, pool)
    arms = [*called.arms(ARM_S), reading]
    process, started = psutil.Process(service.pid), time.monotonic()
    held: list[tuple[float, int]] = []
    while (minute := (time.monotonic() - started) / 60) < minutes:
        for arm in arms:
            await arm.once(there)
        held.append((minute, process.memory_info().rss))
        console.print(f"{minute:5.1f} min  {held[-1][1] / 2**20:7.1f} MiB")
    await pool.close()
    middle = max(rss for minute, rss in held if minute <= minutes / 2)
    end = max(rss for minute, rss in held if minute > minutes / 2)
    growth = end / middle - 1
    answered = sum(len(arm.speeds) for arm in arms)
    console.print(
        f"second half over first: {growth:+.1%} (mark: less than {MOST_GROWTH:+.0%}), {answered} rounds"
    )
    return growth < MOST_GROWTH


def main() -> int:
    """Exit code 0 when memory was flat."""
    asked = argparse.ArgumentParser(description="Load one loyalty process and watch its memory.")
    asked.add_argument("--minutes", type=float, default=MINUTES)
    given = asked.parse_args()
    entries = MEMBERS * ORDERS_EACH * history.ENTRIES_PER_ORDER
    console = Console(width=120)
    console.print(f"{given.minutes:g} minutes, {MEMBERS:,} members, {entries:,} entries of history")
    with scratch("soak") as directory:
        home = Path(directory).resolve()
        with place.opened(home, MEMBERS, ORDERS_EACH) as there, serving(home, there.urls) as service:
            flat = uvloop.run(soak(console, there, service, given.minutes))
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
