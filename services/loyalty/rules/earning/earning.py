"""What an order earns: base rules sum, multipliers multiply exactly, one floor, then shared by line and by rule.

One piece of code posts, quotes, previews and explains. Where one rule is exclusive, it stands alone among base
rules, or among multipliers; caps and budgets cut what a rule adds, before the one floor.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.loyalty.rules.earning.earn_facts import Facts
from services.loyalty.rules.earning.earn_limits import Allowed
from services.loyalty.rules.earning.earn_plans import EarnPlan, Round, Step
from services.loyalty.rules.earning.earn_rules import AwardKind, EarnRounding, EarnRule
from services.loyalty.rules.earning.verdicts import Nothing, Verdict
from services.loyalty.rules.orders.judgements import Past
from services.loyalty.rules.orders.orders import Order
from services.loyalty.rules.orders.sharing import SumByLine, WholeSum, share, whole_numbers
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.programmes.wellformed import MULTIPLIER_SCALE


class Limiting(Protocol):
    """Says what a limited rule may still give."""

    def allowed(self, rule: EarnRule) -> Allowed: ...


@dataclass(slots=True)
class Decision:
    """What an order earns: points by currency code, by line in the order's order, and by rule; who gives a coupon.

    ``exact`` is before the floor, as numerator and denominator. ``on_completion`` is what of ``points`` waits for the
    order's completion. ``allowed`` is what limited rules that were asked could give.
    """

    verdicts: list[Verdict]
    exact: dict[str, tuple[int, int]] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    on_completion: dict[str, int] = field(default_factory=dict)
    by_line: dict[str, list[int]] = field(default_factory=dict)
    by_rule: dict[str, dict[str, int]] = field(default_factory=dict)
    coupons: list[EarnRule] = field(default_factory=list)
    allowed: dict[str, Allowed] = field(default_factory=dict)


def decide(
    programme: Programme,
    order: Order,
    tier: str,
    past: Past,
    local: datetime,
    limits: Limiting,
    *,
    explained: bool = True,
) -> Decision:
    """Judge an order of a member on a tier by every rule of a version. ``local`` is when it was paid.

    Not ``explained``, it has no verdicts, and shares over the rules only where one of them is limited: posting
    needs no more, and half of the time goes into saying why.
    """
    return _Judge(programme, Facts(order, tier, past, local), limits, explained).decide()


class _Judge:
    """One order before the rules of one version."""

    def __init__(self, programme: Programme, facts: Facts, limits: Limiting, explained: bool) -> None:
        self._explained = explained
        self._plan: EarnPlan = programme.earning
        self._facts = facts
        self._limits = limits
        held = programme.tier(facts.tier)
        self._tier_multiplier = held.multiplier if held is not None else MULTIPLIER_SCALE
        self._minor = max(0, facts.order.total_minor)
        self._named = facts.named(self._plan.conditions.asks)
        self._held = self._plan.conditions.held(self._named)
        self._open = [schedule.holds(facts.local) for schedule in self._plan.schedules]
        self._allowed: dict[str, Allowed] = {}
        self._verdicts: dict[str, Verdict] = {}

    def decide(self) -> Decision:
        plan, decision = self._plan, Decision([])
        for each in plan.rounds:
            self._round(decision, each)
        for verdict in self._heard(self._coupon, plan.coupons):
            if verdict.nothing is None:
                decision.coupons.append(verdict.rule)
        if self._explained:
            decision.verdicts = [self._verdicts[rule.key] for rule in plan.rules]
        decision.allowed = self._allowed
        return decision

    def _round(self, decision: Decision, at: Round) -> None:
        """What the rules of one moment give together."""
        bases = self._alone(self._heard(self._base, at.bases))
        multipliers = self._alone(self._heard(self._multiplier, at.multipliers))
        codes = dict.fromkeys(verdict.rule.currency for verdict in bases)
        for code in codes:
            given = self._sum(
                decision,
                code,
                [verdict for verdict in bases if verdict.rule.currency == code],
                [verdict for verdict in multipliers if verdict.rule.currency == code],
            )
            if given and at.on_completion:
                decision.on_completion[code] = given
        for verdict in multipliers:
            if verdict.rule.currency not in codes:
                self._say(verdict._replace(nothing=Nothing.NOTHING_TO_MULTIPLY))

    def _heard(
        self, judge: Callable[[Step, Nothing | None], Verdict], steps: Iterable[Step]
    ) -> Iterator[Verdict]:
        """What rules say, of those that look at the order; of the others where it is to be explained."""
        open_now, held, is_first = self._open, self._held, self._facts.past.is_first
        for step in steps:
            nothing = None
            if step.is_first and not is_first:
                nothing = Nothing.NOT_THE_FIRST_ORDER
            elif step.schedule is not None and not open_now[step.schedule]:
                nothing = Nothing.NOT_SCHEDULED
            elif step.condition is not None and not held[step.condition]:
                failed = held[step.condition] is None
                nothing = Nothing.CONDITION_FAILED if failed else Nothing.CONDITION_NOT_MET
            if nothing is None and step.always is not None:
                yield self._say(step.always) if self._explained else step.always
            elif nothing is None or self._explained:
                yield judge(step, nothing)

    def _say(self, verdict: Verdict) -> Verdict:
        """Keep a verdict, instead of what was said of its rule before."""
        if self._explained:
            self._verdicts[verdict.rule.key] = verdict
        return verdict

    def _sum(self, decision: Decision, code: str, bases: list[Verdict], multipliers: list[Verdict]) -> int:
        """Sum, multiply, round down once, and share what is left over the lines and over the rules; how much it is."""
        lines = self._facts.order.lines
        whole = all(verdict.lines is None for verdict in (*bases, *multipliers))
        total: WholeSum | SumByLine = WholeSum(lines) if whole else SumByLine(lines)
        if whole:  # most rules count in the same fractions: these are summed first
            even = sum(verdict.numerator for verdict in bases if verdict.denominator == MULTIPLIER_SCALE)
            total.add((even, MULTIPLIER_SCALE), None)
        for verdict in bases:
            if not whole or verdict.denominator != MULTIPLIER_SCALE:
                total.add((verdict.numerator, verdict.denominator), verdict.lines)
        parts = list(bases)
        for verdict in multipliers:
            numerator, denominator = total.of(verdict.lines)
            more = numerator * (verdict.multiplier - MULTIPLIER_SCALE)
            verdict = verdict._replace(numerator=more, denominator=denominator * MULTIPLIER_SCALE)
            parts.append(self._say(self._cut(verdict)))
            total.multiply((parts[-1].numerator, parts[-1].denominator), verdict.lines)
        numerator, denominator = total.of(None)
        had, per = decision.exact.get(code, (0, 1))
        decision.exact[code] = had * denominator + numerator * per, per * denominator
        points = numerator // denominator
        if points == 0:
            return 0
        by_line = share(points, total.weights())
        if before := decision.by_line.get(code):
            by_line = [one + other for one, other in zip(before, by_line, strict=True)]
        decision.points[code] = decision.points.get(code, 0) + points
        decision.by_line[code] = by_line
        if self._explained or self._plan.limited:
            by_rule = share(points, whole_numbers([(part.numerator, part.denominator) for part in parts]))
            decision.by_rule.setdefault(code, {}).update(
                {part.rule.key: given for part, given in zip(parts, by_rule, strict=True) if given}
            )
        return points

    def _base(self, step: Step, nothing: Nothing | None) -> Verdict:
        rule = step.rule
        times = self._tier_multiplier if rule.tier_multiplied else MULTIPLIER_SCALE
        steps, numerator, denominator, lines = None, 0, MULTIPLIER_SCALE, None
        if nothing is None and rule.lines:
            lines = self._lines(rule)
            nothing = None if lines else Nothing.NO_LINE_MATCHES
        minor = self._minor if lines is None else sum(self._facts.order.lines[nth].minor for nth in lines)
        if nothing is not None:
            pass
        elif rule.award is AwardKind.FIXED:
            numerator = rule.points * times
        elif rule.rounding is EarnRounding.WHOLE_STEPS:
            steps = minor // rule.per_minor
            numerator = rule.points * steps * times
        else:
            numerator, denominator = rule.points * minor * times, rule.per_minor * MULTIPLIER_SCALE
        if nothing is None and numerator == 0:
            nothing = _nothing_of(times, steps)
        verdict = Verdict(rule, steps, times, numerator, denominator, nothing, lines=lines)
        return self._say(self._cut(verdict) if step.is_limited and nothing is None else verdict)

    def _multiplier(self, step: Step, nothing: Nothing | None) -> Verdict:
        rule, lines = step.rule, None
        if nothing is None and rule.lines:
            lines = self._lines(rule)
            nothing = None if lines else Nothing.NO_LINE_MATCHES
        verdict = Verdict(rule, None, rule.multiplier, 0, MULTIPLIER_SCALE, nothing, lines=lines)
        if nothing is None and step.is_limited and (allowed := self._asked(rule)).points == 0:
            verdict = verdict._replace(nothing=_spent(allowed), limited_by=allowed.by)
        return self._say(verdict)

    def _coupon(self, step: Step, nothing: Nothing | None) -> Verdict:
        verdict = Verdict(step.rule, None, MULTIPLIER_SCALE, 0, 1, nothing)
        if verdict.nothing is None and step.rule.lines and not self._lines(step.rule):
            verdict = verdict._replace(nothing=Nothing.NO_LINE_MATCHES)
        if verdict.nothing is None and step.is_limited and (allowed := self._asked(step.rule)).points == 0:
            verdict = verdict._replace(nothing=_spent(allowed), limited_by=allowed.by)
        return self._say(verdict)

    def _lines(self, rule: EarnRule) -> tuple[int, ...]:
        taken = self._plan.conditions.selected(rule.lines, self._named)
        return tuple(nth for nth, is_taken in enumerate(taken) if is_taken)

    def _asked(self, rule: EarnRule) -> Allowed:
        known = self._allowed.get(rule.key)
        if known is None:
            known = self._allowed[rule.key] = self._limits.allowed(rule)
        return known

    def _cut(self, verdict: Verdict) -> Verdict:
        """What is left of a verdict after its rule's caps and budget."""
        if not (verdict.rule.caps or verdict.rule.budget):
            return verdict
        allowed = self._asked(verdict.rule)
        if verdict.numerator <= allowed.points * verdict.denominator:
            return verdict
        nothing = _spent(allowed) if allowed.points == 0 else None
        return verdict._replace(
            numerator=allowed.points, denominator=1, nothing=nothing, limited_by=allowed.by
        )

    def _alone(self, found: Iterable[Verdict]) -> list[Verdict]:
        """Those that give something; by currency an exclusive one alone, the first in priority."""
        giving = [verdict for verdict in found if verdict.nothing is None]
        exclusive = [verdict for verdict in giving if verdict.rule.exclusive]
        if not exclusive:
            return giving
        first: dict[str, EarnRule] = {}
        for verdict in exclusive:
            known = first.get(verdict.rule.currency)
            if known is None or verdict.rule.priority > known.priority:
                first[verdict.rule.currency] = verdict.rule
        kept = []
        for verdict in giving:
            alone = first.get(verdict.rule.currency, verdict.rule)
            if alone is verdict.rule or verdict.rule.currency not in first:
                kept.append(verdict)
            else:
                self._say(verdict._replace(nothing=Nothing.OVERRULED, overruled_by=alone.key))
        return kept


def _nothing_of(times: int, steps: int | None) -> Nothing:
    if times == 0:
        return Nothing.MULTIPLIED_BY_ZERO
    return Nothing.NO_MONEY if steps is None else Nothing.BELOW_ONE_STEP


def _spent(allowed: Allowed) -> Nothing:
    return Nothing.BUDGET_SPENT if allowed.by == "BUDGET" else Nothing.CAP_REACHED


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
