"""State: what one fold is given, as it was before, and what it leaves for storage to write."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from services.loyalty.rules.earning.birthdays import BirthdayMonth
from services.loyalty.rules.earning.earn_limits import Counts
from services.loyalty.rules.ledger.entries import EntryType, LotKey
from services.loyalty.rules.ledger.grants import Grant
from services.loyalty.rules.ledger.holds import Hold, hold_named_by
from services.loyalty.rules.ledger.slices import Slices
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.members.merges import Merge
from services.loyalty.rules.orders.orders import Order
from services.loyalty.rules.orders.refunds import Refund
from services.loyalty.rules.rewards.rewards import Offer
from services.loyalty.rules.rewards.takings import Taking
from services.loyalty.rules.tiers.standings import PlacementKind, Standing


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
    reason: str
    ord: int


@dataclass(frozen=True, slots=True)
class Denial:
    """A redemption or hold that was declined, and the numbers that led to it; its key is used up for good.

    ``because`` is the code of why, empty for too few points.
    """

    fingerprint: bytes
    asked: int
    available: int
    held: int
    recorded_at: int
    because: str = ""
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


@dataclass(frozen=True, slots=True)
class PlacementRecorded:
    """What came of a placement or of an ending: the tiers held before and after. ``is_new`` is for storage."""

    programme: int
    kind: PlacementKind
    tier: str
    until: int
    tier_before: str
    tier_after: str
    actor: str
    reason: str
    fingerprint: bytes
    placed_at: int
    ended: bool
    is_new: bool = False


Place = tuple[str, bytes]
"""A member and a key."""

WalletOf = tuple[str, int]
"""A member and a currency's number."""

RewardName = tuple[int, str]
"""A programme's number and a reward's key."""


@dataclass(slots=True)
class State:
    """Everything the operations of one batch touch; whatever is not here does not exist yet.

    ``posted`` holds the entries under a key; ``reversals`` those of the redemption under a key, by their own id;
    ``spent_on`` the keys of the redemptions made on a member's order, by its reference; ``merges`` those of a
    member into others, undone ones too; ``placements`` what keys placed members on; ``counts`` what limited
    earn rules gave, ``grants`` what the fold promises beside points, and ``promised`` which of what is promised once for
    good was, by member and key, where an order was all given back before. ``offers`` are rewards, ``takings`` what members
    took of them by its key, ``taken_at`` the instants at which a member took a reward (programme, key) whose limits
    count, and ``stock_moved`` how many more or fewer are taken of it. ``birthdays`` are the months of members'
    birthdays, where earn rules ask for them. ``alone`` says that there are but wallets over which nothing else of
    their members decides.
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
    merges: dict[str, list[Merge]] = field(default_factory=dict)
    offers: dict[RewardName, Offer] = field(default_factory=dict)
    takings: dict[Place, Taking] = field(default_factory=dict)
    taken_at: dict[tuple[str, int, str], list[int]] = field(default_factory=dict)
    stock_moved: Counter[RewardName] = field(default_factory=Counter)
    placements: dict[Place, PlacementRecorded] = field(default_factory=dict)
    birthdays: dict[str, list[BirthdayMonth]] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    grants: list[Grant] = field(default_factory=list)
    promised: set[tuple[str, str]] = field(default_factory=set)
    alone: bool = False

    @property
    def changed(self) -> bool:
        """True when the fold left something to write, be it that it posted nothing."""
        return (
            any(denial.is_new for denial in self.denials.values())
            or any(wallet.changed for wallet in self.wallets.values())
            or any(standing.changed for standing in self.standings.values())
        )

    def names(self, member_id: str, programme: int) -> list[str]:
        """A member's id, and after it those of whom the member was merged into, one after the other."""
        names = [member_id]
        while (standing := self.standings.get((names[-1], programme))) and standing.merged_into:
            names.append(standing.merged_into)
        return names

    def place(self, member_id: str, key: bytes, programme: int) -> Place:
        """Where a key posted, be it under the id of whom the member was once merged into; else where it will."""
        standing = self.standings.get((member_id, programme))
        if member_id not in self.merges and not (standing and standing.merged_into):
            return member_id, key  # as mostly
        for name in self.names(member_id, programme):
            if (name, key) in self.posted or (name, key) in self.denials:
                return name, key
        for merge in self._undone(member_id, programme):
            parts = self.posted.get((merge.into_member, key))
            if parts and merge.was_in_force(self._asked_at(merge.into_member, parts[0])):
                return merge.into_member, key
        return member_id, key

    def hold(self, member_id: str, hold_id: str, programme: int) -> Hold | None:
        """A member's hold, be it under the id of whom the member was once merged into."""
        for name in self.names(member_id, programme):
            if found := self.holds.get((name, hold_id)):
                return found
        for merge in self._undone(member_id, programme):
            found = self.holds.get((merge.into_member, hold_id))
            if found and merge.was_in_force(found.held_at):
                return found
        return None

    def spent(self, member_id: str, order_ref: str, programme: int) -> list[Place]:
        """The redemptions made on a member's order, in the order they were spent, however they were found.

        Some are under the ids of those whom the member was merged into, be that over.
        """
        found = [
            (name, key)
            for name in self.names(member_id, programme)
            for key in self.spent_on.get((name, order_ref), ())
        ]
        for merge in self._undone(member_id, programme):
            for key in self.spent_on.get((merge.into_member, order_ref), ()):
                place = merge.into_member, key
                if place not in found and merge.was_in_force(self._asked_at(place[0], self.posted[place][0])):
                    found.append(place)
        return sorted(found, key=lambda place: self.posted[place][0].recorded_at)

    def _asked_at(self, member_id: str, part: Part) -> int:
        """When an entry was asked for: a capture, when its points were held under the name of then."""
        held = self.holds.get((member_id, hold_named_by(part.reason)))
        return held.held_at if held and part.type is EntryType.HOLD_CAPTURE else part.recorded_at

    def merges_of(self, member_id: str, programme: int) -> Iterator[Merge]:
        """The merges by which what was a member's came to whoever has it now."""
        for name in self.names(member_id, programme)[:-1]:
            for merge in self.merges.get(name, ()):
                if merge.programme == programme and not merge.undone_at:
                    yield merge

    def forfeited_at(self, member_id: str, programme: int) -> int:
        """When what a member had was forfeited last, be it by whom the member had been merged into; 0 for never."""
        standing = self.standings.get((member_id, programme))
        at = standing.forfeited_at if standing else 0
        for merge in self.merges_of(member_id, programme):
            survivor = self.standings.get((merge.into_member, programme))
            if survivor and survivor.forfeited_at >= merge.merged_at:
                at = max(at, survivor.forfeited_at)
        return at

    def _undone(self, member_id: str, programme: int) -> Iterator[Merge]:
        """A member's merges that are over, and those of the members it is or was merged into, be it in a circle."""
        names = self.names(member_id, programme)
        for name in names:
            for merge in self.merges.get(name, ()):
                if merge.undone_at:
                    yield merge
                    if merge.into_member not in names:
                        names.append(merge.into_member)
