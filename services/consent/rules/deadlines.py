"""Deadlines: working days, and until when a request is answered.

The PIPL counts no days (article 50 says promptly); how many there are is the installation's to say, with its source.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SOURCE = "the installation's own default: PIPL 50 asks for a prompt answer and counts no days"


@dataclass(frozen=True, slots=True)
class DueTerms:
    """How long answers may take. ``workdays`` are weekend days on which people work, as China's holidays make them."""

    working_days: int = 15
    alarm_days: int = 3
    source: str = SOURCE
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    time_zone: str = "Asia/Shanghai"

    def due_at(self, received_at: datetime) -> datetime:
        """When the last of the working days after the local day of receipt is over."""
        days = self._from(received_at)
        last = [next(days) for _ in range(self.working_days)][-1]
        return self._begin(last + timedelta(days=1))

    def alarm_at(self, received_at: datetime) -> datetime:
        """When the last few working days begin; at once where there are no more than those."""
        days = self._from(received_at)
        counted = [next(days) for _ in range(self.working_days)]
        return self._begin(counted[-self.alarm_days]) if self.alarm_days < len(counted) else received_at

    def is_working_day(self, day: date) -> bool:
        return day not in self.holidays and (day.weekday() < 5 or day in self.workdays)

    def _from(self, received_at: datetime) -> Iterator[date]:
        """Working days after the day of receipt."""
        day = received_at.astimezone(ZoneInfo(self.time_zone)).date()
        while True:
            day += timedelta(days=1)
            if self.is_working_day(day):
                yield day

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.time_zone))


def days_of(text: str) -> frozenset[date]:
    """The days of a list like ``2026-10-01,2026-10-02``. Raises ``ValueError``."""
    return frozenset(date.fromisoformat(day.strip()) for day in text.split(",") if day.strip())
