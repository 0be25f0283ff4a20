"""Accounting at the door: how an order's points were reckoned, and how a refund's were, step by step."""

from collections.abc import Sequence
from fractions import Fraction

from huiyuan.loyalty.v1 import statements_pb2 as wire

from services.loyalty.rpc.earning.earn_rules import decimal, earn_rule
from services.loyalty.rpc.wire import choice, money
from services.loyalty.rules.earning.decisions import Decision
from services.loyalty.rules.earning.earn_limits import Remembered
from services.loyalty.rules.earning.earning import decide
from services.loyalty.rules.earning.verdicts import Verdict
from services.loyalty.rules.ledger.expiry import local_time
from services.loyalty.rules.orders.judgements import Judgement
from services.loyalty.rules.orders.orders import Line, Order
from services.loyalty.rules.orders.refunds import Refund, TakenBack, retrace
from services.loyalty.rules.programmes.programmes import Programme


def earning(order: Order, version: Programme, code: str) -> wire.EarningExplained:
    """What every rule said to an order, by the code that posted it and by what was kept of the member's past."""
    kept = order.judgement or Judgement()
    local = local_time(order.paid_at, version.time_zone)
    found = decide(version, order, order.tier_at_payment, kept.past, local, Remembered(kept.allowed))
    numerator, denominator = found.exact.get(code, (0, 1))
    return wire.EarningExplained(
        source=order.source,
        order_id=order.order_id,
        programme_version=version.version,
        tier=order.tier_at_payment,
        total=money(order.total_minor, order.money_currency),
        verdicts=verdicts(found, order, version, code),
        exact=str(Fraction(numerator, denominator)),
        points=found.points.get(code, 0),
        lines=[
            wire.LineShare(
                line_id=line.line_id,
                money=money(line.minor, order.money_currency),
                points=line.earned.get(code, 0),
            )
            for line in order.lines
        ],
    )


def verdicts(found: Decision, order: Order, version: Programme, code: str) -> list[wire.RuleVerdict]:
    """What each rule said, as to one currency; to every currency where the code is empty."""
    return [_verdict(verdict, found, order, version, code) for verdict in found.verdicts]


def _verdict(
    verdict: Verdict, found: Decision, order: Order, version: Programme, code: str
) -> wire.RuleVerdict:
    rule = verdict.rule
    told = wire.RuleVerdict(
        rule=earn_rule(rule, version.money_currency),
        multiplier=decimal(verdict.multiplier),
        exact=str(Fraction(verdict.numerator, verdict.denominator)),
        steps=verdict.steps,
        limited_by=verdict.limited_by,
        overruled_by=verdict.overruled_by,
        points=found.by_rule.get(rule.currency, {}).get(rule.key, 0),
        line_ids=[order.lines[nth].line_id for nth in verdict.lines or ()],
    )
    if code and rule.currency not in ("", code):
        told.reason = wire.NOT_COUNTED_REASON_OTHER_CURRENCY
    elif verdict.nothing is not None:
        told.reason = choice(wire.NotCountedReason, "NOT_COUNTED_REASON_", verdict.nothing)
    else:
        told.counted = True
    return told


def refund(order: Order, refunds: Sequence[Refund], of: Refund, code: str) -> wire.RefundExplained:
    """What a refund took back: earned x refunded so far / money, less what refunds before it had taken."""
    before = refunds[: refunds.index(of)]
    taken = of.taken_back.get(code) or TakenBack(0, 0, 0, 0)
    taken_before = sum(each.taken_back[code].points for each in before if code in each.taken_back)
    earned = order.earned.get(code)
    refunded_after = order.total_minor - of.refundable_minor
    told = wire.RefundExplained(
        source=order.source,
        order_id=order.order_id,
        refund_id=of.refund_id,
        refunded=money(of.refunded_minor, order.money_currency),
        total=money(order.total_minor, order.money_currency),
        earned=earned.points if earned else 0,
        refunded_before=money(refunded_after - of.refunded_minor, order.money_currency),
        refunded_after=money(refunded_after, order.money_currency),
        taken_back_before=taken_before,
        taken_back_after=taken_before + taken.points,
        by_line=of.by_line,
        became_debt=taken.became_debt,
        written_off=taken.written_off,
        returned=of.returned.get(code, 0),
    )
    if steps := retrace(order, refunds, of):
        told.lines.extend(
            _line(was, now, order.money_currency, code)
            for was, now in zip(*(step.lines for step in steps), strict=True)
        )
    return told


def _line(was: Line, now: Line, currency: str, code: str) -> wire.LineTakenBack:
    return wire.LineTakenBack(
        line_id=now.line_id,
        money=money(now.minor, currency),
        earned=now.earned.get(code, 0),
        refunded_before=money(was.refunded_minor, currency),
        refunded_after=money(now.refunded_minor, currency),
        taken_back_before=was.taken_back.get(code, 0),
        taken_back_after=now.taken_back.get(code, 0),
    )
