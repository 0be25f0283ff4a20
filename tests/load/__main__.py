"""Runs every benchmark against a system of its own, and says where a mark was not reached."""

import platform
import sys
from pathlib import Path

import uvloop
from rich.console import Console

from infra.local import postgres
from tests.end_to_end.house import new_house
from tests.load import figures, orders, storefront
from tests.scratch import scratch

ROUNDS = 7


def main() -> int:
    """Exit code 0 when every mark is reached."""
    console = Console(width=140)
    with scratch("bench") as directory:
        house = new_house(Path(directory).resolve())
        house.also = storefront.documents(Path(directory).resolve())
        house.start()
        try:
            house.wait_until_ready()
            ledger = postgres.url(
                house.ports.postgres, house.installation.postgres_password, database="loyalty"
            )
            rows, notes = uvloop.run(orders.measure(house, ledger, ROUNDS))
            console.print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
            reached = figures.show(console, "orders, in entries", "entries/s", rows, notes)
            rows, notes = storefront.measure(house, ROUNDS)
            reached &= figures.show(console, "storefront", "requests/s", rows, notes)
        finally:
            house.end()
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
