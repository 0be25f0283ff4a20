"""Moves: awards and redemptions that hang on nothing but their own wallet, so that they need no fold to come out
as it would say.

Storage adds or takes such points where a wallet stands plain, without reading it first, and answers the balance
after and the lot; the rest follows from the move alone. A test holds this against the fold, both ways.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from services.loyalty.rules.ledger.asks import MOST_POINTS, Ask
from services.loyalty.rules.ledger.entries import SOURCE_AWARDED, Account, Entry, EntryType, LotKey
from services.loyalty.rules.ledger.events import Event, Moved, PointsAwarded, PointsRedeemed
from services.loyalty.rules.ledger.expiry import MaturationKind
from services.loyalty.rules.ledger.lots import lot_of
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.ledger.redemptions import redemption_of
from services.loyalty.rules.ledger.state import Part, WalletOf
from services.loyalty.rules.programmes.programmes import (
    CurrencyRules,
    Programme,
    ProgrammeHistory,
    Programmes,
)


class Move(NamedTuple):
    """An award, or where a redemption's id is given, a redemption. What is ``read`` is not posted by a statement alone."""

    ask: Ask
    redemption_id: str | None = None
    read: bool = False

    @classmethod
    def of(cls, history: ProgrammeHistory, ask: Ask, redemption_id: str | None = None) -> "Move":
        """A move as it is asked for, which keeps to its member's lane where its wallet has to be read."""
        rules = _rules(history.newest, ask.currency)
        return cls(
            ask, redemption_id, rules is None or rules.code in history.metrics or _waits_or_slides(rules)
        )

    @property
    def takes(self) -> bool:
        return self.redemption_id is not None


@dataclass(frozen=True, slots=True)
class Terms:
    """What moves of one currency have in common at an instant."""

    programme_id: str
    version: int
    rules: CurrencyRules
    lot: LotKey


@dataclass(slots=True)
class Purse:
    """What the moves of one wallet come to, and when the first and the last of them are recorded.

    ``points`` is negative where they take. ``lot`` is what an award goes to. Once one was left to a fold, so are those
    behind it, or the fold would find what came later.
    """

    member_id: str
    currency: int
    version: int
    lot: LotKey
    points: int
    count: int
    first_at: int
    last_at: int
    is_closed: bool = False


class Step(NamedTuple):
    """One move of a batch: which of those asked for it is, what it posts and tells, and its wallet's points so far.

    The entry's balance after is left open, and so is the lot of what takes.
    """

    nth: int
    entry: Entry
    event: Event
    so_far: int


class Outcome(NamedTuple):
    """What storage alone knows of a move that it posted."""

    balance_after: int
    lot: LotKey


OPEN = -1
"""Stands for a balance after that storage has yet to say; no wallet of a move has it."""


class Moves:
    """Those of a batch's moves that are plain, by wallet and in order, and what they came to."""

    def __init__(self, programmes: Programmes, asked: Sequence[Move | None], now: int) -> None:
        self._count = len(asked)
        self._now = now
        self._purses: dict[tuple[str, int], Purse] = {}
        self.steps: list[Step] = []
        known: dict[tuple[str, str], Terms | None] = {}
        keys = set()
        for nth, move in enumerate(asked):
            if move is None or move.read:
                continue
            ask = move.ask
            key = ask.member_id, ask.key
            if key in keys:
                continue
            keys.add(key)
            kind = ask.programme_id, ask.currency
            if kind not in known:
                known[kind] = terms(programmes, *kind, now, now + self._count)
            on = known[kind]
            if on is not None and is_plain(move, on):
                self._add(nth, ask, move.redemption_id, on)

    @property
    def purses(self) -> list[Purse]:
        """What to move, by wallet in the order in which wallets are locked."""
        return [self._purses[place] for place in sorted(self._purses)]

    def _add(self, nth: int, ask: Ask, redemption_id: str | None, on: Terms) -> None:
        at = self._now + nth
        place = ask.member_id, on.rules.number
        points = ask.points if redemption_id is None else -ask.points
        purse = self._purses.get(place)
        if purse is None:
            purse = self._purses[place] = Purse(*place, on.version, on.lot, points, 1, at, at)
        elif (
            not purse.is_closed
            and (purse.points > 0) is (points > 0)
            and abs(purse.points + points) <= MOST_POINTS
        ):
            purse.points += points
            purse.count += 1
            purse.last_at = at
        else:
            purse.is_closed = True
            return  # what one adds and another takes, or what is beyond measure, is for a fold to put in order
        event = _event(ask, redemption_id, on, at)
        self.steps.append(Step(nth, _entry(ask, redemption_id, on, at), event, purse.points))

    def answers(self, outcomes: Mapping[int, Outcome]) -> list[Answer | None]:
        """For each of those asked for its answer, or None where a fold has to find it."""
        answers: list[Answer | None] = [None] * self._count
        for nth, entry, _, _ in self.steps:
            if (outcome := outcomes.get(nth)) is not None:
                part = _part(entry, outcome, nth)
                answers[nth] = Answer(redemption_of([part]) if entry.type is EntryType.REDEEM else part)
        return answers


