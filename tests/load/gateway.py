"""The gateway's speed: queries against a bare ASGI answer, subscriptions, overload: ``make bench-gateway``."""

import argparse
import platform
import sys
from pathlib import Path

from rich.console import Console

from tests.end_to_end.house import new_house
from tests.kit.collecting import collecting
from tests.load import figures, overload, storefront, subscribers
from tests.scratch import scratch

ROUNDS = 7


def main() -> int:
    """Exit code 0 when every mark is reached."""
    asked = argparse.ArgumentParser(description="Measure the gateway.")
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = asked.parse_args().rounds
    console = Console(width=140)
    with scratch("bench") as directory, collecting() as collector:
        house = new_house(Path(directory).resolve())
        house.also = storefront.documents(Path(directory).resolve())
        house.also["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.address
        house.start()
        try:
            house.wait_until_ready()
            console.print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
            rows, notes = storefront.measure(house, rounds)
            reached = figures.show(console, "storefront", "requests/s", rows, notes)
            rows, notes = overload.measure(house, rounds)
            reached &= figures.show(console, "overload", "requests/s", rows, notes)
            enough, notes = subscribers.measure(house, rounds)
            reached &= enough
            for note in notes:
                console.print(note)
        finally:
            house.end()
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
