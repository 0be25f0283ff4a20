"""What an order takes in points: the smallest of asked, available and the cap, as a whole multiple."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.loyalty.rules.ledger.conversion import Conversion, Reason, Redeemable, redeemable, worth
from tests.loyalty.rules.memory import currency

HUNDREDS = Conversion(points=100, minor=100, minimum=100, multiple=100, cap_basis_points=5_000)


@pytest.mark.parametrize(
    ("asked", "available", "total_minor", "points", "reason"),
    [
        (300, 1_000, 10_000, 300, None),
        (350, 1_000, 10_000, 300, None),
        (900, 650, 10_000, 600, None),
        (900, 1_000, 1_500, 700, None),
        (None, 1_050, 10_000, 1_000, None),
        (None, 100_000, 10_000, 5_000, None),
        (100, 100, 200, 100, None),
        (100, 0, 10_000, 0, Reason.NOTHING_AVAILABLE),
        (None, -40, 10_000, 0, Reason.NOTHING_AVAILABLE),
        (99, 1_000, 10_000, 0, Reason.BELOW_MINIMUM),
        (None, 99, 10_000, 0, Reason.BELOW_MINIMUM),
        (300, 1_000, 199, 0, Reason.ORDER_CAP),
        (None, 1_000, 0, 0, Reason.ORDER_CAP),
    ],
)
def test_a_quote_is_the_smallest_of_asked_available_and_the_cap_rounded_down_to_the_multiple(
    asked: int | None, available: int, total_minor: int, points: int, reason: Reason | None
) -> None:
    assert redeemable(HUNDREDS, asked, available, total_minor) == Redeemable(points, points, reason)


def test_a_quote_says_why_there_is_none() -> None:
    assert redeemable(None, 100, 100, 10_000).reason is Reason.NO_CONVERSION
    growth = currency("GROWTH", spendable=False)
    assert growth.redeemable(100, 100, 10_000).reason is Reason.NOT_SPENDABLE
    assert currency().redeemable(100, 100, 10_000).reason is Reason.NO_CONVERSION
    assert currency(conversion=HUNDREDS).redeemable(100, 100, 10_000) == Redeemable(100, 100)


def test_points_are_worth_whole_minor_units() -> None:
    thousand = Conversion(points=1_000, minor=799, minimum=10, multiple=1)
    assert [worth(thousand, points) for points in (1_000, 999, 10, 1)] == [799, 798, 7, 0]


@settings(deadline=None)
@given(
    st.builds(
        Conversion,
        points=st.integers(1, 1_000),
        minor=st.integers(1, 1_000),
        minimum=st.integers(1, 500),
        multiple=st.integers(1, 50),
        cap_basis_points=st.integers(1, 10_000),
    ),
    st.one_of(st.none(), st.integers(1, 5_000)),
    st.integers(-100, 5_000),
    st.integers(0, 10_000),
)
def test_a_quote_is_the_most_that_keeps_every_bound(
    conversion: Conversion, asked: int | None, available: int, total_minor: int
) -> None:
    conversion = replace(conversion, minimum=conversion.minimum * conversion.multiple)

    def may_be(points: int) -> bool:
        """Without any rounding: money is compared as fractions of the cap."""
        cap_minor = total_minor * conversion.cap_basis_points // 10_000
        return (
            points >= conversion.minimum
            and points % conversion.multiple == 0
            and points <= available
            and (asked is None or points <= asked)
            and points * conversion.minor <= cap_minor * conversion.points
        )

    most = max(filter(may_be, range(available + 1)), default=0)
    found = redeemable(conversion, asked, available, total_minor)
    assert found.points == most
    assert (found.reason is None) == (most > 0)
