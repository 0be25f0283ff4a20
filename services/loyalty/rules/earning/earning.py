"""What an order earns: base rules sum, multipliers multiply exactly, one floor, then shared by line and by rule.

One piece of code posts, quotes, previews and explains. Where one rule is exclusive, it stands alone among base
rules, or among multipliers; caps and budgets cut what a rule adds, before the one floor.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.loyalty.rules.earning.adding import Part, by_line
from services.loyalty.rules.earning.decisions import Decision
from services.loyalty.rules.earning.earn_facts import Facts
from services.loyalty.rules.earning.earn_limits import Limiting
from services.loyalty.rules.earning.earn_plans import EarnPlan, Stack, Step
from services.loyalty.rules.earning.earn_rules import AwardKind, EarnRounding, EarnRule
from services.loyalty.rules.earning.verdicts import Nothing, Verdict, nothing_of, spent
from services.loyalty.rules.orders.judgements import Allowed, Past
from services.loyalty.rules.orders.orders import Order
from services.loyalty.rules.orders.sharing import SumByLine, share, whole_numbers
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.programmes.wellformed import MULTIPLIER_SCALE


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

    Not ``explained``, it has no verdicts, and says by rule only what those gave for which it counts: posting needs
    no more, and most of the time would go into saying why. Nor does it say what came before the floor.
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
        self._allowed: dict[str, Allowed] = {}
        self._verdicts: dict[str, Verdict] = {}

    def decide(self) -> Decision:
        plan, facts, decision = self._plan, self._facts, Decision([])
        case = plan.case(facts.value, facts.local, facts.past)
        for stack in case.stacks:
            if stack.adds_up and not self._explained:
                self._add_up(decision, stack)
                continue
            bases = self._bases(stack)
            multipliers = self._giving(map(self._multiplier, stack.multipliers))
            if stack.has_exclusive:
                bases, multipliers = self._alone(bases), self._alone(multipliers)
            if bases:
                self._sum(decision, stack, bases, multipliers)
            elif self._explained:
                for verdict in multipliers:
                    self._say(verdict._replace(nothing=Nothing.NOTHING_TO_MULTIPLY))
        if case.coupons:
            decision.coupons = [verdict.rule for verdict in self._giving(map(self._coupon, case.coupons))]
        if self._explained:
            said = self._verdicts
            decision.verdicts = [
                said.get(rule.key) or self._closed(rule, case.shut[rule.key]) for rule in plan.rules
            ]
        decision.allowed = self._allowed
        return decision

    def _add_up(self, decision: Decision, stack: Stack) -> None:
        """Sum and multiply numbers, where nobody asks why: what is done below by verdicts, for those who do."""
        total, unit, lines, others = stack.sure_sum, stack.unit, self._facts.order.lines, []
        of_lines: list[Part] = []
        for rule, selector, factor, per, is_tiered, is_limited in stack.addends:
            minor = self._minor
            if selector is not None:
                places = selector.places(lines, self._facts.value)
                minor = sum([lines[nth].minor for nth in places])
                factor = factor if places else 0
            weight = factor * (minor // per) if per else factor
            if is_tiered:
                weight *= self._tier_multiplier
            if weight and is_limited:
                allowed = self._allowed[rule.key] = self._limits.allowed(rule)
                weight = min(weight, allowed.points * unit)
            if weight and selector is not None and len(places) < len(lines):
                of_lines.append((weight, places))
            others.append(weight)
            total += weight
        base = total
        for step in stack.multipliers:
            rule = step.rule
            more = total * (rule.multiplier - MULTIPLIER_SCALE) // MULTIPLIER_SCALE  # leaves no remainder
            if step.is_limited:
                more = min(more, self._asked(rule).points * unit)
            others.append(more)
            total += more
        if not base:
            return
        minors = [line.minor for line in lines]
        weights = by_line(lines, minors, base, of_lines) if of_lines else minors
        if points := self._count(decision, stack, total, unit, weights):
            decision.by_rule.setdefault(stack.code, {}).update(stack.shares.of(points, total, others))

    def _bases(self, stack: Stack) -> list[Verdict]:
        """What the base rules of one currency say that give something, in their order."""
        heard = list(stack.bases)
        for place, step in stack.asked:
            heard[place] = self._base(step)
        return self._giving(heard)

    def _giving(self, heard: Iterable[Verdict]) -> list[Verdict]:
        """Of what rules say that look at the order, what gives something."""
        if self._explained:
            heard = [self._say(verdict) for verdict in heard]
        return [verdict for verdict in heard if verdict.nothing is None]

    def _closed(self, rule: EarnRule, nothing: Nothing) -> Verdict:
        times = self._tier_multiplier if rule.tier_multiplied else rule.multiplier
        return Verdict(rule, None, times, 0, MULTIPLIER_SCALE, nothing)

    def _say(self, verdict: Verdict) -> Verdict:
        """Keep a verdict, instead of what was said of its rule before."""
        if self._explained:
            self._verdicts[verdict.rule.key] = verdict
        return verdict

    def _alone(self, giving: list[Verdict]) -> list[Verdict]:
        """Those that count of one currency: all, or where some are exclusive the first in priority alone."""
        exclusive = [verdict for verdict in giving if verdict.rule.exclusive]
        if not exclusive:
            return giving
        alone = max(exclusive, key=lambda verdict: verdict.rule.priority)
        for verdict in giving:
            if verdict is not alone:
                self._say(verdict._replace(nothing=Nothing.OVERRULED, overruled_by=alone.rule.key))
        return [alone]

    def _sum(
        self, decision: Decision, stack: Stack, bases: list[Verdict], multipliers: list[Verdict]
    ) -> None:
        """Sum, multiply, round down once, and share what is left over the lines and over the rules."""
        parts, weights = list(bases), []
        if stack.looks_at_lines and any(verdict.lines for verdict in (*bases, *multipliers)):
            total = self._by_line(parts, multipliers)
            weights, line_weights = whole_numbers(parts), total.weights()
            numerator, denominator = total.of(None)
        else:
            denominator, weights = stack.unit, self._whole(parts, multipliers, stack.unit)
            numerator, line_weights = sum(weights), [line.minor for line in self._facts.order.lines]
        if points := self._count(decision, stack, numerator, denominator, line_weights):
            decision.by_rule.setdefault(stack.code, {}).update(self._by_rule(points, parts, weights))

    def _count(
        self, decision: Decision, stack: Stack, numerator: int, denominator: int, line_weights: Sequence[int]
    ) -> int:
        """Round down once and share over the lines; the whole points."""
        code, points = stack.code, numerator // denominator
        if self._explained:
            had, per = decision.exact.get(code, (0, 1))
            decision.exact[code] = had * denominator + numerator * per, per * denominator
        if points == 0:
            return 0
        by_line = share(points, line_weights)
        if before := decision.by_line.get(code):
            by_line = [one + other for one, other in zip(before, by_line, strict=True)]
        decision.by_line[code] = by_line
        decision.points[code] = decision.points.get(code, 0) + points
        if stack.on_completion:
            decision.on_completion[code] = points
        return points

    def _whole(self, parts: list[Verdict], multipliers: list[Verdict], unit: int) -> list[int]:
        """What each of the parts, and of the multipliers put after them, gives of the whole order, in units."""
        weights = [part.numerator * (unit // part.denominator) for part in parts]
        total = sum(weights)
        for verdict in multipliers:
            more = total * (verdict.multiplier - MULTIPLIER_SCALE) // MULTIPLIER_SCALE  # without a remainder
            if self._explained or verdict.rule.caps or verdict.rule.budget:
                verdict = self._adding(verdict, more, unit)
                more = verdict.numerator * (unit // verdict.denominator)
            total += more
            weights.append(more)
            parts.append(verdict)
        return weights

    def _by_line(self, parts: list[Verdict], multipliers: list[Verdict]) -> SumByLine:
        """The same where some look at some lines alone: the sums of the lines."""
        total = SumByLine(self._facts.order.lines)
        even = [part for part in parts if part.lines is None and part.denominator == MULTIPLIER_SCALE]
        total.add((sum(part.numerator for part in even), MULTIPLIER_SCALE), None)  # most rules, at once
        for part in parts:
            if part.lines is not None or part.denominator != MULTIPLIER_SCALE:
                total.add((part.numerator, part.denominator), part.lines)
        for verdict in multipliers:
            there, per = total.of(verdict.lines)
            more = there * (verdict.multiplier - MULTIPLIER_SCALE), per * MULTIPLIER_SCALE
            parts.append(self._adding(verdict, *more))
            total.multiply((parts[-1].numerator, parts[-1].denominator), verdict.lines)
        return total

    def _adding(self, verdict: Verdict, numerator: int, denominator: int) -> Verdict:
        """What a multiplier says that would add so much, after its caps and budget."""
        verdict = verdict._replace(numerator=numerator, denominator=denominator)
        return self._say(self._cut(verdict) if verdict.rule.caps or verdict.rule.budget else verdict)

    def _by_rule(self, points: int, parts: list[Verdict], weights: list[int]) -> dict[str, int]:
        """What each rule gave of the whole points; of rules that count nothing, only where it is to be explained."""
        if not self._explained and self._plan.counted.isdisjoint(self._allowed):
            return {}
        given = zip([part.rule.key for part in parts], share(points, weights), strict=True)
        is_told = self._plan.by_key if self._explained else self._plan.counted
        return {key: part for key, part in given if part and key in is_told}

    def _base(self, step: Step) -> Verdict:
        verdict = step.always or self._counted(step.rule)
        return self._cut(verdict) if step.is_limited and verdict.nothing is None else verdict

    def _counted(self, rule: EarnRule) -> Verdict:
        """What a base rule gives for the order's money, or for that of the lines that it takes."""
        times = self._tier_multiplier if rule.tier_multiplied else MULTIPLIER_SCALE
        steps, numerator, denominator, lines, minor = None, 0, MULTIPLIER_SCALE, None, self._minor
        if rule.lines:
            lines = self._lines(rule)
            if not lines:
                return Verdict(rule, None, times, 0, denominator, Nothing.NO_LINE_MATCHES, lines=lines)
            minor = sum([self._facts.order.lines[nth].minor for nth in lines])
        if rule.award is AwardKind.FIXED:
            numerator = rule.points * times
        elif rule.rounding is EarnRounding.WHOLE_STEPS:
            steps = minor // rule.per_minor
            numerator = rule.points * steps * times
        else:
            numerator, denominator = rule.points * minor * times, rule.per_minor * MULTIPLIER_SCALE
        nothing = nothing_of(times, steps) if numerator == 0 else None
        return Verdict(rule, steps, times, numerator, denominator, nothing, lines=lines)

    def _multiplier(self, step: Step) -> Verdict:
        if step.always and not step.is_limited:
            return step.always
        return self._looking(step, Verdict(step.rule, None, step.rule.multiplier, 0, MULTIPLIER_SCALE))

    def _coupon(self, step: Step) -> Verdict:
        return self._looking(step, Verdict(step.rule, None, MULTIPLIER_SCALE, 0, 1))

    def _looking(self, step: Step, verdict: Verdict) -> Verdict:
        """A verdict on the lines that its rule takes, and nothing where there are none, or it may give no more."""
        if step.rule.lines:
            lines = self._lines(step.rule)
            verdict = verdict._replace(lines=lines, nothing=None if lines else Nothing.NO_LINE_MATCHES)
        if step.is_limited and verdict.nothing is None:
            allowed = self._asked(step.rule)
            if allowed.points == 0:
                return verdict._replace(nothing=spent(allowed), limited_by=allowed.by)
        return verdict

    def _lines(self, rule: EarnRule) -> tuple[int, ...]:
        return self._plan.selectors[rule.lines].places(self._facts.order.lines, self._facts.value)

    def _asked(self, rule: EarnRule) -> Allowed:
        known = self._allowed.get(rule.key)
        if known is None:
            known = self._allowed[rule.key] = self._limits.allowed(rule)
        return known

    def _cut(self, verdict: Verdict) -> Verdict:
        """What is left of a verdict after its rule's caps and budget."""
        allowed = self._asked(verdict.rule)
        if verdict.numerator <= allowed.points * verdict.denominator:
            return verdict
        nothing = spent(allowed) if allowed.points == 0 else None
        return verdict._replace(
            numerator=allowed.points * MULTIPLIER_SCALE,
            denominator=MULTIPLIER_SCALE,
            nothing=nothing,
            limited_by=allowed.by,
        )
