"""Returns: what recording a refund does to the ledger; part of the fold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

import msgpack

from services.loyalty.rules.earning.earn_limits import counts_of
from services.loyalty.rules.ledger.entries import SOURCE_EARNED, Account, EntryType, Journal, LotKey, key_of
from services.loyalty.rules.ledger.events import Moved, OrderRefunded
from services.loyalty.rules.ledger.expiry import NEVER, local_day
from services.loyalty.rules.ledger.points import Answer, Book, Member, take_or_owe
from services.loyalty.rules.ledger.redemptions import give_back, left_of, redemption_of, wallet_of
from services.loyalty.rules.ledger.slices import split
from services.loyalty.rules.ledger.state import Place
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.members.forfeits import let_go
from services.loyalty.rules.orders.checkout import recorded
from services.loyalty.rules.orders.judgements import given_back
from services.loyalty.rules.orders.orders import FUTURE_TOLERANCE_US, CurrencyNotAccepted, Order
from services.loyalty.rules.orders.refunds import (
    NotEnoughPointsToTakeBack,
    Refund,
    RefundAlreadyRecorded,
    RefundLine,
    RefundNotWellFormed,
    TakenBack,
    money_of,
    refund_amount,
    refund_lines,
    take_back,
)
from services.loyalty.rules.programmes.programmes import NegativePolicy
from services.loyalty.rules.tiers import tiers

BY_REFUND = "refund:\t"
"""What the ids of a refund's reversals begin with; a caller's own are printable and have no tab."""


@dataclass(frozen=True, slots=True)
class RefundToRecord:
    """Lines to refund, or an amount in minor units of a money currency."""

    source: str
    order_id: str
    refund_id: str
    lines: tuple[RefundLine, ...] | None
    amount_minor: int
    money_currency: str
    refunded_at: int | None
    actor: str

    @property
    def fingerprint(self) -> bytes:
        lines = None if self.lines is None else [(line.line_id, line.minor) for line in self.lines]
        body = (lines, self.amount_minor, self.money_currency, self.refunded_at)
        return sha256(msgpack.packb(body)).digest()[:16]


def record_refund(book: Book, asked: RefundToRecord) -> Answer:
    """Take back what the refunded lines, or the refunded amount, earned; refused or done whole."""
    place = (asked.source, asked.order_id, asked.refund_id)
    if known := book.state.refunds.get(place):
        if known.fingerprint != asked.fingerprint:
            message = "this refund id was recorded with another body: refund ids are used once"
            raise RefundAlreadyRecorded(message, field="refund_id", recorded=known.refunded_minor)
        return Answer(known, replayed=True)
    order = recorded(book, asked.source, asked.order_id).copy()
    refunded_at = _refunded_at(book, order, asked)
    shares = (
        refund_amount(order, asked.amount_minor) if asked.lines is None else refund_lines(order, asked.lines)
    )
    back = take_back(order, shares, by_line=asked.lines is not None)
    member = book.touch(order.member_id, book.programmes.history(order.programme_id))
    spent = _spent_on(book, order)
    _be_allowed(book, member, order, back, spent)
    journal = book.journal(
        member,
        key_of("refund", asked.source, asked.order_id, asked.refund_id),
        asked.actor,
        asked.fingerprint,
        refunded_at,
        order_ref=order.ref,
    )
    returned, own = _give_back(book, member, spent, asked.refund_id, journal)
    taken = _reverse(book, member, order, back, journal)
    _uncount(book, member, order, money_of(shares), back)
    _give_limits_back(book, order, back)
    refund = Refund(
        *place,
        order.member_id,
        asked.fingerprint,
        order.money_currency,
        money_of(shares),
        order.refundable_minor,
        taken,
        member.recorded_at,
        returned,
        shares,
        asked.lines is not None,
        is_new=True,
    )
    book.state.orders[asked.source, asked.order_id] = order
    book.state.refunds[place] = refund
    book.tell(member, _told(refund, member, own), refunded_at)
    let_go(book, member, journal)
    fallen = tiers.recount(member.current, member.standing, member.balances(), member.recorded_at)
    book.tell_moves(member, fallen)
    return Answer(refund)


def _told(refund: Refund, member: Member, own: dict[str, int]) -> OrderRefunded:
    """The refund as an event; ``own`` is what came back to the order's member."""
    moved = [Moved(code, t.points, t.balance_after) for code, t in refund.taken_back.items()]
    given = [Moved(code, points, member.wallets[code].available) for code, points in own.items()]
    return OrderRefunded(
        refund.source,
        refund.order_id,
        refund.refund_id,
        refund.money_currency,
        refund.refunded_minor,
        tuple(moved),
        tuple(given),
    )


