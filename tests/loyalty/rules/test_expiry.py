"""When points are gone: after calendar periods, and on calendar dates, in the programme's zone."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.loyalty.rules.ledger.expiry import (
    NEVER,
    CalendarDate,
    DateNotUnderstood,
    Expiry,
    ExpiryKind,
    Period,
    PeriodNotUnderstood,
    Rounding,
    expires_at,
    last_good_day,
)
from tests.loyalty.rules.memory import at

SHANGHAI = "Asia/Shanghai"


def on_dates(*dates: str, at_least: str = "") -> Expiry:
    least = Period.parse(at_least) if at_least else None
    return Expiry(least, dates=tuple(map(CalendarDate.parse, dates)))


def test_twelve_months_rounded_to_the_months_end_last_until_that_end() -> None:
    expiry = Expiry(Period.parse("P12M"), Rounding.MONTH)
    assert last_good_day(date(2020, 7, 6), expiry) == date(2021, 7, 31)
    assert expires_at(at("2020-07-06 04:00"), expiry, SHANGHAI) == at("2021-07-31 16:00")


def test_one_month_from_31_january_is_the_last_of_february() -> None:
    assert last_good_day(date(2025, 1, 31), Expiry(Period.parse("P1M"))) == date(2025, 2, 28)
    assert last_good_day(date(2024, 1, 31), Expiry(Period.parse("P1M"))) == date(2024, 2, 29)


def test_a_year_from_29_february_is_28_february() -> None:
    assert last_good_day(date(2024, 2, 29), Expiry(Period.parse("P1Y"))) == date(2025, 2, 28)
    assert last_good_day(date(2024, 2, 29), Expiry(Period.parse("P4Y"))) == date(2028, 2, 29)


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


def test_rounding_to_the_month_ends_february_on_its_29th_in_leap_years() -> None:
    expiry = Expiry(Period.parse("P1M"), Rounding.MONTH)
    assert last_good_day(date(2023, 1, 5), expiry) == date(2023, 2, 28)
    assert last_good_day(date(2024, 1, 5), expiry) == date(2024, 2, 29)


def test_points_without_a_period_never_expire() -> None:
    assert expires_at(at("2026-01-01"), Expiry(), SHANGHAI) == NEVER
    assert Expiry().kind is ExpiryKind.NEVER


def test_what_expires_on_a_date_is_spendable_all_that_day_and_gone_at_midnight() -> None:
    expiry = on_dates("2025-12-31")
    assert expires_at(at("2025-03-01 04:00"), expiry, SHANGHAI) == at("2025-12-31 16:00")
    assert expires_at(at("2025-03-01 04:00"), expiry, "America/Los_Angeles") == at("2026-01-01 08:00")
    assert expires_at(at("2025-12-31 15:59"), expiry, SHANGHAI) == at("2025-12-31 16:00")


def test_what_is_earned_after_the_last_of_the_dates_is_past_at_once() -> None:
    expiry = on_dates("2025-06-30", "2025-12-31")
    assert expires_at(at("2026-02-01"), expiry, SHANGHAI) == at("2025-12-31 16:00")


def test_a_date_of_every_year_is_the_next_one() -> None:
    expiry = on_dates("06-30", "12-31")
    assert last_good_day(date(2026, 6, 30), expiry) == date(2026, 6, 30)
    assert last_good_day(date(2026, 7, 1), expiry) == date(2026, 12, 31)
    assert last_good_day(date(2026, 12, 31), on_dates("06-30")) == date(2027, 6, 30)


def test_a_date_that_is_nearer_than_the_least_period_is_passed_over() -> None:
    expiry = on_dates("12-31", at_least="P3M")
    assert last_good_day(date(2026, 9, 30), expiry) == date(2026, 12, 31)
    assert last_good_day(date(2026, 10, 1), expiry) == date(2027, 12, 31)
    assert last_good_day(date(2026, 12, 31), on_dates("12-31", at_least="P1Y")) == date(2027, 12, 31)


def test_29_february_of_every_year_is_the_last_of_february() -> None:
    expiry = on_dates("02-29")
    assert last_good_day(date(2025, 2, 28), expiry) == date(2025, 2, 28)
    assert last_good_day(date(2027, 3, 1), expiry) == date(2028, 2, 29)
    assert last_good_day(date(2028, 2, 29), expiry) == date(2028, 2, 29)
    assert last_good_day(date(2028, 3, 1), expiry) == date(2029, 2, 28)


def test_a_date_of_one_year_stands_beside_those_of_every_year() -> None:
    expiry = on_dates("2026-08-08", "12-31")
    assert last_good_day(date(2026, 8, 1), expiry) == date(2026, 8, 8)
    assert last_good_day(date(2026, 8, 9), expiry) == date(2026, 12, 31)
    assert last_good_day(date(2027, 8, 1), expiry) == date(2027, 12, 31)


def test_sliding_points_are_good_for_the_period_if_nothing_more_happens() -> None:
    expiry = Expiry(Period.parse("P6M"), sliding=True)
    assert expiry.kind is ExpiryKind.AFTER_INACTIVITY
    assert expires_at(at("2026-08-31 04:00"), expiry, SHANGHAI) == at("2027-02-28 16:00")


@settings(deadline=None)
@given(
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.lists(st.tuples(st.integers(1, 12), st.integers(1, 28)), min_size=1, max_size=4),
    st.integers(0, 500),
)
def test_the_last_good_day_is_the_nearest_of_the_dates_that_is_far_enough(
    active_on: date, dates: list[tuple[int, int]], days: int
) -> None:
    day = active_on + timedelta(days=days)
    while (day.month, day.day) not in dates:
        day += timedelta(days=1)
    named = [f"{month:02}-{of_month:02}" for month, of_month in dates]
    assert last_good_day(active_on, on_dates(*named, at_least=f"P{days}D")) == day


@pytest.mark.parametrize("text", ["", "P", "12M", "P1H", "PT5M", "P-1M", "P1.5M", "P1M2Y"])
def test_a_period_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(PeriodNotUnderstood):
        Period.parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "12", "2026", "31-12", "02-30", "2025-02-29", "2026-1-1", "0000-01-01", "12-31T00", "12-31\n"],
)
def test_a_date_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(DateNotUnderstood) as refusal:
        CalendarDate.parse(text, "expiry.dates[0]")
    assert refusal.value.field == "expiry.dates[0]"


@pytest.mark.parametrize("text", ["12-31", "02-29", "2024-02-29", "0999-01-02"])
def test_a_date_is_written_as_it_was_read(text: str) -> None:
    assert str(CalendarDate.parse(text)) == text
