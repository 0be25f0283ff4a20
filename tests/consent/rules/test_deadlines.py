"""Deadlines: counted by hand over weekends, holidays and the weekend days that make up for them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.consent.rules.deadlines import DueTerms, days_of

NATIONAL_WEEK = days_of("2026-10-01,2026-10-02, 2026-10-05,2026-10-06,2026-10-07")


def shanghai(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC) - timedelta(hours=8)


def test_fifteen_working_days_are_three_weeks_and_end_with_their_last_day() -> None:
    asked = shanghai(2026, 11, 2, 9)  # a Monday
    assert DueTerms().due_at(asked) == shanghai(2026, 11, 24)
    assert DueTerms().alarm_at(asked) == shanghai(2026, 11, 19)


def test_holidays_do_not_count_and_made_up_weekends_do() -> None:
    asked = shanghai(2026, 9, 30, 9)  # the Wednesday before the holiday
    terms = DueTerms(working_days=2, alarm_days=1, holidays=NATIONAL_WEEK, workdays=days_of("2026-10-10"))
    assert terms.due_at(asked) == shanghai(2026, 10, 10)
    three = DueTerms(working_days=3, alarm_days=1, holidays=NATIONAL_WEEK, workdays=days_of("2026-10-10"))
    assert three.due_at(asked) == shanghai(2026, 10, 11)
    assert three.alarm_at(asked) == shanghai(2026, 10, 10)


def test_the_day_of_receipt_is_the_local_one() -> None:
    terms = DueTerms(working_days=1)
    assert terms.due_at(datetime(2026, 11, 2, 15, 59, tzinfo=UTC)) == shanghai(2026, 11, 4)
    assert terms.due_at(datetime(2026, 11, 2, 16, 1, tzinfo=UTC)) == shanghai(2026, 11, 5)


def test_a_made_up_day_that_is_a_holiday_is_a_holiday() -> None:
    day = frozenset({date(2026, 10, 10)})
    assert not DueTerms(holidays=day, workdays=day).is_working_day(date(2026, 10, 10))


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (shanghai(2028, 2, 28, 23), shanghai(2028, 3, 1)),  # over the 29th, a Tuesday
        (shanghai(2028, 2, 29, 0), shanghai(2028, 3, 2)),
        (shanghai(2027, 2, 26, 9), shanghai(2027, 3, 2)),  # a Friday, and Monday is 1 March
    ],
)
def test_february_ends_when_the_calendar_says(asked: datetime, due: datetime) -> None:
    assert DueTerms(working_days=1).due_at(asked) == due


ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Havana", "Pacific/Apia"])
ASKED = st.datetimes(datetime(2027, 2, 20), datetime(2028, 4, 5), timezones=st.just(UTC))  # noqa: DTZ001
FREE = st.frozensets(st.dates(date(2028, 2, 20), date(2028, 3, 10)), max_size=6)


@given(ASKED, st.integers(1, 30), ZONES, FREE, FREE)
@example(datetime(2028, 2, 28, 15, 59, 59, tzinfo=UTC), 1, "Asia/Shanghai", frozenset(), frozenset())
@example(datetime(2028, 2, 28, 16, tzinfo=UTC), 1, "Asia/Shanghai", frozenset(), frozenset())
def test_so_many_working_days_lie_between(
    asked: datetime, days: int, zone: str, free: frozenset[date], made_up: frozenset[date]
) -> None:
    """Counted by walking the wall calendar hour by hour, which knows nothing of midnights."""
    terms = DueTerms(working_days=days, alarm_days=1, holidays=free, workdays=made_up, time_zone=zone)
    due, wall, seen = terms.due_at(asked), ZoneInfo(zone), set[date]()
    at = asked
    while at < due:
        seen.add(at.astimezone(wall).date())
        at += timedelta(minutes=59)
    seen.discard(asked.astimezone(wall).date())
    worked = {day for day in seen if day not in free and (day.isoweekday() <= 5 or day in made_up)}
    assert len(worked) == days
    assert (due - timedelta(seconds=1)).astimezone(wall).date() in worked, (
        "the last of them is over, and no more"
    )