def _uncount(book: Book, member: Member, order: Order, minor: int, back: dict[str, int]) -> None:
    """Count refunded money and what it earned no longer, nor an order once all of it is refunded.

    A merge gives back none of them.
    """
    orders = int(order.refundable_minor == 0 and minor > 0)
    member.standing.count(order.paid_at, member.current.time_zone, -minor, -orders)
    for code, points in back.items():
        book.count_earned(member, code, order.paid_at, -points)
    earned = {member.wallets[code].currency: points for code, points in back.items()}
    for merge in book.state.merges_of(order.member_id, order.programme):
        merge.settle_day(local_day(order.paid_at, member.current.time_zone), minor, orders, earned)


def _give_limits_back(book: Book, order: Order, back: dict[str, int]) -> None:
    """Give budgets and caps back what a refund takes of what limited rules gave, in the same proportion."""
    if order.judgement is None:
        return
    programme = book.programmes.history(order.programme_id).judging(order.rule_version)
    today = local_day(order.paid_at, programme.time_zone)
    for code, points in back.items():
        earned = order.earned[code].points
        after = sum(line.taken_back.get(code, 0) for line in order.lines)
        for key, given in order.judgement.given.get(code, {}).items():
            rule = programme.earning.by_key[key]
            returned = given_back(given, earned, after - points, after)
            if returned and rule.is_limited:
                for count in counts_of(programme, rule, order.member_id, today):
                    book.state.counts.add(count, -returned)


def _refunded_at(book: Book, order: Order, asked: RefundToRecord) -> int:
    """When it was refunded, now if nothing was said. Raises ``RefundNotWellFormed`` or ``CurrencyNotAccepted``."""
    refunded_at = asked.refunded_at or max(book.now, order.paid_at)
    if not order.paid_at <= refunded_at <= book.now + FUTURE_TOLERANCE_US:
        message = "refunded_at must lie after paid_at and not in the future"
        raise RefundNotWellFormed(message, field="refunded_at")
    if asked.money_currency not in ("", order.money_currency):
        message = f"the order was paid in {order.money_currency}: refund it in the same"
        raise CurrencyNotAccepted(message, field="amount.currency")
    return refunded_at


def _spent_on(book: Book, order: Order) -> list[tuple[Place, int]]:
    """What comes back of each redemption made on the order: in the proportion refunded so far, and in the end all."""
    spent, programme = [], book.programmes.history(order.programme_id).newest
    for place in book.state.spent(order.member_id, order.ref, order.programme):
        redemption = redemption_of(book.state.posted[place])
        if not programme.code(redemption.currency):
            continue  # another programme's points, which know nothing of this one's orders
        points = redemption.points
        due = points if not order.refundable_minor else points * order.refunded_minor // order.total_minor
        returned = points - sum(part[3] for part in left_of(book, place))
        if due > returned:
            spent.append((place, due - returned))
    return spent


def _give_back(
    book: Book, member: Member, spent: Sequence[tuple[Place, int]], refund_id: str, journal: Journal
) -> tuple[dict[str, int], dict[str, int]]:
    """Give back what was redeemed, before anything is taken; points by currency code, in all and to the member.

    What was spent while the member was merged into another goes back to that other.
    """
    returned, own = Counter[str](), Counter[str]()
    sides = {member.standing.member_id: (member, journal)}
    for place, points in spent:
        name = book.state.names(place[0], member.current.number)[-1]
        if name not in sides:
            other = book.touch(name, member.history)
            sides[name] = other, replace(journal, member_id=name, recorded_at=other.recorded_at, part=0)
        side, written = sides[name]
        give_back(book, side, place, f"{BY_REFUND}{refund_id}", points, written, to_be_taken=side is member)
        code, _ = wallet_of(side, book.state.posted[place][0].currency)
        returned[code] += points
        if side is member:
            own[code] += points
    for side, _ in sides.values():
        for rules in side.current.currencies:
            book.settle(side, rules)  # what came back and is past is not there to be taken
    return dict(returned), dict(own)


