"""A tier scheme between the wire and the rules, both ways."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

from huiyuan.loyalty.v1 import tier_schemes_pb2 as wire

from services.loyalty.rpc.benefits import benefits
from services.loyalty.rpc.earning.earn_rules import decimal
from services.loyalty.rpc.tiers import tier_sales
from services.loyalty.rpc.wire import choice, chosen, localized, text
from services.loyalty.rules.ledger.expiry import Period
from services.loyalty.rules.programmes.wellformed import multiplier
from services.loyalty.rules.tiers.tier_schemes import (
    Condition,
    Downgrade,
    Knot,
    Match,
    OnPublish,
    ScorePart,
    Successor,
    TierRule,
    TierScheme,
)
from services.loyalty.rules.tiers.windows import LIFETIME, Window, WindowKind

Choice = TypeVar("Choice", bound=StrEnum)

_MATCH, _WINDOW, _DOWNGRADE, _PUBLISH = (
    "CONDITION_MATCH_",
    "TIER_WINDOW_KIND_",
    "DOWNGRADE_MODE_",
    "ON_PUBLISH_",
)


def tier_rules(messages: Iterable[wire.TierRule], money_currency: str) -> Iterable[TierRule]:
    for nth, rule in enumerate(messages):
        path = f"tiers[{nth}]"
        yield TierRule(
            rule.key,
            localized(rule.name, f"{path}.name"),
            _conditions(rule.conditions, f"{path}.conditions"),
            multiplier(rule.multiplier, f"{path}.multiplier"),
            tuple(
                benefits.benefit(benefit, money_currency, f"{path}.benefits[{at}]")
                for at, benefit in enumerate(rule.benefits)
            ),
            _or(Match.ALL, wire.ConditionMatch, _MATCH, rule.match, f"{path}.match"),
            _conditions(rule.retain, f"{path}.retain"),
            _or(Match.ALL, wire.ConditionMatch, _MATCH, rule.retain_match, f"{path}.retain_match"),
            tier_sales.sale(rule.sale, money_currency, f"{path}.sale") if rule.HasField("sale") else None,
        )


def tier_rule(rule: TierRule, money_currency: str) -> wire.TierRule:
    """A tier as it was published."""
    return wire.TierRule(
        key=rule.key,
        name=text(rule.name),
        conditions=map(condition, rule.conditions),
        multiplier=decimal(rule.multiplier),
        benefits=[benefits.published(benefit, money_currency) for benefit in rule.benefits],
        match=match(rule.match),
        retain=map(condition, rule.retain),
        retain_match=match(rule.retain_match),
        sale=None if rule.sale is None else tier_sales.published(rule.sale, money_currency),
    )


def tier_scheme(message: wire.TierScheme) -> TierScheme:
    """What the ladder as a whole says, not yet checked."""
    path = "tier_scheme"
    return TierScheme(
        _period(message.validity, f"{path}.validity"),
        _period(message.grace, f"{path}.grace"),
        _or(Downgrade.NONE, wire.DowngradeMode, _DOWNGRADE, message.downgrade, f"{path}.downgrade"),
        message.refunds_count_at_once,
        _or(OnPublish.RAISE_ONLY, wire.OnPublish, _PUBLISH, message.on_publish, f"{path}.on_publish"),
        tuple(
            ScorePart(
                part.key,
                localized(part.name, f"{path}.score[{nth}].name"),
                part.metric,
                _window(part.window, f"{path}.score[{nth}].window"),
                tuple(Knot(knot.at, knot.score) for knot in part.knots),
                part.neutral if part.HasField("neutral") else None,
            )
            for nth, part in enumerate(message.score)
        ),
        tuple(Successor(each.from_tier, each.to_tier) for each in message.successors),
    )


def published_scheme(scheme: TierScheme) -> wire.TierScheme:
    """The same as it was published."""
    return wire.TierScheme(
        validity=str(scheme.validity or ""),
        grace=str(scheme.grace or ""),
        downgrade=choice(wire.DowngradeMode, _DOWNGRADE, scheme.downgrade),
        refunds_count_at_once=scheme.refunds_count_at_once,
        on_publish=choice(wire.OnPublish, _PUBLISH, scheme.on_publish),
        score=[
            wire.ScorePart(
                key=part.key,
                name=text(part.name),
                metric=part.metric,
                window=window(part.window),
                knots=[wire.ScoreKnot(at=knot.at, score=knot.score) for knot in part.knots],
                neutral=part.neutral,
            )
            for part in scheme.score
        ],
        successors=[
            wire.TierSuccessor(from_tier=each.from_tier, to_tier=each.to_tier) for each in scheme.successors
        ],
    )


def condition(of: Condition) -> wire.TierCondition:
    """A condition as it was published."""
    return wire.TierCondition(metric=of.metric, at_least=of.at_least, window=window(of.window))


def match(of: Match) -> wire.ConditionMatch:
    """How many conditions must hold."""
    found: wire.ConditionMatch = choice(wire.ConditionMatch, _MATCH, of)
    return found


def window(of: Window) -> wire.TierWindow:
    return wire.TierWindow(kind=choice(wire.TierWindowKind, _WINDOW, of.kind), days=of.days)


def _conditions(messages: Iterable[wire.TierCondition], path: str) -> tuple[Condition, ...]:
    return tuple(
        Condition(each.metric, each.at_least, _window(each.window, f"{path}[{nth}].window"))
        for nth, each in enumerate(messages)
    )


def _window(message: wire.TierWindow, path: str) -> Window:
    kind = _or(WindowKind.LIFETIME, wire.TierWindowKind, _WINDOW, message.kind, f"{path}.kind")
    return Window(kind, message.days) if message.days or kind is not WindowKind.LIFETIME else LIFETIME


def _period(said: str, path: str) -> Period | None:
    return Period.parse(said, path) if said else None


def _or(default: Choice, wire_kind: Any, prefix: str, value: int, path: str) -> Choice:
    """What was chosen, or the default where nothing was."""
    return chosen(type(default), wire_kind, prefix, value, path) if value else default
