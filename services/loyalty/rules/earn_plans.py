"""Earn plans: a version's earn rules made ready to judge orders, once."""

from collections.abc import Sequence
from typing import NamedTuple

from services.loyalty.rules.conditions import Conditions
from services.loyalty.rules.earn_rules import AwardKind, EarnRule, EarnTrigger
from services.loyalty.rules.earn_schedules import ALWAYS


class Step(NamedTuple):
    """A rule with what is known of it before any order: where it stands, and what has to be asked at all."""

    place: int
    rule: EarnRule
    is_first: bool
    is_scheduled: bool
    is_limited: bool


class EarnPlan:
    """The rules of one version in the order in which they are judged: base rules, then multipliers, then coupons."""

    def __init__(self, rules: Sequence[EarnRule]) -> None:
        self.rules = rules
        self.is_plain = all(rule.is_plain for rule in rules)
        steps = [
            Step(
                place,
                rule,
                rule.trigger is EarnTrigger.FIRST_ORDER,
                rule.schedule != ALWAYS,
                bool(rule.caps or rule.budget),
            )
            for place, rule in enumerate(rules)
        ]
        kinds = [step.rule.award for step in steps]
        self.bases = [
            step
            for step, kind in zip(steps, kinds, strict=True)
            if kind in (AwardKind.PER_AMOUNT, AwardKind.FIXED)
        ]
        self.multipliers = sorted(
            (step for step, kind in zip(steps, kinds, strict=True) if kind is AwardKind.MULTIPLIER),
            key=lambda step: (-step.rule.priority, step.place),
        )
        self.coupons = [step for step, kind in zip(steps, kinds, strict=True) if kind is AwardKind.COUPON]
        self.asks_for_first = any(step.is_first for step in steps)
        self.conditions = Conditions(
            [rule.condition for rule in rules if rule.condition], [rule.lines for rule in rules if rule.lines]
        )
        self.limited = [rule for rule in rules if rule.is_limited]
        self.by_key = {rule.key: rule for rule in rules}
