"""ISO 8601 durations: which are well formed, when one ends, and whether one may outlast another.

Months and years are those of China's calendar, as the law's are: by UTC's, three years from a 1 March at 07:00 in
Shanghai were over on 29 February, and a month from a 31 January lasted until 1 March.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_PATTERN = re.compile(
    r"P(?=[0-9]|T[0-9])(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,5})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,6})S)?)?",
    re.ASCII,
)
_DAY_S = 86_400
_LAST = datetime.max.replace(tzinfo=UTC)
_CHINA = timezone(timedelta(hours=8))
"""Without summer time since 1991."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Whole months and whole seconds; a month has no fixed number of days."""

    months: int
    seconds: int

    def after(self, instant: datetime) -> datetime:
        """The instant that lies this much later, in UTC; the day is cut to the month's last."""
        local = instant.astimezone(_CHINA)
        year, month = divmod(local.year * 12 + local.month - 1 + self.months, 12)
        if year > _LAST.year:
            return _LAST
        day = min(local.day, monthrange(year, month + 1)[1])
        try:
            ends = local.replace(year=year, month=month + 1, day=day) + timedelta(seconds=self.seconds)
            return ends.astimezone(UTC)
        except OverflowError:
            return _LAST

    def may_outlast(self, other: "Duration") -> bool:
        """True unless it is certain, whatever the calendar says, that this is not the longer one."""
        months = self.months - other.months
        days_a_month = 31 if months > 0 else 28
        return months * days_a_month * _DAY_S + self.seconds - other.seconds > 0


def parse(text: str) -> Duration | None:
    """The duration that ``text`` spells in whole numbers, for instance ``P3Y`` or ``P1Y6M``; None if it does not."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        return None
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return Duration(years * 12 + months, (weeks * 7 + days) * _DAY_S + hours * 3600 + minutes * 60 + seconds)
