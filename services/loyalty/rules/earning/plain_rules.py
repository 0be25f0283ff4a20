"""Plain rules: points per amount of any order, at the rate of the tier held."""

from services.loyalty.rules.earning.earn_rules import EarnRounding
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.programmes.wellformed import MULTIPLIER_SCALE


def earned(programme: Programme, tier: str, total_minor: int) -> dict[str, int]:
    """Points by currency code that plain rules give for money at the rates of a tier held (empty for none).

    Most orders are judged by nothing else, and need no more than one sum and one floor.
    """
    held = programme.tier(tier)
    tier_multiplier = held.multiplier if held is not None else MULTIPLIER_SCALE
    minor = max(0, total_minor)
    sums: dict[str, tuple[int, int]] = {}
    for rule in programme.earn_rules:
        times = tier_multiplier if rule.tier_multiplied else MULTIPLIER_SCALE
        if rule.rounding is EarnRounding.WHOLE_STEPS:
            numerator, denominator = rule.points * (minor // rule.per_minor) * times, MULTIPLIER_SCALE
        else:
            numerator, denominator = rule.points * minor * times, rule.per_minor * MULTIPLIER_SCALE
        had, per = sums.get(rule.currency, (0, denominator))
        sums[rule.currency] = (
            (had + numerator, per)
            if per == denominator
            else (had * denominator + numerator * per, per * denominator)
        )
    points = {code: numerator // denominator for code, (numerator, denominator) in sums.items()}
    return {code: whole for code, whole in points.items() if whole > 0}
