"""Entries: the one format in which points move, and the journal in which an operation writes them."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple


class EntryType(StrEnum):
    """What an entry means; each moves points between two accounts."""

    EARN = "EARN"
    PENDING_ADDED = "PENDING_ADDED"
    PENDING_ACTIVATED = "PENDING_ACTIVATED"
    PENDING_CANCELED = "PENDING_CANCELED"
    REDEEM = "REDEEM"
    REDEEM_REVERSAL = "REDEEM_REVERSAL"
    HOLD = "HOLD"
    HOLD_CAPTURE = "HOLD_CAPTURE"
    HOLD_RELEASE = "HOLD_RELEASE"
    EARN_REVERSAL = "EARN_REVERSAL"
    WRITE_OFF = "WRITE_OFF"
    EXPIRE = "EXPIRE"
    FORFEIT = "FORFEIT"
    ADJUST_CREDIT = "ADJUST_CREDIT"
    ADJUST_DEBIT = "ADJUST_DEBIT"
    TRANSFER_OUT = "TRANSFER_OUT"
    TRANSFER_IN = "TRANSFER_IN"
    MERGE = "MERGE"
    IMPORT = "IMPORT"


class Account(StrEnum):
    """Where points are: three accounts of the member, the others of the programme."""

    AVAILABLE = "AVAILABLE"
    PENDING = "PENDING"
    HELD = "HELD"
    ISSUED = "ISSUED"
    REDEEMED = "REDEEMED"
    EXPIRED = "EXPIRED"
    FORFEITED = "FORFEITED"
    WRITTEN_OFF = "WRITTEN_OFF"
    ADJUSTMENTS = "ADJUSTMENTS"
    TRANSFERS = "TRANSFERS"
    IMPORTED = "IMPORTED"


ACTIVITIES = frozenset(
    {
        EntryType.EARN,
        EntryType.PENDING_ACTIVATED,
        EntryType.REDEEM,
        EntryType.HOLD,
        EntryType.HOLD_CAPTURE,
        EntryType.TRANSFER_OUT,
        EntryType.ADJUST_CREDIT,
    }
)
"""What keeps points good whose expiry follows the last activity.

Such an entry, where it names a bucket that slides, moves into it all the member has that would be past before it,
held points too, and nothing that was past when the entry occurred.
"""

MEMBER_ACCOUNTS = frozenset({Account.AVAILABLE, Account.PENDING, Account.HELD})


class LotKey(NamedTuple):
    """Which bucket of points: when it expires (or ``NEVER``), the month it was earned, who funded it."""

    expires_at: int
    month: int
    source: int


NO_MONTH = 0
"""The month of what is never spent, which needs none."""
SLIDING = -1
"""The month of what slides: its points have moved on since the month in which they were earned."""

SOURCE_EARNED = 0
SOURCE_ADJUSTED = 1
SOURCE_AWARDED = 2
SOURCE_IMPORTED = 3


class Entry(NamedTuple):
    """One immutable movement of points (> 0). Instants are microseconds since 1970."""

    member_id: str
    key: bytes
    part: int
    currency: int
    type: EntryType
    from_account: Account
    to_account: Account
    points: int
    lot: LotKey | None
    order_ref: str
    rule_version: int
    actor: str
    reason: str
    balance_after: int
    fingerprint: bytes
    occurred_at: int
    recorded_at: int


def is_promise(from_account: str, to_account: str) -> bool:
    """True where an entry's lot says when points mature, and not when they expire."""
    return Account.PENDING in (from_account, to_account) and to_account != Account.AVAILABLE


def key_of(kind: str, *parts: object) -> bytes:
    """The 16-byte key of an operation, made from what makes it unique; for good."""
    return blake2b("\0".join([kind, *map(str, parts)]).encode(), digest_size=16).digest()


@dataclass(slots=True)
class Journal:
    """Where one operation writes its entries for one member; parts count up across all it does."""

    entries: list[Entry]
    member_id: str
    key: bytes
    rule_version: int
    actor: str
    fingerprint: bytes
    occurred_at: int
    recorded_at: int
    order_ref: str = ""
    reason: str = ""
    part: int = 0

    def write(
        self,
        currency: int,
        type: EntryType,
        from_account: Account,
        to_account: Account,
        points: int,
        lot: LotKey | None,
        balance_after: int,
    ) -> None:
        assert points > 0, "an entry moves at least one point"
        self.entries.append(
            Entry(
                self.member_id,
                self.key,
                self.part,
                currency,
                type,
                from_account,
                to_account,
                points,
                lot,
                self.order_ref,
                self.rule_version,
                self.actor,
                self.reason,
                balance_after,
                self.fingerprint,
                self.occurred_at,
                self.recorded_at,
            )
        )
        self.part += 1
