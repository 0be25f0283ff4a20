"""Transfers: points that a member gives to another, who gets them with the expiry they have; part of the fold.

What is given is held, credited and captured in one transaction, so that it is nowhere twice and never half-way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from services.kit.refusal import Conflict, Declined, Invalid
from services.loyalty.rules.ledger.asks import (
    MOST_POINTS,
    Ask,
    PointsBeyondMeasure,
    be_available,
    be_free_to_earn,
    be_free_to_spend,
    be_in_range,
    posted_before,
    spendable_of,
)
from services.loyalty.rules.ledger.entries import Account, EntryType, key_of
from services.loyalty.rules.ledger.events import Moved, PointsTransferred
from services.loyalty.rules.ledger.holds import TRANSFERRING, Hold
from services.loyalty.rules.ledger.points import Answer, Book, Member
from services.loyalty.rules.ledger.slices import Slices
from services.loyalty.rules.ledger.state import Part
from services.loyalty.rules.programmes.programmes import CurrencyRules, ProgrammeHistory


class TransferToOneself(Invalid):
    """Who gives and who receives are the same member."""


class NotTransferable(Declined):
    """The programme lets nobody give this currency away."""


class TransferAboveLimit(Declined):
    """More is to be given than the programme lets go in one transfer."""


class ReceiverMerged(Conflict):
    """The receiver was merged into another member, who has to be named."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """What was given, from which lots, and the giver's balance right after."""

    currency: int
    slices: Slices
    balance_after: int
    recorded_at: int
    ord: int

    @property
    def points(self) -> int:
        return sum(part[3] for part in self.slices)


def transfer_key(transfer_id: str) -> bytes:
    """The giver's key of a transfer by the id its caller gave it."""
    return key_of("transfer", transfer_id)


def transfer(book: Book, ask: Ask, to_member: str, transfer_id: str) -> Answer:
    """Give points away, first-expiring-first: exactly what is asked, or nothing."""
    fingerprint = sha256(ask.fingerprint + to_member.encode()).digest()[:16]
    if known := posted_before(book, ask, fingerprint, "transfer_id"):
        return Answer(_transfer_of(known), replayed=True)
    be_in_range(ask.points)
    history = book.programmes.history(ask.programme_id)
    _be_another(book, ask.member_id, to_member, history)
    giver, receiver = book.touch(ask.member_id, history), book.touch(to_member, history)
    be_free_to_spend(giver, "from_member_id")
    be_free_to_earn(receiver, "to_member_id")
    rules = spendable_of(giver, ask.currency)
    _be_transferable(rules, ask.points)
    _be_countable(receiver, rules, ask.points)
    be_available(book, ask, giver.wallets[rules.code], fingerprint, giver.recorded_at)
    first = len(book.entries)
    _move(book, ask, transfer_id, fingerprint, (giver, receiver), rules)
    for side, points in ((giver, -ask.points), (receiver, ask.points)):
        moved = Moved(rules.code, points, side.wallets[rules.code].available)
        book.tell(side, PointsTransferred(transfer_id, moved), side.recorded_at)
    book.judge(receiver, receiver.current, receiver.recorded_at)
    return Answer(_transfer_of(book.post(ask.key, giver, first)))


def _move(
    book: Book,
    ask: Ask,
    transfer_id: str,
    fingerprint: bytes,
    between: tuple[Member, Member],
    rules: CurrencyRules,
) -> None:
    """Hold, credit, capture."""
    giver, receiver = between
    name, at = giver.standing.member_id, giver.recorded_at
    out = book.journal(giver, ask.key, ask.actor, fingerprint, at)
    into = book.journal(
        receiver,
        key_of("transfer in", name, transfer_id),
        ask.actor,
        fingerprint,
        receiver.recorded_at,
        reason=f"transfer:{transfer_id}",
    )
    wallet = giver.wallets[rules.code]
    hold_id = f"{TRANSFERRING}{transfer_id}"
    held = Hold(name, hold_id, rules.number, ask.points, "", ask.actor, fingerprint, at, at)
    wallet.hold(out, held)
    receiver.wallets[rules.code].give_back(into, EntryType.TRANSFER_IN, held.slices, Account.TRANSFERS)
    wallet.capture(out, held, ask.points, EntryType.TRANSFER_OUT, Account.TRANSFERS)
    wallet.release(out, held)  # it keeps nothing: it is only forgotten


def _be_another(book: Book, from_member: str, to_member: str, history: ProgrammeHistory) -> None:
    number = history.newest.number
    last = book.state.names(to_member, number)[-1]
    if book.state.names(from_member, number)[-1] == last:
        raise TransferToOneself("points are given to another member", field="to_member_id")
    if last != to_member:
        message = "the receiver was merged into another member: give to that one"
        raise ReceiverMerged(message, field="to_member_id")


def _be_transferable(rules: CurrencyRules, points: int) -> None:
    if not rules.transferable:
        message = f"{rules.code} stay with whom they are: the programme lets nobody transfer them"
        raise NotTransferable(message, field="currency", asked=points)
    if rules.transfer_limit and points > rules.transfer_limit:
        message = f"{points} asked: at most {rules.transfer_limit} {rules.code} go in one transfer"
        raise TransferAboveLimit(message, field="points", asked=points, most=rules.transfer_limit)


def _be_countable(receiver: Member, rules: CurrencyRules, points: int) -> None:
    """As ``asks.be_countable``, without telling the giver what the receiver has."""
    wallet = receiver.wallets[rules.code]
    if wallet.available + wallet.pending + wallet.held + points > MOST_POINTS:
        message = "the receiver would have more than 2^53 points"
        raise PointsBeyondMeasure(message, field="points", asked=points)


def _transfer_of(parts: Sequence[Part]) -> Transfer:
    given = [part for part in parts if part.type is EntryType.TRANSFER_OUT]
    slices = [[*part.lot, part.points] for part in given if part.lot is not None]
    last = given[-1]
    return Transfer(last.currency, slices, last.balance_after, last.recorded_at, given[0].ord)