def _be_allowed(
    book: Book, member: Member, order: Order, back: dict[str, int], spent: Sequence[tuple[Place, int]]
) -> None:
    forfeited_at = book.state.forfeited_at(order.member_id, order.programme)
    for code, points in back.items():
        rules = member.current.currency(code)
        if rules is None or rules.negative_policy is not NegativePolicy.REFUSE:
            continue
        wallet = member.wallets[code]
        there = max(0, wallet.available + _coming(book, member, wallet, spent))
        pieces = _pieces(order, code, points, member, forfeited_at)
        wanted = sum(piece.points for piece in pieces if not (piece.is_forfeited or piece.is_pending))
        if wanted > there:
            message = f"{wanted} {code} must be taken back and {there} are there: the programme refuses it"
            raise NotEnoughPointsToTakeBack(message, asked=wanted, available=there)


class _Piece(NamedTuple):
    """Points to take back that lie in one bucket; promised ones are pending, forfeited ones are gone already."""

    points: int
    lot: LotKey
    is_pending: bool
    is_forfeited: bool


def _pieces(order: Order, code: str, points: int, member: Member, forfeited_at: int) -> list[_Piece]:
    """Where points lie that a refund takes back: what rules promised for the completion, in proportion, and the rest."""
    result = order.earned[code]
    taken = sum(line.taken_back.get(code, 0) for line in order.lines)
    awaited = given_back(result.on_completion, result.points, taken - points, taken)
    pending, waits = result.is_pending(member.recorded_at), not result.completion_expires_at
    until = result.matures_at if pending else result.expires_at
    if result.matures_at and not pending:
        # It came true by itself, under a version that the order may not know.
        until = member.history.good_until(member.wallets[code].currency, result.matures_at)
    lot = LotKey(until, result.month, SOURCE_EARNED)
    other = lot._replace(expires_at=NEVER if waits else result.completion_expires_at)
    pieces = (
        _Piece(points - awaited, lot, pending, order.forfeited(code, forfeited_at)),
        _Piece(awaited, other, waits, waits and order.recorded_at <= forfeited_at),
    )
    return [piece for piece in pieces if piece.points]


def _coming(book: Book, member: Member, wallet: Wallet, spent: Sequence[tuple[Place, int]]) -> int:
    """How many points that come back to a member's wallet are still good."""
    return sum(
        part[3]
        for place, points in spent
        if book.state.posted[place][0].currency == wallet.currency
        and book.state.names(place[0], member.current.number)[-1] == wallet.member_id
        for part in split(left_of(book, place)[::-1], points)[0]
        if part[0] > member.recorded_at
    )


def _reverse(
    book: Book, member: Member, order: Order, back: dict[str, int], journal: Journal
) -> dict[str, TakenBack]:
    """Take points back from the bucket they entered, then first-expiring, then as the policy says."""
    first, taken = len(book.entries), {}
    forfeited_at = book.state.forfeited_at(order.member_id, order.programme)
    for code, points in back.items():
        rules = member.current.currency(code)
        assert rules is not None, "currencies stay for as long as the programme"
        wallet = member.wallets[code]
        owed = lost = gone = 0
        for piece in _pieces(order, code, points, member, forfeited_at):
            if piece.is_forfeited:
                gone += piece.points
            elif piece.is_pending:
                wallet.cancel_pending(journal, piece.points, piece.lot)
            else:
                more_owed, more_lost = take_or_owe(
                    member, rules, journal, EntryType.EARN_REVERSAL, piece.points, Account.ISSUED, piece.lot
                )
                owed, lost = owed + more_owed, lost + more_lost
        if lost:
            off = EntryType.WRITE_OFF, Account.WRITTEN_OFF, Account.ISSUED
            journal.write(rules.number, *off, lost, None, wallet.available)
        taken[code] = TakenBack(points, owed, lost, wallet.available, gone)
    for merge in book.state.merges_of(order.member_id, order.programme):
        merge.settle(book.entries[first:])
    return taken
