"""Completion: what it does to the ledger that an order arrived for good; part of the fold."""

from dataclasses import dataclass

from services.loyalty.rules.ledger.entries import SOURCE_EARNED, Journal, LotKey, key_of
from services.loyalty.rules.ledger.events import Moved, OrderCompleted
from services.loyalty.rules.ledger.expiry import NEVER, expires_at
from services.loyalty.rules.ledger.points import Answer, Book, Member
from services.loyalty.rules.orders.checkout import coupon_of, raise_tier, recorded, settle_up
from services.loyalty.rules.orders.judgements import given_back
from services.loyalty.rules.orders.orders import FUTURE_TOLERANCE_US, Order, OrderNotWellFormed


@dataclass(frozen=True, slots=True)
class Completion:
    """An order arrived for good; ``completed_at`` None means now."""

    source: str
    order_id: str
    completed_at: int | None
    actor: str


def complete_order(book: Book, completion: Completion) -> Answer:
    """Make available what waited for the order's completion, less what refunds took back meanwhile."""
    known = recorded(book, completion.source, completion.order_id)
    if known.completed_at:
        return Answer(known, replayed=True)
    order = known.copy()
    completed_at = completion.completed_at or max(book.now, order.paid_at)
    if not order.paid_at <= completed_at <= book.now + FUTURE_TOLERANCE_US:
        message = "completed_at must lie after paid_at and not in the future"
        raise OrderNotWellFormed(message, field="completed_at")
    history = book.programmes.history(order.programme_id)
    member = book.touch(order.member_id, history)
    journal = book.journal(
        member,
        key_of("complete", order.source, order.order_id),
        completion.actor,
        b"",
        completed_at,
        order_ref=order.ref,
    )
    first = len(book.entries)
    if order.recorded_at > book.state.forfeited_at(order.member_id, order.programme):
        _fulfil(member, journal, order, completed_at)
    for merge in book.state.merges_of(order.member_id, order.programme):
        merge.settle(book.entries[first:])
    order.completed_at = completed_at
    returned = order.total_minor and not order.refundable_minor
    if order.judgement and not returned:
        by_key = history.judging(order.rule_version).earning.by_key
        given = (by_key[key] for key in order.judgement.coupons)
        book.state.grants.extend(coupon_of(order, rule) for rule in given if rule.on_completion)
    order.changed = True
    moved = tuple(
        Moved(code, e.matured, e.matured_balance_after) for code, e in order.earned.items() if e.matured
    )
    book.state.orders[order.source, order.order_id] = order
    book.tell(member, OrderCompleted(order.source, order.order_id, moved), completed_at)
    raise_tier(book, member, member.current, completed_at + 1)
    settle_up(book, member)
    return Answer(order)


def _fulfil(member: Member, journal: Journal, order: Order, completed_at: int) -> None:
    """Make spendable what waited: by the currency all of it, else what rules promised; less what was taken back."""
    for code, result in order.earned.items():
        waits = result.matures_at == NEVER
        promised = result.points if waits else result.on_completion
        if not promised:
            continue
        rules = member.current.currency(code)
        assert rules is not None, "currencies stay for as long as the programme"
        wallet = member.wallets[code]
        good_until = expires_at(completed_at, rules.expiry, member.current.time_zone)
        if waits:
            result.matures_at, result.waited, result.expires_at = 0, True, good_until
        else:
            result.completion_expires_at = good_until
        taken = sum(line.taken_back.get(code, 0) for line in order.lines)
        result.matured = promised - given_back(promised, result.points, 0, taken)
        if result.matured:
            waiting = LotKey(NEVER, result.month, SOURCE_EARNED)
            wallet.activate_pending(journal, result.matured, waiting, good_until)
        result.matured_balance_after = wallet.available
