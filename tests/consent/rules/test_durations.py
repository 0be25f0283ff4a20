"""Durations: how they are spelled, when they end, and which may outlast which."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consent.rules.durations import Duration, parse

INSTANTS = st.datetimes(datetime(1996, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DURATIONS = st.builds(Duration, st.integers(0, 240), st.integers(0, 4000).map(lambda days: days * 86_400))


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("P3Y", Duration(36, 0)),
        ("P1Y6M", Duration(18, 0)),
        ("P2W", Duration(0, 14 * 86_400)),
        ("P1DT12H", Duration(0, 36 * 3600)),
        ("PT90S", Duration(0, 90)),
        ("P0D", Duration(0, 0)),
    ],
)
def test_a_duration_is_read(text: str, duration: Duration) -> None:
    assert parse(text) == duration


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "3Y", "p3y", "P-1Y", "P1.5Y", "P1YT", "P1D1Y", "P1Y ", "P٣Y", "P99999Y"]
)
def test_what_is_no_duration_is_not_read(text: str) -> None:
    assert parse(text) is None


def test_a_month_ends_on_its_last_day_at_the_latest() -> None:
    assert Duration(1, 0).after(datetime(2024, 1, 31, 8, tzinfo=UTC)) == datetime(2024, 2, 29, 8, tzinfo=UTC)
    assert Duration(12, 0).after(datetime(2024, 2, 29, tzinfo=UTC)) == datetime(2025, 2, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "text", "ends"),
    [
        ("2028-02-29T23:30", "P1Y", "2029-02-28T23:30"),
        ("2028-02-29T00:30", "P1Y", "2029-02-28T00:30"),
        ("2028-02-29T00:30", "P4Y", "2032-02-29T00:30"),
        ("2025-03-01T07:00", "P3Y", "2028-03-01T07:00"),
        ("2026-01-31T07:00", "P1M", "2026-02-28T07:00"),
        ("2027-12-31T23:59", "P2M", "2028-02-29T23:59"),
        ("2028-02-28T23:59", "P1D", "2028-02-29T23:59"),
    ],
)
def test_months_and_years_are_those_of_chinas_calendar_also_before_eight_in_the_morning(
    given: str, text: str, ends: str
) -> None:
    """Written as clocks in Shanghai show it, which the database's calendar is not asked about."""
    duration, china = parse(text), timedelta(hours=8)
    assert duration is not None
    at = datetime.fromisoformat(given).replace(tzinfo=UTC) - china
    assert duration.after(at) == datetime.fromisoformat(ends).replace(tzinfo=UTC) - china


def test_what_never_ends_within_the_calendar_ends_with_it() -> None:
    for forever in (Duration(12 * 9999, 0), Duration(0, 99_999 * 86_400 * 99)):
        assert forever.after(datetime(2026, 1, 1, tzinfo=UTC)).year == 9999


@given(DURATIONS, DURATIONS, INSTANTS)
def test_what_may_not_outlast_another_never_does(one: Duration, other: Duration, start: datetime) -> None:
    if not one.may_outlast(other):
        # The cut to a month's last day moves an end by up to three days, which no comparison can foresee.
        assert one.after(start) <= other.after(start) + timedelta(days=3 * (one.months > 0))


@given(DURATIONS)
def test_no_duration_outlasts_itself(one: Duration) -> None:
    assert not one.may_outlast(one)


def test_thirty_days_may_outlast_a_month_and_a_year_is_twelve_months() -> None:
    assert Duration(0, 30 * 86_400).may_outlast(Duration(1, 0))
    assert Duration(1, 0).may_outlast(Duration(0, 30 * 86_400))
    twelve_months, year = parse("P12M"), parse("P1Y")
    assert twelve_months == year
