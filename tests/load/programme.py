"""What a programme in the admins' hands costs, section by section: ``make bench-programme``."""

import argparse
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import uvloop
from rich.console import Console

from tests.load import figures, place, programme_preview, programme_tiers
from tests.load.figures import Row
from tests.scratch import scratch

Section = Callable[[str], Awaitable[tuple[Sequence[Row], Sequence[str]]]]


def sections(members: int, orders_each: int, rounds: int) -> dict[str, tuple[str, Section]]:
    """Each section by its name, with what it counts; a section is given a server's address."""
    preview = partial(programme_preview.measure, members=members, orders_each=orders_each, rounds=rounds)
    return {
        "tier decision": ("orders/s of processor time", programme_tiers.measure),
        "preview": ("members/s", preview),
    }


def main() -> int:
    """Exit code 0 when every mark is reached."""
    asked = argparse.ArgumentParser(description="Measure a programme in the admins' hands.")
    asked.add_argument("--members", type=int, default=programme_preview.MEMBERS)
    asked.add_argument("--orders-each", type=int, default=programme_preview.ORDERS_EACH)
    asked.add_argument("--rounds", type=int, default=programme_preview.ROUNDS)
    asked.add_argument("--only", default="", help="sections whose names hold this")
    given = asked.parse_args()
    console, reached = Console(width=150), True
    for name, (unit, measure) in sections(given.members, given.orders_each, given.rounds).items():
        if given.only in name:
            with (
                scratch("bench") as directory,
                place.server(Path(directory).resolve()) as (url, _),
            ):
                rows, notes = uvloop.run(measure(url))  # type: ignore[arg-type]
            reached &= figures.show(console, name, unit, rows, notes)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