def is_plain(move: Move, on: Terms) -> bool:
    """Whether a move asks for nothing that a rule would refuse, whatever its wallet holds."""
    points, rules = move.ask.points, on.rules
    if not 0 < points <= MOST_POINTS:
        return False
    if not move.takes:
        return True
    conversion = rules.conversion if move.ask.order_ref else None
    return rules.spendable and (
        conversion is None or (points >= conversion.minimum and points % conversion.multiple == 0)
    )


def wallets_alone(programmes: Programmes, asked: Sequence[Move | None], now: int) -> list[WalletOf | None]:
    """The wallet that each of those asked for hangs on alone, or None. Whether nothing else does storage has to say."""
    known: dict[tuple[str, str], int | None] = {}
    wallets: list[WalletOf | None] = []
    for move in asked:
        if move is None:
            wallets.append(None)
            continue
        kind = move.ask.programme_id, move.ask.currency
        if kind not in known:
            found = _alone(programmes, *kind, now, now + len(asked))
            known[kind] = found[1].number if found else None
        number = known[kind]
        wallets.append(None if number is None else (move.ask.member_id, number))
    return wallets


def _alone(
    programmes: Programmes, programme_id: str, code: str, first_at: int, last_at: int
) -> tuple[Programme, CurrencyRules] | None:
    """By what a currency's points are moved from an instant to another; None when more than the wallet decides over that.

    That is where a tier counts them or did, for whom it was not judged yet, and where rules change between the instants.
    """
    history = programmes.by_id.get(programme_id)
    if history is None or history.versions[0].effective_at > first_at:
        return None
    programme = history.at(first_at)
    rules = _rules(programme, code)
    if rules is None or rules.code in history.metrics or history.at(last_at) is not programme:
        return None
    return programme, rules


def terms(programmes: Programmes, programme_id: str, code: str, first_at: int, last_at: int) -> Terms | None:
    """The terms of moves from an instant to another; None when their wallets have to be read first, or more than these.

    Wallets have to be where points wait or slide or come too late, and where the lot changes between the instants.
    """
    found = _alone(programmes, programme_id, code, first_at, last_at)
    if found is None:
        return None
    programme, rules = found
    lot = lot_of(rules, first_at, programme.time_zone, SOURCE_AWARDED)
    if (
        _waits_or_slides(rules)
        or lot.expires_at <= last_at
        or lot != lot_of(rules, last_at, programme.time_zone, SOURCE_AWARDED)
    ):
        return None
    return Terms(programme.programme_id, programme.version, rules, lot)


def _waits_or_slides(rules: CurrencyRules) -> bool:
    """Whether what is awarded waits, or goes where an activity moves all that is there."""
    at_once = (MaturationKind.AT_ONCE, MaturationKind.ON_ORDER_COMPLETED)
    return rules.maturation.kind not in at_once or rules.expiry.sliding


def _rules(programme: Programme, code: str) -> CurrencyRules | None:
    if code:
        return programme.currency(code)
    return next((rules for rules in programme.currencies if rules.spendable), None)


def _entry(ask: Ask, redemption_id: str | None, on: Terms, at: int) -> Entry:
    member_id, _, _, points, key, actor, reason, order_ref = ask
    type, from_account, to_account = _ADDED if redemption_id is None else _TAKEN
    return Entry(
        member_id,
        key,
        0,
        on.rules.number,
        type,
        from_account,
        to_account,
        points,
        on.lot,
        order_ref,
        on.version,
        actor,
        reason,
        OPEN,
        ask.fingerprint,
        at,
        at,
    )


def _event(ask: Ask, redemption_id: str | None, on: Terms, at: int) -> Event:
    code = on.rules.code
    what = (
        _awarded(code, ask.points, ask.reason)
        if redemption_id is None
        else PointsRedeemed(redemption_id, Moved(code, ask.points, OPEN), ask.order_ref)
    )
    return Event(ask.member_id, on.programme_id, at, what)


@lru_cache(maxsize=1_024)  # the same is awarded to many members
def _awarded(currency: str, points: int, reason: str) -> PointsAwarded:
    return PointsAwarded(Moved(currency, points, OPEN), reason)


def _part(entry: Entry, outcome: Outcome, ord: int) -> Part:
    return Part(
        entry.type,
        entry.currency,
        entry.points,
        outcome.lot,
        entry.order_ref,
        outcome.balance_after,
        entry.fingerprint,
        entry.occurred_at,
        entry.recorded_at,
        entry.reason,
        ord,
    )


_ADDED = EntryType.EARN, Account.ISSUED, Account.AVAILABLE
_TAKEN = EntryType.REDEEM, Account.AVAILABLE, Account.REDEEMED
