"""Checkout: what recording an order does to the ledger; part of the fold."""

from dataclasses import dataclass, replace

from services.kit.refusal import Conflict
from services.loyalty.rules.earning.birthdays import celebrating
from services.loyalty.rules.earning.decisions import Decision
from services.loyalty.rules.earning.earn_facts import past_of
from services.loyalty.rules.earning.earn_limits import EVER, Limits, counts_of
from services.loyalty.rules.earning.earn_rules import EarnRule
from services.loyalty.rules.earning.earning import decide
from services.loyalty.rules.earning.plain_rules import earned
from services.loyalty.rules.ledger.asks import be_countable, be_free_to_earn
from services.loyalty.rules.ledger.entries import SOURCE_EARNED, Account, EntryType, Journal, LotKey, key_of
from services.loyalty.rules.ledger.events import Moved, OrderRecorded
from services.loyalty.rules.ledger.expiry import NEVER, expires_at, local_day, local_time, matures_at
from services.loyalty.rules.ledger.grants import Grant, GrantKind
from services.loyalty.rules.ledger.lots import lot_of
from services.loyalty.rules.ledger.points import Answer, Book, Member
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.orders.judgements import Judgement
from services.loyalty.rules.orders.orders import (
    CurrencyNotAccepted,
    Earned,
    Order,
    OrderAlreadyRecorded,
    UnknownOrder,
    check_paid_at,
)
from services.loyalty.rules.orders.sharing import share
from services.loyalty.rules.programmes.programmes import CurrencyRules, Programme
from services.loyalty.rules.tiers import tiers


class OrderBelongsElsewhere(Conflict):
    """The same source and order id were recorded for another member."""


@dataclass(frozen=True, slots=True)
class OrderToRecord:
    """A well-formed order on its way in; an importer's may be old."""

    order: Order
    actor: str
    may_be_old: bool


def record_order(book: Book, asked: OrderToRecord) -> Answer:
    """Post what an order earns at the rate of the tier held when it was paid, and raise the tier it reaches."""
    order = asked.order
    place = (order.source, order.order_id)
    if known := book.state.orders.get(place):
        _be_the_same(order, known)
        return Answer(known, replayed=True)
    check_paid_at(order.paid_at, book.now, may_be_old=asked.may_be_old)
    history = book.programmes.history(order.programme_id)
    programme = history.at(order.paid_at)
    if order.money_currency != programme.money_currency:
        message = f"programme {programme.programme_id} counts in {programme.money_currency}"
        raise CurrencyNotAccepted(f"{message}: send the order in it", field="total.currency")
    member = book.touch(order.member_id, history)
    be_free_to_earn(member, "member")
    rewound = asked.may_be_old and tiers.rewind(history, member.standing, order.paid_at)
    if rewound:
        book.catch_up(member, order.paid_at)
    if order.member_id != member.standing.member_id:
        order = replace(order, member_id=member.standing.member_id)  # and it stays there, whatever is undone
    order.recorded_at = member.recorded_at
    order.rule_version = programme.version
    order.tier_at_payment = member.standing.tier_at(order.paid_at)
    journal = book.journal(
        member,
        key_of("order", order.source, order.order_id),
        asked.actor,
        order.fingerprint,
        order.paid_at,
        order_ref=order.ref,
    )
    journal.rule_version = programme.version
    _earn(book, member, programme, order, journal)
    member.standing.count(order.paid_at, programme.time_zone, order.total_minor, 1)
    book.tell(member, _recorded(order), order.paid_at)
    if rewound:
        book.judge(member, programme, order.paid_at + 1)
    else:
        raise_tier(book, member, programme, order.paid_at + 1)
    order.tier_after = member.standing.tier
    settle_up(book, member)
    order.is_new = True
    book.state.orders[place] = order
    return Answer(order)


def _earn(book: Book, member: Member, programme: Programme, order: Order, journal: Journal) -> None:
    """Credit, or promise, what the order earns, and share it over the lines."""
    order.earned = {}
    for line in order.lines:
        line.earned = {}
    weights = [line.minor for line in order.lines]
    if programme.earning.is_plain:
        decision, promised = None, earned(programme, order.tier_at_payment, order.total_minor)
    else:
        decision = _judge(book, member, programme, order)
        promised = decision.points
    for code, points in promised.items():
        be_countable(member.wallets[code], points)
    for code, points in promised.items():
        rules = programme.currency(code)
        assert rules is not None, "a version's earn rules name its own currencies"
        wallet = member.wallets[code]
        order.earned[code] = result = _place(rules, points, order.paid_at, programme.time_zone)
        if decision is not None and result.matures_at != NEVER:  # else all of it waits anyhow
            result.on_completion = decision.on_completion.get(code, 0)
        _give(wallet, journal, result, order.paid_at)
        result.balance_after = wallet.available
        book.count_earned(member, code, order.paid_at, points)
        parts = share(points, weights) if decision is None else decision.by_line[code]
        for line, part in zip(order.lines, parts, strict=True):
            if part:
                line.earned[code] = part
    if decision is not None:
        _count(book, programme, order, decision)
        book.state.grants.extend(
            coupon_of(order, rule) for rule in decision.coupons if not rule.on_completion
        )


