"""What money earns: steps, multipliers, one floor, nothing lost between the lines."""

from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.loyalty.rules.earning.earn_facts import local_time
from services.loyalty.rules.earning.earn_limits import Remembered
from services.loyalty.rules.earning.earn_rules import EarnRounding
from services.loyalty.rules.earning.earning import decide, earned
from services.loyalty.rules.orders.judgements import Past
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
