"""Tier schemes as JSON."""

from typing import Any

from services.loyalty.rules.texts import Text
from services.loyalty.rules.tier_schemes import Condition, TierRule
from services.loyalty.storage.definitions.benefits import benefit


def tier(stored: dict[str, Any]) -> TierRule:
    """A tier from its JSON."""
    return TierRule(
        key=stored["key"],
        name=Text(**stored["name"]),
        conditions=tuple(Condition(**condition) for condition in stored["conditions"]),
        multiplier=stored["multiplier"],
        benefits=tuple(map(benefit, stored["benefits"])),
    )
