"""The fold: the only place that knows what an operation on the ledger means.

It is given the state that the operations touch, changes it, and returns the entries, events and answers. It
has no input or output of its own, so that posting, replay, quote and preview are one piece of code.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from services.kit.refusal import Refusal
from services.loyalty.rules.ledger.dues import apply_due
from services.loyalty.rules.ledger.entries import (
    Account,
    Entry,
    EntryType,
    Journal,
    LotKey,
)
from services.loyalty.rules.ledger.events import (
    Event,
    HoldReleased,
    Moved,
    PointsExpired,
    PointsMatured,
    TierKept,
    TierLowered,
    TierRaised,
)
from services.loyalty.rules.ledger.expiry import NEVER, expires_at, local_day
from services.loyalty.rules.ledger.state import Part, State, WalletOf
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.programmes.programmes import (
    CurrencyRules,
    NegativePolicy,
    Programme,
    ProgrammeHistory,
    Programmes,
)
from services.loyalty.rules.tiers import tiers
from services.loyalty.rules.tiers.standings import Standing

SYSTEM = "system"


class Answer(NamedTuple):
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
        """A member with everything that fell due applied, stamped with the instants it fell due.

        A member that was merged into another is that other.
        """
        current = history.at(self.now)
        if self.state.alone:
            return self.touch_alone(member_id, history, current.currencies)
        standing = self._standing(member_id, current.number)
        wallets, last = {}, standing.touched_at
        for rules in current.currencies:
            wallet = wallets[rules.code] = self._wallet(standing.member_id, rules, current.time_zone)
            last = max(last, wallet.touched_at)
        recorded_at = standing.touched_at = max(self.now, last + 1)
        member = Member(standing, history, current, wallets, recorded_at)
        self.catch_up(member, self.now)
        for rules in current.currencies:
            self.settle(member, rules)
        return member

    def catch_up(self, member: Member, until: int) -> None:
        """Let versions come into force and tiers end by an instant, each with the balances of its own."""
        while (at := tiers.next_change(member.history, member.standing, until)) is not None:
            for rules in member.current.currencies:
                self.settle(member, rules, at)
            moves = tiers.change(member.history, member.standing, member.balances(), at)
            self.tell_moves(member, moves)

    def _standing(self, member_id: str, programme: int) -> Standing:
        """The standing of a member, or of whom the member was merged into."""
        standing = self.state.standings.get((member_id, programme))
        if standing is None:
            standing = self.state.standings[member_id, programme] = Standing(member_id, programme)
        return self._standing(standing.merged_into, programme) if standing.merged_into else standing

    def _wallet(self, member_id: str, rules: CurrencyRules, zone: str) -> Wallet:
        place = (member_id, rules.number)
        wallet = self.state.wallets.get(place)
        if wallet is None:
            wallet = self.state.wallets[place] = Wallet(member_id, rules.number, is_new=True)
        if rules.expiry.sliding or wallet.slides is not None:
            _say_whether_it_slides(wallet, rules, zone)
        return wallet

    def touch_alone(
        self, member_id: str, history: ProgrammeHistory, currencies: Iterable[CurrencyRules]
    ) -> Member:
        """The same of a member of whom there are but wallets over which nothing else decides."""
        current, wallets, last = history.at(self.now), {}, 0
        for rules in currencies:
            if (wallet := self.state.wallets.get((member_id, rules.number))) is not None:
                _say_whether_it_slides(wallet, rules, current.time_zone)
                wallets[rules.code], last = wallet, max(last, wallet.touched_at)
        standing = Standing(member_id, current.number)
        member = Member(standing, history, current, wallets, max(self.now, last + 1))
        for rules in currencies:
            if rules.code in wallets:
                self.settle(member, rules)
        return member

    def settle(self, member: Member, rules: CurrencyRules, by: int | None = None) -> None:
        """Apply to one wallet what fell due by an instant.

        Without one by the member's own time, which a slow clock elsewhere never turns back.
        """
        wallet, until = member.wallets[rules.code], member.recorded_at if by is None else by
        if wallet.next_due_at > until:
            return
        journal = self.journal(member, b"", SYSTEM, b"", self.now)
        for due in apply_due(wallet, member.history, journal, until):
            moved = Moved(rules.code, due.points, due.balance_after)
            match due.type:
                case EntryType.EXPIRE:
                    self.tell(member, PointsExpired(moved), due.at)
                case EntryType.PENDING_ACTIVATED:
                    self.tell(member, PointsMatured(moved), due.at)
                case _:
                    assert due.hold is not None, "only a hold is released by itself"
                    self.tell(member, HoldReleased(due.hold.hold_id, moved, timed_out=True), due.at)

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
        self.tell_moves(member, tiers.judge(programme, member.standing, member.balances(), since))

    def count_earned(self, member: Member, code: str, at: int, points: int) -> None:
        """Count what was earned of a currency, or below 0 taken back of that, where any version's tiers ask for it."""
        if code in member.history.earned:
            day = local_day(at, member.current.time_zone).toordinal()
            member.standing.earn(day, member.wallets[code].currency, points)

    def post(self, key: bytes, member: Member, first: int) -> list[Part]:
        """Keep the entries written since ``first`` as what the key posted, so that a duplicate finds them."""
        member_id = member.standing.member_id
        parts = [
            Part._make((*_of_a_part(entry), ord))
            for ord, entry in enumerate(self.entries[first:], first)
            if entry.key == key and entry.member_id == member_id
        ]
        self.state.posted[member_id, key] = parts
        return parts

    def tell_moves(self, member: Member, moves: Iterable[tiers.Move], *, by_merge: bool = False) -> None:
        """Tell where a member went on the ladder, as the versions rank the tiers; ``by_merge``, what was handed over."""
        for at, from_tier, to_tier in moves:
            kind: type[TierRaised | TierLowered] = TierRaised
            if from_tier == to_tier:
                self.tell(member, TierKept(to_tier, tiers.good_until(member.standing)), at)
                continue
            if member.history.rank(to_tier) < member.history.rank(from_tier):
                kind = TierLowered
            self.tell(member, kind(from_tier, to_tier, by_merge), at)

    def tell(self, member: Member, what: Any, occurred_at: int) -> None:
        programme_id = member.current.programme_id
        self.events.append(Event(member.standing.member_id, programme_id, occurred_at, what))


