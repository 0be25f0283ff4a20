"""Statements: what moved a member's points of one currency in a period, so that opening and changes make closing.

What falls due by itself counts from the instant it fell due, and everything else from when it was recorded; so
a statement ends with what a read at its end answered, however late the due run was.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from services.loyalty.rules.ledger.dues import apply_due
from services.loyalty.rules.ledger.entries import Account, Entry, EntryType, Journal
from services.loyalty.rules.ledger.holds import Hold
from services.loyalty.rules.ledger.points import SYSTEM
from services.loyalty.rules.ledger.replay import Replay
from services.loyalty.rules.programmes.programmes import ProgrammeHistory

_DUE = frozenset({EntryType.PENDING_ACTIVATED, EntryType.HOLD_RELEASE, EntryType.EXPIRE})


class Balances(NamedTuple):
    """A member's three accounts of one currency; a negative ``available`` is debt."""

    available: int = 0
    pending: int = 0
    held: int = 0

    def plus(self, change: "Balances") -> "Balances":
        return Balances(
            self.available + change.available, self.pending + change.pending, self.held + change.held
        )


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with its place in its batch (None where nobody recorded it yet), and what it did."""

    entry: Entry
    ord: int | None
    posted_at: int
    change: Balances
    after: Balances

    @property
    def place(self) -> tuple[int, int] | None:
        return None if self.ord is None else (self.entry.recorded_at, self.ord)


@dataclass(slots=True)
class Sum:
    """What the entries of one type did together."""

    entries: int = 0
    points: int = 0
    change: Balances = field(default_factory=Balances)


@dataclass(slots=True)
class Statement:
    """Follows a member's entries in the order they were recorded, and keeps one page of those in the period.

    The period is from ``since`` until before ``until``. ``after`` is the place of the last line already seen. A
    page has ``first`` lines at the most; what nobody recorded yet comes on top of the last one.
    """

    since: int
    until: int
    first: int
    after: tuple[int, int] | None = None
    opening: Balances = field(default_factory=Balances)
    closing: Balances = field(default_factory=Balances)
    lines: list[Line] = field(default_factory=list)
    sums: dict[EntryType, Sum] = field(default_factory=dict)
    has_next_page: bool = False
    replay: Replay = field(default_factory=Replay)
    _posted_at: int = 0

    def follow(self, recorded: Iterable[tuple[Entry, int | None]]) -> bool:
        """Take entries in; False once one lies beyond the period, since all that follow do as well."""
        for entry, ord in recorded:
            posted_at = max(self._posted_at, _counts_from(entry))
            if posted_at >= self.until:
                return False
            self._posted_at = posted_at
            self.replay.apply(entry)
            self._take_in(entry, ord)
        return True

    def finish(self, member_id: str, currency: int, history: ProgrammeHistory, holds: Iterable[Hold]) -> None:
        """Take in what fell due before the period's end and nobody recorded yet."""
        wallet = self.replay.wallet(member_id, currency, holds)
        due: list[Entry] = []
        journal = Journal(due, member_id, b"", history.begun(self.until).version, SYSTEM, b"", 0, self.until)
        apply_due(wallet, history, journal, self.until - 1)
        self.follow((entry, None) for entry in due)

    def _take_in(self, entry: Entry, ord: int | None) -> None:
        change = change_of(entry)
        self.closing = self.closing.plus(change)
        if self._posted_at < self.since:
            self.opening = self.closing
            return
        total = self.sums.setdefault(entry.type, Sum())
        total.entries += 1
        total.points += entry.points
        total.change = total.change.plus(change)
        line = Line(entry, ord, self._posted_at, change, self.closing)
        if self.after is not None and line.place is not None and line.place <= self.after:
            return
        if self.has_next_page or (ord is not None and len(self.lines) == self.first):
            self.has_next_page = True
        else:
            self.lines.append(line)


def _counts_from(entry: Entry) -> int:
    return entry.occurred_at if fell_due(entry) else entry.recorded_at


def fell_due(entry: Entry) -> bool:
    """True for what happened by itself as time passed."""
    return entry.actor == SYSTEM and entry.type in _DUE


def change_of(entry: Entry) -> Balances:
    """What an entry did to the member's accounts."""
    gained, lost = entry.to_account, entry.from_account
    return Balances(
        *(
            entry.points * ((gained is account) - (lost is account))
            for account in (Account.AVAILABLE, Account.PENDING, Account.HELD)
        )
    )
