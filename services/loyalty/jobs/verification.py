"""Verification: the whole ledger is gone through as it was at one instant, and what was found is written down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Protocol
from uuid import uuid4

import structlog
from prometheus_client import Gauge

from services.kit import clock, database
from services.kit.appended import AppendedFile
from services.loyalty.rules.ledger.heads import Keys, PublishedHead
from services.loyalty.storage.ledger import heads
from services.loyalty.storage.ledger.integrity import verifications
from services.loyalty.storage.ledger.integrity.checks import Check, Findings, Mismatch, counted, gone_through
from services.loyalty.storage.ledger.integrity.published import Publication
from services.loyalty.storage.ledger.integrity.verifications import CHECKS, Checked, Head, Verification

log = structlog.get_logger()

verified_at = Gauge(
    "huiyuan_ledger_verified_timestamp_seconds", "When the ledger was last gone through whole."
)
mismatches = Gauge("huiyuan_ledger_mismatches", "What the last verification found wrong.")


class Watcher(Protocol):
    """Is told how a verification gets on."""

    def begun(self, check: Check, rows: int) -> None: ...

    def ended(self, check: Check, checked: Checked, findings: Findings) -> None: ...


@dataclass(slots=True)
class _Found:
    """What the checks found so far, in one snapshot of the ledger."""

    connection: database.RawConnection
    watcher: Watcher
    counts: dict[str, int] = field(default_factory=dict)
    checks: list[Checked] = field(default_factory=list)
    mismatches: list[Mismatch] = field(default_factory=list)

    async def count(self, tables: Sequence[str]) -> None:
        self.counts = {table: await counted(self.connection, table) for table in tables}

    async def check(self, check: Check) -> None:
        rows, began = sum(self.counts[table] for table in check.reads), perf_counter()
        self.watcher.begun(check, rows)
        findings = await gone_through(check, self.connection)
        checked = Checked(check.name, rows, round(perf_counter() - began, 3), findings.wrong)
        self.checks.append(checked)
        self.mismatches += findings.first
        self.watcher.ended(check, checked, findings)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found, the published heads that it compared with, if there are any, and whether it is kept."""

    verification: Verification
    published: Publication | None
    kept: bool

    @property
    def agrees(self) -> bool:
        return self.verification.wrong == 0


async def verify(url: str, file: AppendedFile | None, keys: Keys, watcher: Watcher) -> Outcome:
    """Go through the ledger while it is written; a role that only reads will do, but then nothing is written down."""
    connection = await database.connect(url, patient=True)
    try:
        started_at = clock.now()
        # Measured before the snapshot, whose chains then hold whatever was published up to there.
        until = file.size() if file is not None and keys else 0
        published = Publication(file, keys, until) if file is not None and until else None
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await verifications.take_room(connection)
            found = _Found(connection, watcher)
            await found.count(sorted({table for check in CHECKS for table in check.reads}))
            for check in (*CHECKS, published) if published is not None else CHECKS:
                await found.check(check)
            ends = await heads.heads(connection)
        verification = _written_down(found, started_at, ends, published)
        kept = await verifications.may_keep(connection)
        if kept:
            await verifications.keep(connection, verification)
    finally:
        await connection.close()
    _log(verification)
    return Outcome(verification, published, kept)


async def measure(pool: database.Pool) -> None:
    """Say when the ledger was last verified, and what that found."""
    last = await verifications.last(pool)
    if last is not None:
        verified_at.set(last.finished_at.timestamp())
        mismatches.set(last.wrong)


def _written_down(
    found: _Found, started_at: datetime, ends: Sequence[PublishedHead], published: Publication | None
) -> Verification:
    last = published.last if published is not None else {}
    return Verification(
        str(uuid4()),
        started_at,
        clock.now(),
        found.counts["entries"],
        found.counts["batches"],
        found.counts["wallets"],
        found.checks,
        found.mismatches,
        [Head(*end, last[end.lane].seq if end.lane in last else None) for end in ends],
    )


def _log(of: Verification) -> None:
    """Figures for whoever watches the logs."""
    (log.error if of.wrong else log.info)(
        "ledger verified",
        mismatches=of.wrong,
        entries=of.entries,
        batches=of.batches,
        wallets=of.wallets,
        seconds=round(of.seconds, 3),
        entries_per_second=round(of.entries_per_second),
    )
