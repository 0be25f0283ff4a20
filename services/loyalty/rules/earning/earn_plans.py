"""Earn plans: a version's earn rules made ready to judge orders, once."""

from collections.abc import Container, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from math import gcd, lcm
from operator import itemgetter
from typing import NamedTuple

from services.loyalty.rules.earning.adding import Addend, Shares, addend
from services.loyalty.rules.earning.conditions import Value, names
from services.loyalty.rules.earning.earn_rules import AwardKind, EarnRounding, EarnRule, EarnTrigger
from services.loyalty.rules.earning.earn_schedules import ALWAYS, Schedule
from services.loyalty.rules.earning.foresight import KnownConditions, KnownSelector
from services.loyalty.rules.earning.verdicts import Nothing, Verdict
from services.loyalty.rules.orders.judgements import Past
from services.loyalty.rules.programmes.wellformed import MULTIPLIER_SCALE

MOST_CASES = 1_000
"""Of so many a plan remembers which rules look at them."""


class Step(NamedTuple):
    """A rule with what is known of it before any order: whether it is cut, and what it says.

    ``condition`` and ``schedule`` are places among the plan's, None where it has none. ``always`` is what it says to
    every order that it looks at, before its caps and budget, where that is known. ``selector`` says which lines it
    takes, None for all.
    """

    rule: EarnRule
    is_first: bool
    schedule: int | None
    condition: int | None
    is_limited: bool
    always: Verdict | None
    selector: KnownSelector | None

    @property
    def is_sure(self) -> bool:
        """Whether nothing is left to ask once it looks at an order."""
        return self.always is not None and not self.is_limited


class Stack(NamedTuple):
    """The rules of one currency and one moment that look at an order: base rules, and then multipliers.

    They exclude, sum, multiply and are rounded down among themselves. ``bases`` is what base rules say, with something in the places of those steps that are still to be ``asked``.
    What they give of a whole order, and what multipliers make of it, are whole numbers of ``unit``-ths of a point:
    ``addends`` are the base rules still to be asked, and ``sure_sum`` what the others come to. It ``adds_up`` when no
    rule excludes another, and multipliers look at whole orders: then each rule is a number and no more, and ``shares``
    says what those gave of which it is counted.
    """

    code: str
    on_completion: bool
    bases: list[Verdict]
    asked: list[tuple[int, Step]]
    multipliers: list[Step]
    unit: int
    addends: list[Addend]
    sure_sum: int
    shares: Shares
    looks_at_lines: bool
    has_exclusive: bool
    adds_up: bool


class Case(NamedTuple):
    """Which rules look at an order: those of each currency, and those that give coupons. Of the others, why not."""

    stacks: list[Stack]
    coupons: list[Step]
    shut: dict[str, Nothing]


class EarnPlan:
    """The rules of one version made ready. ``counted`` are the keys of those for which it counts what they gave."""

    def __init__(self, rules: Sequence[EarnRule]) -> None:
        self.rules = rules
        self.is_plain = all(rule.is_plain for rule in rules)
        schedules = self._schedules = list(
            dict.fromkeys(rule.schedule for rule in rules if rule.schedule != ALWAYS)
        )
        self._conditions = KnownConditions(dict.fromkeys(rule.condition for rule in rules if rule.condition))
        self.selectors = {rule.lines: KnownSelector(rule.lines) for rule in rules if rule.lines}
        self.asks = names([*self._conditions.texts, *self.selectors])
        conditions = self._conditions.texts
        self._steps = [
            Step(
                rule,
                rule.trigger is EarnTrigger.FIRST_ORDER,
                schedules.index(rule.schedule) if rule.schedule != ALWAYS else None,
                conditions.index(rule.condition) if rule.condition else None,
                bool(rule.caps or rule.budget),
                _always(rule),
                self.selectors.get(rule.lines),
            )
            for rule in rules
        ]
        purposes = {schedule.birthday_month_purpose for schedule in schedules}
        self.birthday_purposes = tuple(sorted(purposes - {""}))
        self.asks_for_first = any(step.is_first for step in self._steps)
        self.limited = [rule for rule in rules if rule.is_limited]
        self.counted = frozenset(rule.key for rule in self.limited)
        self.by_key = {rule.key: rule for rule in rules}
        self._case = lru_cache(MOST_CASES)(self._made_case)
        self._closed = lru_cache(MOST_CASES)(self._made_closed)

    def case(self, value: Value, local: datetime, past: Past) -> Case:
        """Which rules look at an order of which ``value`` tells facts, paid at a local time by a member with a past."""
        closed = self._closed(local.date(), local.hour, past.birthday_of)
        return self._case(self._conditions.held(value), closed, past.is_first)

    def _made_closed(self, day: date, hour: int, birthday_of: tuple[str, ...]) -> tuple[Nothing | None, ...]:
        """Why each schedule does not hold within an hour of a local day; None where it does."""
        local = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001  # what a wall shows
        return tuple([_closed(schedule, local, birthday_of) for schedule in self._schedules])

    def _made_case(
        self, held: tuple[bool | None, ...], closed: tuple[Nothing | None, ...], first: bool
    ) -> Case:
        """Which rules look at an order, by which conditions and schedules hold, and whether it is the first.

        Orders come in few such cases, each worked out once: that is half of what most rules would cost.
        """
        shut: dict[str, Nothing] = {}
        for step in self._steps:
            if step.is_first and not first:
                shut[step.rule.key] = Nothing.NOT_THE_FIRST_ORDER
            elif step.schedule is not None and (why := closed[step.schedule]):
                shut[step.rule.key] = why
            elif step.condition is not None and not held[step.condition]:
                failed = held[step.condition] is None
                shut[step.rule.key] = Nothing.CONDITION_FAILED if failed else Nothing.CONDITION_NOT_MET
        looking = [step for step in self._steps if step.rule.key not in shut]
        points = [step for step in looking if step.rule.award is not AwardKind.COUPON]
        kinds = dict.fromkeys((step.rule.on_completion, step.rule.currency) for step in points)
        coupons = [step for step in looking if step.rule.award is AwardKind.COUPON]
        return Case([_stack(*kind, points) for kind in sorted(kinds, key=itemgetter(0))], coupons, shut)


