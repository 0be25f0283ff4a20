"""Deadlines: counted by hand over weekends, holidays and the weekend days that make up for them."""

from datetime import UTC, date, datetime, timedelta

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
