"""Tier schemes as JSON."""

from dataclasses import asdict
from typing import Any

from services.loyalty.rules.ledger.expiry import Period
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.tiers.tier_schemes import (
    WITHOUT_END,
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
from services.loyalty.storage.programmes.definitions.benefits import benefit
from services.loyalty.storage.programmes.definitions.tier_sales import encoded, sale


def tier(stored: dict[str, Any]) -> TierRule:
    """A tier from its JSON."""
    return TierRule(
        key=stored["key"],
        name=Text(**stored["name"]),
        conditions=tuple(map(_condition, stored["conditions"])),
        multiplier=stored["multiplier"],
        benefits=tuple(map(benefit, stored["benefits"])),
        match=Match(stored.get("match", Match.ALL)),
        retain=tuple(map(_condition, stored.get("retain", ()))),
        retain_match=Match(stored.get("retain_match", Match.ALL)),
        sale=None if stored.get("sale") is None else sale(stored["sale"]),
    )


def encoded_tier(rule: TierRule) -> dict[str, Any]:
    """A tier for JSON."""
    return asdict(rule) | {"sale": None if rule.sale is None else encoded(rule.sale)}


def encoded_scheme(scheme: TierScheme) -> dict[str, Any]:
    """What the ladder as a whole says, for JSON."""
    return asdict(scheme) | {
        "validity": None if scheme.validity is None else str(scheme.validity),
        "grace": None if scheme.grace is None else str(scheme.grace),
    }


def tier_scheme(stored: dict[str, Any] | None) -> TierScheme:
    """The same from its JSON; versions of older releases have none."""
    if stored is None:
        return WITHOUT_END
    return TierScheme(
        **stored
        | {
            "validity": None if stored["validity"] is None else Period.parse(stored["validity"]),
            "grace": None if stored["grace"] is None else Period.parse(stored["grace"]),
            "downgrade": Downgrade(stored["downgrade"]),
            "on_publish": OnPublish(stored["on_publish"]),
            "score": tuple(map(_part, stored["score"])),
            "successors": tuple(Successor(**each) for each in stored["successors"]),
        }
    )


def _condition(stored: dict[str, Any]) -> Condition:
    return Condition(stored["metric"], stored["at_least"], _window(stored.get("window")))


def _window(stored: dict[str, Any] | None) -> Window:
    return LIFETIME if stored is None else Window(WindowKind(stored["kind"]), stored["days"])


def _part(stored: dict[str, Any]) -> ScorePart:
    return ScorePart(
        stored["key"],
        Text(**stored["name"]),
        stored["metric"],
        _window(stored["window"]),
        tuple(Knot(**knot) for knot in stored["knots"]),
        stored.get("neutral"),
    )
