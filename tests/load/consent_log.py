"""Consent events appended, sequenced into the log and verified, against raw inserts of the same rows: ``make bench-consent``.

The raw arm writes each row into a table with the same columns and indexes, by the same statement, as many a commit;
it has no log. Rows are made before the clock runs, and both arms get the same ones by turns.

The mark is on two rates, each for itself: events appended, which is writing them with their place in the queue and then
their leaves and checkpoints, one after the other as if one process did both; and the whole log verified, once it is
written. Each must reach half of what raw inserts reach. Both in a row are shown beside and have no mark.
A round is 20,000 events and forgotten when it is written, so that a million take the memory of one round and of the
tree's leaves (about 0.4 GB) and some minutes: eight and a half of a busy machine.
"""

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvloop
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console

from infra.local import databases
from infra.local.databases import Role
from services.consent.jobs import verification
from services.consent.jobs.sequencing import Sequencer
from services.consent.rules.records import FIELDS, Record
from services.consent.storage.witness import witness_file
from services.kit import database, process, signing
from tests.load import figures
from tests.load.figures import Figure, Row
from tests.load.place import Cost, Place, server
from tests.scratch import scratch

EVENTS, ROUND, BATCH = 1_000_000, 20_000, 500
EVENTS_EACH = 5
MARK = 0.5
_GONE_S = 0.5
"""Within which the processor time of a connection that was closed is counted."""

ORIGIN = "huiyuan/consent/bench"
_COLUMNS = ("member_id", "ord", *FIELDS, "record_digest")
_STATES = ("GIVEN", "WITHDRAWN")
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def record(principal_id: UUID, epoch: int) -> Record:
    """One decision, as long as a real one; a member gives and withdraws by turns."""
    given = epoch % 2 == 1
    return Record(
        schema_version="huiyuan.consent.record/1",
        record_id=uuid4(),
        pii_principal_id=principal_id,
        privacy_notice="marketing_sms/zh/1" if given else None,
        language="zh-CN" if given else None,
        purpose="marketing_sms",
        lawful_basis="CONSENT",
        pii_information=("phone",),
        pii_controllers=("urn:uuid:6f2b6a0e-7d0c-4d7e-9f43-0a51a6a1c7a1",),
        processing_methods=("use",),
        storage_locations=("CN",),
        retention_period="P2Y",
        jurisdiction="CN",
        recipient_third_parties=(),
        withdrawal_method="huiyuan.consent.v1.DecisionsService/WithdrawConsent",
        event_time=_BEGAN + timedelta(seconds=random.random() * 1e7),
        validity_duration="P1Y" if given else None,
        entity_id=str(principal_id),
        event_type="EXPLICIT",
        event_state=_STATES[epoch % 2 == 0],
        purpose_version=1,
        purpose_digest=random.randbytes(32),
        notice_digest=random.randbytes(32) if given else None,
        form="GENERAL",
        articles=("PIPL 13(1)",),
        recipient_id="",
        guardian_id=None,
        channel="app",
        app_version="7.4.1",
        screen_digest=random.randbytes(32) if given else None,
        idempotency_key=str(uuid4()),
        epoch=epoch,
    )


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Rows of members who decided equally often."""
    for _ in range(count // EVENTS_EACH):
        member_id, principal_id = uuid4(), uuid4()
        for epoch in range(1, EVENTS_EACH + 1):
            made = record(principal_id, epoch)
            yield member_id, 0, *(_sent(getattr(made, name)) for name in FIELDS), made.digest


def _sent(value: Any) -> Any:
    """``unnest`` would flatten arrays of arrays, so that these travel as text."""
    return "{" + ",".join(f'"{one}"' for one in value) + "}" if isinstance(value, tuple) else value


@dataclass
class Arm:
    """One way to write, and what each row cost: of this process and of Postgres."""

    per_second: list[float] = field(default_factory=list)
    own_us: list[float] = field(default_factory=list)
    postgres_us: list[float] = field(default_factory=list)

    def add(self, count: int, cost: Cost) -> None:
        self.per_second.append(count / cost.seconds)
        self.own_us.append(cost.own_s / count * 1e6)
        self.postgres_us.append(cost.postgres_s / count * 1e6)

    @property
    def beside(self) -> str:
        own, postgres = statistics.median(self.own_us), statistics.median(self.postgres_us)
        return f"{own:.0f} + {postgres:.0f} µs of processor"


class Bench:
    """A database with an empty log, and a table beside it that is like the events' but for the log."""

    def __init__(self, there: Place, connection: asyncpg.Connection, pool: database.Pool, home: Path) -> None:
        self._there = there
        self._connection = connection
        self._key = Ed25519PrivateKey.generate()
        self._witness = witness_file(home / "witness")
        self._sequencer = Sequencer(pool, ORIGIN, self._key, self._witness)
        self.raw, self.appended, self.sequenced, self.verified = Arm(), Arm(), Arm(), Arm()

    async def open(self) -> None:
        """Make the raw arm's table, and the statement that both are written by."""
        await self._connection.execute("CREATE TABLE raw_events (LIKE consent_events INCLUDING ALL)")
        types = dict(
            await self._connection.fetch(
                """SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
                   WHERE attrelid = 'consent_events'::regclass AND attnum > 0"""
            )
        )
        sent = ", ".join(f"${nth}::{_plain(types[name])}[]" for nth, name in enumerate(_COLUMNS, 1))
        read = ", ".join(f"{name}::{types[name]}" for name in _COLUMNS)
        names = ", ".join(_COLUMNS)
        self._insert = f"INSERT INTO %s ({names}) SELECT {read} FROM unnest({sent}) AS sent ({names})"

    async def round(self, count: int) -> None:
        """The same rows by both ways."""
        columns = [list(column) for column in zip(*rows(count), strict=True)]
        arms = [("raw_events", self.raw), ("consent_events", self.appended)]
        random.shuffle(arms)
        for table, arm in arms:
            async with self._there.watched() as cost:
                await self._write(table, columns)
            arm.add(count, cost)
        async with self._there.watched() as cost:
            while await self._sequencer.append():
                pass
            await self._sequencer.publish(self._key)
        self.sequenced.add(count, cost)

    async def _write(self, table: str, columns: Sequence[list[Any]]) -> None:
        for at in range(0, len(columns[0]), BATCH):
            await self._connection.execute(self._insert % table, *(each[at : at + BATCH] for each in columns))

    async def verify(self, count: int) -> None:
        """Everything, once what stands was folded from the events, which is not what is measured."""
        for statement in _FOLD:
            await self._connection.execute(statement)
        keys = {signing.key_id(self._key.public_key()): self._key.public_key()}
        async with self._there.watched() as cost:
            began = time.perf_counter()
            outcome = await verification.verify(
                self._there.urls.app, ORIGIN, self._witness, keys, _Unwatched()
            )
            seconds = time.perf_counter() - began
            await asyncio.sleep(_GONE_S)
        cost.seconds = seconds
        assert outcome.agrees, [one.first for one in outcome.checks]
        assert {one.name: one.rows for one in outcome.checks}["records"] == count
        self.verified.add(count, cost)

    def report(self) -> list[Row]:
        """Each part and all of them, as shares of what raw inserts reach."""
        raw = statistics.median(self.raw.per_second)
        appended = [
            1 / (1 / write + 1 / log)
            for write, log in zip(self.appended.per_second, self.sequenced.per_second, strict=True)
        ]
        [verified] = self.verified.per_second
        whole = 1 / (1 / statistics.median(appended) + 1 / verified)
        return [
            Row(f"raw inserts, {BATCH} a commit", Figure.of(self.raw.per_second), beside=self.raw.beside),
            Row(
                "… with their place in the queue",
                Figure.of(self.appended.per_second),
                beside=self.appended.beside,
            ),
            Row("leaves and checkpoints", Figure.of(self.sequenced.per_second), beside=self.sequenced.beside),
            Row(
                "appended, leaves and all",
                Figure.of(appended),
                figures.ratios(appended, self.raw.per_second),
                MARK,
            ),
            Row("verified", Figure.of([verified]), Figure.of([verified / raw]), MARK, self.verified.beside),
            Row("one after the other", Figure.of([whole]), Figure.of([whole / raw])),
        ]


