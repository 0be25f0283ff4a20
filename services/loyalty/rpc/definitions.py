"""A programme's definition between the wire and the rules, both ways."""

from collections.abc import Iterable

from huiyuan.loyalty.v1 import programmes_pb2 as wire
from huiyuan.loyalty.v1 import tiers_pb2

from services.loyalty.rpc import currencies
from services.loyalty.rpc.tiers import tier
from services.loyalty.rpc.wire import choice, chosen, localized, money, text, timestamp
from services.loyalty.rules.programmes import (
    MULTIPLIER_SCALE,
    Benefit,
    BenefitKind,
    Condition,
    EarnRounding,
    EarnRule,
    Programme,
    TierRule,
    multiplier,
    wrong,
)
from services.loyalty.storage.programmes import Publication


def programme(message: wire.Programme, effective_at: int) -> Programme:
    """A first version, not yet checked or numbered."""
    return Programme(
        programme_id=message.programme_id,
        number=0,
        version=1,
        name=localized(message.name, "name"),
        time_zone=message.time_zone,
        money_currency=message.money_currency,
        currencies=tuple(currencies.rules(message.currencies, message.money_currency)),
        earn_rules=tuple(earn_rules(message.earn_rules, message.money_currency)),
        tiers=tuple(tier_rules(message.tiers)),
        effective_at=effective_at,
    )


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


def tier_rules(messages: Iterable[wire.TierRule]) -> Iterable[TierRule]:
    for nth, rule in enumerate(messages):
        path = f"tiers[{nth}]"
        yield TierRule(
            rule.key,
            localized(rule.name, f"{path}.name"),
            tuple(Condition(condition.metric, condition.at_least) for condition in rule.conditions),
            multiplier(rule.multiplier, f"{path}.multiplier"),
            tuple(_benefit(benefit, f"{path}.benefits[{at}]") for at, benefit in enumerate(rule.benefits)),
        )


def published(publication: Publication) -> wire.Programme:
    """A version as it was published."""
    version = publication.programme
    return wire.Programme(
        programme_id=version.programme_id,
        version=version.version,
        name=text(version.name),
        time_zone=version.time_zone,
        money_currency=version.money_currency,
        currencies=[currencies.published(rules, version.money_currency) for rules in version.currencies],
        earn_rules=[earn_rule(rule, version.money_currency) for rule in version.earn_rules],
        tiers=[_wire_tier_rule(rule, rank) for rank, rule in enumerate(version.tiers, 1)],
        effective_at=timestamp(version.effective_at),
        published_by=publication.published_by,
        published_at=timestamp(publication.published_at),
        reason=publication.reason,
        is_default=publication.is_default,
    )


def _benefit(message: tiers_pb2.Benefit, path: str) -> Benefit:
    kind = chosen(BenefitKind, tiers_pb2.BenefitKind, "BENEFIT_KIND_", message.kind, f"{path}.kind")
    return Benefit(message.key, kind, localized(message.name, f"{path}.name"))


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


def _wire_tier_rule(rule: TierRule, rank: int) -> wire.TierRule:
    return wire.TierRule(
        key=rule.key,
        name=text(rule.name),
        conditions=[wire.TierCondition(metric=c.metric, at_least=c.at_least) for c in rule.conditions],
        multiplier=decimal(rule.multiplier),
        benefits=tier(rule, rank).benefits,
    )


def decimal(multiplier: int) -> str:
    """A multiplier as people write it: 1.5 for 15000."""
    whole, rest = divmod(multiplier, MULTIPLIER_SCALE)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")
