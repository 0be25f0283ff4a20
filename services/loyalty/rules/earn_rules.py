"""Earn rules: what an operator says an order earns."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.loyalty.rules.wellformed import KEY, KEY_SAID, be_like, be_unique, wrong


class EarnRounding(StrEnum):
    WHOLE_STEPS = "WHOLE_STEPS"
    PROPORTIONAL = "PROPORTIONAL"


@dataclass(frozen=True, slots=True)
class EarnRule:
    """``points`` for each ``per_minor`` of the order's money, times the tier's multiplier where it says so."""

    key: str
    currency: str
    points: int
    per_minor: int
    rounding: EarnRounding
    tier_multiplied: bool


def check(rules: Sequence[EarnRule], codes: Container[str]) -> None:
    """Refuse earn rules that contradict themselves; ``codes`` are the programme's currencies."""
    be_unique([rule.key for rule in rules], "earn_rules", ".key")
    for nth, rule in enumerate(rules):
        path = f"earn_rules[{nth}]"
        be_like(KEY, rule.key, f"{path}.key", KEY_SAID)
        if rule.currency not in codes:
            raise wrong(f"{rule.currency!r} is not a currency of this programme", f"{path}.currency")
        if not 1 <= rule.points <= 1_000_000:
            raise wrong("points are 1 to 1,000,000", f"{path}.points")
        if not 1 <= rule.per_minor <= 10**12:
            raise wrong("the money it is counted per must be above 0", f"{path}.per")