class _Unwatched:
    def ended(self, checked: verification.Checked) -> None:
        """Nobody looks on."""


def _plain(type_name: str) -> str:
    return "text" if type_name.endswith("[]") else type_name


_FOLD = (
    """INSERT INTO members (member_id, pii_principal_id, epoch)
         SELECT member_id, pii_principal_id, max(epoch) FROM consent_events GROUP BY 1, 2""",
    f"""INSERT INTO consent_states
         SELECT DISTINCT ON (member_id) member_id, purpose, recipient_id, record_id, purpose_version, event_state,
                event_time, CASE WHEN event_state = 'GIVEN' THEN event_time + interval '1 year' END, epoch
         FROM consent_events WHERE epoch = {EVENTS_EACH}""",
    "ANALYZE",
)


async def measure(there: Place, home: Path, events: int) -> list[Row]:
    """Round by round until there are so many events, then all of them verified."""
    connection, pool = await asyncpg.connect(there.superuser), await database.pool(there.urls.app)
    bench = Bench(there, connection, pool, home)
    try:
        await bench.open()
        process.spare_collections()
        await there.checkpoint()
        rounds, size = max(events // ROUND, 1), min(events, ROUND)
        for _ in range(rounds):
            await bench.round(size)
        await bench.verify(rounds * size)
    finally:
        await connection.close()
        await pool.close()
    return bench.report()


def main() -> int:
    """Exit code 0 when every mark is reached."""
    asked = argparse.ArgumentParser(description="Measure the consent log.")
    asked.add_argument("--events", type=int, default=EVENTS)
    events, console = asked.parse_args().events, Console(width=150)
    with scratch("bench") as directory:
        home = Path(directory).resolve()
        home.chmod(0o755)
        with server(home / "server") as (url, postmaster):
            roles = [Role(f"bench{suffix}", "bench") for suffix in ("", "_owner")]
            urls = databases.create_and_migrate(url, "consent", "bench", app=roles[0], owner=roles[1])
            reached = uvloop.run(measure(Place(url, urls, postmaster), home, events))
    return 0 if figures.show(console, f"{events:,} consent events", "events/s", reached) else 1


if __name__ == "__main__":
    sys.exit(main())
