"""Quiet hours: the times of a member's day in which nothing is sent, by the clock on their wall.

An instant is quiet when that clock then shows a time from the start up to the end. So what a clock change skips is
never quiet, and what it repeats is quiet twice.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from services.kit.refusal import Invalid

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)


class QuietHoursNotValid(Invalid):
    """The hours do not part the day, or the zone is none of IANA's."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one minute of the day up to another, which lies beyond midnight when it is the smaller one."""

    start_minute: int
    end_minute: int
    time_zone: str

    MINUTES: ClassVar[int] = 24 * 60

    def check(self, field: str) -> None:
        """Raises ``QuietHoursNotValid``; ``field`` is what the request calls them."""
        for name, minute in (("start_minute", self.start_minute), ("end_minute", self.end_minute)):
            if not 0 <= minute < self.MINUTES:
                raise QuietHoursNotValid(
                    f"a minute of the day is 0 to {self.MINUTES - 1}", field=f"{field}.{name}"
                )
        if self.start_minute == self.end_minute:
            raise QuietHoursNotValid("the end must differ from the start", field=f"{field}.end_minute")
        if self.time_zone not in _zones():
            raise QuietHoursNotValid(
                "the time zone must be one of IANA's, for instance Asia/Shanghai", field=f"{field}.time_zone"
            )

    def hold(self, at: datetime) -> bool:
        """Whether the instant is quiet."""
        return (self._local(at) - timedelta(minutes=self.start_minute)) % _DAY < self._length

    def open_from(self, at: datetime) -> datetime:
        """The first instant that is not quiet, ``at`` itself or later; in UTC."""
        return _open_from(self, at.astimezone(UTC))

    def end_from(self, at: datetime) -> datetime:
        """When a quiet instant's hours end, or the clock on the wall is set before that; not quiet or to be asked again."""
        end = at + (timedelta(minutes=self.end_minute) - self._local(at)) % _DAY
        return self._set_between(at, end) or end

    @property
    def _length(self) -> timedelta:
        return timedelta(minutes=(self.end_minute - self.start_minute) % self.MINUTES)

    def _local(self, at: datetime) -> timedelta:
        """How late it is, since midnight as the clock shows it."""
        local = at.astimezone(ZoneInfo(self.time_zone))
        return timedelta(
            hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )

    def _set_between(self, start: datetime, end: datetime) -> datetime | None:
        """The first instant after ``start``, up to ``end``, at which the zone's clocks are set; None if they are not."""
        zone = ZoneInfo(self.time_zone)
        before, low = start.astimezone(zone).utcoffset(), start
        while low < end:
            high = min(low + _HOUR, end)
            if high.astimezone(zone).utcoffset() != before:
                return self._change(low, high, before)
            low = high
        return None

    def _change(self, low: datetime, high: datetime, before: timedelta | None) -> datetime:
        """The second at which the offset ceases to be ``before``; it is so at ``low`` and not at ``high``."""
        zone, low = ZoneInfo(self.time_zone), low.replace(microsecond=0)
        while high - low > _SECOND:
            middle = (low + (high - low) / 2).replace(microsecond=0)
            middle = max(middle, low + _SECOND)
            if middle.astimezone(zone).utcoffset() == before:
                low = middle
            else:
                high = middle
        return high.replace(microsecond=0)


@lru_cache(maxsize=1_024)
def _open_from(hours: QuietHours, at: datetime) -> datetime:
    """Kept, since the members of one segment share their instant and mostly their hours."""
    while hours.hold(at):
        at = hours.end_from(at)
    return at


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
