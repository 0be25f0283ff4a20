"""Holding: authorise points for a checkout, capture them, release them; part of the fold."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgpack

from services.loyalty.rules.ledger.asks import (
    Ask,
    IdempotencyKeyReused,
    be_available,
    be_convertible,
    be_free_to_spend,
    be_in_range,
    posted_before,
    spendable_of,
)
from services.loyalty.rules.ledger.entries import Account, EntryType, key_of
from services.loyalty.rules.ledger.events import HoldCaptured, HoldReleased, Moved, PointsHeld
from services.loyalty.rules.ledger.holds import (
    TRANSFERRING,
    CaptureExceedsHold,
    Hold,
    HoldNotOpen,
    HoldNotWellFormed,
    HoldState,
    TooManyHolds,
    UnknownHold,
)
from services.loyalty.rules.ledger.points import Answer, Book, Member
from services.loyalty.rules.ledger.redemptions import Redemption, redemption_key, redemption_of, wallet_of
from services.loyalty.rules.ledger.state import Part
from services.loyalty.rules.programmes.programmes import CurrencyRules

MOST_OPEN_HOLDS = 100
"""How many holds of a currency a member may have open; each operation on the member looks at all of them."""


def hold_key(hold_id: str) -> bytes:
    """The key of a hold by the id its caller gave it."""
    return key_of("hold", hold_id)


@dataclass(frozen=True, slots=True)
class Held:
    """A hold as it is now, and the balance right after it was made."""

    hold: Hold
    balance_after: int


def hold(book: Book, ask: Ask, hold_id: str, time_to_live_s: int | None) -> Answer:
    """Set points aside, first-expiring-first, so that two open checkouts never promise the same points.

    A time to live of None means the currency's own.
    """
    fingerprint = sha256(ask.fingerprint + msgpack.packb(time_to_live_s)).digest()[:16]
    if known := posted_before(book, ask, fingerprint, "hold_id"):
        programme = book.programmes.history(ask.programme_id).newest.number
        there = book.state.hold(ask.member_id, hold_id, programme)
        assert there is not None, "who posted a hold wrote it down"
        return Answer(Held(there.copy(), known[-1].balance_after), replayed=True)
    be_in_range(ask.points)
    _be_free(hold_id)
    member = book.touch(ask.member_id, book.programmes.history(ask.programme_id))
    be_free_to_spend(member)
    rules = spendable_of(member, ask.currency)
    be_convertible(rules, ask)
    lasts_us = _time_to_live(rules, time_to_live_s) * 1_000_000
    wallet = member.wallets[rules.code]
    if len(wallet.holds) >= MOST_OPEN_HOLDS:
        message = f"{len(wallet.holds)} holds are open: capture or release one first"
        raise TooManyHolds(message, open=len(wallet.holds), most=MOST_OPEN_HOLDS)
    be_available(book, ask, wallet, fingerprint, member.recorded_at)
    first, now = len(book.entries), member.recorded_at
    journal = book.journal(
        member, ask.key, ask.actor, fingerprint, now, order_ref=ask.order_ref, reason=ask.reason
    )
    held = Hold(
        member.standing.member_id,
        hold_id,
        rules.number,
        ask.points,
        ask.order_ref,
        ask.actor,
        fingerprint,
        now,
        now + lasts_us,
        is_new=True,
    )
    wallet.hold(journal, held)
    book.state.holds[held.member_id, hold_id] = held
    moved = Moved(rules.code, ask.points, wallet.available)
    book.tell(member, PointsHeld(hold_id, moved, held.expires_at, ask.order_ref), now)
    book.post(ask.key, member, first)
    return Answer(Held(held.copy(), wallet.available))


def _be_free(hold_id: str) -> None:
    """Refuse the names of transfers' own holds, whose entries would be taken for this one's."""
    if hold_id.startswith(TRANSFERRING):
        message = f"the ids of holds do not begin with {TRANSFERRING}: take another one"
        raise HoldNotWellFormed(message, field="hold_id")


def _time_to_live(rules: CurrencyRules, asked_s: int | None) -> int:
    """How many seconds a hold lasts. Raises ``HoldNotWellFormed``."""
    if asked_s is None:
        return rules.hold_minutes * 60
    longest_s = rules.longest_hold_minutes * 60
    if not 0 < asked_s <= longest_s:
        message = f"a hold of {rules.code} lasts 1 to {longest_s} seconds, and not {asked_s}"
        raise HoldNotWellFormed(message, field="time_to_live_seconds", asked=asked_s, longest=longest_s)
    return asked_s


@dataclass(frozen=True, slots=True)
class Capture:
    """Points of a hold to spend (None for all it keeps); ``final`` releases the rest.

    ``redemption_id`` names what is spent, so that it can be given back later.
    """

    member_id: str
    programme_id: str
    hold_id: str
    redemption_id: str
    points: int | None
    final: bool
    actor: str

    @property
    def fingerprint(self) -> bytes:
        body = (self.programme_id, self.hold_id, self.points, self.final)
        return sha256(msgpack.packb(body)).digest()[:16]


@dataclass(frozen=True, slots=True)
class Captured:
    """What a capture spent, and what it released of the rest."""

    redemption: Redemption
    released: int


def capture(book: Book, asked: Capture) -> Answer:
    """Spend a hold whole or in part, the earliest expiry first."""
    key = redemption_key(asked.redemption_id)
    programme = book.programmes.history(asked.programme_id).newest.number
    place = book.state.place(asked.member_id, key, programme)
    known = book.state.posted.get(place)
    if place in book.state.denials or (known and known[0].fingerprint != asked.fingerprint):
        message = "this redemption id was used for another redemption: take a new one"
        raise IdempotencyKeyReused(message, field="redemption_id")
    if known:
        return Answer(_captured(known), replayed=True)
    if asked.points is not None:
        be_in_range(asked.points)
    held, member = _hold_of(book, asked.member_id, asked.programme_id, asked.hold_id)
    _be_open(held)
    left = held.left
    points = left if asked.points is None else asked.points
    if points > left:
        message = f"{points} to capture and {left} held: capture fewer"
        raise CaptureExceedsHold(message, field="points", asked=points, held=left)
    code, wallet = wallet_of(member, held.currency)
    first, now = len(book.entries), member.recorded_at
    journal = book.journal(member, key, asked.actor, asked.fingerprint, now, order_ref=held.order_ref)
    wallet.capture(journal, held, points, EntryType.HOLD_CAPTURE, Account.REDEEMED)
    held.captured += points
    held.changed = True
    if asked.final or not held.slices:
        wallet.release(journal, held)
        held.close(HoldState.CAPTURED, now)
    if held.order_ref:
        book.state.spent_on.setdefault((held.member_id, held.order_ref), []).append(key)
    moved = Moved(code, points, wallet.available)
    book.tell(member, HoldCaptured(asked.hold_id, moved, asked.redemption_id), now)
    return Answer(_captured(book.post(key, member, first)))


def release(book: Book, member_id: str, programme_id: str, hold_id: str, actor: str) -> Answer:
    """Give back what a hold keeps; what expired meanwhile expires at once. What is back already stays so."""
    held, member = _hold_of(book, member_id, programme_id, hold_id)
    if held.state in (HoldState.RELEASED, HoldState.TIMED_OUT):
        return Answer(held.copy(), replayed=True)
    _be_open(held)
    code, wallet = wallet_of(member, held.currency)
    now = member.recorded_at
    journal = book.journal(member, key_of("release", hold_id), actor, b"", now, order_ref=held.order_ref)
    points = held.left
    wallet.release(journal, held)
    held.close(HoldState.RELEASED, now)
    book.tell(member, HoldReleased(hold_id, Moved(code, points, wallet.available), timed_out=False), now)
    return Answer(held.copy())


def _hold_of(book: Book, member_id: str, programme_id: str, hold_id: str) -> tuple[Hold, Member]:
    """A hold of a member with due things applied. Raises ``UnknownHold``."""
    history = book.programmes.history(programme_id)
    held = book.state.hold(member_id, hold_id, history.newest.number)
    if held is None or not history.newest.code(held.currency):
        raise UnknownHold("the member has no hold with this id: hold points first", field="hold_id")
    names = book.state.names(member_id, history.newest.number)
    if held.state is HoldState.OPEN and held.member_id not in names:
        # What was this one's of it went along as the two were parted, under the same id.
        message = (
            "it was held while the member was merged, and holds another's points alone: hold the member's own"
        )
        raise UnknownHold(message, field="hold_id")
    return held, book.touch(held.member_id, history)


def _be_open(held: Hold) -> None:
    if held.state is not HoldState.OPEN:
        message = f"the hold is {held.state.value.lower().replace('_', ' ')}: hold the points again"
        raise HoldNotOpen(message, field="hold_id", state=held.state.value, captured=held.captured)


def _captured(parts: Sequence[Part]) -> Captured:
    released = sum(part.points for part in parts if part.type is EntryType.HOLD_RELEASE)
    return Captured(redemption_of(parts), released)
