"""Merges: what became another member's when two turned out to be one, so that it can be given back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.loyalty.rules.ledger.entries import Entry, EntryType, LotKey
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.ledger.wallets import Slices, split
from services.loyalty.rules.tiers.standings import NO_TERM, Term

Days = list[list[int]]
"""Sums of local days, as in standings."""


@dataclass(slots=True)
class Share:
    """What of one currency came to the survivor by a merge, as far as nothing was settled of it since.

    ``lots`` lie in buckets of the survivor and ``repaid`` went into the survivor's debt; ``pending`` are promises.
    Of a debt that was taken over, the survivor's lots paid ``paid``, and ``owed`` became the survivor's.
    """

    lots: Slices = field(default_factory=list)
    repaid: Slices = field(default_factory=list)
    pending: Slices = field(default_factory=list)
    paid: Slices = field(default_factory=list)
    owed: int = 0

    def settle(self, entry: Entry) -> None:
        """Follow an entry about what came by the merge: it is no longer there to be given back, or lies elsewhere."""
        match entry.type:
            case EntryType.EARN_REVERSAL | EntryType.WRITE_OFF:
                self._lose(entry)
            case _ if entry.lot is None:
                return
            case EntryType.PENDING_CANCELED:
                _take(self.pending, entry.lot, entry.points)
            case EntryType.PENDING_ACTIVATED:
                _take(self.pending, entry.lot._replace(expires_at=NEVER), entry.points)
                self._gain(entry.lot, entry)
            case EntryType.EXPIRE:
                _take(self.lots, entry.lot, entry.points)
            case EntryType.REDEEM_REVERSAL:
                self._gain(entry.lot, entry)

    def _gain(self, lot: LotKey, entry: Entry) -> None:
        """Points of the member's came to the survivor, into a lot or into the survivor's debt."""
        kept = min(entry.points, max(0, entry.balance_after))
        if kept:
            _put(self.lots, lot, kept)
        if kept < entry.points:
            _put(self.repaid, lot, entry.points - kept)

    def _lose(self, entry: Entry) -> None:
        """Points of the member's were taken back, out of whichever lot of the survivor's, or are owed."""
        left = entry.points - (_take(self.lots, entry.lot, entry.points) if entry.lot else 0)
        for slices in (self.lots, self.repaid):
            gone, slices[:] = split(slices, left)
            left -= sum(part[3] for part in gone)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Points of one currency: what can be spent, what is promised, what is owed."""

    available: int = 0
    pending: int = 0
    debt: int = 0


@dataclass(slots=True)
class Merge:
    """One member's merge into another in one programme. Instants are microseconds since 1970, 0 for not yet.

    ``moved`` is what went over and ``returned`` what an un-merge brought back, both by currency number. ``shares``,
    ``days``, ``earned``, ``tiers`` and ``term`` are what is there to be given back; ``tier_before`` is what the
    ladder gave the survivor right before. Where the survivor had an override already, the member's
    ``override_waited`` and is in force nowhere; else it went over.
    """

    from_member: str
    programme: int
    merge_id: str
    into_member: str
    actor: str
    reason: str
    merged_at: int
    moved: dict[int, Amounts] = field(default_factory=dict)
    shares: dict[int, Share] = field(default_factory=dict)
    days: Days = field(default_factory=list)
    tiers: list[tuple[str, int]] = field(default_factory=list)
    tier_before: str = ""
    earned: Days = field(default_factory=list)
    term: Term = NO_TERM
    override_waited: bool = False
    undone_at: int = 0
    undone_by: str = ""
    undone_reason: str = ""
    returned: dict[int, Amounts] = field(default_factory=dict)
    is_new: bool = False
    changed: bool = False

    def was_in_force(self, at: int) -> bool:
        """True when an instant lies between the merge and its undoing."""
        return self.merged_at <= at <= self.undone_at

    def settle(self, entries: Iterable[Entry]) -> None:
        """Follow entries about what came by the merge."""
        for entry in entries:
            self.shares.setdefault(entry.currency, Share()).settle(entry)
            self.changed = True

    def settle_day(self, local: date, spend_minor: int, orders: int, earned: Mapping[int, int]) -> None:
        """Take away from the sums of a local day, or of what it was summed up in, what is no longer counted."""
        ordinal = local.toordinal()
        if day := next((day for day in self.days if day[0] >= ordinal), None):
            day[1] -= spend_minor
            day[2] -= orders
            self.changed = True
        for number, points in earned.items():
            if row := next((row for row in self.earned if row[0] >= ordinal and row[1] == number), None):
                row[2] -= points
                self.changed = True


def _take(slices: Slices, lot: LotKey, points: int) -> int:
    """Take points out of a bucket; how many there were to take."""
    left = points
    for part in slices:
        if part[:3] == list(lot):
            there = min(left, part[3])
            part[3] -= there
            left -= there
    slices[:] = [part for part in slices if part[3]]
    return points - left


def _put(slices: Slices, lot: LotKey, points: int) -> None:
    for part in slices:
        if part[:3] == list(lot):
            part[3] += points
            return
    slices.append([*lot, points])
