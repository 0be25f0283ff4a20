"""What money earns: steps, multipliers, one floor, nothing lost between the lines."""

from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.loyalty.rules.earning.earn_limits import Counts, Limits, Remembered
from services.loyalty.rules.earning.earn_rules import AwardKind, Cap, CapWindow, EarnRounding, EarnRule
from services.loyalty.rules.earning.earning import decide
from services.loyalty.rules.earning.plain_rules import earned
from services.loyalty.rules.ledger.expiry import local_time
from services.loyalty.rules.orders.judgements import Past
from services.loyalty.rules.orders.orders import Order
from services.loyalty.rules.orders.sharing import share
from tests.loyalty.rules.memory import order, programme, rule, tier


@pytest.mark.parametrize(
    ("minor", "points", "per_minor", "multiplier", "rounding", "expected"),
    [
        (10_500, 1, 1_000, 1, EarnRounding.WHOLE_STEPS, 10),
        (400, 1, 100, 1.5, EarnRounding.WHOLE_STEPS, 6),
        (4_000, 3, 100, 1, EarnRounding.WHOLE_STEPS, 120),
        (1_999, 1, 100, 1, EarnRounding.WHOLE_STEPS, 19),
        (300, 5, 250, 1, EarnRounding.WHOLE_STEPS, 5),
        (300, 1, 100, 1.5, EarnRounding.PROPORTIONAL, 4),
    ],
)
def test_awards_count_whole_steps_and_are_floored_once(
    minor: int, points: int, per_minor: int, multiplier: float, rounding: Any, expected: int
) -> None:
    rules = programme(
        earn_rules=(rule(points, per_minor, rounding=rounding),), tiers=(tier("gold", 0, multiplier),)
    )
    assert earned(rules, "gold", minor) == {"POINTS": expected}


def test_base_rules_of_one_currency_sum_before_the_floor() -> None:
    half = {"rounding": EarnRounding.PROPORTIONAL}
    rules = programme(earn_rules=(rule(1, 200, **half), rule(1, 200, key="other", **half)))
    assert earned(rules, "", 100) == {"POINTS": 1}


def test_a_rule_that_tiers_do_not_multiply_stays_at_its_rate() -> None:
    rules = programme(earn_rules=(rule(tier_multiplied=False),), tiers=(tier("gold", 0, 2),))
    assert earned(rules, "gold", 1_000) == {"POINTS": 10}


def test_no_money_earns_nothing() -> None:
    assert earned(programme(), "", 0) == {}


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=50))
def test_sharing_loses_nothing_and_favours_no_line_by_more_than_one(whole: int, weights: list[int]) -> None:
    shares = share(whole, weights)
    assert sum(shares) == whole
    if total := sum(weights):
        assert all(
            abs(part - whole * weight / total) <= 1 for part, weight in zip(shares, weights, strict=True)
        )


