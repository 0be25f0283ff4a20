"""The fold: the only place that knows what an operation on the ledger means.

It is given the state that the operations touch, changes it, and returns the entries, events and answers. It
has no input or output of its own, so that posting, replay, quote and preview are one piece of code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.kit.refusal import Refusal
from services.loyalty.rules import tiers
from services.loyalty.rules.entries import Account, Entry, EntryType, Journal, LotKey
from services.loyalty.rules.events import (
    Event,
    Moved,
    PointsExpired,
    PointsMatured,
    TierRaised,
)
from services.loyalty.rules.expiry import NEVER, expires_at, month_of
from services.loyalty.rules.orders import Order
from services.loyalty.rules.programmes import (
    CurrencyRules,
    NegativePolicy,
    Programme,
    ProgrammeHistory,
    Programmes,
)
from services.loyalty.rules.refunds import Refund
from services.loyalty.rules.tiers import Standing
from services.loyalty.rules.wallets import Wallet, apply_due

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Posted:
    """What an earlier operation with a key left: enough to give its answer again."""

    fingerprint: bytes
    balance_after: int
    recorded_at: int
    ord: int


@dataclass(slots=True)
class State:
    """Everything the operations of one batch touch; whatever is not here does not exist yet."""

    standings: dict[tuple[str, int], Standing] = field(default_factory=dict)
    wallets: dict[tuple[str, int], Wallet] = field(default_factory=dict)
    orders: dict[tuple[str, str], Order] = field(default_factory=dict)
    refunds: dict[tuple[str, str, str], Refund] = field(default_factory=dict)
    posted: dict[tuple[str, bytes], Posted] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """An operation's result, and whether it was given before."""

    value: Any
    replayed: bool = False


@dataclass(slots=True)
class Member:
    """One member in one programme while an operation works on them: due things are applied."""

    standing: Standing
    history: ProgrammeHistory
    current: Programme
    wallets: dict[str, Wallet]
    recorded_at: int

    def balances(self) -> dict[str, int]:
        return {code: wallet.available for code, wallet in self.wallets.items()}


class Book:
    """The open book of one fold: state and programmes going in, entries and events coming out."""

    def __init__(self, state: State, programmes: Programmes, now: int) -> None:
        self.state = state
        self.programmes = programmes
        self.now = now
        self.entries: list[Entry] = []
        self.events: list[Event] = []

    def touch(self, member_id: str, history: ProgrammeHistory) -> Member:
        """A member with everything that fell due applied, stamped with the instants it fell due."""
        current = history.at(self.now)
        place = (member_id, current.number)
        standing = self.state.standings.get(place)
        if standing is None:
            standing = self.state.standings[place] = Standing(member_id, current.number)
        recorded_at = max(self.now, standing.touched_at + 1)
        standing.touched_at = recorded_at
        standing.changed = True
        wallets = {rules.code: self._wallet(member_id, rules) for rules in current.currencies}
        member = Member(standing, history, current, wallets, recorded_at)
        for rules in current.currencies:
            self.settle(member, rules)
        for since, from_tier, to_tier in tiers.judge_revisions(
            history, standing, member.balances(), self.now
        ):
            self.tell(member, TierRaised(from_tier, to_tier), since)
        return member

    def _wallet(self, member_id: str, rules: CurrencyRules) -> Wallet:
        place = (member_id, rules.number)
        wallet = self.state.wallets.get(place)
        if wallet is None:
            wallet = self.state.wallets[place] = Wallet(member_id, rules.number)
        return wallet

    def settle(self, member: Member, rules: CurrencyRules) -> None:
        """Apply to one wallet what fell due by the member's own time, which a slow clock elsewhere never turns back."""
        wallet = member.wallets[rules.code]
        if wallet.next_due_at > member.recorded_at:
            return
        journal = self.journal(member, b"", SYSTEM, b"", self.now)
        for due in apply_due(wallet, rules, member.current.time_zone, journal, member.recorded_at):
            moved = Moved(rules.code, due.points, due.balance_after)
            expired = due.type is EntryType.EXPIRE
            self.tell(member, PointsExpired(moved) if expired else PointsMatured(moved), due.at)

    def journal(
        self,
        member: Member,
        key: bytes,
        actor: str,
        fingerprint: bytes,
        occurred_at: int,
        *,
        order_ref: str = "",
        reason: str = "",
    ) -> Journal:
        """A journal for one operation's entries on one member."""
        return Journal(
            self.entries,
            member.standing.member_id,
            key,
            member.current.version,
            actor,
            fingerprint,
            occurred_at,
            member.recorded_at,
            order_ref,
            reason,
        )

    def judge(self, member: Member, programme: Programme, since: int) -> None:
        """Raise the member's tier to what the metrics now reach under a version's thresholds."""
        if rise := tiers.judge(programme, member.standing, member.balances(), since):
            self.tell(member, TierRaised(*rise), member.standing.tiers[-1][1])

    def tell(self, member: Member, what: Any, occurred_at: int) -> None:
        programme_id = member.current.programme_id
        self.events.append(Event(member.standing.member_id, programme_id, occurred_at, what))


