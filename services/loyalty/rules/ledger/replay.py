"""Replay: a member's points of one currency rebuilt from the entries alone, by code that posts nothing.

It knows accounts and lots, and not what operations mean, so that the stored wallets can be judged by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from services.loyalty.rules.ledger.entries import (
    ACTIVITIES,
    MEMBER_ACCOUNTS,
    SLIDING,
    Account,
    Entry,
    EntryType,
    LotKey,
)
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.ledger.holds import Hold, hold_named_by
from services.loyalty.rules.ledger.slices import Slices
from services.loyalty.rules.ledger.wallets import Wallet

Lots = dict[LotKey, int]


class EntryDoesNotFollow(Exception):
    """An entry takes what the entries before it did not bring: the ledger is not what was posted."""

    def __init__(self, entry: Entry, why: str) -> None:
        super().__init__(f"{entry.type} of {entry.points}, recorded at {entry.recorded_at}: {why}")
        self.entry = entry
        self.why = why


@dataclass(slots=True)
class Replay:
    """What the entries so far amount to; ``holds`` are what open holds keep, by the hold's id.

    ``version`` counts the entries that moved the member's own points, as the wallet's does.
    """

    available: int = 0
    pending: int = 0
    held: int = 0
    lots: Lots = field(default_factory=dict)
    pending_lots: Lots = field(default_factory=dict)
    holds: dict[str, Lots] = field(default_factory=dict)
    version: int = 0
    touched_at: int = 0

    @property
    def debt(self) -> int:
        return max(0, -self.available)

    def apply(self, entry: Entry) -> None:
        """Follow one entry, in the order they were recorded. Raises ``EntryDoesNotFollow``."""
        if entry.lot is not None and entry.lot.month == SLIDING and entry.type in ACTIVITIES:
            self._slide(entry.lot, entry.occurred_at)
        match entry.from_account:
            case Account.AVAILABLE:
                self._leave_available(entry)
            case Account.PENDING:
                self.pending -= entry.points
                _take(self.pending_lots, self._promise(entry), entry)
            case Account.HELD:
                self._leave_held(entry)
        match entry.to_account:
            case Account.AVAILABLE:
                self._enter_available(entry)
            case Account.PENDING:
                self.pending += entry.points
                _put(self.pending_lots, entry, entry.points)
            case Account.HELD:
                self.held += entry.points
                _put(self.holds.setdefault(hold_named_by(entry.reason), {}), entry, entry.points)
        if not MEMBER_ACCOUNTS.isdisjoint((entry.from_account, entry.to_account)):
            self.version += 1
            self.touched_at = entry.recorded_at

    def _slide(self, bucket: LotKey, at: int) -> None:
        """An activity moved into the bucket that it names whatever would have been past before it."""
        for lots in (self.lots, *self.holds.values()):
            early = [lot for lot in lots if at < lot.expires_at < bucket.expires_at]
            if points := sum(lots.pop(lot) for lot in early):
                lots[bucket] = lots.get(bucket, 0) + points

    def _leave_available(self, entry: Entry) -> None:
        self.available -= entry.points
        if entry.lot is not None:
            _take(self.lots, entry.lot, entry)
        elif self.lots:
            raise EntryDoesNotFollow(entry, "debt begins where lots end, and there are lots")

    def _enter_available(self, entry: Entry) -> None:
        into_lot = entry.points - min(entry.points, self.debt)
        self.available += entry.points
        if into_lot:
            _put(self.lots, entry, into_lot)

    def _leave_held(self, entry: Entry) -> None:
        self.held -= entry.points
        hold_id = hold_named_by(entry.reason)
        _take(self.holds.get(hold_id, {}), entry.lot, entry)
        if not self.holds[hold_id]:
            del self.holds[hold_id]

    def _promise(self, entry: Entry) -> LotKey | None:
        """Which promise an entry takes from: what comes true had matured then, or waited for an order it names.

        What begins to slide as it comes true leaves its month and source behind.
        """
        if entry.type is not EntryType.PENDING_ACTIVATED or entry.lot is None:
            return entry.lot
        instant = NEVER if entry.order_ref else entry.occurred_at
        promise = entry.lot._replace(expires_at=instant)
        if promise in self.pending_lots:
            return promise
        if entry.lot.month == SLIDING:
            for lot, points in sorted(self.pending_lots.items()):
                if lot.expires_at == instant and points >= entry.points:
                    return lot
        return None

    def wallet(self, member_id: str, currency: int, holds: Iterable[Hold] = ()) -> Wallet:
        """The same as a wallet; of ``holds``, which say when each ends, it has those that are open by now."""
        return Wallet(
            member_id,
            currency,
            self.available,
            self.pending,
            self.held,
            self.version,
            _slices(self.lots),
            _slices(self.pending_lots),
            self.touched_at,
            holds=[
                replace(hold, slices=_slices(self.holds[hold.hold_id]))
                for hold in holds
                if hold.hold_id in self.holds
            ],
        )


def _put(lots: Lots, entry: Entry, points: int) -> None:
    if entry.lot is None:
        raise EntryDoesNotFollow(entry, "points that are brought belong to a lot")
    lots[entry.lot] = lots.get(entry.lot, 0) + points


def _take(lots: Lots, lot: LotKey | None, entry: Entry) -> None:
    there = 0 if lot is None else lots.get(lot, 0)
    if lot is None or there < entry.points:
        raise EntryDoesNotFollow(entry, f"{there} are there in {lot}")
    if there == entry.points:
        del lots[lot]
    else:
        lots[lot] = there - entry.points


def _slices(lots: Lots) -> Slices:
    return [[*lot, points] for lot, points in sorted(lots.items())]
