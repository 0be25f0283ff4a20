"""Wallets: a member's points of one currency as buckets, and the movements that keep them and the ledger equal.

``available`` is the sum of the lots less the debt, and one of the two is 0: a negative ``available`` is debt.
"""

from bisect import bisect_left
from dataclasses import dataclass, field

from services.loyalty.rules.entries import Account, EntryType, Journal, LotKey, key_of
from services.loyalty.rules.expiry import NEVER, expires_at
from services.loyalty.rules.programmes import CurrencyRules


@dataclass(slots=True)
class Wallet:
    """Lots are [expires_at, month, source, points] and pending lots [matures_at, month, source, points], in order."""

    member_id: str
    currency: int
    available: int = 0
    pending: int = 0
    held: int = 0
    version: int = 0
    lots: list[list[int]] = field(default_factory=list)
    pending_lots: list[list[int]] = field(default_factory=list)
    changed: bool = False

    @property
    def debt(self) -> int:
        return max(0, -self.available)

    @property
    def next_due_at(self) -> int:
        """The earliest instant at which something here matures or expires, or ``NEVER``."""
        return min(
            self.lots[0][0] if self.lots else NEVER,
            self.pending_lots[0][0] if self.pending_lots else NEVER,
        )

    def copy(self) -> "Wallet":
        return Wallet(
            self.member_id,
            self.currency,
            self.available,
            self.pending,
            self.held,
            self.version,
            [list(lot) for lot in self.lots],
            [list(lot) for lot in self.pending_lots],
        )

    # Each movement below changes the wallet and writes the entries that say so.

    def credit(
        self, journal: Journal, type: EntryType, points: int, lot: LotKey, from_account: Account
    ) -> None:
        """Points become available: debt is repaid first, and what is left becomes a lot."""
        into_lot = points - min(points, self.debt)
        if into_lot:
            _add(self.lots, lot, into_lot)
        self.available += points
        self._wrote(journal, type, from_account, Account.AVAILABLE, points, lot)

    def take(
        self, journal: Journal, type: EntryType, points: int, to_account: Account, first: LotKey | None = None
    ) -> int:
        """Take points out of the lots, ``first`` before the others and then first-expiring-first.

        One entry for each lot it takes from. Returns how many it took: fewer when the lots hold fewer.
        """
        left = points
        while left and self.lots:
            place = 0
            if first is not None:
                place = _find(self.lots, first)
                first = None
                if place < 0:
                    continue
            lot = self.lots[place]
            taken = min(left, lot[3])
            left -= taken
            lot[3] -= taken
            if not lot[3]:
                del self.lots[place]
            self.available -= taken
            self._wrote(journal, type, Account.AVAILABLE, to_account, taken, LotKey(lot[0], lot[1], lot[2]))
        return points - left

    def owe(self, journal: Journal, type: EntryType, points: int, to_account: Account) -> None:
        """Take points that are not there: they become debt."""
        assert not self.lots, "debt begins where lots end"
        self.available -= points
        self._wrote(journal, type, Account.AVAILABLE, to_account, points, None)

    def add_pending(self, journal: Journal, points: int, lot: LotKey) -> None:
        """Points are promised; ``lot.expires_at`` is the instant at which they mature."""
        _add(self.pending_lots, lot, points)
        self.pending += points
        self._wrote(journal, EntryType.PENDING_ADDED, Account.ISSUED, Account.PENDING, points, lot)

    def cancel_pending(self, journal: Journal, points: int, lot: LotKey) -> None:
        """A promise is taken back."""
        self._remove_pending(points, lot)
        self._wrote(journal, EntryType.PENDING_CANCELED, Account.PENDING, Account.ISSUED, points, lot)

    def activate_pending(self, journal: Journal, points: int, lot: LotKey, good_until: int) -> None:
        """A promise comes true: the points become available and expire at ``good_until``."""
        self._remove_pending(points, lot)
        active = LotKey(good_until, lot.month, lot.source)
        self.credit(journal, EntryType.PENDING_ACTIVATED, points, active, Account.PENDING)

    def _remove_pending(self, points: int, lot: LotKey) -> None:
        place = _find(self.pending_lots, lot)
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
        journal.write(self.currency, type, from_account, to_account, points, lot, self.available)


@dataclass(frozen=True, slots=True)
class Due:
    """What fell due in a wallet: points that matured or expired at an instant."""

    type: EntryType
    at: int
    points: int
    balance_after: int


def apply_due(wallet: Wallet, rules: CurrencyRules, zone: str, journal: Journal, now: int) -> list[Due]:
    """Mature and expire what fell due by ``now``, in the order of the instants, each stamped with its own."""
    happened: list[Due] = []
    while (due_at := wallet.next_due_at) <= now:
        journal.occurred_at = due_at
        journal.key = key_of("due", wallet.member_id, wallet.currency, wallet.version)
        journal.part = 0
        if wallet.pending_lots and wallet.pending_lots[0][0] == due_at:
            matures_at, month, source, points = wallet.pending_lots[0]
            good_until = expires_at(matures_at, rules.expiry, zone)
            wallet.activate_pending(journal, points, LotKey(matures_at, month, source), good_until)
            happened.append(Due(EntryType.PENDING_ACTIVATED, due_at, points, wallet.available))
        else:
            points = wallet.lots[0][3]
            wallet.take(journal, EntryType.EXPIRE, points, Account.EXPIRED)
            happened.append(Due(EntryType.EXPIRE, due_at, points, wallet.available))
    return happened


def _find(lots: list[list[int]], key: LotKey) -> int:
    place = bisect_left(lots, list(key), key=lambda lot: lot[:3])
    return place if place < len(lots) and lots[place][:3] == list(key) else -1


def _add(lots: list[list[int]], key: LotKey, points: int) -> None:
    wanted = list(key)
    place = bisect_left(lots, wanted, key=lambda lot: lot[:3])
    if place < len(lots) and lots[place][:3] == wanted:
        lots[place][3] += points
    else:
        lots.insert(place, [*wanted, points])