def take_or_owe(
    wallet: Wallet,
    rules: CurrencyRules,
    journal: Journal,
    type: EntryType,
    points: int,
    to_account: Account,
    first: LotKey | None = None,
) -> tuple[int, int]:
    """Take points from the lots and let the rest become debt as far as the policy goes: (owed, left over)."""
    left = points - wallet.take(journal, type, points, to_account, first)
    owed = min(left, debt_room(wallet, rules))
    if owed:
        wallet.owe(journal, type, owed, to_account)
    return owed, left - owed


def debt_room(wallet: Wallet, rules: CurrencyRules) -> int:
    """How much more debt the policy allows."""
    if rules.negative_policy is not NegativePolicy.ALLOW_NEGATIVE:
        return 0
    return max(0, rules.debt_floor - wallet.debt) if rules.debt_floor else NEVER


def lot_of(rules: CurrencyRules, active_at: int, zone: str, source: int) -> LotKey:
    """The bucket that points active from an instant belong to; what is never spent needs no month."""
    month = month_of(active_at, zone) if rules.spendable else 0
    return LotKey(expires_at(active_at, rules.expiry, zone), month, source)


Operation = Callable[[Book], Answer]
"""One thing to do with the open book, for instance ``partial(adjust, adjustment=…)``."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold brought: entries and events in order, and an answer or a refusal for each operation."""

    entries: list[Entry]
    events: list[Event]
    answers: list[Answer | Refusal]


def fold(state: State, operations: Sequence[Operation], programmes: Programmes, now: int) -> Folded:
    """Apply operations in order; each is refused or done whole. ``now`` grows by a microsecond with each."""
    book = Book(state, programmes, now)
    answers: list[Answer | Refusal] = []
    for operation in operations:
        try:
            answers.append(operation(book))
        except Refusal as refusal:
            answers.append(refusal)
        book.now += 1
    return Folded(book.entries, book.events, answers)


def snapshot(
    programmes: Programmes, programme_id: str, standing: Standing, wallets: Sequence[Wallet], now: int
) -> Member:
    """A member as of now, for reading: due things are applied to copies and nothing is posted."""
    state = State(
        {(standing.member_id, standing.programme): standing.copy()},
        {(wallet.member_id, wallet.currency): wallet.copy() for wallet in wallets},
    )
    return Book(state, programmes, now).touch(standing.member_id, programmes.history(programme_id))


def settled(wallet: Wallet, programme: Programme, rules: CurrencyRules, now: int) -> Wallet:
    """A wallet as of now, for reading: itself when nothing is due, else a copy with due things applied."""
    if wallet.next_due_at > now:
        return wallet
    copy = wallet.copy()
    journal = Journal([], wallet.member_id, b"", programme.version, SYSTEM, b"", now, now)
    apply_due(copy, rules, programme.time_zone, journal, now)
    return copy
