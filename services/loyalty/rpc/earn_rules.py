"""An earn rule between the wire and the rules, both ways."""

from collections.abc import Iterable

from huiyuan.loyalty.v1 import earn_rules_pb2 as wire

from services.loyalty.rpc.wire import choice, chosen, money
from services.loyalty.rules.earn_rules import EarnRounding, EarnRule
from services.loyalty.rules.wellformed import MULTIPLIER_SCALE, wrong


def earn_rules(messages: Iterable[wire.EarnRule], money_currency: str) -> Iterable[EarnRule]:
    for nth, rule in enumerate(messages):
        if money_currency and rule.per.currency != money_currency:
            raise wrong(f"the programme counts in {money_currency}", f"earn_rules[{nth}].per.currency")
        yield EarnRule(
            rule.key,
            rule.currency,
            rule.points,
            rule.per.minor_units,
            chosen(
                EarnRounding,
                wire.EarnRounding,
                "EARN_ROUNDING_",
                rule.rounding,
                f"earn_rules[{nth}].rounding",
            ),
            rule.tier_multiplied,
        )


def earn_rule(rule: EarnRule, money_currency: str) -> wire.EarnRule:
    """An earn rule as it was published."""
    return wire.EarnRule(
        key=rule.key,
        currency=rule.currency,
        points=rule.points,
        per=money(rule.per_minor, money_currency),
        rounding=choice(wire.EarnRounding, "EARN_ROUNDING_", rule.rounding),
        tier_multiplied=rule.tier_multiplied,
    )


def decimal(multiplier: int) -> str:
    """A multiplier as people write it: 1.5 for 15000."""
    whole, rest = divmod(multiplier, MULTIPLIER_SCALE)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")
