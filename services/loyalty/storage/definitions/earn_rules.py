"""Earn rules as JSON."""

from typing import Any

from services.loyalty.rules.earn_rules import EarnRounding, EarnRule


def earn_rule(stored: dict[str, Any]) -> EarnRule:
    """An earn rule from its JSON."""
    return EarnRule(**stored | {"rounding": EarnRounding(stored["rounding"])})
