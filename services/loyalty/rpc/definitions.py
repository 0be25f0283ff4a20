"""A programme's definition between the wire and the rules, both ways."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

from huiyuan.loyalty.v1 import programmes_pb2 as wire
from huiyuan.loyalty.v1 import tiers_pb2

from services.kit.refusal import Invalid
from services.loyalty.rpc.tiers import tier
from services.loyalty.rpc.wire import choice, money, text, timestamp
from services.loyalty.rules.expiry import Expiry, Maturation, MaturationKind, Period, Rounding
from services.loyalty.rules.programmes import (
    MULTIPLIER_SCALE,
    Benefit,
    BenefitKind,
    Condition,
    CurrencyRules,
    EarnRounding,
    EarnRule,
    NegativePolicy,
    Programme,
    ProgrammeNotWellFormed,
    Text,
    TierRule,
    multiplier,
)
from services.loyalty.storage.programmes import Publication

Choice = TypeVar("Choice", bound=StrEnum)


class ChoiceMissing(Invalid):
    """A choice was left open."""


def programme(message: wire.Programme, effective_at: int) -> Programme:
    """A first version, not yet checked or numbered."""
    return Programme(
        programme_id=message.programme_id,
        number=0,
        version=1,
        name=_text(message.name, "name"),
        time_zone=message.time_zone,
        money_currency=message.money_currency,
        currencies=tuple(
            _currency(each, f"currencies[{nth}]") for nth, each in enumerate(message.currencies)
        ),
        earn_rules=tuple(earn_rules(message.earn_rules, message.money_currency)),
        tiers=tuple(tier_rules(message.tiers)),
        effective_at=effective_at,
    )


def earn_rules(messages: Iterable[wire.EarnRule], money_currency: str) -> Iterable[EarnRule]:
    for nth, rule in enumerate(messages):
        if money_currency and rule.per.currency != money_currency:
            message = f"earn_rules[{nth}].per: the programme counts in {money_currency}"
            raise ProgrammeNotWellFormed(message, field=f"earn_rules[{nth}].per.currency")
        yield EarnRule(
            rule.key,
            rule.currency,
            rule.points,
            rule.per.minor_units,
            _choice(
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
            _text(rule.name, f"{path}.name"),
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
        currencies=map(_wire_currency, version.currencies),
        earn_rules=[_wire_earn_rule(rule, version.money_currency) for rule in version.earn_rules],
        tiers=[_wire_tier_rule(rule, rank) for rank, rule in enumerate(version.tiers, 1)],
        effective_at=timestamp(version.effective_at),
        published_by=publication.published_by,
        published_at=timestamp(publication.published_at),
        reason=publication.reason,
        is_default=publication.is_default,
    )


def _currency(message: wire.CurrencyRules, path: str) -> CurrencyRules:
    maturation = _choice(
        MaturationKind, wire.MaturationKind, "MATURATION_KIND_", message.maturation.kind, f"{path}.maturation"
    )
    expires = message.expiry.kind == wire.EXPIRY_KIND_AFTER_PERIOD
    rounding = message.expiry.rounding or wire.EXPIRY_ROUNDING_NONE
    after = maturation is MaturationKind.AFTER_PERIOD
    return CurrencyRules(
        code=message.code,
        name=_text(message.name, f"{path}.name"),
        spendable=message.spendable,
        maturation=Maturation(
            maturation,
            Period.parse(message.maturation.period, f"{path}.maturation.period") if after else None,
        ),
        expiry=Expiry(
            Period.parse(message.expiry.period, f"{path}.expiry.period") if expires else None,
            _choice(Rounding, wire.ExpiryRounding, "EXPIRY_ROUNDING_", rounding, f"{path}.expiry.rounding"),
        ),
        negative_policy=_choice(
            NegativePolicy,
            wire.NegativePolicy,
            "NEGATIVE_POLICY_",
            message.negative_policy,
            f"{path}.negative_policy",
        ),
        debt_floor=message.debt_floor,
    )


def _benefit(message: tiers_pb2.Benefit, path: str) -> Benefit:
    kind = _choice(BenefitKind, tiers_pb2.BenefitKind, "BENEFIT_KIND_", message.kind, f"{path}.kind")
    return Benefit(message.key, kind, _text(message.name, f"{path}.name"))


def _text(message: Any, path: str) -> Text:
    if not (message.zh and message.en):
        raise ProgrammeNotWellFormed(f"{path}: give both zh and en", field=path)
    return Text(message.zh, message.en)


def _choice(kind: type[Choice], wire_kind: Any, prefix: str, value: int, path: str) -> Choice:
    names = {wire_kind.Value(name): name for name in wire_kind.keys()}  # noqa: SIM118
    name = names.get(value, "").removeprefix(prefix)
    if name not in kind.__members__:
        raise ChoiceMissing(f"{path}: choose one of {', '.join(kind)}", field=path)
    return kind(name)


def _wire_currency(currency: CurrencyRules) -> wire.CurrencyRules:
    expires = currency.expiry.period is not None
    return wire.CurrencyRules(
        code=currency.code,
        name=text(currency.name),
        spendable=currency.spendable,
        maturation=wire.Maturation(
            kind=choice(wire.MaturationKind, "MATURATION_KIND_", currency.maturation.kind),
            period=str(currency.maturation.period or ""),
        ),
        expiry=wire.Expiry(
            kind=wire.EXPIRY_KIND_AFTER_PERIOD if expires else wire.EXPIRY_KIND_NEVER,
            period=str(currency.expiry.period or ""),
            rounding=choice(wire.ExpiryRounding, "EXPIRY_ROUNDING_", currency.expiry.rounding),
        ),
        negative_policy=choice(wire.NegativePolicy, "NEGATIVE_POLICY_", currency.negative_policy),
        debt_floor=currency.debt_floor,
    )


def _wire_earn_rule(rule: EarnRule, money_currency: str) -> wire.EarnRule:
    return wire.EarnRule(
        key=rule.key,
        currency=rule.currency,
        points=rule.points,
        per=money(rule.per_minor, money_currency),
        rounding=choice(wire.EarnRounding, "EARN_ROUNDING_", rule.rounding),
        tier_multiplied=rule.tier_multiplied,
    )


def _wire_tier_rule(rule: TierRule, rank: int) -> wire.TierRule:
    whole, rest = divmod(rule.multiplier, MULTIPLIER_SCALE)
    decimal = f"{whole}.{rest:04d}".rstrip("0").rstrip(".")
    return wire.TierRule(
        key=rule.key,
        name=text(rule.name),
        conditions=[wire.TierCondition(metric=c.metric, at_least=c.at_least) for c in rule.conditions],
        multiplier=decimal,
        benefits=tier(rule, rank).benefits,
    )
