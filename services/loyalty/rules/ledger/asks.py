"""Asks: what operations that name a member, a currency, points and an idempotency key have in common."""

from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

import msgpack

from services.kit.refusal import Conflict, Declined, Invalid
from services.loyalty.rules.ledger.points import Book, Member
from services.loyalty.rules.ledger.state import Denial, Part, Place
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.programmes.programmes import CurrencyRules
from services.loyalty.rules.tiers.standings import Restriction

MOST_POINTS = 2**53
"""What a member may hold of a currency, and the most that one operation may move."""


class NotEnoughPoints(Declined):
    """Fewer points are available than were asked for."""


class PointsOutOfRange(Invalid):
    """Points are 0, negative, or more than the ledger counts."""


class PointsBeyondMeasure(Declined):
    """The member's points would go beyond what the ledger counts."""


class UnknownCurrency(Invalid):
    """The programme has no such currency."""


class MemberFrozen(Declined):
    """The member is frozen or closing, and spends nothing until that is over."""


class MemberClosed(Declined):
    """The membership is over: nothing is earned or spent any more."""


class NotSpendable(Declined):
    """The currency only counts towards tiers; its points are never spent."""


class PointsDoNotConvert(Invalid):
    """Points pay for orders from a minimum on and in multiples, as the currency's conversion says."""


class IdempotencyKeyReused(Conflict):
    """The same key came before with another body."""


class Ask(NamedTuple):
    """Points of a currency of a member, under a key that is used once, for good.

    An empty currency means the programme's first that can be spent.
    """

    member_id: str
    programme_id: str
    currency: str
    points: int
    key: bytes
    actor: str
    reason: str = ""
    order_ref: str = ""

    @property
    def place(self) -> Place:
        return self.member_id, self.key

    @property
    def fingerprint(self) -> bytes:
        """A digest of what was asked; equal asks have equal ones."""
        return _digest((self.programme_id, self.currency, self.points, self.reason, self.order_ref))


@lru_cache(maxsize=1_024)  # an award of a campaign, and what a check-in gives, is asked for of many members
def _digest(body: tuple[str | int, ...]) -> bytes:
    return sha256(msgpack.packb(body)).digest()[:16]


def posted_before(
    book: Book, ask: Ask, fingerprint: bytes, field: str = "idempotency_key"
) -> list[Part] | None:
    """What the key, which came in a ``field``, posted before. Raises ``IdempotencyKeyReused``, and ``NotEnoughPoints`` when it was declined."""
    programme = book.programmes.history(ask.programme_id).newest.number
    place = book.state.place(*ask.place, programme)
    if known := book.state.posted.get(place):
        be_the_same(known[0].fingerprint, fingerprint, field)
        return known
    if denial := book.state.denials.get(place):
        be_the_same(denial.fingerprint, fingerprint, field)
        raise not_enough(denial, replayed=True)
    return None


def be_the_same(known: bytes, fingerprint: bytes, field: str) -> None:
    """Refuse another body under a key that was used. Raises ``IdempotencyKeyReused``."""
    if known != fingerprint:
        message = "this idempotency key was used for another request: take a new one"
        raise IdempotencyKeyReused(message, field=field)


def be_in_range(points: int, field: str = "points") -> None:
    """Refuse 0, negative numbers and what is above 2^53. Raises ``PointsOutOfRange``."""
    if not 0 < points <= MOST_POINTS:
        raise PointsOutOfRange("points must be at least 1 and at most 2^53", field=field, asked=points)


def be_countable(wallet: Wallet, points: int) -> None:
    """Refuse what would bring a member beyond 2^53 points. Raises ``PointsBeyondMeasure``."""
    there = wallet.available + wallet.pending + wallet.held
    if there + points > MOST_POINTS:
        message = f"{points} more are asked and {there} are there: a member holds at most 2^53 points"
        raise PointsBeyondMeasure(message, asked=points, available=there)


def currency_of(member: Member, code: str, field: str = "currency") -> CurrencyRules:
    """The rules of a currency by its code. Raises ``UnknownCurrency``."""
    rules = member.current.currency(code)
    if rules is None:
        codes = ", ".join(currency.code for currency in member.current.currencies)
        raise UnknownCurrency(f"{code!r} is none of {codes}", field=field)
    return rules


def spendable_of(member: Member, code: str) -> CurrencyRules:
    """The same, for a currency whose points are spent; the first of them for "". Raises ``NotSpendable`` too."""
    if not code:
        code = next((rules.code for rules in member.current.currencies if rules.spendable), "")
        if not code:
            raise NotSpendable("none of the programme's currencies is ever spent", field="currency")
    rules = currency_of(member, code)
    if not rules.spendable:
        raise NotSpendable(f"{code} only counts towards tiers and is never spent", field="currency")
    return rules


def be_free_to_earn(member: Member, field: str = "member_id") -> None:
    """Refuse members whose membership is over. Raises ``MemberClosed``."""
    if member.standing.restriction is Restriction.CLOSED:
        raise MemberClosed("the membership is over: nothing is earned or spent any more", field=field)


def be_free_to_spend(member: Member, field: str = "member_id") -> None:
    """The same, and those who may not spend for now. Raises ``MemberFrozen`` too."""
    be_free_to_earn(member, field)
    if member.standing.restriction is Restriction.FROZEN:
        message = "the member is frozen or closing: unfreeze the membership, or cancel its closing, first"
        raise MemberFrozen(message, field=field)


def be_convertible(rules: CurrencyRules, ask: Ask) -> None:
    """Refuse points for an order that do not fit the conversion. Raises ``PointsDoNotConvert``."""
    conversion = rules.conversion
    if not ask.order_ref or conversion is None:
        return
    if ask.points < conversion.minimum or ask.points % conversion.multiple:
        bounds = f"from {conversion.minimum} on, in multiples of {conversion.multiple}"
        raise PointsDoNotConvert(
            f"{ask.points} asked: {rules.code} pay for orders {bounds}",
            field="points",
            asked=ask.points,
            minimum=conversion.minimum,
            multiple=conversion.multiple,
        )


def be_available(book: Book, ask: Ask, wallet: Wallet, fingerprint: bytes, recorded_at: int) -> None:
    """Decline what the wallet does not have, and remember that under the key. Raises ``NotEnoughPoints``."""
    available = max(0, wallet.available)
    if ask.points > available:
        denial = Denial(fingerprint, ask.points, available, wallet.held, recorded_at, is_new=True)
        book.state.denials[ask.place] = denial
        raise not_enough(denial, replayed=False)


def not_enough(denial: Denial, *, replayed: bool) -> NotEnoughPoints:
    """The refusal of what the wallet does not have."""
    return NotEnoughPoints(
        f"{denial.asked} asked, {denial.available} available, {denial.held} held: ask for fewer",
        field="points",
        asked=denial.asked,
        available=denial.available,
        held=denial.held,
        replayed=str(replayed).lower(),
    )
