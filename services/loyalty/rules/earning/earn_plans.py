"""Earn plans: a version's earn rules made ready to judge orders, once."""

from collections.abc import Sequence
from typing import NamedTuple

from services.loyalty.rules.earning.conditions import Conditions
from services.loyalty.rules.earning.earn_rules import AwardKind, EarnRule, EarnTrigger
from services.loyalty.rules.earning.earn_schedules import ALWAYS
from services.loyalty.rules.earning.verdicts import Verdict
from services.loyalty.rules.programmes.wellformed import MULTIPLIER_SCALE


class Step(NamedTuple):
    """A rule with what is known of it before any order: where it stands, and what has to be asked at all.

    ``condition`` and ``schedule`` are places among the plan's; ``always`` is what it says to every order that it
    looks at, where that is known.
    """

    place: int
    rule: EarnRule
    is_first: bool
    is_limited: bool
    condition: int | None
    schedule: int | None
    always: Verdict | None


class Round(NamedTuple):
    """Rules that give points at one moment: they exclude, sum, multiply and are rounded down among themselves."""

    on_completion: bool
    bases: list[Step]
    multipliers: list[Step]


class EarnPlan:
    """The rules of one version in the order in which they are judged: base rules, then multipliers, then coupons."""

    def __init__(self, rules: Sequence[EarnRule]) -> None:
        self.rules = rules
        self.is_plain = all(rule.is_plain for rule in rules)
        self.schedules = list(dict.fromkeys(rule.schedule for rule in rules if rule.schedule != ALWAYS))
        conditions = list(dict.fromkeys(rule.condition for rule in rules if rule.condition))
        selectors = [rule.lines for rule in rules if rule.lines]
        self.conditions = Conditions(conditions, selectors)
        steps = [
            Step(
                place,
                rule,
                rule.trigger is EarnTrigger.FIRST_ORDER,
                bool(rule.caps or rule.budget),
                conditions.index(rule.condition) if rule.condition else None,
                self.schedules.index(rule.schedule) if rule.schedule != ALWAYS else None,
                _always(rule),
            )
            for place, rule in enumerate(rules)
        ]
        moments = sorted({rule.on_completion for rule in rules})
        self.rounds = [
            _round([step for step in steps if step.rule.on_completion is at], at) for at in moments
        ]
        self.coupons = [step for step in steps if step.rule.award is AwardKind.COUPON]
        self.asks_for_first = any(step.is_first for step in steps)
        self.limited = [rule for rule in rules if rule.is_limited]
        self.by_key = {rule.key: rule for rule in rules}


def _round(steps: Sequence[Step], on_completion: bool) -> Round:
    multipliers = [step for step in steps if step.rule.award is AwardKind.MULTIPLIER]
    return Round(
        on_completion,
        [step for step in steps if step.rule.award in (AwardKind.PER_AMOUNT, AwardKind.FIXED)],
        sorted(multipliers, key=lambda step: (-step.rule.priority, step.place)),
    )


def _always(rule: EarnRule) -> Verdict | None:
    """What a rule says that gives a fixed number of points, and is neither multiplied, limited nor for some lines."""
    if rule.award is not AwardKind.FIXED or rule.tier_multiplied or rule.lines or rule.caps or rule.budget:
        return None
    return Verdict(rule, None, MULTIPLIER_SCALE, rule.points * MULTIPLIER_SCALE, MULTIPLIER_SCALE)
