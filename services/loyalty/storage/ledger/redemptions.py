"""Rows of holds, reversals and denials, and of the entries that a key posted, both ways."""

from typing import Any

import asyncpg
import orjson
from asyncpg.pgproto.pgproto import UUID

from services.kit.clock import instant, micros
from services.loyalty.rules.ledger.entries import EntryType, LotKey
from services.loyalty.rules.ledger.holds import Hold, HoldState
from services.loyalty.rules.ledger.state import Denial, Part, Reversal
from services.loyalty.rules.ledger.wallets import Wallet


def hold(row: asyncpg.Record) -> Hold:
    return Hold(
        str(row["member_id"]),
        row["hold_id"],
        row["currency"],
        row["points"],
        row["order_ref"],
        row["actor"],
        row["fingerprint"],
        row["held_at"],
        row["expires_at"],
        row["slices"],
        row["captured"],
        HoldState(row["state"]),
        row["closed_at"],
    )


def holds_of(wallet: Wallet, aggregated: str) -> list[Hold]:
    """A wallet's open holds from the array of arrays that a read of wallets brings along."""
    return [
        Hold(
            wallet.member_id,
            hold_id,
            wallet.currency,
            points,
            order_ref,
            "",
            b"",
            held_at,
            expires_at,
            slices,
        )
        for hold_id, points, order_ref, held_at, expires_at, slices in orjson.loads(aggregated)
    ]


def new_hold(of: Hold) -> tuple[Any, ...]:
    """A hold's row, in the order of ``NEW_HOLD_COLUMNS``."""
    return (
        of.member_id,
        of.hold_id,
        of.currency,
        of.points,
        of.order_ref,
        of.actor,
        of.fingerprint,
        of.held_at,
        of.expires_at,
        of.slices,
        of.captured,
        of.state,
        of.closed_at,
    )


NEW_HOLD_COLUMNS = (
    "member_id",
    "hold_id",
    "currency",
    "points",
    "order_ref",
    "actor",
    "fingerprint",
    "held_at",
    "expires_at",
    "slices",
    "captured",
    "state",
    "closed_at",
)


def part(row: asyncpg.Record) -> Part:
    expires_at = row["lot_expires_at"]
    return Part(
        EntryType(row["type"]),
        row["currency"],
        row["points"],
        None if expires_at is None else LotKey(expires_at, row["lot_month"], row["lot_source"]),
        row["order_ref"],
        row["balance_after"],
        row["fingerprint"],
        micros(row["occurred_at"]),
        micros(row["recorded_at"]),
        row["reason"],
        row["ord"],
    )


def denial(row: asyncpg.Record) -> Denial:
    return Denial(
        row["fingerprint"],
        row["asked"],
        row["available"],
        row["held"],
        micros(row["recorded_at"]),
        row["because"],
    )


def new_denial(member_id: str, key: bytes, of: Denial) -> tuple[Any, ...]:
    """A denial's row, in the order of ``NEW_DENIAL_COLUMNS``."""
    return (
        member_id,
        UUID(key),
        of.fingerprint,
        of.asked,
        of.available,
        of.held,
        instant(of.recorded_at),
        of.because,
    )


NEW_DENIAL_COLUMNS = (
    "member_id",
    "key",
    "fingerprint",
    "asked",
    "available",
    "held",
    "recorded_at",
    "because",
)


def reversal(row: asyncpg.Record) -> Reversal:
    return Reversal(
        row["fingerprint"],
        row["slices"],
        row["expired"],
        row["balance_after"],
        micros(row["recorded_at"]),
        row["key"].bytes,
    )


def new_reversal(member_id: str, redemption: bytes, reversal_id: str, of: Reversal) -> tuple[Any, ...]:
    """A reversal's row, in the order of ``NEW_REVERSAL_COLUMNS``."""
    return (
        member_id,
        UUID(redemption),
        reversal_id,
        UUID(of.key),
        of.fingerprint,
        of.slices,
        of.expired,
        of.balance_after,
        instant(of.recorded_at),
    )


NEW_REVERSAL_COLUMNS = (
    "member_id",
    "redemption",
    "reversal_id",
    "key",
    "fingerprint",
    "slices",
    "expired",
    "balance_after",
    "recorded_at",
)