def _give(wallet: Wallet, journal: Journal, result: Earned, paid_at: int) -> None:
    """Credit what an order earned, or promise it, each part in its bucket."""
    lot = LotKey(result.expires_at, result.month, SOURCE_EARNED)
    at_once = result.points - result.on_completion
    if result.on_completion:
        wallet.add_pending(journal, result.on_completion, lot._replace(expires_at=NEVER))
    if not result.is_pending(paid_at):
        result.matures_at = 0
        if at_once:
            wallet.credit(journal, EntryType.EARN, at_once, lot, Account.ISSUED)
    elif at_once:
        wallet.add_pending(journal, at_once, lot._replace(expires_at=result.matures_at))


def _judge(book: Book, member: Member, programme: Programme, order: Order) -> Decision:
    """What the rules say to an order, given what they gave before; kept with it."""
    plan, local = programme.earning, local_time(order.paid_at, programme.time_zone)
    past = past_of(member.standing, local, plan.asks, first=plan.asks_for_first)
    months = book.state.birthdays.get(order.member_id, ())
    past = celebrating(past, months, local.date(), plan.birthday_purposes)
    limits = Limits(programme, book.state.counts, order.member_id, local.date())
    decision = decide(programme, order, order.tier_at_payment, past, local, limits, explained=False)
    if past.is_first and decision.coupons:
        _leave_out_promised(book, order, decision)
    coupons = [rule.key for rule in decision.coupons]
    order.judgement = Judgement(past, decision.allowed, decision.by_rule, coupons)
    return decision


def _leave_out_promised(book: Book, order: Order, decision: Decision) -> None:
    """What is given once for good is no coupon of this order, and counts against no limit, where it was promised."""
    promised = book.state.promised | {(grant.member_id, grant.key) for grant in book.state.grants}
    decision.coupons = [
        rule
        for rule in decision.coupons
        if (order.member_id, coupon_of(order, rule).key) not in promised or not rule.is_once
    ]


def once_key(programme_id: str, rule: EarnRule) -> str:
    """The grant's key of such a coupon, which names no order."""
    return f"earn:{programme_id}:{rule.key}"


def coupon_of(order: Order, rule: EarnRule) -> Grant:
    """The promise of a coupon, once for the order; for the first order once for good, whatever is refunded."""
    key = once_key(order.programme_id, rule)
    return Grant(
        key if rule.is_once else f"{key}:{order.ref}",
        order.member_id,
        order.programme_id,
        GrantKind.COUPON,
        template=rule.coupon_template,
        reason="EARN_RULE",
        once_a_person=rule.is_once,
    )


def _count(book: Book, programme: Programme, order: Order, decision: Decision) -> None:
    """Count what limited rules gave, so that they give no more than they may."""
    today = local_day(order.paid_at, programme.time_zone) if programme.earning.limited else EVER
    for rule in programme.earning.limited:
        given = decision.by_rule.get(rule.currency, {}).get(rule.key, 0) + (rule in decision.coupons)
        if given:
            for count in counts_of(programme, rule, order.member_id, today):
                book.state.counts.add(count, given)


def _be_the_same(order: Order, known: Order) -> None:
    if known.fingerprint == order.fingerprint:
        return
    if known.member_id != order.member_id:
        message = "this source and order id were recorded for another member: order ids are used once"
        raise OrderBelongsElsewhere(message, field="order_id")
    message = "this source and order id were recorded with another body: order ids are used once"
    raise OrderAlreadyRecorded(message, field="order_id", recorded_total=known.total_minor)


def _place(rules: CurrencyRules, points: int, paid_at: int, zone: str) -> Earned:
    good_until, month, _ = lot_of(rules, paid_at, zone, SOURCE_EARNED)
    if (matures := matures_at(paid_at, rules.maturation, zone)) != paid_at:
        good_until = 0 if matures == NEVER else expires_at(matures, rules.expiry, zone)
    return Earned(points, matures, good_until, month, balance_after=0)


def _recorded(order: Order) -> OrderRecorded:
    moved = tuple(Moved(code, e.points, e.balance_after) for code, e in order.earned.items())
    return OrderRecorded(order.source, order.order_id, order.money_currency, order.total_minor, moved)


def raise_tier(book: Book, member: Member, programme: Programme, since: int) -> None:
    """Raise the tier under the version that judged the order, then under the one in force.

    A version no longer in force judges only while nothing was paid after that day: what the member reached
    later is no merit by thresholds that had ended. What came late counts with what was paid since from now on.
    """
    late = member.standing.last_day > local_day(since, programme.time_zone).toordinal()
    if member.current.version == programme.version:
        book.judge(member, programme, since)
    else:
        if not late:
            book.judge(member, programme, since)
        book.judge(member, member.current, max(since, member.current.effective_at))
    if late:
        book.judge(member, member.current, member.recorded_at)


def settle_up(book: Book, member: Member) -> None:
    """Do what is past already: a tier that was reached late, and what matured or expired since."""
    book.catch_up(member, book.now)
    for rules in member.current.currencies:
        book.settle(member, rules)


def recorded(book: Book, source: str, order_id: str) -> Order:
    """The order under a source and id. Raises ``UnknownOrder``."""
    order = book.state.orders.get((source, order_id))
    if order is None:
        message = "no order was recorded under this source and id: record it first"
        raise UnknownOrder(message, field="order_id")
    return order