_of_a_part = itemgetter(*map(Entry._fields.index, Part._fields[:-1]))  # but for its ``ord``


def _say_whether_it_slides(wallet: Wallet, rules: CurrencyRules, zone: str) -> None:
    slides = rules.expiry.sliding
    wallet.slides = partial(expires_at, expiry=rules.expiry, zone=zone) if slides else None


def take_or_owe(
    member: Member,
    rules: CurrencyRules,
    journal: Journal,
    type: EntryType,
    points: int,
    to_account: Account,
    first: LotKey | None = None,
) -> tuple[int, int]:
    """Take points from the lots and let the rest become debt as far as the policy goes: (owed, left over)."""
    wallet = member.wallets[rules.code]
    left = points - sum(part[3] for part in wallet.take(journal, type, points, to_account, first))
    owed = min(left, debt_room(member, rules))
    if owed:
        wallet.owe(journal, type, owed, to_account)
    return owed, left - owed


def debt_room(member: Member, rules: CurrencyRules) -> int:
    """How much more debt the policy allows a member on the tier held."""
    if rules.negative_policy is not NegativePolicy.ALLOW_NEGATIVE:
        return 0
    floor = rules.debt_floor_at(member.standing.tier)
    return max(0, floor - member.wallets[rules.code].debt) if floor else NEVER


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


def fold_alone(
    state: State, operations: Iterable[tuple[WalletOf | None, Operation]], programmes: Programmes, now: int
) -> tuple[Folded, list[Answer | None]]:
    """Apply operations, each over its wallet alone, where that is there; None is the answer of what is left to ``fold``:
    what would be refused, since more than the wallet may have a say in that, and what comes behind it in that wallet.
    """
    book = Book(state, programmes, now)
    answers: list[Answer | None] = []
    left: set[WalletOf] = set()
    for wallet, operation in operations:
        answer = None
        if wallet in state.wallets and wallet not in left:
            try:
                answer = operation(book)
            except Refusal:
                left.add(wallet)
        answers.append(answer)
        book.now += 1
    state.denials.clear()
    return Folded(book.entries, book.events, []), answers
