"""A tier scheme between the wire and the rules, both ways."""

from collections.abc import Iterable

from huiyuan.loyalty.v1 import tier_schemes_pb2 as wire

from services.loyalty.rpc import benefits
from services.loyalty.rpc.earn_rules import decimal
from services.loyalty.rpc.wire import localized, text
from services.loyalty.rules.tier_schemes import Condition, TierRule
from services.loyalty.rules.wellformed import multiplier


def tier_rules(messages: Iterable[wire.TierRule], money_currency: str) -> Iterable[TierRule]:
    for nth, rule in enumerate(messages):
        path = f"tiers[{nth}]"
        yield TierRule(
            rule.key,
            localized(rule.name, f"{path}.name"),
            tuple(Condition(condition.metric, condition.at_least) for condition in rule.conditions),
            multiplier(rule.multiplier, f"{path}.multiplier"),
            tuple(
                benefits.benefit(benefit, money_currency, f"{path}.benefits[{at}]")
                for at, benefit in enumerate(rule.benefits)
            ),
        )


def tier_rule(rule: TierRule, money_currency: str) -> wire.TierRule:
    """A tier as it was published."""
    return wire.TierRule(
        key=rule.key,
        name=text(rule.name),
        conditions=[wire.TierCondition(metric=c.metric, at_least=c.at_least) for c in rule.conditions],
        multiplier=decimal(rule.multiplier),
        benefits=[benefits.published(benefit, money_currency) for benefit in rule.benefits],
    )
