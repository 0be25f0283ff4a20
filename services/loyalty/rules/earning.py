"""What an order earns: whole steps or proportional awards, exact multipliers, one floor, then shared by line."""

from collections.abc import Sequence

from services.loyalty.rules.programmes import MULTIPLIER_SCALE, EarnRounding, Programme


def earned(programme: Programme, tier: str, total_minor: int) -> dict[str, int]:
    """Points by currency code that money earns at the rates of a tier held (empty for none)."""
    if total_minor <= 0:
        return {}
    held = programme.tier(tier)
    tier_multiplier = held.multiplier if held is not None else MULTIPLIER_SCALE
    sums: dict[str, tuple[int, int]] = {}
    for rule in programme.earn_rules:
        times = tier_multiplier if rule.tier_multiplied else MULTIPLIER_SCALE
        if rule.rounding is EarnRounding.WHOLE_STEPS:
            numerator, denominator = rule.points * (total_minor // rule.per_minor) * times, MULTIPLIER_SCALE
        else:
            numerator, denominator = rule.points * total_minor * times, rule.per_minor * MULTIPLIER_SCALE
        had, per = sums.get(rule.currency, (0, 1))
        sums[rule.currency] = (had * denominator + numerator * per, per * denominator)
    points = {currency: numerator // denominator for currency, (numerator, denominator) in sums.items()}
    return {currency: whole for currency, whole in points.items() if whole > 0}


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
