"""Verifications: what was found when the ledger was gone through, kept for staff to see."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.kit import database
from services.loyalty.storage.ledger.integrity import (
    accounts,
    chains,
    limits,
    members,
    orders,
    rewards,
    spending,
    standings,
)
from services.loyalty.storage.ledger.integrity.checks import Check, Mismatch
from services.loyalty.storage.ledger.integrity.refunds import Refunds
from services.loyalty.storage.ledger.integrity.replays import SlidingLots
from services.loyalty.storage.ledger.integrity.shares import MergeShares

CHECKS: tuple[Check, ...] = (
    chains.LINKS,
    chains.REOPENINGS,
    chains.CONTENT,
    chains.EVENTS,
    accounts.TOTALS,
    accounts.ZERO_SUM,
    members.RUNNING_BALANCES,
    members.BALANCES,
    members.LOTS,
    members.PENDING_LOTS,
    SlidingLots(),
    members.WALLETS,
    spending.HOLDS,
    spending.HELD_LOTS,
    spending.REVERSALS,
    spending.REDEMPTIONS,
    spending.DENIALS,
    rewards.REWARD_STOCK,
    rewards.REWARD_POINTS,
    orders.EARNED,
    orders.REFUNDED,
    Refunds(),
    orders.COMPLETIONS,
    limits.BUDGETS,
    limits.CAPS,
    standings.COUNTED,
    standings.COUNTED_EARNED,
    standings.MERGED,
    standings.MOVED,
    MergeShares(),
    standings.FORFEITED,
    standings.ENDED,
    standings.TIERS,
    standings.PLACED,
)
"""Everything that a verification goes through, but for the published heads, which are outside the database."""


@dataclass(frozen=True, slots=True)
class Checked:
    """How a check went: rows it looked at, how long it took, and how many mismatches it found."""

    name: str
    rows: int
    seconds: float
    mismatches: int


@dataclass(frozen=True, slots=True)
class Head:
    """Where a lane's chain ended, and up to which batch that had been published; None for nothing published."""

    lane: int
    seq: int
    hash: str
    published_seq: int | None


@dataclass(frozen=True, slots=True)
class Verification:
    """One run; of each check's mismatches the first are kept."""

    verification_id: str
    started_at: datetime
    finished_at: datetime
    entries: int
    batches: int
    wallets: int
    checks: Sequence[Checked]
    mismatches: Sequence[Mismatch]
    heads: Sequence[Head]

    @property
    def wrong(self) -> int:
        """How many mismatches all checks found."""
        return sum(check.mismatches for check in self.checks)

    @property
    def seconds(self) -> float:
        return (self.finished_at - self.started_at).total_seconds()

    @property
    def entries_per_second(self) -> float:
        return self.entries / self.seconds if self.seconds else 0.0


async def take_room(connection: database.RawConnection) -> None:
    """Give the transaction's sorts some memory; what does not fit goes to disk, however large the ledger is."""
    await connection.execute("SET LOCAL work_mem = '64MB'")


async def may_keep(connection: database.RawConnection) -> bool:
    """True where this role may write a verification down: not so on a standby, or for a role that only reads."""
    may: bool = await connection.fetchval(
        "SELECT NOT pg_is_in_recovery() AND has_table_privilege('verifications', 'INSERT')"
    )
    return may


async def keep(connection: database.RawConnection, of: Verification) -> None:
    """Write a verification down."""
    await connection.execute(
        """INSERT INTO verifications (verification_id, started_at, finished_at, entries, batches, wallets, checks,
             mismatches, heads) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        UUID(of.verification_id),
        of.started_at,
        of.finished_at,
        of.entries,
        of.batches,
        of.wallets,
        *(_json(each) for each in (of.checks, of.mismatches, of.heads)),
    )


async def last(pool: database.Pool) -> Verification | None:
    """The newest verification that was written down."""
    row = await pool.fetchrow("SELECT * FROM verifications ORDER BY finished_at DESC LIMIT 1")
    if row is None:
        return None
    return Verification(
        str(row["verification_id"]),
        row["started_at"],
        row["finished_at"],
        row["entries"],
        row["batches"],
        row["wallets"],
        [Checked(**each) for each in orjson.loads(row["checks"])],
        [Mismatch(**each) for each in orjson.loads(row["mismatches"])],
        [Head(**each) for each in orjson.loads(row["heads"])],
    )


def _json(values: Sequence[Any]) -> str:
    return orjson.dumps([asdict(value) for value in values]).decode()
