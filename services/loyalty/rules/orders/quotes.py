"""Quotes: what an order would earn and what could be redeemed on it, found out by the code that posts."""

from dataclasses import dataclass

from services.kit.refusal import Refusal
from services.loyalty.rules.ledger.asks import be_in_range, currency_of
from services.loyalty.rules.ledger.conversion import Redeemable
from services.loyalty.rules.ledger.points import Answer, Book, fold
from services.loyalty.rules.ledger.state import State
from services.loyalty.rules.orders.checkout import OrderToRecord, record_order
from services.loyalty.rules.orders.orders import Order
from services.loyalty.rules.programmes.programmes import CurrencyRules, Programme, Programmes


@dataclass(frozen=True, slots=True)
class Payable:
    """How many points of a currency could pay for the order, out of those available before it."""

    rules: CurrencyRules
    redeemable: Redeemable
    available: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The order as it would be recorded, under which version, and how points could pay for it, if any could."""

    order: Order
    programme: Programme
    payable: Payable | None


@dataclass(frozen=True, slots=True)
class QuoteAsked:
    """An order as if paid now, and the points to redeem on it.

    An empty currency is the programme's first that can be spent, ``points`` None as many as can be.
    """

    order: Order
    currency: str
    points: int | None


def quote(state: State, programmes: Programmes, asked: QuoteAsked, now: int) -> Quote:
    """Fold the order into a state of its own, which is used up by it; nothing is posted. Raises as posting does."""
    if asked.points is not None:
        be_in_range(asked.points, "redeem_points")

    def pay(book: Book) -> Answer:
        return Answer(_payable(book, asked))

    def record(book: Book) -> Answer:
        return record_order(book, OrderToRecord(asked.order, "", may_be_old=False))

    paid, recorded = fold(state, (pay, record), programmes, now).answers
    if isinstance(paid, Refusal):
        raise paid
    if isinstance(recorded, Refusal):
        raise recorded
    programme = programmes.history(asked.order.programme_id).at(now)
    return Quote(recorded.value, programme, paid.value)


def _payable(book: Book, asked: QuoteAsked) -> Payable | None:
    order = asked.order
    member = book.touch(order.member_id, book.programmes.history(order.programme_id))
    if asked.currency:
        rules = currency_of(member, asked.currency, "redeem_currency")
    else:
        spendable = (rules for rules in member.current.currencies if rules.spendable)
        if (first := next(spendable, None)) is None:
            return None
        rules = first
    available = max(0, member.wallets[rules.code].available)
    return Payable(rules, rules.redeemable(asked.points, available, order.total_minor), available)
