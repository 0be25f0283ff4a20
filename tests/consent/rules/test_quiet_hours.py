"""Quiet hours, against an oracle that walks the wall clock minute by minute and knows nothing of zones' changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.consent.rules.quiet_hours import QuietHours, QuietHoursNotValid, combined, open_from

MINUTE = timedelta(minutes=1)
# Half-hour and whole-hour changes, at night and at midnight; one zone without; the year a day was left out.
ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Pacific/Apia",
)
CHANGES = [
    datetime(2026, 3, 28, 12, tzinfo=UTC),
    datetime(2026, 10, 24, 12, tzinfo=UTC),
    datetime(2026, 3, 7, 12, tzinfo=UTC),
    datetime(2026, 10, 31, 12, tzinfo=UTC),
    datetime(2026, 4, 4, 2, tzinfo=UTC),
    datetime(2026, 10, 3, 2, tzinfo=UTC),
    datetime(2011, 12, 29, 12, tzinfo=UTC),
    datetime(2026, 7, 1, 12, tzinfo=UTC),
]
MINUTES = st.integers(0, 24 * 60 - 1)
HOURS = st.builds(QuietHours, MINUTES, MINUTES, st.sampled_from(ZONES)).filter(
    lambda hours: hours.start_minute != hours.end_minute
)


def dial(hours: QuietHours) -> set[int]:
    """The quiet minutes of the day, by going round the dial from the start until the end is met."""
    minutes, minute = set(), hours.start_minute
    while minute != hours.end_minute:
        minutes.add(minute)
        minute = (minute + 1) % (24 * 60)
    return minutes


def shown(at: datetime, zone: ZoneInfo) -> int:
    """The minute of the day that the clock on the wall shows."""
    local = at.astimezone(zone)
    return local.hour * 60 + local.minute


def opens(hours: QuietHours, at: datetime) -> datetime:
    """By looking at the wall each minute."""
    quiet, zone = dial(hours), ZoneInfo(hours.time_zone)
    if shown(at, zone) not in quiet:
        return at
    at = at.replace(second=0, microsecond=0)
    while shown(at, zone) in quiet:
        at += MINUTE
    return at


@settings(deadline=None)
@given(HOURS, st.sampled_from(CHANGES), st.integers(0, 30 * 3600))
@example(QuietHours(120, 150, "Europe/Berlin"), CHANGES[0], 12 * 3600)  # all of it is skipped
@example(QuietHours(1320, 150, "Europe/Berlin"), CHANGES[0], 12 * 3600)  # its end is skipped
@example(QuietHours(1320, 150, "Europe/Berlin"), CHANGES[1], 12 * 3600 + 1800)  # its end comes twice
@example(QuietHours(1, 0, "Pacific/Apia"), CHANGES[6], 20 * 3600)  # the one open minute of a day left out
def test_hours_hold_and_open_as_the_wall_shows(hours: QuietHours, near: datetime, seconds: int) -> None:
    at = near + timedelta(seconds=seconds)
    assert hours.open_from(at) == opens(hours, at)
    assert hours.hold(at) == (opens(hours, at) != at)


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        (QuietHours(-1, 480, "Asia/Shanghai"), "quiet_hours.start_minute"),
        (QuietHours(1320, 1440, "Asia/Shanghai"), "quiet_hours.end_minute"),
        (QuietHours(480, 480, "Asia/Shanghai"), "quiet_hours.end_minute"),
        (QuietHours(1320, 480, "Asia/Atlantis"), "quiet_hours.time_zone"),
        (QuietHours(1320, 480, "../etc/passwd"), "quiet_hours.time_zone"),
        (QuietHours(1320, 480, ""), "quiet_hours.time_zone"),
    ],
)
def test_hours_that_part_no_day_are_refused(hours: QuietHours, field: str) -> None:
    with pytest.raises(QuietHoursNotValid) as refused:
        hours.check("quiet_hours")
    assert refused.value.field == field


SAME_CLOCK = HOURS.map(lambda one: QuietHours(one.start_minute, one.end_minute, "Asia/Shanghai"))


@settings(max_examples=60, deadline=None)
@given(st.lists(HOURS | SAME_CLOCK, min_size=1, max_size=4), st.sampled_from(CHANGES), MINUTES)
def test_combined_hours_hold_when_any_does_and_open_when_none_does(
    hours: list[QuietHours], day: datetime, minute: int
) -> None:
    fewest = combined(hours)
    start = day + minute * MINUTE
    for step in range(0, 48 * 60, 7):
        at = start + step * MINUTE
        assert any(one.hold(at) for one in fewest) == any(one.hold(at) for one in hours)
    opens = open_from(hours, start)
    if opens is None:
        assert all(
            any(one.hold(start + step * MINUTE) for one in hours) for step in range(0, 7 * 24 * 60, 11)
        )
    else:
        assert not any(one.hold(opens) for one in hours)
        assert opens == start or any(one.hold(opens - timedelta(microseconds=1)) for one in hours)


def test_hours_by_one_clock_that_touch_are_shown_as_one() -> None:
    def by(zone: str, *ends: int) -> QuietHours:
        return QuietHours(*(end * 60 for end in ends), zone)

    night, evening, noon = by("UTC", 23, 7), by("UTC", 20, 23), by("UTC", 12, 13)
    assert combined([night, noon, evening]) == [noon, by("UTC", 20, 7)]
    assert combined([night, by("Asia/Shanghai", 23, 7)]) == [night, by("Asia/Shanghai", 23, 7)]
    whole_day = [by("UTC", 0, 13), by("UTC", 12, 1)]
    assert combined(whole_day) == whole_day
    assert open_from(whole_day, CHANGES[0]) is None
