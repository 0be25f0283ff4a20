"""The gateway's speed: queries against a bare ASGI answer, subscriptions, overload: ``make bench-gateway``."""

import argparse
import platform
import sys
from pathlib import Path

from rich.console import Console

from tests.end_to_end.house import House, new_house
from tests.kit.collecting import collecting
from tests.load import figures, overload, storefront, subscribers
from tests.scratch import scratch

ROUNDS = 15
PARTS = ("storefront", "overload", "subscribers")


def _measured(console: Console, part: str, house: House, rounds: int) -> bool:
    """Measure and show one part; whether it reaches its marks. Only the storefront's rounds are short."""
    if part != "storefront":
        rounds = max(1, rounds // 2)
    if part == "subscribers":
        enough, notes = subscribers.measure(house, rounds)
        for note in notes:
            console.print(note)
        return enough
    rows, notes = (storefront if part == "storefront" else overload).measure(house, rounds)
    return figures.show(console, part, "requests/s", rows, notes)


def main() -> int:
    """Exit code 0 when every mark is reached."""
    asked = argparse.ArgumentParser(description="Measure the gateway.")
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--only", choices=PARTS, help="measure this part alone")
    given = asked.parse_args()
    parts = [given.only] if given.only else PARTS
    console = Console(width=140)
    with scratch("bench") as directory, collecting() as collector:
        house = new_house(Path(directory).resolve())
        house.also = storefront.documents(Path(directory).resolve())
        house.also["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.address
        house.start()
        try:
            house.wait_until_ready()
            console.print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
            storefront.apart(house)
            reached = min([_measured(console, part, house, given.rounds) for part in parts])
        finally:
            house.end()
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