def _closed(schedule: Schedule, local: datetime, birthday_of: Container[str]) -> Nothing | None:
    if not schedule.holds(local):
        return Nothing.NOT_SCHEDULED
    purpose = schedule.birthday_month_purpose
    return Nothing.NOT_BIRTHDAY_MONTH if purpose and purpose not in birthday_of else None


def _stack(on_completion: bool, code: str, steps: Sequence[Step]) -> Stack:
    own = [step for step in steps if (step.rule.on_completion, step.rule.currency) == (on_completion, code)]
    bases = [step for step in own if step.rule.award is not AwardKind.MULTIPLIER]
    multipliers = [step for step in own if step.rule.award is AwardKind.MULTIPLIER]
    unit, exclusive = _unit(step.rule for step in own), any(step.rule.exclusive for step in own)
    sure = [
        step.always.numerator * (unit // MULTIPLIER_SCALE) if step.always and step.is_sure else 0
        for step in bases
    ]
    asked = [(place, step) for place, step in enumerate(bases) if not step.is_sure]
    multipliers.sort(key=lambda step: -step.rule.priority)
    return Stack(
        code,
        on_completion,
        [step.always or Verdict(step.rule, None, 0, 0, 1) for step in bases],
        asked,
        multipliers,
        unit,
        [addend(step.rule, step.selector, unit, is_limited=step.is_limited) for _, step in asked],
        sum(sure),
        Shares(
            sure,
            [place for place, _ in asked],
            [step.rule for _, step in asked] + [step.rule for step in multipliers],
        ),
        any(step.rule.lines for step in own),
        exclusive,
        not exclusive and not any(step.rule.lines for step in multipliers),
    )


def _unit(rules: Iterable[EarnRule]) -> int:
    """Into how many parts a point has to be divided so that nothing these rules do leaves a fraction of one."""
    divided, multiplied = MULTIPLIER_SCALE, 1
    for rule in rules:
        if rule.award is AwardKind.MULTIPLIER:
            multiplied *= MULTIPLIER_SCALE // gcd(MULTIPLIER_SCALE, rule.multiplier)
        elif rule.rounding is EarnRounding.PROPORTIONAL:
            divided = lcm(divided, MULTIPLIER_SCALE * max(1, rule.per_minor))
    return divided * multiplied


def _always(rule: EarnRule) -> Verdict | None:
    """What a rule says that looks at no line by itself, and at neither money nor the tier."""
    if rule.lines:
        return None
    if rule.award is AwardKind.MULTIPLIER:
        return Verdict(rule, None, rule.multiplier, 0, MULTIPLIER_SCALE)
    if rule.award is AwardKind.FIXED and not rule.tier_multiplied:
        return Verdict(rule, None, MULTIPLIER_SCALE, rule.points * MULTIPLIER_SCALE, MULTIPLIER_SCALE)
    return None
