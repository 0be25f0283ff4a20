"""Reporting: what a month's points did, day by day, as a table for people and a file for spreadsheets."""

import csv
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from huiyuan.loyalty.v1.finance_connect import FinanceServiceClient
from huiyuan.loyalty.v1.finance_pb2 import (
    CurrencyMovements,
    ListDailyMovementsRequest,
    Movements,
)
from huiyuan.loyalty.v1.statements_pb2 import LocalDays
from rich.console import Console
from rich.table import Table

from infra.local.delivery import client

ROLE = "finance_reader"
_MOVED = (
    "issued",
    "redeemed",
    "expired",
    "forfeited",
    "written_off",
    "adjusted",
    "transferred",
    "imported",
)
_HEADER = ("currency", "row", "day", *_MOVED, "outstanding")

Row = list[str | int]
"""In the header's order; ``row`` says what it is: an opening, a day, or the month's total with its closing."""


class MonthNotUnderstood(Exception):
    """A month is written such as 2026-11."""


def month(text: str) -> LocalDays:
    """The days of a month. Raises ``MonthNotUnderstood``."""
    match = re.fullmatch(r"(\d{4})-(\d{2})", text, re.ASCII)
    try:
        if match is None:
            raise ValueError
        first = date(int(match[1]), int(match[2]), 1)
    except ValueError:
        raise MonthNotUnderstood(f"{text!r} is not a month: write for instance 2026-11") from None
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return LocalDays(first=str(first), last=str(last))


async def fetch(loyalty_url: str, token: str, programme_id: str, days: LocalDays) -> list[CurrencyMovements]:
    """What moved on each of the days, by currency. Raises a refusal."""
    finance = client(FinanceServiceClient, loyalty_url, "loyalty")
    answer = await finance.list_daily_movements(
        ListDailyMovementsRequest(programme_id=programme_id, days=days),
        headers={"authorization": f"Bearer {token}"},
    )
    return list(answer.currencies)


def rows(currencies: Iterable[CurrencyMovements]) -> Iterator[Row]:
    """Each currency's opening, its days, and its total with the closing."""
    for each in currencies:
        yield [each.currency, "opening", "", *([""] * len(_MOVED)), each.opening]
        for day in each.days:
            yield [each.currency, "day", day.day, *_numbers(day.moved), day.outstanding]
        yield [each.currency, "total", "", *_numbers(each.total), each.closing]


def _numbers(moved: Movements) -> list[int]:
    return [getattr(moved, name) for name in _MOVED]


def write(file: Path, currencies: Iterable[CurrencyMovements]) -> None:
    """Write the rows as CSV, with a header."""
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(_HEADER)
        writer.writerows(rows(currencies))


def show(console: Console, days: LocalDays, currencies: Iterable[CurrencyMovements]) -> None:
    """Print the days on which something moved, between opening and closing."""
    for each in currencies:
        table = Table(title=f"{each.currency}, {days.first} to {days.last}", show_footer=True)
        table.add_column("day", "total")
        for name, total in zip(_MOVED, _numbers(each.total), strict=True):
            table.add_column(name.replace("_", " "), f"{total:,}", justify="right")
        table.add_column("outstanding", f"{each.closing:,}", justify="right")
        table.add_row("opening", *([""] * len(_MOVED)), f"{each.opening:,}")
        for day in each.days:
            moved = _numbers(day.moved)
            if any(moved):
                table.add_row(day.day, *(f"{points:,}" for points in moved), f"{day.outstanding:,}")
        console.print(table)
