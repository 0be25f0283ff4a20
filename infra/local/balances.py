"""Importing opening balances: a file of what members had elsewhere, line by line, into the ledger.

It keeps no state of its own: a member's balance of a currency has an id made from the import's name, so that a
run that was cut short is simply run again, and a line that changed since is refused instead of counted twice.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from huiyuan.kit.v1.kit_pb2 import ExternalIdentity
from huiyuan.loyalty.v1.imports_connect import ImportsServiceClient
from huiyuan.loyalty.v1.imports_pb2 import (
    ImportBalanceResult,
    ImportBalancesRequest,
    OpeningBalance,
    OpeningLot,
)

from infra.local import tables
from infra.local.delivery import Progress, Reject, batches, client, deliver_lines, patiently

ROLES = ("order_importer",)
_COLUMNS = ("currency", "points", "expires_on", "earned_on")
COLUMNS = (*tables.MEMBER_COLUMNS, *_COLUMNS)
_LOTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file; ``number`` counts from 1, the heading included."""

    number: int
    text: str
    member: tuple[str, str]
    currency: str
    lot: OpeningLot


@dataclass(slots=True)
class Outcome:
    """What an import did, or would do; points by currency."""

    members: int = 0
    balances: int = 0
    imported: int = 0
    replayed: int = 0
    in_file: Counter[str] = field(default_factory=Counter)
    in_ledger: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a file leaves unsaid: into which programme, under which name, and what external ids are values of."""

    programme_id: str
    name: str
    external: ExternalIdentity


def read(file: Path, outcome: Outcome) -> list[Line]:
    """The lines that make sense; the others are rejected. Raises ``FileNotUnderstood``."""
    lines = tables.read(file, _COLUMNS, ("currency", "points"), _line, outcome.rejects)
    for line in lines:
        outcome.in_file[line.currency] += line.lot.points
    return lines


def balances(lines: Sequence[Line], meaning: Meaning) -> list[tuple[OpeningBalance, list[Line]]]:
    """What each member brings along of each currency, with the lines that say so."""
    of: dict[tuple[tuple[str, str], str], list[Line]] = {}
    for line in lines:
        of.setdefault((line.member, line.currency), []).append(line)
    made = []
    for (member, currency), every in of.items():
        for nth, some in enumerate(batches(every, _LOTS_AT_ONCE), 1):
            import_id = f"{meaning.name}:{currency}" + (f":{nth}" if nth > 1 else "")
            balance = OpeningBalance(currency=currency, import_id=import_id, lots=[line.lot for line in some])
            tables.name(balance, member, meaning.external)
            made.append((balance, some))
    return made


async def run(loyalty_url: str, token: str, file: Path, meaning: Meaning, progress: Progress) -> Outcome:
    """Import a file. Raises ``FileNotUnderstood``, ``ImportStopped``, or a refusal of the whole."""
    outcome = Outcome()
    made = prepared(file, meaning, outcome)
    imports = client(ImportsServiceClient, loyalty_url, "loyalty")
    headers = {"authorization": f"Bearer {token}"}

    async def send(batch: list[tuple[OpeningBalance, list[Line]]]) -> Sequence[ImportBalanceResult]:
        request = ImportBalancesRequest(
            programme_id=meaning.programme_id, balances=[balance for balance, _ in batch]
        )
        results: Sequence[ImportBalanceResult] = (
            await patiently(imports.import_balances, request, headers)
        ).results
        return results

    def taken(item: tuple[OpeningBalance, list[Line]], result: ImportBalanceResult) -> None:
        outcome.imported += 1
        outcome.replayed += result.imported.replayed
        outcome.in_ledger[item[0].currency] += result.imported.points

    def told() -> None:
        progress("balances", outcome.imported, len(made))

    await deliver_lines(made, send, lambda item: item[1], outcome.rejects, taken, told)
    return outcome


def prepared(file: Path, meaning: Meaning, outcome: Outcome) -> list[tuple[OpeningBalance, list[Line]]]:
    """What would be sent of a file. Raises ``FileNotUnderstood``."""
    lines = read(file, outcome)
    made = balances(lines, meaning)
    outcome.members, outcome.balances = len({line.member for line in lines}), len(made)
    return made


def _line(line: tables.Line) -> Line:
    """Raises ``ValueError`` with what was wrong."""
    cells, member = line.cells, line.member()
    if not cells["currency"]:
        raise ValueError("name the currency")
    points = cells["points"]
    if not (points.isascii() and points.isdecimal() and 0 < int(points) <= 2**53):
        raise ValueError(f"{points!r} is not a number of points from 1 to 2^53")
    lot = OpeningLot(points=int(points))
    days = [(name, cells[name]) for name in ("expires_on", "earned_on") if cells.get(name)]
    if len(days) > 1:
        raise ValueError("say when the points expire or when they were earned, not both")
    for name, day in days:
        setattr(lot, name, str(date.fromisoformat(day)))
    return Line(line.number, line.text, member, cells["currency"], lot)
