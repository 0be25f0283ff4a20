"""Integrity as staff see it: what the last verification of the ledger found, and where its chains end."""

from datetime import datetime

import strawberry
from huiyuan.loyalty.v1 import integrity_pb2

from gateway.admin.permissions import INTEGRITY_READERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.scalars import Long, instant


@strawberry.type(description="One thing that must hold in the ledger, and how it was found to hold.")
class LedgerCheck:
    name: str
    rows: Long = strawberry.field(description="The rows it looked at.")
    seconds: float
    mismatches: Long


@strawberry.type(description="A row that is not as it must be.")
class LedgerMismatch:
    check: str = strawberry.field(description="The name of the check that says so.")
    table: str
    row: str = strawberry.field(description="The row's key.")
    what: str


@strawberry.type(description="One time the whole ledger was gone through, as it was at one instant.")
class LedgerVerification:
    id: strawberry.ID
    started_at: datetime
    finished_at: datetime
    entries: Long
    batches: Long
    wallets: Long
    entries_per_second: float
    mismatches: Long = strawberry.field(
        description="How many rows are not as they must be: 0 when all is well."
    )
    checks: list[LedgerCheck]
    first_mismatches: list[LedgerMismatch] = strawberry.field(description="The first 100 of each check.")


@strawberry.type(description="Where one lane's chain of batches ends.")
class LedgerHead:
    lane: int
    seq: Long
    hash: str = strawberry.field(
        description="In hexadecimal; equal to the published one for as long as nothing changed."
    )
    verified_seq: Long | None = strawberry.field(description="Up to which batch the last verification went.")
    published_seq: Long | None = strawberry.field(
        description="Up to which batch it found the chain published outside the database."
    )


@strawberry.type
class LedgerIntegrity:
    verification: LedgerVerification | None = strawberry.field(
        description="The last one; null before the first."
    )
    age_seconds: Long | None = strawberry.field(description="How long ago it ended.")
    heads: list[LedgerHead]


@strawberry.type
class IntegrityQueries:
    @strawberry.field(
        metadata=to(INTEGRITY_READERS), description="Whether the ledger is what was posted, as last verified."
    )
    async def ledger_integrity(self, info: Info) -> LedgerIntegrity | None:
        clients = info.context.clients
        wire = await clients.integrity.get_integrity(
            integrity_pb2.GetIntegrityRequest(), headers=info.context.named(LOYALTY)
        )
        there = wire.HasField("last")
        return LedgerIntegrity(
            verification=_verification(wire.last) if there else None,
            age_seconds=Long(wire.age_seconds) if there else None,
            heads=[_head(head) for head in wire.heads],
        )


def _verification(wire: integrity_pb2.Verification) -> LedgerVerification:
    return LedgerVerification(
        id=strawberry.ID(wire.verification_id),
        started_at=instant(wire.started_at),
        finished_at=instant(wire.finished_at),
        entries=Long(wire.entries),
        batches=Long(wire.batches),
        wallets=Long(wire.wallets),
        entries_per_second=wire.entries_per_second,
        mismatches=Long(wire.mismatches),
        checks=[
            LedgerCheck(
                name=check.name,
                rows=Long(check.rows),
                seconds=check.seconds,
                mismatches=Long(check.mismatches),
            )
            for check in wire.checks
        ],
        first_mismatches=[
            LedgerMismatch(check=wrong.check, table=wrong.table, row=wrong.row, what=wrong.what)
            for wrong in wire.first_mismatches
        ],
    )


def _head(wire: integrity_pb2.LaneHead) -> LedgerHead:
    return LedgerHead(
        lane=wire.lane,
        seq=Long(wire.seq),
        hash=wire.hash,
        verified_seq=Long(wire.verified_seq) if wire.verified_seq else None,
        published_seq=Long(wire.published_seq) if wire.published_seq else None,
    )
