"""Quiet hours: the times of a member's day in which nothing is sent, by the clock on their wall.

An instant is quiet when that clock then shows a time from the start up to the end. So what a clock change skips is
never quiet, and what it repeats is quiet twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from services.kit.refusal import Invalid

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
_WEEK = timedelta(days=7)


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
        return (self._local(at) - timedelta(minutes=self.start_minute)) % _DAY < self.length

    def open_from(self, at: datetime) -> datetime:
        """The first instant that is not quiet, ``at`` itself or later; in UTC."""
        return _open_from(self, at.astimezone(UTC))

    def end_from(self, at: datetime) -> datetime:
        """When a quiet instant's hours end, or the clock on the wall is set before that; not quiet or to be asked again."""
        end = at + (timedelta(minutes=self.end_minute) - self._local(at)) % _DAY
        return self._set_between(at, end) or end

    @property
    def length(self) -> timedelta:
        """How much of the day they take."""
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


def open_from(hours: Sequence[QuietHours], at: datetime) -> datetime | None:
    """The first instant that none of these hours holds, ``at`` or later; None when together they hold for a week."""
    end = at + _WEEK
    while any(one.hold(at) for one in hours):
        at = max(one.open_from(at) for one in hours)
        if at > end:
            return None
    return at


def combined(hours: Iterable[QuietHours]) -> list[QuietHours]:
    """The fewest hours that hold whenever any of these does."""
    found: list[QuietHours] = []
    for one in hours:
        whole = one
        for other in list(found):
            if (both := _joined(other, whole)) is not None:
                found.remove(other)
                whole = both
        found.append(whole)
    return found


def _joined(one: QuietHours, other: QuietHours) -> QuietHours | None:
    """The hours of both as one, where they touch by the same clock and leave some of the day."""
    if one.time_zone != other.time_zone:
        return None
    for first, second in ((one, other), (other, one)):
        begins = timedelta(minutes=(second.start_minute - first.start_minute) % first.MINUTES)
        length = max(first.length, begins + second.length)
        if begins <= first.length and length < _DAY:
            end = (first.start_minute + length // timedelta(minutes=1)) % first.MINUTES
            return QuietHours(first.start_minute, end, first.time_zone)
    return None


@lru_cache(maxsize=1_024)
def _open_from(hours: QuietHours, at: datetime) -> datetime:
    """Kept, since the members of one segment share their instant and mostly their hours."""
    while hours.hold(at):
        at = hours.end_from(at)
    return at


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
