"""Adjustments: credits and debits by hand; part of the fold."""

from dataclasses import dataclass

from services.kit.refusal import Conflict, Declined, Invalid
from services.loyalty.rules.entries import SOURCE_ADJUSTED, Account, EntryType, Journal, key_of
from services.loyalty.rules.events import Moved, PointsAdjusted
from services.loyalty.rules.points import Answer, Book, Posted, debt_room, lot_of, take_or_owe
from services.loyalty.rules.programmes import CurrencyRules
from services.loyalty.rules.wallets import Wallet

MOST_POINTS = 10**12


class NotEnoughPoints(Declined):
    """Fewer points are available than were asked for."""


class PointsOutOfRange(Invalid):
    """Points are not 0 and at most 10^12 either way."""


class UnknownCurrency(Invalid):
    """The programme has no such currency."""


class IdempotencyKeyReused(Conflict):
    """The same key came before with another body."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A credit (above 0) or debit (below 0) by hand, with its reason and the caller's idempotency key."""

    member_id: str
    programme_id: str
    currency: str
    points: int
    reason: str
    idempotency_key: str
    actor: str
    fingerprint: bytes

    @property
    def key(self) -> bytes:
        return key_of("adjust", self.idempotency_key)


def adjust(book: Book, adjustment: Adjustment) -> Answer:
    """Post an adjustment; a debit takes what is there, and owes the rest only where the policy allows it."""
    place = (adjustment.member_id, adjustment.key)
    if known := book.state.posted.get(place):
        if known.fingerprint != adjustment.fingerprint:
            message = "this idempotency key was used for another adjustment: take a new one"
            raise IdempotencyKeyReused(message, field="idempotency_key")
        return Answer(known, replayed=True)
    if not 0 < abs(adjustment.points) <= MOST_POINTS:
        message = "adjust by at least 1 and at most 10^12 points, either way"
        raise PointsOutOfRange(message, field="points", asked=adjustment.points)
    member = book.touch(adjustment.member_id, book.programmes.history(adjustment.programme_id))
    rules = member.current.currency(adjustment.currency)
    if rules is None:
        codes = ", ".join(currency.code for currency in member.current.currencies)
        raise UnknownCurrency(f"{adjustment.currency!r} is none of {codes}", field="currency")
    wallet = member.wallets[rules.code]
    journal = book.journal(
        member,
        adjustment.key,
        adjustment.actor,
        adjustment.fingerprint,
        book.now,
        reason=adjustment.reason,
    )
    if adjustment.points > 0:
        lot = lot_of(rules, book.now, member.current.time_zone, SOURCE_ADJUSTED)
        wallet.credit(journal, EntryType.ADJUST_CREDIT, adjustment.points, lot, Account.ADJUSTMENTS)
    else:
        _debit(wallet, rules, journal, -adjustment.points)
    book.tell(
        member,
        PointsAdjusted(Moved(rules.code, adjustment.points, wallet.available), adjustment.reason),
        book.now,
    )
    book.judge(member, member.current, book.now)
    last = len(book.entries) - 1
    posted = Posted(adjustment.fingerprint, wallet.available, member.recorded_at, last)
    book.state.posted[place] = posted
    return Answer(posted)


def _debit(wallet: Wallet, rules: CurrencyRules, journal: Journal, points: int) -> None:
    there = max(0, wallet.available)
    if points > there and points - there > debt_room(wallet, rules):
        raise NotEnoughPoints(
            f"{points} asked, {there} available: debit fewer", field="points", asked=points, available=there
        )
    take_or_owe(wallet, rules, journal, EntryType.ADJUST_DEBIT, points, Account.ADJUSTMENTS)
