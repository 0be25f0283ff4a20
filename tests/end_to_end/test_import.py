"""A real history comes in through the doors: equal to the cent, and the same however often it is cut short."""

import csv
import os
import random
import secrets
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from infra.local import layout
from tests.end_to_end import books
from tests.end_to_end.callers import Json, Staff
from tests.end_to_end.house import House

DATA = Path(__file__).parent / "data"
SAMPLE = DATA / "cdnow_sample.txt"
WHOLE = os.environ.get("HUIYUAN_CDNOW", "")
"""Where the whole CDNOW_master.txt is, for the proof that takes all of it."""

IMPORT_TIMEOUT_S = 1200
SMALL_BATCHES = """
from infra.local import __main__, importing
importing._ORDERS_AT_ONCE = 7
__main__.main()
"""
"""The importer with so many batches that a random moment falls between two of them."""


# --- what the file says, worked out without any of our code -------------------------------------------------


class Bought(NamedTuple):
    """A line of the file."""

    number: int
    customer: str
    day: str
    cents: int


def bought(file: Path) -> list[Bought]:
    lines = []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        customer, day, _, dollars = line.split()
        lines.append(Bought(number, customer, day, round(float(dollars) * 100)))
    return lines


@dataclass
class Account:
    """What a customer has: 1 point a whole dollar, times 1.2 once 200.00 was spent and 1.5 once 1,000.00 was."""

    points: int = 0
    growth: int = 0
    cents: int = 0
    orders: int = 0
    tiers: tuple[tuple[str, str], ...] = ()
    """Each tier that was reached, and the day it was."""

    def buy(self, day: str, cents: int) -> None:
        held = [tier for tier, since in self.tiers if since < day]
        tenths = {"silver": 12, "gold": 15}[held[-1]] if held else 10
        self.points += cents // 100 * tenths // 10
        self.growth += cents // 100
        self.cents += cents
        self.orders += 1
        reached = "gold" if self.cents >= 100_000 else "silver" if self.cents >= 20_000 else None
        if reached and reached not in [tier for tier, _ in self.tiers]:
            self.tiers = (*self.tiers, (reached, day))


def accounts(lines: list[Bought]) -> dict[str, Account]:
    """What every customer should have once all was imported in the order of the days."""
    found: dict[str, Account] = defaultdict(Account)
    for line in sorted(lines, key=lambda line: (line.day, line.number)):
        found[line.customer].buy(line.day, line.cents)
    return dict(found)


async def imported(house: House, lines: list[Bought]) -> dict[str, Account]:
    """What every customer has in the ledger; whose an order is, its number says."""
    customers = {f"cdnow:{line.number}": line.customer for line in lines}
    rows = await books.select(
        house,
        "loyalty",
        """SELECT array_agg(o.order_id) AS order_ids, count(*) AS orders, sum(o.total_minor)::bigint AS cents,
                  coalesce((SELECT available FROM wallets w JOIN currencies c ON c.number = w.currency WHERE
                   w.member_id = o.member_id AND c.programme = o.programme AND c.code = 'POINTS'), 0) AS points,
                  coalesce((SELECT available FROM wallets w JOIN currencies c ON c.number = w.currency WHERE
                   w.member_id = o.member_id AND c.programme = o.programme AND c.code = 'GROWTH'), 0) AS growth,
                  (SELECT array_agg(ARRAY[s.tier_keys[nth], to_char(
                            to_timestamp(s.tier_since[nth] / 1e6) AT TIME ZONE 'America/New_York', 'YYYYMMDD')]
                            ORDER BY nth)
                   FROM standings s, generate_subscripts(s.tier_keys, 1) AS nth
                   WHERE s.member_id = o.member_id AND s.programme = o.programme) AS tiers
           FROM orders o WHERE source = 'cdnow' GROUP BY member_id, programme""",
    )
    found = {}
    for row in rows:
        (customer,) = {customers[order_id] for order_id in row["order_ids"]}
        found[customer] = Account(
            row["points"], row["growth"], row["cents"], row["orders"], tuple(map(tuple, row["tiers"] or ()))
        )
    return found


def totals(house: House) -> Json:
    """The sums that staff read."""
    document = """{ orderTotals(programmeId: "cdnow", source: "cdnow") {
      orders zeroValueOrders members spend { minorUnits currency } earned { currency points }
    } }"""
    found: Json = Staff(house).data(document)["orderTotals"]
    return found


def totals_of(lines: list[Bought]) -> Json:
    """The same sums, of the file."""
    all_of_them = accounts(lines).values()
    return {
        "orders": len(lines),
        "zeroValueOrders": sum(line.cents == 0 for line in lines),
        "members": len(all_of_them),
        "spend": {"minorUnits": sum(line.cents for line in lines), "currency": "USD"},
        "earned": [
            {"currency": "GROWTH", "points": sum(account.growth for account in all_of_them)},
            {"currency": "POINTS", "points": sum(account.points for account in all_of_them)},
        ],
    }


# --- the importer -------------------------------------------------------------------------------------------


