"""Adjustments: credits and debits by hand; part of the fold."""

from services.kit.refusal import Declined
from services.loyalty.rules.ledger.asks import (
    MOST_POINTS,
    Ask,
    NotEnoughPoints,
    PointsBeyondMeasure,
    PointsOutOfRange,
    be_countable,
    be_free_to_earn,
    currency_of,
    posted_before,
)
from services.loyalty.rules.ledger.entries import SOURCE_ADJUSTED, Account, EntryType, Journal
from services.loyalty.rules.ledger.events import Moved, PointsAdjusted
from services.loyalty.rules.ledger.lots import lot_of
from services.loyalty.rules.ledger.points import Answer, Book, Member, debt_room, take_or_owe
from services.loyalty.rules.programmes.programmes import CurrencyRules


class ApprovalNeeded(Declined):
    """The adjustment is larger than one person may make; nothing is posted yet."""


def adjust(book: Book, ask: Ask, *, approved: bool = False) -> Answer:
    """Credit (points above 0) or debit (below 0); a debit owes what is not there only where the policy allows it."""
    if known := posted_before(book, ask, ask.fingerprint):
        return Answer(known[-1], replayed=True)
    if not 0 < abs(ask.points) <= MOST_POINTS:
        message = "adjust by at least 1 and at most 2^53 points, either way"
        raise PointsOutOfRange(message, field="points", asked=ask.points)
    member = book.touch(ask.member_id, book.programmes.history(ask.programme_id))
    if ask.points > 0:
        be_free_to_earn(member)  # a debit is how staff put right what somebody who is gone still has
    rules = currency_of(member, ask.currency)
    if 0 < rules.approval_above < abs(ask.points) and not approved:
        message = f"{ask.points} asked: above {rules.approval_above} a second person approves"
        raise ApprovalNeeded(message, field="points", asked=ask.points, most=rules.approval_above)
    wallet = member.wallets[rules.code]
    first, now = len(book.entries), member.recorded_at
    journal = book.journal(member, ask.key, ask.actor, ask.fingerprint, now, reason=ask.reason)
    if ask.points > 0:
        be_countable(wallet, ask.points)
        lot = lot_of(rules, now, member.current.time_zone, SOURCE_ADJUSTED)
        wallet.credit(journal, EntryType.ADJUST_CREDIT, ask.points, lot, Account.ADJUSTMENTS)
    else:
        _debit(member, rules, journal, -ask.points)
    book.tell(member, PointsAdjusted(Moved(rules.code, ask.points, wallet.available), ask.reason), now)
    book.judge(member, member.current, now)
    return Answer(book.post(ask.key, member, first)[-1])


def _debit(member: Member, rules: CurrencyRules, journal: Journal, points: int) -> None:
    wallet = member.wallets[rules.code]
    there = max(0, wallet.available)
    if points > there and points - there > debt_room(member, rules):
        message = f"{points} asked, {there} available, {wallet.held} held: debit fewer"
        raise NotEnoughPoints(message, field="points", asked=points, available=there, held=wallet.held)
    if wallet.debt + points - there > MOST_POINTS:
        message = f"{points} asked and {wallet.debt} owed: a member owes at most 2^53 points"
        raise PointsBeyondMeasure(message, field="points", asked=points, debt=wallet.debt)
    take_or_owe(member, rules, journal, EntryType.ADJUST_DEBIT, points, Account.ADJUSTMENTS)
