"""Grants: awards that hang on nothing but their own wallet, so that they need no fold to come out as it would say.

Storage adds such an award's points to a plain wallet without reading it, and answers the balance after; the
rest follows from the award alone. A test holds this and ``awards.award`` against each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.loyalty.rules.asks import MOST_POINTS, Ask
from services.loyalty.rules.entries import SOURCE_AWARDED, Account, Entry, EntryType, LotKey
from services.loyalty.rules.events import Event, Moved, PointsAwarded
from services.loyalty.rules.expiry import MaturationKind
from services.loyalty.rules.points import Answer, lot_of
from services.loyalty.rules.programmes import CurrencyRules, Programme, Programmes
from services.loyalty.rules.state import Part

Purse = tuple[str, int]
"""A member and a currency's number."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What awards in one currency have in common at an instant."""

    programme_id: str
    version: int
    code: str
    currency: int
    lot: LotKey


@dataclass(slots=True)
class Credit:
    """What the awards of one wallet add up to, and when the first and the last of them are recorded."""

    member_id: str
    currency: int
    lot: LotKey
    points: int
    count: int
    first_at: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Granted:
    """Entries and events in order, and for each ask its answer, or None where a fold has to find it."""

    entries: list[Entry]
    events: list[Event]
    answers: list[Answer | None]


class Grants:
    """Awards of one batch as credits to their wallets, and what they posted once the balances are known."""

    def __init__(self, programmes: Programmes, asks: Sequence[Ask | None], now: int) -> None:
        self._asks = asks
        self._now = now
        self._terms: dict[tuple[str, str], Terms | None] = {}
        self._granted: list[tuple[int, Ask, Terms]] = []
        self._credits: dict[Purse, Credit] = {}
        keys = set()
        for nth, ask in enumerate(asks):
            if ask is None or ask.place in keys:
                continue
            keys.add(ask.place)
            kind = ask.programme_id, ask.currency
            if kind not in self._terms:
                self._terms[kind] = terms(programmes, *kind, now, now + len(asks))
            on = self._terms[kind]
            if on is not None and 0 < ask.points <= MOST_POINTS:
                self._granted.append((nth, ask, on))
                self._add(ask, on, now + nth)

    @property
    def credits(self) -> list[Credit]:
        """What to add, by wallet in the order in which wallets are locked."""
        return [self._credits[purse] for purse in sorted(self._credits)]

    def _add(self, ask: Ask, on: Terms, at: int) -> None:
        credit = self._credits.get((ask.member_id, on.currency))
        if credit is None:
            self._credits[ask.member_id, on.currency] = Credit(
                ask.member_id, on.currency, on.lot, ask.points, 1, at, at
            )
        else:
            credit.points += ask.points
            credit.count += 1
            credit.last_at = at

    def post(self, balances: Mapping[Purse, int]) -> Granted:
        """What was posted, given the balances after all credits of a wallet; those missing were not credited."""
        granted = Granted([], [], [None] * len(self._asks))
        running = {purse: balance - self._credits[purse].points for purse, balance in balances.items()}
        for nth, ask, on in self._granted:
            purse = ask.member_id, on.currency
            if purse in running:
                running[purse] += ask.points
                ord, at = len(granted.entries), self._now + nth
                entry = _entry(ask, on, running[purse], at)
                granted.entries.append(entry)
                granted.events.append(_event(ask, on, entry))
                granted.answers[nth] = Answer(_part(entry, ord))
        return granted


def terms(programmes: Programmes, programme_id: str, code: str, first_at: int, last_at: int) -> Terms | None:
    """The terms of awards from an instant to another; None when more than the wallet decides over them.

    That is where points wait or slide, where a tier counts them, and where something changes between the instants.
    """
    history = programmes.by_id.get(programme_id)
    if history is None or history.versions[0].effective_at > first_at:
        return None
    programme = history.at(first_at)
    rules = _rules(programme, code)
    if rules is None or history.at(last_at) is not programme:
        return None
    lot = lot_of(rules, first_at, programme.time_zone, SOURCE_AWARDED)
    if (
        rules.maturation.kind not in (MaturationKind.AT_ONCE, MaturationKind.ON_ORDER_COMPLETED)
        or rules.expiry.sliding
        or any(condition.metric == rules.code for tier in programme.tiers for condition in tier.conditions)
        or lot != lot_of(rules, last_at, programme.time_zone, SOURCE_AWARDED)
    ):
        return None
    return Terms(programme.programme_id, programme.version, rules.code, rules.number, lot)


def _rules(programme: Programme, code: str) -> CurrencyRules | None:
    if code:
        return programme.currency(code)
    return next((rules for rules in programme.currencies if rules.spendable), None)


def _entry(ask: Ask, on: Terms, balance_after: int, at: int) -> Entry:
    return Entry(
        ask.member_id,
        ask.key,
        0,
        on.currency,
        EntryType.EARN,
        Account.ISSUED,
        Account.AVAILABLE,
        ask.points,
        on.lot,
        ask.order_ref,
        on.version,
        ask.actor,
        ask.reason,
        balance_after,
        ask.fingerprint,
        occurred_at=at,
        recorded_at=at,
    )


def _event(ask: Ask, on: Terms, entry: Entry) -> Event:
    what = PointsAwarded(Moved(on.code, entry.points, entry.balance_after), ask.reason)
    return Event(ask.member_id, on.programme_id, entry.occurred_at, what)


def _part(entry: Entry, ord: int) -> Part:
    return Part(
        entry.type,
        entry.currency,
        entry.points,
        entry.lot,
        entry.order_ref,
        entry.balance_after,
        entry.fingerprint,
        entry.occurred_at,
        entry.recorded_at,
        ord,
    )
