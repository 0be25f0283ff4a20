"""Redemptions: points spent, and given back with the expiry they had; part of the fold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgpack

from services.kit.refusal import Conflict, Declined, NotFound
from services.loyalty.rules.ledger.asks import (
    Ask,
    be_available,
    be_convertible,
    be_free_to_spend,
    be_in_range,
    posted_before,
    spendable_of,
)
from services.loyalty.rules.ledger.entries import Account, EntryType, Journal, LotKey, key_of
from services.loyalty.rules.ledger.events import Moved, PointsRedeemed, RedemptionReversed
from services.loyalty.rules.ledger.points import Answer, Book, Member
from services.loyalty.rules.ledger.slices import Slices, split
from services.loyalty.rules.ledger.state import Part, Place, Reversal
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.members.forfeits import let_go

SPENDING = frozenset({EntryType.REDEEM, EntryType.HOLD_CAPTURE})


class UnknownRedemption(NotFound):
    """The member has no redemption with this id."""


class ReversalExceedsRedemption(Declined):
    """More is asked back than is left of the redemption."""


class ReversalAlreadyRecorded(Conflict):
    """The same reversal id was recorded with another body."""


@dataclass(frozen=True, slots=True)
class Redemption:
    """What was spent under one id, from which lots, and the balance right after."""

    currency: int
    slices: Slices
    order_ref: str
    balance_after: int
    recorded_at: int
    ord: int

    @property
    def points(self) -> int:
        return sum(part[3] for part in self.slices)


def redemption_key(redemption_id: str) -> bytes:
    """The key of a redemption by the id its caller gave it; captures of holds are redemptions too."""
    return key_of("redeem", redemption_id)


def redemption_of(parts: Sequence[Part]) -> Redemption:
    """A redemption from the entries that its key posted."""
    spent = [part for part in parts if part.type in SPENDING]
    slices = [[*part.lot, part.points] for part in spent if part.lot is not None]
    first, last = spent[0], parts[-1]
    return Redemption(
        first.currency, slices, first.order_ref, last.balance_after, last.recorded_at, first.ord
    )


def redeem(book: Book, ask: Ask, redemption_id: str) -> Answer:
    """Spend exactly what is asked, first-expiring-first, or decline it whole."""
    fingerprint = ask.fingerprint
    if known := posted_before(book, ask, fingerprint, "redemption_id"):
        return Answer(redemption_of(known), replayed=True)
    be_in_range(ask.points)
    member = book.touch(ask.member_id, book.programmes.history(ask.programme_id))
    be_free_to_spend(member)
    rules = spendable_of(member, ask.currency)
    be_convertible(rules, ask)
    wallet = member.wallets[rules.code]
    be_available(book, ask, wallet, fingerprint, member.recorded_at)
    first = len(book.entries)
    journal = book.journal(
        member,
        ask.key,
        ask.actor,
        fingerprint,
        member.recorded_at,
        order_ref=ask.order_ref,
        reason=ask.reason,
    )
    wallet.take(journal, EntryType.REDEEM, ask.points, Account.REDEEMED)
    if ask.order_ref:
        spender = member.standing.member_id
        book.state.spent_on.setdefault((spender, ask.order_ref), []).append(ask.key)
    moved = Moved(rules.code, ask.points, wallet.available)
    book.tell(member, PointsRedeemed(redemption_id, moved, ask.order_ref), member.recorded_at)
    return Answer(redemption_of(book.post(ask.key, member, first)))


@dataclass(frozen=True, slots=True)
class ReversalAsked:
    """Points of a redemption to give back; ``points`` None means all that is left of it."""

    member_id: str
    programme_id: str
    redemption_id: str
    reversal_id: str
    points: int | None
    reason: str
    actor: str

    @property
    def fingerprint(self) -> bytes:
        return sha256(msgpack.packb((self.points, self.reason))).digest()[:16]


def reverse_redemption(book: Book, asked: ReversalAsked) -> Answer:
    """Give points back with the expiry they had, the latest expiry first; what is past expires at once."""
    history = book.programmes.history(asked.programme_id)
    place = book.state.place(asked.member_id, redemption_key(asked.redemption_id), history.newest.number)
    parts = book.state.posted.get(place)
    if not parts or not history.newest.code(parts[0].currency):
        message = "the member has no redemption with this id: check the id, or redeem first"
        raise UnknownRedemption(message, field="redemption_id")
    if known := book.state.reversals.get(place, {}).get(asked.reversal_id):
        if known.fingerprint != asked.fingerprint:
            message = "this reversal id was recorded with another body: reversal ids are used once"
            raise ReversalAlreadyRecorded(message, field="reversal_id", recorded=known.points)
        return Answer(known, replayed=True)
    left = sum(part[3] for part in left_of(book, place))
    points = left if asked.points is None else asked.points
    if asked.points is not None:
        be_in_range(asked.points)
    if not 0 < points <= left:
        message = f"{asked.points or 'all'} asked back and {left} left of the redemption"
        raise ReversalExceedsRedemption(message, field="points", asked=points, left=left)
    member = book.touch(place[0], history)
    journal = book.journal(
        member,
        key_of("reverse", place[0], asked.redemption_id, asked.reversal_id),
        asked.actor,
        asked.fingerprint,
        member.recorded_at,
        order_ref=parts[0].order_ref,
        reason=asked.reason,
    )
    reversal = give_back(book, member, place, asked.reversal_id, points, journal)
    code = wallet_of(member, parts[0].currency)[0]
    moved = Moved(code, points, reversal.balance_after)
    book.tell(member, RedemptionReversed(asked.redemption_id, moved), member.recorded_at)
    return Answer(reversal)


def left_of(book: Book, place: Place) -> Slices:
    """What is left to give back of a redemption, first-expiring-first."""
    returned: Counter[LotKey] = Counter()
    for reversal in book.state.reversals.get(place, {}).values():
        for *lot, points in reversal.slices:
            returned[LotKey(*lot)] += points
    left = []
    for *lot, points in redemption_of(book.state.posted[place]).slices:
        gone = min(points, returned[LotKey(*lot)])
        returned[LotKey(*lot)] -= gone
        if points > gone:
            left.append([*lot, points - gone])
    return left


def give_back(
    book: Book,
    member: Member,
    place: Place,
    reversal_id: str,
    points: int,
    journal: Journal,
    *,
    to_be_taken: bool = False,
) -> Reversal:
    """Give back points of the redemption at a place and remember it there; no more than ``left_of`` says.

    What comes back to an ended membership is let go at once, unless something is ``to_be_taken`` of it first.
    """
    slices, _ = split(left_of(book, place)[::-1], points)
    _, wallet = wallet_of(member, book.state.posted[place][0].currency)
    first = len(book.entries)
    expired = wallet.give_back(journal, EntryType.REDEEM_REVERSAL, slices, Account.REDEEMED)
    for merge in book.state.merges_of(place[0], member.current.number):
        merge.settle(book.entries[first:])
    if not to_be_taken:
        let_go(book, member, journal)
    reversal = Reversal(
        journal.fingerprint, slices, expired, wallet.available, member.recorded_at, journal.key, is_new=True
    )
    book.state.reversals.setdefault(place, {})[reversal_id] = reversal
    return reversal


def wallet_of(member: Member, number: int) -> tuple[str, Wallet]:
    """A member's wallet and its currency's code, by the currency's number."""
    return next((code, wallet) for code, wallet in member.wallets.items() if wallet.currency == number)
