"""Wallets: a member's points of one currency as buckets, and the movements that keep them and the ledger equal.

``available`` is the sum of the lots less the debt, and one of the two is 0: a negative ``available`` is debt.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from services.loyalty.rules.ledger.entries import (
    ACTIVITIES,
    SLIDING,
    SOURCE_EARNED,
    Account,
    EntryType,
    Journal,
    LotKey,
)
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.ledger.holds import Hold
from services.loyalty.rules.ledger.slices import Packed, Slices, add, find, gather, split

_AVAILABLE = Account.AVAILABLE  # a name of an enumeration takes a function of Python's to look up


@dataclass(slots=True)
class Wallet:
    """Lots are [expires_at, month, source, points] and pending lots [matures_at, month, source, points], in order.

    ``holds`` are the open ones. ``touched_at`` is when something was last recorded here; ``noted_due_at`` is the
    due instant that storage knows, and ``noted_version`` the version, which counts the entries. ``slides`` is there
    while the currency's expiry follows the last activity: it says until when an activity at an instant keeps the
    points good.

    Lots that were read stay ``packed`` but for those on ``top``, the last one and what was put behind it, until
    somebody looks at more: mostly nobody does, and to unpack and pack a dozen took a fifth of what an award takes.
    """

    member_id: str
    currency: int
    available: int = 0
    pending: int = 0
    held: int = 0
    version: int = 0
    lots: Slices = field(default_factory=list)
    pending_lots: Slices = field(default_factory=list)
    touched_at: int = 0
    noted_due_at: int = NEVER
    noted_version: int = 0
    holds: list[Hold] = field(default_factory=list)
    slides: Callable[[int], int] | None = field(default=None, compare=False)
    changed: bool = False
    is_new: bool = False
    packed: Packed | None = field(default=None, init=False, repr=False, compare=False)
    top: Slices = field(init=False, repr=False, compare=False)

    if not TYPE_CHECKING:  # or any name would seem to be there

        def __getattr__(self, name: str) -> Slices:
            """Unpack the lots, which are unset till now."""
            if name != "lots":
                raise AttributeError(name)
            self.lots = [*self.packed.unpack(self.packed.parts)[: self.packed.below], *self.top]
            self.packed = None
            return self.lots

    def keep_packed(self, lots: Packed, last: list[int]) -> None:
        """Have lots as they were read, of which nobody looked but at the last."""
        self.packed, self.top = lots, [last]
        del self.lots

    @property
    def lots_to_write(self) -> tuple[int, Slices]:
        """How many lots are still as storage has them, and those that follow on these."""
        return (self.packed.below, self.top) if self.packed is not None else (0, self.lots)

    @property
    def debt(self) -> int:
        return max(0, -self.available)

    @property
    def next_due_at(self) -> int:
        """The earliest instant at which something here matures, times out or expires, or ``NEVER``."""
        if self.packed is not None:
            due_at = self.packed.good_until
        else:
            due_at = self.lots[0][0] if self.lots else NEVER
        if self.pending_lots and self.pending_lots[0][0] < due_at:
            due_at = self.pending_lots[0][0]
        for hold in self.holds:
            due_at = min(due_at, hold.expires_at)
        return due_at

    def copy(self) -> "Wallet":
        return replace(
            self,
            lots=[list(lot) for lot in self.lots],
            pending_lots=[list(lot) for lot in self.pending_lots],
            holds=[hold.copy() for hold in self.holds],
            changed=False,
        )

    # Each movement below changes the wallet and writes the entries that say so.

    def credit(
        self, journal: Journal, type: EntryType, points: int, lot: LotKey, from_account: Account
    ) -> int:
        """Points become available: debt is repaid first, and what is left becomes a lot. Returns what is left."""
        if lot.month == SLIDING and type in ACTIVITIES:
            lot = self._sliding(lot.expires_at)
        into_lot = points if self.available >= 0 else points - min(points, self.debt)
        if into_lot:
            on_top = self.packed is not None and self.top[0][:3] <= list(lot)
            add(self.top if on_top else self.lots, lot, into_lot)
        self.available += points
        self._wrote(journal, type, from_account, _AVAILABLE, points, lot)
        return into_lot

    def take(
        self, journal: Journal, type: EntryType, points: int, to_account: Account, first: LotKey | None = None
    ) -> Slices:
        """Take points out of the lots, ``first`` before the others and then first-expiring-first.

        One entry for each lot it takes from. Returns the slices taken: fewer points when the lots hold fewer.
        """
        self._slide(type, journal.occurred_at, self.lots)
        left, taken = points, []
        while left and self.lots:
            place = 0
            if first is not None:
                place = self._place_of(first)
                first = None
                if place < 0:
                    continue
            lot = self.lots[place]
            part = min(left, lot[3])
            left -= part
            lot[3] -= part
            if not lot[3]:
                del self.lots[place]
            self.available -= part
            taken.append([lot[0], lot[1], lot[2], part])
            self._wrote(journal, type, _AVAILABLE, to_account, part, LotKey(lot[0], lot[1], lot[2]))
        return taken

    def give_back(self, journal: Journal, type: EntryType, slices: Slices, from_account: Account) -> int:
        """Put slices back with the expiry they had; what is past by then expires at once. Returns how many did."""
        expired = 0
        for expires, month, source, points in slices:
            lot = LotKey(expires, month, source)
            into_lot = self.credit(journal, type, points, lot, from_account)
            if into_lot and expires <= journal.occurred_at:
                expired += into_lot
                self.take(journal, EntryType.EXPIRE, into_lot, Account.EXPIRED, lot)
        return expired

    def hold(self, journal: Journal, hold: Hold) -> None:
        """Set points aside for a checkout."""
        journal.reason = hold.reason
        hold.slices = self.take(journal, EntryType.HOLD, hold.points, Account.HELD)
        if latest := max((part for part in hold.slices if part[1] == SLIDING), default=None):
            gather(hold.slices, LotKey(*latest[:3]), journal.occurred_at)  # of points that slid until lately
        self.held += hold.points
        self.holds.append(hold)

    def capture(
        self, journal: Journal, hold: Hold, points: int, type: EntryType, to_account: Account
    ) -> Slices:
        """Spend points of a hold, first-expiring-first; the slices they came from."""
        journal.reason = hold.reason
        if hold.slices[0][0] > journal.occurred_at:
            self._slide(type, journal.occurred_at, hold.slices)
        taken, hold.slices = split(hold.slices, points)
        self.held -= points
        for expires, month, source, part in taken:
            self._wrote(journal, type, Account.HELD, to_account, part, LotKey(expires, month, source))
        return taken

    def release(self, journal: Journal, hold: Hold) -> int:
        """Give back what a hold still keeps, and forget the hold. Returns how many of its points had expired."""
        journal.reason = hold.reason
        slices, hold.slices = hold.slices, []
        self.held -= sum(part[3] for part in slices)
        self.holds = [other for other in self.holds if other is not hold]
        return self.give_back(journal, EntryType.HOLD_RELEASE, slices, Account.HELD)

    def take_over(self, journal: Journal, hold: Hold, part: list[int]) -> None:
        """What another's checkout held of one's own stays held, by a hold of one's own among ``holds``."""
        expires, month, source, points = part
        hold.slices, hold.points, hold.changed = sorted([*hold.slices, part]), hold.points + points, True
        self.held += points
        lot = LotKey(expires, month, source)
        self._wrote(journal, EntryType.MERGE, Account.TRANSFERS, Account.HELD, points, lot)

    def owe(self, journal: Journal, type: EntryType, points: int, to_account: Account) -> None:
        """Take points that are not there: they become debt."""
        assert not self.lots, "debt begins where lots end"
        self.available -= points
        self._wrote(journal, type, Account.AVAILABLE, to_account, points, None)

    def repay(self, journal: Journal, type: EntryType, points: int, from_account: Account) -> None:
        """Debt is repaid, by what is no lot and leaves none."""
        assert points <= self.debt, "what is more than the debt belongs to a lot"
        self.available += points
        self._wrote(journal, type, from_account, Account.AVAILABLE, points, None)

    def add_pending(
        self,
        journal: Journal,
        points: int,
        lot: LotKey,
        type: EntryType = EntryType.PENDING_ADDED,
        from_account: Account = Account.ISSUED,
    ) -> None:
        """Points are promised; ``lot.expires_at`` is the instant at which they mature."""
        add(self.pending_lots, lot, points)
        self.pending += points
        self._wrote(journal, type, from_account, Account.PENDING, points, lot)

    def cancel_pending(
        self,
        journal: Journal,
        points: int,
        lot: LotKey,
        type: EntryType = EntryType.PENDING_CANCELED,
        to_account: Account = Account.ISSUED,
    ) -> None:
        """A promise is taken back."""
        self._remove_pending(points, lot)
        self._wrote(journal, type, Account.PENDING, to_account, points, lot)

    def activate_pending(self, journal: Journal, points: int, lot: LotKey, good_until: int) -> None:
        """A promise comes true: the points become available and expire at ``good_until``."""
        self._remove_pending(points, lot)
        active = LotKey(good_until, lot.month, lot.source)
        self.credit(journal, EntryType.PENDING_ACTIVATED, points, active, Account.PENDING)

    def there_in(self, lot: LotKey) -> int:
        """How many points a bucket holds, or that into which its points slid."""
        place = self._place_of(lot)
        return self.lots[place][3] if place >= 0 else 0

    def promised_in(self, lot: LotKey) -> int:
        """How many points a pending bucket holds."""
        place = find(self.pending_lots, lot)
        return self.pending_lots[place][3] if place >= 0 else 0

    def _slide(self, type: EntryType, at: int, slices: Slices) -> None:
        """Where expiry follows activity, an activity moves on what it is about to take from."""
        if self.slides is not None and type in ACTIVITIES:
            gather(slices, self._sliding(self.slides(at)), at)

    def _sliding(self, good_until: int) -> LotKey:
        """The bucket of what slides, which no activity moves back."""
        latest = max((lot[0] for lot in self.lots if lot[1] == SLIDING), default=0)
        return LotKey(max(good_until, latest), SLIDING, SOURCE_EARNED)

    def _place_of(self, lot: LotKey) -> int:
        """Where a bucket lies, or that into which its points slid; -1 when it is gone."""
        place = find(self.lots, lot)
        if place < 0 and lot.month == SLIDING:
            place = max((nth for nth, there in enumerate(self.lots) if there[1] == SLIDING), default=-1)
        return place

    def _remove_pending(self, points: int, lot: LotKey) -> None:
        place = find(self.pending_lots, lot)
        assert place >= 0, "a promise is kept or taken back once"
        self.pending_lots[place][3] -= points
        if not self.pending_lots[place][3]:
            del self.pending_lots[place]
        self.pending -= points

    def _wrote(
        self,
        journal: Journal,
        type: EntryType,
        from_account: Account,
        to_account: Account,
        points: int,
        lot: LotKey | None,
    ) -> None:
        self.changed = True
        self.version += 1
        self.touched_at = journal.recorded_at
        if lot is not None and lot.month == SLIDING and type in ACTIVITIES:
            gather(self.lots, lot, journal.occurred_at)
            for hold in self.holds:
                hold.changed |= gather(hold.slices, lot, journal.occurred_at)
        journal.write(self.currency, type, from_account, to_account, points, lot, self.available)