@given(
    st.lists(
        st.tuples(st.integers(1, 50), st.integers(1, 700), st.booleans(), st.booleans()),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 30_000),
    st.integers(0, 100_000),
)
def test_the_verdicts_of_the_rules_sum_to_what_is_earned(
    made: list[tuple[int, int, bool, bool]], multiplier: int, minor: int
) -> None:
    rules = tuple(
        rule(
            points,
            per,
            tier_multiplied=multiplied,
            rounding=EarnRounding.PROPORTIONAL if proportional else EarnRounding.WHOLE_STEPS,
            key=f"rule-{nth}",
        )
        for nth, (points, per, multiplied, proportional) in enumerate(made)
    )
    held = replace(tier("gold", 1), multiplier=multiplier)
    shop = programme(earn_rules=rules, tiers=(held,))
    basket = order(minor)
    decision = decide(
        shop, basket, "gold", Past(), local_time(basket.paid_at, shop.time_zone), Remembered({})
    )
    found = decision.verdicts
    assert [verdict.rule for verdict in found] == list(rules)
    exactly = Fraction(0)
    for verdict, (points, per, multiplied, proportional) in zip(found, made, strict=True):
        steps = Fraction(minor, per) if proportional else Fraction(minor // per)
        gives = points * steps * (Fraction(multiplier, 10_000) if multiplied else 1)
        assert Fraction(verdict.numerator, verdict.denominator) == gives
        assert (verdict.nothing is None) == (gives > 0)
        exactly += gives
    assert decision.points.get("POINTS", 0) == floor(exactly)
    assert earned(shop, "gold", minor) == decision.points, "what is quick for plain rules gives the same"


@st.composite
def campaigns(draw: st.DrawFn) -> list[EarnRule]:
    """Rules of every shape that give points, some of them for nobody, each with a cap or a budget where it likes."""
    made = []
    for nth in range(draw(st.integers(1, 8))):
        award = draw(st.sampled_from((AwardKind.FIXED, AwardKind.PER_AMOUNT, AwardKind.MULTIPLIER)))
        multiplies = award is AwardKind.MULTIPLIER
        made.append(
            replace(
                rule(
                    0 if multiplies else draw(st.integers(1, 60)),
                    draw(st.sampled_from((33, 100, 250))) if award is AwardKind.PER_AMOUNT else 0,
                    rounding=draw(st.sampled_from(EarnRounding)),
                    tier_multiplied=not multiplies and draw(st.booleans()),
                    key=f"rule-{nth}",
                ),
                award=award,
                multiplier=draw(st.sampled_from((10_100, 13_333, 20_000))) if multiplies else 10_000,
                condition=draw(st.sampled_from(("", "", "order.total_minor >= 5000", "time.hour > 24"))),
                lines=draw(st.sampled_from(("", "", "", "line.sku == 'tea'", "line.sku == 'cup'"))),
                caps=draw(st.sampled_from(((), (Cap(CapWindow.DAY, 7),), (Cap(CapWindow.ORDER, 30),)))),
                budget=draw(st.sampled_from((0, 0, 11))),
                priority=-nth,
            )
        )
    return made


def gives(rules: list[EarnRule], times: Fraction, basket: Order) -> tuple[Fraction, list[Fraction]]:
    """What rules give in all and by line, reckoned by lines with fractions alone."""
    total = [Fraction(0)] * len(basket.lines)

    def look(each: EarnRule) -> list[int]:
        sku = each.lines.removeprefix("line.sku == ")
        return [nth for nth, line in enumerate(basket.lines) if not sku or sku == f"'{line.sku}'"]

    def most(each: EarnRule) -> Fraction:
        return Fraction(min([cap.points for cap in each.caps] + [each.budget or 10**9]))

    holding = [
        each
        for each in rules
        if look(each) and (not each.condition or ("total" in each.condition and basket.total_minor >= 5_000))
    ]
    bases = [each for each in holding if each.award is not AwardKind.MULTIPLIER]
    for each in bases:
        money = sum(basket.lines[nth].minor for nth in look(each))
        steps = Fraction(1)
        if each.award is AwardKind.PER_AMOUNT:
            steps = Fraction(money, each.per_minor)
            steps = steps if each.rounding is EarnRounding.PROPORTIONAL else Fraction(floor(steps))
        more = min(each.points * steps * (times if each.tier_multiplied else 1), most(each))
        for nth in look(each):
            total[nth] += more * basket.lines[nth].minor / money
    for each in holding:
        if each.award is AwardKind.MULTIPLIER:
            there = sum((total[nth] for nth in look(each)), Fraction(0))
            more = min(there * Fraction(each.multiplier - 10_000, 10_000), most(each))
            for nth in look(each) if there else ():
                total[nth] += more * total[nth] / there
    return sum(total, Fraction(0)), total


@settings(max_examples=80, deadline=None)
@given(
    campaigns(),
    st.sampled_from((10_000, 12_000, 13_337)),
    st.lists(
        st.tuples(st.sampled_from(("tea", "cup", "pot")), st.integers(1, 90_000)), min_size=1, max_size=4
    ),
)
def test_posting_says_in_short_what_explaining_says_at_length(
    rules: list[EarnRule], multiplier: int, basket: list[tuple[str, int]]
) -> None:
    shop = programme(earn_rules=tuple(rules), tiers=(replace(tier("gold", 1), multiplier=multiplier),))
    made = order(*(minor for _, minor in basket))
    made.lines = [replace(line, sku=sku) for line, (sku, _) in zip(made.lines, basket, strict=True)]
    local = local_time(made.paid_at, shop.time_zone)
    in_full, in_short = (
        decide(
            shop,
            made,
            "gold",
            Past(),
            local,
            Limits(shop, Counts(), made.member_id, local.date()),
            explained=explained,
        )
        for explained in (True, False)
    )
    exactly, by_line = gives(rules, Fraction(multiplier, 10_000), made)
    assert in_short.points.get("POINTS", 0) == floor(exactly)
    assert in_full.points == in_short.points
    assert in_full.by_line == in_short.by_line
    assert in_full.allowed == in_short.allowed
    for code, points in in_full.points.items():
        assert all(
            abs(given - points * exact / exactly) < 1
            for given, exact in zip(in_full.by_line[code], by_line, strict=True)
        )
        assert sum(in_full.by_rule[code].values()) == points
        counted = {each.key for each in rules if each.is_limited}
        of_counted = {key: given for key, given in in_full.by_rule[code].items() if key in counted}
        assert in_short.by_rule[code] == of_counted
