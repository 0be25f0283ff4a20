"""Earn schedules: on which local days and at which hours an earn rule gives, and to whom in the month of the birthday."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.loyalty.rules.programmes.wellformed import PURPOSE, PURPOSE_SAID, be_like, wrong

LONGEST_MONTH, WEEK, DAY = 31, 7, 24


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of a local day, ``until`` exclusive: 20 to 22 is from 20:00 to 21:59."""

    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """Local days from ``first_on`` to ``last_on`` (both included, None for open), narrowed where a list is not empty.

    Weekdays count from Monday as 1. What is asked of days of month, weekdays and hours must hold together. With a
    ``birthday_month_purpose`` it is for members in the month of their birthday alone, as far as they allow it to know.
    """

    first_on: date | None = None
    last_on: date | None = None
    days_of_month: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    hours: tuple[Hours, ...] = ()
    birthday_month_purpose: str = ""

    def holds(self, local: datetime) -> bool:
        """Whether a local time lies within it, whoever's birthday it is."""
        today = local.date()
        if (self.first_on and today < self.first_on) or (self.last_on and today > self.last_on):
            return False
        if self.days_of_month and today.day not in self.days_of_month:
            return False
        if self.weekdays and today.isoweekday() not in self.weekdays:
            return False
        return not self.hours or any(part.since <= local.hour < part.until for part in self.hours)

    def overlaps(self, other: "Schedule") -> bool:
        """Whether both may hold at one time, as far as dates, weekdays, days of the month and hours tell."""
        first = max((day for day in (self.first_on, other.first_on) if day), default=date.min)
        last = min((day for day in (self.last_on, other.last_on) if day), default=date.max)
        return (
            first <= last
            and _meet(self.days_of_month, other.days_of_month)
            and _meet(self.weekdays, other.weekdays)
            and (
                not (self.hours and other.hours)
                or any(a.since < b.until and b.since < a.until for a in self.hours for b in other.hours)
            )
        )


ALWAYS = Schedule()


def _meet(some: Iterable[int], others: Iterable[int]) -> bool:
    return not (some and others) or not set(some).isdisjoint(others)


def check(schedule: Schedule, path: str) -> None:
    """Refuse a schedule that never holds. Raises ``ProgrammeNotWellFormed``."""
    if schedule.birthday_month_purpose:
        be_like(PURPOSE, schedule.birthday_month_purpose, f"{path}.birthday_month_purpose", PURPOSE_SAID)
    if schedule.first_on and schedule.last_on and schedule.first_on > schedule.last_on:
        raise wrong("the last day lies before the first", f"{path}.last_on")
    for name, most in (("days_of_month", LONGEST_MONTH), ("weekdays", WEEK)):
        values = getattr(schedule, name)
        if len(set(values)) != len(values) or any(not 1 <= value <= most for value in values):
            raise wrong(f"1 to {most}, each once", f"{path}.{name}")
    if len(schedule.hours) > DAY:
        raise wrong(f"at most {DAY} stretches of hours", f"{path}.hours")
    for nth, part in enumerate(schedule.hours):
        if not 0 <= part.since < part.until <= DAY:
            message = f"hours begin at 0 or later, and end after they begin, at {DAY} at the latest"
            raise wrong(message, f"{path}.hours[{nth}]")
