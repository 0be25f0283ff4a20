"""When points are gone: calendar periods in the programme's zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.loyalty.rules.expiry import (
    NEVER,
    Expiry,
    Period,
    PeriodNotUnderstood,
    Rounding,
    expires_at,
    last_good_day,
    midnight,
)
from tests.loyalty.rules.memory import at


def test_twelve_months_rounded_to_the_months_end_last_until_that_end() -> None:
    expiry = Expiry(Period.parse("P12M"), Rounding.MONTH)
    assert last_good_day(date(2020, 7, 6), expiry) == date(2021, 7, 31)
    assert expires_at(at("2020-07-06 04:00"), expiry, "Asia/Shanghai") == at("2021-07-31 16:00")


def test_one_month_from_31_january_is_the_last_of_february() -> None:
    assert last_good_day(date(2025, 1, 31), Expiry(Period.parse("P1M"))) == date(2025, 2, 28)
    assert last_good_day(date(2024, 1, 31), Expiry(Period.parse("P1M"))) == date(2024, 2, 29)


def test_a_year_from_29_february_is_28_february() -> None:
    assert last_good_day(date(2024, 2, 29), Expiry(Period.parse("P1Y"))) == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("rounding", "last"),
    [
        (Rounding.QUARTER, date(2026, 6, 30)),
        (Rounding.YEAR, date(2026, 12, 31)),
        (Rounding.NONE, date(2026, 5, 9)),
    ],
)
def test_rounding_moves_the_last_good_day_to_the_end(rounding: Rounding, last: date) -> None:
    assert last_good_day(date(2026, 4, 9), Expiry(Period.parse("P1M"), rounding)) == last


def test_points_without_a_period_never_expire() -> None:
    assert expires_at(at("2026-01-01"), Expiry(), "Asia/Shanghai") == NEVER


@pytest.mark.parametrize("text", ["", "P", "12M", "P1H", "PT5M", "P-1M", "P1.5M", "P1M2Y"])
def test_a_period_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(PeriodNotUnderstood):
        Period.parse(text)


@given(
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.sampled_from(
        ["Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "Europe/Lisbon", "Asia/Kathmandu"]
    ),
)
def test_a_day_begins_at_its_first_instant_also_when_clocks_change(day: date, zone: str) -> None:
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=midnight(day, zone))
    assert start.astimezone(ZoneInfo(zone)).date() == day
    assert (start - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() < day