def started(house: House, file: Path, rejects: Path, *python: str) -> subprocess.Popen[str]:
    """The importer at work, as ``python -m infra.local import orders`` unless ``python`` says otherwise."""
    program = python or ("-m", "infra.local")
    asked = ["import", "orders", "--format", "cdnow", str(file), "--rejects", str(rejects)]
    return subprocess.Popen(
        [sys.executable, *program, *asked],
        cwd=layout.ROOT,
        env=house.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(house: House, file: Path, rejects: Path) -> str:
    """The importer from start to end; what it printed."""
    importer = started(house, file, rejects)
    said, _ = importer.communicate(timeout=IMPORT_TIMEOUT_S)
    assert importer.returncode == 0, said
    return said


async def run_until(house: House, file: Path, rejects: Path, orders: int, *python: str) -> None:
    """The importer, killed as soon as more than so many orders are in."""
    posted = "SELECT count(*) FROM orders WHERE source = 'cdnow'"
    importer = started(house, file, rejects, *python)
    while (await books.select(house, "loyalty", posted))[0][0] <= orders:
        assert importer.poll() is None, importer.communicate()[0]
    importer.kill()
    importer.communicate()


def random_moments(lines: list[Bought], count: int) -> list[int]:
    """Numbers of orders, the same ones again when HUIYUAN_SEED is set to what was printed."""
    seed = int(os.environ.get("HUIYUAN_SEED", secrets.randbelow(2**32)))
    print(f"HUIYUAN_SEED={seed}")
    return random.Random(seed).sample(range(len(lines)), count)


def rejected(rejects: Path) -> list[dict[str, str]]:
    """The lines that were not imported: their numbers, reasons and texts."""
    with rejects.open(newline="", encoding="utf-8") as written:
        return list(csv.DictReader(written))


@pytest.fixture
def rejects(tmp_path: Path) -> Path:
    return tmp_path / "rejects.csv"


@pytest.fixture(scope="module")
def undisturbed(lodger: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A fresh installation into which the sample was imported in one go."""
    run(lodger, SAMPLE, tmp_path_factory.mktemp("undisturbed") / "rejects.csv")
    return lodger


async def test_an_import_ends_with_what_the_file_says_to_the_cent(undisturbed: House) -> None:
    lines = bought(SAMPLE)
    assert totals(undisturbed) == totals_of(lines)
    assert await imported(undisturbed, lines) == accounts(lines)
    assert {account.tiers[-1][0] for account in accounts(lines).values() if account.tiers} == {
        "silver",
        "gold",
    }


async def test_an_import_run_twice_changes_nothing(undisturbed: House, rejects: Path) -> None:
    before = await books.contents(undisturbed, "loyalty", "members", "member_keys")
    said = run(undisturbed, SAMPLE, rejects)
    assert await books.contents(undisturbed, "loyalty", "members", "member_keys") == before
    assert f"{len(bought(SAMPLE))} orders ({len(bought(SAMPLE))} were there already)" in said
    assert "equal to the cent" in said
    assert rejected(rejects) == []


async def test_an_import_killed_at_random_moments_and_run_again_ends_in_the_same_state(
    running: House, undisturbed: House, rejects: Path
) -> None:
    lines = bought(SAMPLE)
    for moment in sorted(random_moments(lines[:-100], 2)):
        await run_until(running, SAMPLE, rejects, moment, "-c", SMALL_BATCHES)

    run(running, SAMPLE, rejects)
    assert totals(running) == totals(undisturbed)
    resumed = await imported(running, lines)
    assert resumed == await imported(undisturbed, lines)
    assert resumed == accounts(lines)


async def test_bad_lines_go_to_the_rejects_and_the_rest_is_imported(
    running: House, tmp_path: Path, rejects: Path
) -> None:
    file = tmp_path / "with_bad_lines.txt"
    file.write_bytes(SAMPLE.read_bytes() + (DATA / "cdnow_bad_lines.txt").read_bytes())
    said = run(running, file, rejects)

    first = len(bought(SAMPLE))
    texts = file.read_text().splitlines()
    expected = {
        2: "expected: customer id, YYYYMMDD, quantity, dollars.cents",
        3: "19970231 is not a day of the calendar",
        4: "expected:",
        5: "expected:",
        6: "expected:",
        8: "expected:",
        9: "expected:",
        10: "ORDER_NOT_WELL_FORMED: a quantity is 1 to 1000000",
        12: "PROGRAMME_NOT_IN_FORCE:",
        13: "UNKNOWN_MEMBER:",
        14: "expected:",
        15: "expected:",
        16: "expected:",
    }
    rows = rejected(rejects)
    assert [int(row["line"]) - first for row in rows] == list(expected)
    for row, (number, reason) in zip(rows, expected.items(), strict=True):
        assert row["reason"].startswith(reason), row
        if number != 16:  # it is not ASCII, and is shown as it was read
            assert row["text"] == texts[first + number - 1]
    assert "13 lines were not imported" in said

    good = {1: 1_200, 7: 1_250, 11: 3_310, 17: 9_999}
    assert totals(running)["orders"] == first + len(good)
    assert totals(running)["spend"]["minorUnits"] == totals_of(bought(SAMPLE))["spend"]["minorUnits"] + sum(
        good.values()
    )


@pytest.mark.torture
async def test_the_whole_of_cdnow_is_imported_to_the_cent_though_killed_on_the_way(
    house: House, rejects: Path
) -> None:
    if not WHOLE:
        pytest.fail("NOT PROVED: the whole of CDNOW. Name it: HUIYUAN_CDNOW=/path/to/CDNOW_master.txt")
    house.start()
    house.wait_until_ready()
    lines = bought(Path(WHOLE))
    (moment,) = random_moments(lines[: len(lines) // 2], 1)
    await run_until(house, Path(WHOLE), rejects, moment)
    run(house, Path(WHOLE), rejects)
    found = totals(house)
    assert (found["members"], found["orders"], found["zeroValueOrders"]) == (23_570, 69_659, 80)
    assert found == totals_of(lines)
    assert await imported(house, lines) == accounts(lines)
    assert rejected(rejects) == []
