"""What sums mean to the books: rounding of money and rates, by numbers worked out by hand."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.money import decimals
from services.loyalty.rules.ledger.entries import SLIDING, EntryType
from services.loyalty.rules.ledger.finance import Movements, cohorts, expected_breakage, rate, worth_minor


@pytest.mark.parametrize(
    ("points", "cost_micros", "currency", "minor"),
    [
        (100, 10_000, "CNY", 100),  # 100 points cost 1.00
        (1, 10_000, "CNY", 1),
        (1, 5_000, "CNY", 1),  # half a fen is rounded up
        (1, 4_999, "CNY", 0),
        (100, 1_500_000, "JPY", 150),  # yen have no decimals
        (100, 10_000, "KWD", 1_000),  # dinars have three
        (10**12, 10**6, "CNY", 10**14),
        (0, 10_000, "CNY", 0),
    ],
)
def test_points_cost_what_they_cost_in_the_moneys_own_units(
    points: int, cost_micros: int, currency: str, minor: int
) -> None:
    assert worth_minor(points, cost_micros, decimals(currency)) == minor


@pytest.mark.parametrize(
    ("expired", "redeemed", "told"),
    [
        (0, 0, ""),
        (1, 0, "1.0000"),
        (0, 7, "0.0000"),
        (1, 2, "0.3333"),
        (2, 1, "0.6667"),
        (1, 19_999, "0.0001"),
        (1, 20_001, "0.0000"),
    ],
)
def test_a_rate_has_four_decimals_rounded_to_the_nearest(expired: int, redeemed: int, told: str) -> None:
    assert rate(expired, redeemed) == told


@given(st.integers(0, 10**15), st.integers(0, 10**12), st.integers(0, 10**12))
def test_breakage_is_expected_in_the_proportion_of_what_ended(
    points: int, expired: int, redeemed: int
) -> None:
    found = expected_breakage(points, expired, redeemed)
    if expired + redeemed:
        exact = Fraction(points * expired, expired + redeemed)
        assert found <= exact < found + 1
    else:
        assert found == 0


def test_members_gain_what_the_programme_gives_and_lose_what_it_gets() -> None:
    moved = Movements.of({"ISSUED": -100, "REDEEMED": 30, "EXPIRED": 5, "ADJUSTMENTS": 10, "IMPORTED": -7})
    assert (moved.issued, moved.redeemed, moved.expired, moved.adjusted, moved.imported) == (
        100,
        30,
        5,
        -10,
        7,
    )
    assert moved.gained == 100 - 30 - 5 - 10 + 7


def test_what_slides_and_what_became_debt_share_the_cohort_without_a_month() -> None:
    moved = [(SLIDING, EntryType.EARN, 10), (0, EntryType.EARN_REVERSAL, 4), (24_313, EntryType.EARN, 5)]
    (none, month), total = cohorts(moved, [(SLIDING, 6)])
    assert (none.month, none.issued, none.taken_back, none.open) == (0, 10, 4, 6)
    assert (month.month, total.issued) == (24_313, 15)
