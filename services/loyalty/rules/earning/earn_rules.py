"""Earn rules: what an operator says an order earns. A campaign is an earn rule with a schedule, a budget, a priority."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.loyalty.rules.earning import conditions, earn_schedules
from services.loyalty.rules.earning.earn_schedules import ALWAYS, Schedule
from services.loyalty.rules.programmes.wellformed import (
    KEY,
    KEY_SAID,
    MULTIPLIER_SCALE,
    be_like,
    be_unique,
    be_within,
    wrong,
)

MOST = 10**12
MOST_RULES = 200
MOST_PRIORITY = 1_000
COUPON_TEMPLATE = r"[a-z0-9_-]{1,40}"


class EarnRounding(StrEnum):
    WHOLE_STEPS = "WHOLE_STEPS"
    PROPORTIONAL = "PROPORTIONAL"


class EarnTrigger(StrEnum):
    """What a rule looks at, and when it gives: every order once it is paid, the first that a member ever paid, or
    every order once it is completed. Each judges the order as it was paid."""

    ORDER_PAID = "ORDER_PAID"
    FIRST_ORDER = "FIRST_ORDER"
    ORDER_COMPLETED = "ORDER_COMPLETED"


class AwardKind(StrEnum):
    """What a rule gives: points for money, points once, a multiple of what base rules give, or a coupon."""

    PER_AMOUNT = "PER_AMOUNT"
    FIXED = "FIXED"
    MULTIPLIER = "MULTIPLIER"
    COUPON = "COUPON"


class CapWindow(StrEnum):
    """Over what a cap counts: the order, or the member's local day, week from Monday, month, year, or all time."""

    ORDER = "ORDER"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"
    EVER = "EVER"

    __hash__ = (
        str.__hash__
    )  # a window is part of what counts are found by; Enum's own hash is a call of Python


@dataclass(frozen=True, slots=True)
class Cap:
    """The most points (or coupons) that a rule gives one member within a window."""

    window: CapWindow
    points: int


@dataclass(frozen=True, slots=True)
class EarnRule:
    """``points`` for each ``per_minor`` of the order's money, times the tier's multiplier where it says so; or another award.

    ``condition`` is asked of the order, ``lines`` of each of its lines (empty for all): what matches is counted.
    ``multiplier`` is in ten-thousandths. ``budget`` is the most points (or coupons) that it gives to all members
    together, 0 for no end.
    """

    key: str
    currency: str
    points: int
    per_minor: int
    rounding: EarnRounding
    tier_multiplied: bool
    trigger: EarnTrigger = EarnTrigger.ORDER_PAID
    condition: str = ""
    lines: str = ""
    award: AwardKind = AwardKind.PER_AMOUNT
    multiplier: int = MULTIPLIER_SCALE
    coupon_template: str = ""
    schedule: Schedule = ALWAYS
    caps: tuple[Cap, ...] = ()
    budget: int = 0
    priority: int = 0
    exclusive: bool = False

    @property
    def is_plain(self) -> bool:
        """True for points per amount of any order, which hang on nothing but its money and the tier held."""
        return self == EarnRule(
            self.key, self.currency, self.points, self.per_minor, self.rounding, self.tier_multiplied
        )

    @property
    def on_completion(self) -> bool:
        """Whether it gives once the order is completed, and not when it is paid."""
        return self.trigger is EarnTrigger.ORDER_COMPLETED

    @property
    def is_once(self) -> bool:
        """Whether its coupon is given once for good, whatever is refunded."""
        return self.trigger is EarnTrigger.FIRST_ORDER and bool(self.coupon_template)

    @property
    def is_limited(self) -> bool:
        """Whether what was given before decides over what it gives."""
        return bool(self.budget) or any(cap.window is not CapWindow.ORDER for cap in self.caps)


