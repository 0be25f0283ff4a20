"""Checks: one thing each that must hold, and how it is found where it does not."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import asyncpg
import orjson

from services.kit import database

KEPT = 100
"""How many mismatches of each check are kept and shown."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A row that is not as it must be: which check says so, where it is and what is wrong."""

    check: str
    table: str
    place: dict[str, Any]
    what: str

    @property
    def row(self) -> str:
        """The row's key as text."""
        return ", ".join(f"{column} {value}" for column, value in self.place.items())

    def __str__(self) -> str:
        return f"{self.table} ({self.row}): {self.what}"


@dataclass(slots=True)
class Findings:
    """How many rows are wrong, and the first of them."""

    wrong: int = 0
    first: list[Mismatch] = field(default_factory=list)

    def add(self, mismatch: Mismatch) -> None:
        self.wrong += 1
        if len(self.first) < KEPT:
            self.first.append(mismatch)


class Check(Protocol):
    """What a verification goes through; ``reads`` are the tables whose rows it looks at."""

    @property
    def name(self) -> str: ...
    @property
    def proves(self) -> str: ...
    @property
    def reads(self) -> tuple[str, ...]: ...

    async def look(self, connection: database.RawConnection) -> Findings:
        """Find what is wrong, inside the caller's transaction and in little memory, however much it is."""
        ...


@dataclass(frozen=True, slots=True)
class Statement:
    """A check by one statement, which finds rows of ``table``: ``place`` is a row's key as JSON, and ``what`` is wrong."""

    name: str
    proves: str
    table: str
    reads: tuple[str, ...]
    finds: str

    async def look(self, connection: database.RawConnection) -> Findings:
        # Not by a cursor, under which PostgreSQL would work on one processor alone.
        found = await connection.fetch(_FIRST.format(self.finds, KEPT))
        first = [Mismatch(self.name, self.table, orjson.loads(row["place"]), row["what"]) for row in found]
        return Findings(found[0]["wrong"] if found else 0, first)


_FIRST = "SELECT place, what, count(*) OVER () AS wrong FROM ({}) AS found LIMIT {}"


async def gone_through(check: Check, connection: database.RawConnection) -> Findings:
    """What a check finds; where a row holds what cannot even be read, that is found, and others are still checked."""
    try:
        async with connection.transaction():
            return await check.look(connection)
    except (asyncpg.DataError, ArithmeticError, LookupError, TypeError, ValueError) as fault:
        findings, where = Findings(), {"check": check.name}
        what = f"a row holds what cannot be read, so that this was not checked: {fault}"
        findings.add(Mismatch(check.name, ", ".join(check.reads), where, what))
        return findings


async def counted(connection: database.RawConnection, table: str) -> int:
    """How many rows a table has."""
    rows: int = await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608  # our own names
    return rows
