"""Tier schemes: the ladder of tiers, and what each asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.loyalty.rules import benefits
from services.loyalty.rules.benefits import Benefit
from services.loyalty.rules.texts import Text
from services.loyalty.rules.wellformed import KEY, KEY_SAID, be_like, be_unique, wrong


@dataclass(frozen=True, slots=True)
class Condition:
    """A metric (SPEND in minor units, ORDERS, or a currency's balance) that must reach a value."""

    metric: str
    at_least: int


@dataclass(frozen=True, slots=True)
class TierRule:
    """One tier of the ladder; ``multiplier`` is in ten-thousandths."""

    key: str
    name: Text
    conditions: tuple[Condition, ...]
    multiplier: int
    benefits: tuple[Benefit, ...]


def check(tiers: Sequence[TierRule], codes: Iterable[str]) -> None:
    """Refuse a ladder that contradicts itself; ``codes`` are the programme's currencies."""
    be_unique([tier.key for tier in tiers], "tiers", ".key")
    metrics = {"SPEND", "ORDERS", *codes}
    below: dict[str, int] = {}
    for nth, tier in enumerate(tiers):
        path = f"tiers[{nth}]"
        be_like(KEY, tier.key, f"{path}.key", KEY_SAID)
        if not tier.conditions:
            raise wrong("a tier needs at least one condition", f"{path}.conditions")
        be_unique([condition.metric for condition in tier.conditions], f"{path}.conditions", ".metric")
        for place, condition in enumerate(tier.conditions):
            at = f"{path}.conditions[{place}]"
            if condition.metric not in metrics:
                raise wrong(f"{condition.metric!r} is none of {', '.join(sorted(metrics))}", f"{at}.metric")
            if condition.at_least < 0:
                raise wrong("a threshold is 0 or more", f"{at}.at_least")
            floor = below.get(condition.metric)
            if floor is not None and condition.at_least <= floor:
                raise wrong(f"must be above the tier below, which asks {floor}", f"{at}.at_least")
        benefits.check(tier.benefits, f"{path}.benefits")
        below |= {condition.metric: condition.at_least for condition in tier.conditions}
