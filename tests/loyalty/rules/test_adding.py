"""Adding up: what rules give as numbers is shared as fractions say, among rules of which many weigh the same."""

import random
from dataclasses import replace
from fractions import Fraction

from services.loyalty.rules.earning.adding import Shares, by_line
from services.loyalty.rules.earning.earn_rules import AwardKind, EarnRounding, EarnRule
from services.loyalty.rules.orders.orders import Line

PLAIN = EarnRule("", "POINTS", 1, 0, EarnRounding.WHOLE_STEPS, False, award=AwardKind.FIXED)


def test_the_counted_get_what_the_largest_remainders_leave_them() -> None:
    dice, told = random.Random(7), 0
    for _ in range(3_000):
        bases, multipliers = dice.randint(1, 12), dice.randint(0, 3)
        asked = sorted(dice.sample(range(bases), dice.randint(0, bases)))
        weights = [dice.choice((0, 1, 1, 2, 3, 7)) for _ in range(bases + multipliers)]
        total = sum(weights)
        if not total:
            continue
        places = [*asked, *range(bases, len(weights))]
        others = [replace(PLAIN, key=f"rule-{place}", budget=dice.randint(0, 1)) for place in places]
        sure = [0 if place in asked else weight for place, weight in enumerate(weights[:bases])]
        points = dice.randint(1, 40)
        given = Shares(sure, asked, others).of(points, total, [weights[place] for place in places])
        shared = _largest_remainders(points, weights)
        counted = {rule.key: shared[place] for rule, place in zip(others, places, strict=True) if rule.budget}
        assert given == {key: part for key, part in counted.items() if part}
        told += len(given)
    assert told > 1_000


def test_lines_weigh_what_each_part_spreads_over_its_own_by_money() -> None:
    dice = random.Random(8)
    for _ in range(1_000):
        minors = [dice.choice((0, 1, 2, 5, 300)) for _ in range(dice.randint(1, 4))]
        lines = [Line(str(nth), "tea", 1, minor) for nth, minor in enumerate(minors)]
        parts = [
            (dice.randint(0, 9), tuple(sorted(dice.sample(range(len(lines)), dice.randint(1, len(lines))))))
            for _ in range(dice.randint(1, 3))
        ]
        rest = dice.randint(1, 20)
        total = rest + sum(part for part, _ in parts)
        expected = [Fraction(0)] * len(lines)
        for part, places in [(rest, tuple(range(len(lines)))), *parts]:
            money = sum(minors[nth] for nth in places)
            for nth in places:
                alone = 1 if nth == places[0] else 0  # where nothing costs anything, the first has all
                expected[nth] += Fraction(part * minors[nth], money) if money else part * alone
        weights = by_line(lines, minors, total, parts)
        assert [Fraction(weight, sum(weights)) * total for weight in weights] == expected


def _largest_remainders(points: int, weights: list[int]) -> list[int]:
    exact = [Fraction(points * weight, sum(weights)) for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda nth: (parts[nth] - exact[nth], nth))
    for nth in by_remainder[: points - sum(parts)]:
        parts[nth] += 1
    return parts
