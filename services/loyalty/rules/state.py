"""State: what one fold is given, as it was before, and what it leaves for storage to write."""

from dataclasses import dataclass, field
from typing import NamedTuple

from services.loyalty.rules.entries import EntryType, LotKey
from services.loyalty.rules.holds import Hold
from services.loyalty.rules.orders import Order
from services.loyalty.rules.refunds import Refund
from services.loyalty.rules.tiers import Standing
from services.loyalty.rules.wallets import Slices, Wallet


class Part(NamedTuple):
    """One entry of what an operation posted, as far as giving its answer again needs it."""

    type: EntryType
    currency: int
    points: int
    lot: LotKey | None
    order_ref: str
    balance_after: int
    fingerprint: bytes
    occurred_at: int
    recorded_at: int
    ord: int


@dataclass(frozen=True, slots=True)
class Denial:
    """A redemption or hold that was declined, and the numbers that led to it; its key is used up for good."""

    fingerprint: bytes
    asked: int
    available: int
    held: int
    recorded_at: int
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Reversal:
    """What one reversal gave back of a redemption, and what of it expired at once."""

    fingerprint: bytes
    slices: Slices
    expired: int
    balance_after: int
    recorded_at: int
    key: bytes
    is_new: bool = False

    @property
    def points(self) -> int:
        return sum(part[3] for part in self.slices)


Place = tuple[str, bytes]
"""A member and a key."""


@dataclass(slots=True)
class State:
    """Everything the operations of one batch touch; whatever is not here does not exist yet.

    ``posted`` holds the entries under a key; ``reversals`` those of the redemption under a key, by their own id;
    ``spent_on`` the keys of the redemptions made on a member's order, by its reference.
    """

    standings: dict[tuple[str, int], Standing] = field(default_factory=dict)
    wallets: dict[tuple[str, int], Wallet] = field(default_factory=dict)
    orders: dict[tuple[str, str], Order] = field(default_factory=dict)
    refunds: dict[tuple[str, str, str], Refund] = field(default_factory=dict)
    holds: dict[tuple[str, str], Hold] = field(default_factory=dict)
    posted: dict[Place, list[Part]] = field(default_factory=dict)
    denials: dict[Place, Denial] = field(default_factory=dict)
    reversals: dict[Place, dict[str, Reversal]] = field(default_factory=dict)
    spent_on: dict[tuple[str, str], list[bytes]] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """True when the fold left something to write, be it that it posted nothing."""
        return (
            any(denial.is_new for denial in self.denials.values())
            or any(wallet.changed for wallet in self.wallets.values())
            or any(standing.changed for standing in self.standings.values())
        )
