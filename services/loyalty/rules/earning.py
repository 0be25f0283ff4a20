"""What an order earns: whole steps or proportional awards, exact multipliers, one floor, then shared by line."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from services.loyalty.rules.earn_rules import EarnRounding, EarnRule
from services.loyalty.rules.programmes import Programme
from services.loyalty.rules.wellformed import MULTIPLIER_SCALE


class Nothing(StrEnum):
    """Why a rule gave nothing for an order."""

    NO_MONEY = "NO_MONEY"
    BELOW_ONE_STEP = "BELOW_ONE_STEP"
    MULTIPLIED_BY_ZERO = "MULTIPLIED_BY_ZERO"


class Verdict(NamedTuple):
    """What one rule gives for an order's money: exactly ``numerator / denominator`` points, not rounded yet.

    ``steps`` are the whole steps it counted (None for PROPORTIONAL), ``multiplier`` is in ten-thousandths.
    """

    rule: EarnRule
    steps: int | None
    multiplier: int
    numerator: int
    denominator: int

    @property
    def nothing(self) -> Nothing | None:
        """Why it gives nothing; None when it gives something."""
        if self.numerator > 0:
            return None
        if self.multiplier == 0:
            return Nothing.MULTIPLIED_BY_ZERO
        return Nothing.NO_MONEY if self.steps is None else Nothing.BELOW_ONE_STEP


def verdicts(programme: Programme, tier: str, total_minor: int) -> list[Verdict]:
    """What each rule of a version says to an order of a member on a tier, in the version's order."""
    held = programme.tier(tier)
    tier_multiplier = held.multiplier if held is not None else MULTIPLIER_SCALE
    minor = max(0, total_minor)
    found = []
    for rule in programme.earn_rules:
        times = tier_multiplier if rule.tier_multiplied else MULTIPLIER_SCALE
        if rule.rounding is EarnRounding.WHOLE_STEPS:
            steps = minor // rule.per_minor
            found.append(Verdict(rule, steps, times, rule.points * steps * times, MULTIPLIER_SCALE))
        else:
            numerator = rule.points * minor * times
            found.append(Verdict(rule, None, times, numerator, rule.per_minor * MULTIPLIER_SCALE))
    return found


def exact(found: Iterable[Verdict]) -> dict[str, tuple[int, int]]:
    """The sums of verdicts by currency code, as numerator and denominator."""
    sums: dict[str, tuple[int, int]] = {}
    for rule, _, _, numerator, denominator in found:
        known = sums.get(rule.currency)
        if known is None:
            sums[rule.currency] = (numerator, denominator)
        else:
            had, per = known
            sums[rule.currency] = (had * denominator + numerator * per, per * denominator)
    return sums


def earned(programme: Programme, tier: str, total_minor: int) -> dict[str, int]:
    """Points by currency code that money earns at the rates of a tier held (empty for none): one floor at the end."""
    sums = exact(verdicts(programme, tier, total_minor))
    points = {code: numerator // denominator for code, (numerator, denominator) in sums.items()}
    return {code: whole for code, whole in points.items() if whole > 0}


def share(whole: int, weights: Sequence[int]) -> list[int]:
    """Split a whole by weights without loss: floors first, the rest to the largest remainders, earliest first."""
    total = sum(weights)
    if len(weights) == 1 or total == 0:
        return [whole, *([0] * (len(weights) - 1))]
    shares = [whole * weight // total for weight in weights]
    rest = whole - sum(shares)
    if rest:
        order = sorted(range(len(weights)), key=lambda nth: (-(whole * weights[nth] % total), nth))
        for nth in order[:rest]:
            shares[nth] += 1
    return shares
