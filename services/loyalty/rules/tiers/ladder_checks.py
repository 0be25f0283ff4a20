"""Ladder checks: what makes a tier scheme well-formed, each fault refused with its path."""

from collections.abc import Iterable, Sequence

from services.loyalty.rules.benefits import benefits
from services.loyalty.rules.programmes.wellformed import (
    KEY,
    KEY_SAID,
    be_a_time,
    be_like,
    be_unique,
    be_within,
    wrong,
)
from services.loyalty.rules.tiers import tier_sales
from services.loyalty.rules.tiers.tier_schemes import (
    EARNED,
    ORDERS,
    SCORE,
    SPEND,
    Condition,
    Downgrade,
    ScorePart,
    TierRule,
    TierScheme,
)
from services.loyalty.rules.tiers.windows import MOST_ROLLING_DAYS, Window, WindowKind

MOST_SCORE_PARTS = 10
MOST_KNOTS = 20
MOST_SCORE = 10**9


def check(tiers: Sequence[TierRule], scheme: TierScheme, codes: Iterable[str]) -> None:
    """Refuse a ladder that contradicts itself; ``codes`` are the programme's currencies."""
    be_unique([tier.key for tier in tiers], "tiers", ".key")
    counted = {SPEND, ORDERS, *(EARNED + code for code in codes)}
    metrics = counted | set(codes)
    _check_score(scheme.score, metrics, counted)
    if scheme.score:
        metrics.add(SCORE)
    below: dict[tuple[str, Window], int] = {}
    kept_below: dict[tuple[str, Window], int] = {}
    for nth, tier in enumerate(tiers):
        path = f"tiers[{nth}]"
        be_like(KEY, tier.key, f"{path}.key", KEY_SAID)
        if not tier.conditions and tier.sale is None:
            raise wrong("a tier that is not for sale needs at least one condition", f"{path}.conditions")
        if tier.sale is not None:
            tier_sales.check(tier.sale, f"{path}.sale", has_score=bool(scheme.score))
        benefits.check(tier.benefits, f"{path}.benefits")
        _check_conditions(tier.conditions, metrics, counted, f"{path}.conditions")
        _check_conditions(tier.retain, metrics, counted, f"{path}.retain")
        _check_order(tier.conditions, below, 1, f"{path}.conditions")
        _check_order(tier.retain, kept_below, 0, f"{path}.retain")
        for place, condition in enumerate(tier.retain):
            if condition.metric in counted and condition.window.kind is WindowKind.LIFETIME:
                message = "what was reached in a lifetime is never lost: keeping wants a window that ends"
                raise wrong(message, f"{path}.retain[{place}].window")
    _check_scheme(tiers, scheme)


def _check_conditions(
    conditions: Sequence[Condition], metrics: set[str], counted: set[str], path: str
) -> None:
    be_unique([f"{each.metric} in {_named(each.window)}" for each in conditions], path, ".metric")
    for place, condition in enumerate(conditions):
        at = f"{path}[{place}]"
        _check_metric(condition.metric, condition.window, metrics, counted, at)
        if condition.at_least < 0:
            raise wrong("a threshold is 0 or more", f"{at}.at_least")


def _check_metric(metric: str, window: Window, metrics: set[str], counted: set[str], at: str) -> None:
    if metric not in metrics:
        raise wrong(f"{metric!r} is none of {', '.join(sorted(metrics))}", f"{at}.metric")
    if window.kind is WindowKind.ROLLING_DAYS:
        be_within(window.days, 1, MOST_ROLLING_DAYS, f"{at}.window.days")
    elif window.days:
        raise wrong("only ROLLING_DAYS has days", f"{at}.window.days")
    if metric not in counted and window.kind is not WindowKind.LIFETIME:
        message = f"{metric} is what is there now: only {', '.join(sorted(counted))} are counted by days"
        raise wrong(message, f"{at}.window")


def _check_order(
    conditions: Sequence[Condition], below: dict[tuple[str, Window], int], step: int, path: str
) -> None:
    """Each threshold lies above (``step`` 1), or not under (0), that of the last tier below that asks the same."""
    for place, condition in enumerate(conditions):
        asked = condition.metric, condition.window
        if (floor := below.get(asked)) is not None and condition.at_least < floor + step:
            message = f"must be {'above' if step else 'at least'} the tier below, which asks {floor}"
            raise wrong(message, f"{path}[{place}].at_least")
        below[asked] = condition.at_least


def _check_score(parts: Sequence[ScorePart], metrics: set[str], counted: set[str]) -> None:
    path = "tier_scheme.score"
    be_within(len(parts), 0, MOST_SCORE_PARTS, path)
    be_unique([part.key for part in parts], path, ".key")
    for nth, part in enumerate(parts):
        at = f"{path}[{nth}]"
        be_like(KEY, part.key, f"{at}.key", KEY_SAID)
        _check_metric(part.metric, part.window, metrics, counted, at)
        be_within(len(part.knots), 1, MOST_KNOTS, f"{at}.knots")
        reached, came_to = 0, 0
        for place, knot in enumerate(part.knots):
            be_within(knot.score, came_to, MOST_SCORE, f"{at}.knots[{place}].score")
            if knot.at <= reached:
                raise wrong(f"must be above {reached}, where the line bent last", f"{at}.knots[{place}].at")
            reached, came_to = knot.at, knot.score
        if part.neutral is not None:
            be_within(part.neutral, 0, came_to, f"{at}.neutral")


def _check_scheme(tiers: Sequence[TierRule], scheme: TierScheme) -> None:
    path = "tier_scheme"
    for name in ("validity", "grace"):
        if (period := getattr(scheme, name)) is not None:
            be_a_time(period, f"{path}.{name}")
    if scheme.validity is None:
        if scheme.grace is not None:
            raise wrong("grace follows the end of a validity, and there is none", f"{path}.grace")
        if scheme.downgrade is not Downgrade.NONE:
            message = "tiers that have no end are never lost: give a validity"
            raise wrong(message, f"{path}.validity")
    elif scheme.grace is not None:
        longest = scheme.grace.months * 31 + scheme.grace.days
        if longest >= scheme.validity.months * 28 + scheme.validity.days:
            raise wrong("must be shorter than the validity", f"{path}.grace")
    keys = {tier.key for tier in tiers}
    be_unique([each.from_tier for each in scheme.successors], f"{path}.successors", ".from_tier")
    for nth, each in enumerate(scheme.successors):
        at = f"{path}.successors[{nth}]"
        be_like(KEY, each.from_tier, f"{at}.from_tier", KEY_SAID)
        if each.from_tier in keys:
            raise wrong(f"{each.from_tier!r} is a tier of this version", f"{at}.from_tier")
        if each.to_tier and each.to_tier not in keys:
            raise wrong(f"{each.to_tier!r} is no tier of this version", f"{at}.to_tier")


def _named(window: Window) -> str:
    return f"{window.kind} {window.days}" if window.days else window.kind
