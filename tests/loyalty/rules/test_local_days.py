"""Local days: where each begins and how long it is, also where clocks change, judged minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.loyalty.rules.ledger.expiry import Expiry, Period, expires_at, local_day, midnight
from tests.loyalty.rules.memory import at

ZONES = [
    "Asia/Shanghai",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "America/Asuncion",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Europe/Lisbon",
    "Pacific/Apia",
    "Pacific/Kiritimati",
]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def first_minute(day: date, zone: str) -> datetime:
    """The first minute whose local date is the day, or lies after it where the day is skipped whole."""
    minute = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=26)
    while minute.astimezone(ZoneInfo(zone)).date() < day:
        minute += timedelta(minutes=1)
    return minute


def micros(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)


@settings(deadline=None)
@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.sampled_from(ZONES))
def test_a_day_begins_at_its_first_minute(day: date, zone: str) -> None:
    assert midnight(day, zone) == micros(first_minute(day, zone))


@pytest.mark.parametrize(
    ("day", "zone", "begins"),
    [
        (date(2018, 11, 4), "America/Sao_Paulo", "2018-11-04 03:00"),  # 00:00 is skipped
        (date(2022, 3, 27), "Asia/Beirut", "2022-03-26 22:00"),  # 00:00 is skipped
        (date(2024, 4, 26), "Africa/Cairo", "2024-04-25 22:00"),  # 00:00 is skipped
        (date(2024, 11, 1), "Africa/Cairo", "2024-10-31 22:00"),  # 23:00 comes twice the evening before
        (date(2025, 11, 2), "America/Havana", "2025-11-02 04:00"),  # 00:00 comes twice: the first counts
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30 10:00"),  # the day is skipped whole
        (date(2011, 12, 31), "Pacific/Apia", "2011-12-30 10:00"),
    ],
)
def test_a_day_begins_where_its_midnight_is_skipped_or_comes_twice(day: date, zone: str, begins: str) -> None:
    assert midnight(day, zone) == at(begins) == micros(first_minute(day, zone))


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2026, 3, 8), "America/New_York", 23),
        (date(2024, 4, 26), "Africa/Cairo", 23),
        (date(2024, 10, 31), "Africa/Cairo", 25),
        (date(2026, 10, 4), "Australia/Lord_Howe", 23.5),
        (date(2026, 6, 1), "Asia/Shanghai", 24),
    ],
)
def test_points_good_for_one_more_day_are_good_for_all_of_it(day: date, zone: str, hours: float) -> None:
    evening_before = midnight(day, zone) - 1
    begins, gone = midnight(day, zone), expires_at(evening_before, Expiry(Period.parse("P1D")), zone)
    assert gone - begins == hours * 3_600_000_000
    assert local_day(gone - 1, zone) == day
    assert local_day(gone, zone) > day


@settings(deadline=None)
@given(
    st.integers(20 * 365 * 1440, 80 * 365 * 1440).map(lambda minutes: EPOCH + timedelta(minutes=minutes)),
    st.integers(1, 800),
    st.sampled_from(ZONES),
)
def test_points_are_spendable_all_their_last_good_day_and_not_a_minute_longer(
    earned_at: datetime, days: int, zone: str
) -> None:
    last = earned_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    gone = expires_at(micros(earned_at), Expiry(Period.parse(f"P{days}D")), zone)
    assert gone == micros(first_minute(last + timedelta(days=1), zone))
