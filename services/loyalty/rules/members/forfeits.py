"""Forfeits: a membership is closed, and what the member had goes; part of the fold."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgpack

from services.kit.refusal import Declined
from services.loyalty.rules.ledger.asks import IdempotencyKeyReused
from services.loyalty.rules.ledger.entries import Account, EntryType, Journal, LotKey, key_of
from services.loyalty.rules.ledger.events import HoldReleased, Moved, PointsForfeited
from services.loyalty.rules.ledger.holds import HoldState
from services.loyalty.rules.ledger.points import Answer, Book, Member
from services.loyalty.rules.ledger.state import Denial, Part, Place
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.tiers.standings import Restriction

MEMBER_CLOSED = "MEMBER_CLOSED"
"""Why what an ended membership leaves is forfeited."""


class NothingToForfeit(Declined):
    """The member has neither points nor promises, and no open hold."""


@dataclass(frozen=True, slots=True)
class Forfeiture:
    """What is asked: that a member loses in one programme whatever is not owed."""

    member_id: str
    programme_id: str
    forfeit_id: str
    actor: str
    reason: str

    @property
    def fingerprint(self) -> bytes:
        return sha256(msgpack.packb((self.programme_id, self.reason))).digest()[:16]


@dataclass(frozen=True, slots=True)
class Forfeited:
    """What went of one currency; ``released`` is what open holds had kept of it."""

    currency: int
    available: int
    pending: int
    released: int


def forfeit_key(programme: int, forfeit_id: str) -> bytes:
    """The key of a forfeiture by the id its caller gave it, in one programme."""
    return key_of("forfeit", programme, forfeit_id)


def forfeit(book: Book, asked: Forfeiture) -> Answer:
    """Release open holds, cancel promises and take all that is available; debt stays."""
    history = book.programmes.history(asked.programme_id)
    number = history.newest.number
    key = forfeit_key(number, asked.forfeit_id)
    if known := _forfeited_before(book, book.state.place(asked.member_id, key, number), asked):
        return Answer(_forfeited(known), replayed=True)
    member = book.touch(asked.member_id, history)
    now = member.recorded_at
    if not any(wallet.available > 0 or wallet.pending or wallet.holds for wallet in member.wallets.values()):
        denial = Denial(asked.fingerprint, 0, 0, 0, now, is_new=True)
        book.state.denials[member.standing.member_id, key] = denial
        raise _nothing(replayed=False)
    first = len(book.entries)
    journal = book.journal(member, key, asked.actor, asked.fingerprint, now)
    for code, wallet in member.wallets.items():
        _release(book, member, code, wallet, journal)
        _take_all(book, member, code, wallet, journal, asked.reason)
    _note(member)
    return Answer(_forfeited(book.post(key, member, first)))


def let_go(book: Book, member: Member, journal: Journal) -> None:
    """Forfeit what came to a membership that is over, as all went that was there when it ended.

    Whatever must be posted comes by here: what is given back, and what merges bring. Whoever could be told no was
    refused by ``asks.be_free_to_earn``.
    """
    if member.standing.restriction is not Restriction.CLOSED:
        return
    for code, wallet in member.wallets.items():
        if _take_all(book, member, code, wallet, journal, MEMBER_CLOSED):
            _note(member)


def _take_all(book: Book, member: Member, code: str, wallet: Wallet, journal: Journal, reason: str) -> bool:
    """Cancel a wallet's promises and take all that is available; whether there was any of either."""
    there = max(0, wallet.available)
    if not there and not wallet.pending:
        return False
    journal.reason, journal.order_ref = reason, ""
    for *lot, points in [list(part) for part in wallet.pending_lots]:
        wallet.cancel_pending(journal, points, LotKey(*lot))
    wallet.take(journal, EntryType.FORFEIT, there, Account.FORFEITED)
    book.tell(member, PointsForfeited(Moved(code, there, wallet.available), reason), member.recorded_at)
    return True


def _note(member: Member) -> None:
    """Keep when all of it went: what was promised before is not fulfilled any more."""
    member.standing.forfeited_at = member.recorded_at
    member.standing.changed = member.standing.fate_changed = True


def _forfeited_before(book: Book, place: Place, asked: Forfeiture) -> list[Part] | None:
    known, denial = book.state.posted.get(place), book.state.denials.get(place)
    fingerprint = known[0].fingerprint if known else denial.fingerprint if denial else asked.fingerprint
    if fingerprint != asked.fingerprint:
        message = "this forfeit id was used for another request: take a new one"
        raise IdempotencyKeyReused(message, field="forfeit_id")
    if denial:
        raise _nothing(replayed=True)
    return known


def _nothing(*, replayed: bool) -> NothingToForfeit:
    message = "the member has no points, no promises and no open hold"
    return NothingToForfeit(message, available=0, pending=0, held=0, replayed=str(replayed).lower())


def _release(book: Book, member: Member, code: str, wallet: Wallet, journal: Journal) -> None:
    for hold in list(wallet.holds):
        points, journal.order_ref = hold.left, hold.order_ref
        wallet.release(journal, hold)
        hold.close(HoldState.RELEASED, member.recorded_at)
        moved = Moved(code, points, wallet.available)
        book.tell(member, HoldReleased(hold.hold_id, moved, timed_out=False), member.recorded_at)


def _forfeited(parts: Sequence[Part]) -> list[Forfeited]:
    def of(currency: int, type: EntryType) -> int:
        return sum(part.points for part in parts if (part.currency, part.type) == (currency, type))

    return [
        Forfeited(
            currency,
            of(currency, EntryType.FORFEIT),
            of(currency, EntryType.PENDING_CANCELED),
            of(currency, EntryType.HOLD_RELEASE),
        )
        for currency in dict.fromkeys(part.currency for part in parts)
    ]