def check(rules: Sequence[EarnRule], codes: Container[str]) -> None:
    """Refuse earn rules that contradict themselves; ``codes`` are the programme's currencies."""
    if len(rules) > MOST_RULES:
        raise wrong(f"at most {MOST_RULES} earn rules", "earn_rules")
    be_unique([rule.key for rule in rules], "earn_rules", ".key")
    for nth, rule in enumerate(rules):
        path = f"earn_rules[{nth}]"
        be_like(KEY, rule.key, f"{path}.key", KEY_SAID)
        _check_award(rule, codes, path)
        if rule.condition:
            conditions.check(rule.condition, f"{path}.condition")
        if rule.lines:
            conditions.check(rule.lines, f"{path}.lines", of_line=True)
        earn_schedules.check(rule.schedule, f"{path}.schedule")
        _check_limits(rule, path)
    _check_exclusive(rules)


def _check_award(rule: EarnRule, codes: Container[str], path: str) -> None:
    if rule.award is AwardKind.COUPON:
        be_like(COUPON_TEMPLATE, rule.coupon_template, f"{path}.coupon_template", KEY_SAID)
        for name, value in (("currency", rule.currency), ("points", rule.points)):
            if value:
                raise wrong("a rule that gives a coupon gives no points", f"{path}.{name}")
    elif rule.currency not in codes:
        raise wrong(f"{rule.currency!r} is not a currency of this programme", f"{path}.currency")
    elif rule.coupon_template:
        raise wrong("only a rule that gives a coupon names its template", f"{path}.coupon_template")
    if rule.award in (AwardKind.PER_AMOUNT, AwardKind.FIXED) and not 1 <= rule.points <= 1_000_000:
        raise wrong("points are 1 to 1,000,000", f"{path}.points")
    if rule.award is AwardKind.PER_AMOUNT:
        if not 1 <= rule.per_minor <= MOST:
            raise wrong("the money it is counted per must be above 0", f"{path}.per")
    elif rule.per_minor:
        raise wrong("only points per amount are counted per money", f"{path}.per")
    if rule.award is not AwardKind.MULTIPLIER:
        if rule.multiplier != MULTIPLIER_SCALE:
            raise wrong("only a rule that multiplies has a multiplier", f"{path}.multiplier")
        return
    if rule.points:
        raise wrong("a rule that multiplies gives no points of its own", f"{path}.points")
    if rule.multiplier <= MULTIPLIER_SCALE:
        raise wrong("a rule multiplies by more than 1", f"{path}.multiplier")
    if rule.tier_multiplied:
        raise wrong("the tier multiplies base rules, not a multiplier", f"{path}.tier_multiplied")


def _check_limits(rule: EarnRule, path: str) -> None:
    be_unique([cap.window for cap in rule.caps], f"{path}.caps", ".window")
    for nth, cap in enumerate(rule.caps):
        be_within(cap.points, 1, MOST, f"{path}.caps[{nth}].points")
    be_within(rule.budget, 0, MOST, f"{path}.budget")
    be_within(rule.priority, -MOST_PRIORITY, MOST_PRIORITY, f"{path}.priority")


def _check_exclusive(rules: Sequence[EarnRule]) -> None:
    """Of exclusive rules that may hold together one must come first."""
    seen: list[EarnRule] = []
    for nth, rule in enumerate(rules):
        if not rule.exclusive:
            continue
        if rule.award is AwardKind.COUPON:
            raise wrong(
                "coupons stand beside each other: none excludes another", f"earn_rules[{nth}].exclusive"
            )
        for other in seen:
            if (
                (other.currency, other.priority, other.on_completion)
                == (rule.currency, rule.priority, rule.on_completion)
                and (other.award is AwardKind.MULTIPLIER) is (rule.award is AwardKind.MULTIPLIER)
                and other.schedule.overlaps(rule.schedule)
            ):
                message = (
                    f"it is exclusive as {other.key!r} is, at the same time and with the same priority: "
                    "give one of them another priority, or other days"
                )
                raise wrong(message, f"earn_rules[{nth}].priority")
        seen.append(rule)
