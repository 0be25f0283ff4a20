"""An earn rule between the wire and the rules, both ways."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from huiyuan.loyalty.v1 import earn_rules_pb2 as wire

from services.loyalty.rpc.wire import Choice, choice, chosen, money
from services.loyalty.rules.earning.earn_rules import (
    AwardKind,
    Cap,
    CapWindow,
    EarnRounding,
    EarnRule,
    EarnTrigger,
)
from services.loyalty.rules.earning.earn_schedules import Hours, Schedule
from services.loyalty.rules.programmes.wellformed import MULTIPLIER_SCALE, multiplier, wrong


def earn_rules(messages: Iterable[wire.EarnRule], money_currency: str) -> Iterable[EarnRule]:
    """Earn rules, not yet checked. Raises where a choice, a date or the money is not understood."""
    for nth, rule in enumerate(messages):
        path = f"earn_rules[{nth}]"
        if money_currency and rule.HasField("per") and rule.per.currency != money_currency:
            raise wrong(f"the programme counts in {money_currency}", f"{path}.per.currency")
        award = _or(AwardKind.PER_AMOUNT, wire.AwardKind, "AWARD_KIND_", rule.award, f"{path}.award")
        counts = award is AwardKind.PER_AMOUNT or rule.rounding
        yield EarnRule(
            rule.key,
            rule.currency,
            rule.points,
            rule.per.minor_units,
            chosen(EarnRounding, wire.EarnRounding, "EARN_ROUNDING_", rule.rounding, f"{path}.rounding")
            if counts
            else EarnRounding.WHOLE_STEPS,
            rule.tier_multiplied,
            _or(EarnTrigger.ORDER_PAID, wire.EarnTrigger, "EARN_TRIGGER_", rule.trigger, f"{path}.trigger"),
            rule.condition,
            rule.lines,
            award,
            multiplier(rule.multiplier, f"{path}.multiplier"),
            rule.coupon_template,
            _schedule(rule.schedule, f"{path}.schedule"),
            tuple(_caps(rule.caps, f"{path}.caps")),
            rule.budget,
            rule.priority,
            rule.exclusive,
        )


def _or(default: Choice, wire_kind: Any, prefix: str, value: int, path: str) -> Choice:
    return chosen(type(default), wire_kind, prefix, value, path) if value else default


def _schedule(message: wire.EarnSchedule, path: str) -> Schedule:
    return Schedule(
        _day(message.first_on, f"{path}.first_on"),
        _day(message.last_on, f"{path}.last_on"),
        tuple(message.days_of_month),
        tuple(message.weekdays),
        tuple(Hours(part.since, part.until) for part in message.hours),
        message.birthday_month_purpose,
    )


def _day(text: str, path: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong("a day is written such as 2026-11-30", path) from None


def _caps(messages: Iterable[wire.EarnCap], path: str) -> Iterable[Cap]:
    for nth, cap in enumerate(messages):
        window = chosen(CapWindow, wire.CapWindow, "CAP_WINDOW_", cap.window, f"{path}[{nth}].window")
        yield Cap(window, cap.points)


def earn_rule(rule: EarnRule, money_currency: str) -> wire.EarnRule:
    """An earn rule as it was published."""
    told = wire.EarnRule(
        key=rule.key,
        currency=rule.currency,
        points=rule.points,
        per=money(rule.per_minor, money_currency),
        rounding=choice(wire.EarnRounding, "EARN_ROUNDING_", rule.rounding),
        tier_multiplied=rule.tier_multiplied,
        trigger=choice(wire.EarnTrigger, "EARN_TRIGGER_", rule.trigger),
        condition=rule.condition,
        lines=rule.lines,
        award=choice(wire.AwardKind, "AWARD_KIND_", rule.award),
        multiplier=decimal(rule.multiplier),
        coupon_template=rule.coupon_template,
        caps=[
            wire.EarnCap(window=choice(wire.CapWindow, "CAP_WINDOW_", cap.window), points=cap.points)
            for cap in rule.caps
        ],
        budget=rule.budget,
        priority=rule.priority,
        exclusive=rule.exclusive,
    )
    when = rule.schedule
    if when != Schedule():
        told.schedule.CopyFrom(
            wire.EarnSchedule(
                first_on=str(when.first_on or ""),
                last_on=str(when.last_on or ""),
                days_of_month=when.days_of_month,
                weekdays=when.weekdays,
                hours=[wire.Hours(since=part.since, until=part.until) for part in when.hours],
                birthday_month_purpose=when.birthday_month_purpose,
            )
        )
    return told


def decimal(multiplier: int) -> str:
    """A multiplier as people write it: 1.5 for 15000."""
    whole, rest = divmod(multiplier, MULTIPLIER_SCALE)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")
