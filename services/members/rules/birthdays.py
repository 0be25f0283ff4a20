"""Birthdays: whose day it is where they live, and on which day 29 February is kept."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.kit.refusal import Declined, Invalid
from services.members.rules import traits
from services.members.rules.members import Member, MemberStatus
from services.members.rules.profiles import Profile

LATE = timedelta(days=2)
"""For how long a birthday is still told that was missed, for instance while nothing ran."""

AHEAD = timedelta(days=1)
"""So long before it begins a month is told, so that it is known of wherever a programme's midnight comes first."""

_FIRST_ZONE = timedelta(hours=14)
_LAST_ZONE = timedelta(hours=-12)


_OF_AGE = "03-01"
"""On this day whoever was born on 29 February grows older before the law, in other years."""

CHILD_UNTIL_AGE = 14
"""Until then a guardian consents (PIPL 31)."""


class GuardianNeeded(Declined):
    """Under fourteen, nobody makes themselves older: what a guardian decides would be theirs to decide (PIPL 31)."""


class DayNotValid(Invalid):
    """The day is not one of the calendar."""


def day_of(text: str) -> date:
    """Raises ``DayNotValid``."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise DayNotValid("on must be a day such as 2026-12-31", field="on")
    return day


def days_begun(now: datetime) -> Iterator[date]:
    """The days that have begun somewhere, back to those that nobody need be told of any more."""
    day = (now + _LAST_ZONE - LATE).date()
    while day <= (now + _FIRST_ZONE).date():
        yield day
        day += timedelta(days=1)


def months_begun(now: datetime) -> list[date]:
    """The first days of the months that it is somewhere, or will be within ``AHEAD``."""
    days = ((now + _LAST_ZONE).date(), (now + AHEAD).date())
    return sorted({day.replace(day=1) for day in days})


def kept_on(day: date, leap_birthday: str) -> set[traits.Trait]:
    """The birthdays of whom ``is_kept`` is asked of a day."""
    return {*traits.birthdays_on(day, leap_birthday), *traits.birthdays_on(day, _OF_AGE)}


def is_kept(member: Member, day: date, leap_birthday: str) -> bool:
    """Whether an active member's birthday is kept on a day, whatever an index said.

    A fourteenth is never in a leap year, and before 1 March whoever was born on 29 February is a child (PIPL 31).
    """
    return _is_here(member) and comes_on(member, day, leap_birthday)


def comes_on(member: Member, day: date, leap_birthday: str) -> bool:
    """The same of whatever member: one who is frozen grows up, too, and so does one who was merged, and may part."""
    return _is_among(member, traits.birthdays_on(day, _OF_AGE if turns_14(member, day) else leap_birthday))


def is_kept_in(member: Member, month: date, leap_birthday: str) -> bool:
    """The same of a month, by its first day."""
    return _is_here(member) and _is_among(member, traits.birthdays_in(month, leap_birthday))


def _is_here(member: Member) -> bool:
    return member.status is MemberStatus.ACTIVE and member.merged_into is None


def _is_among(member: Member, birthdays: Iterable[traits.Trait]) -> bool:
    return member.profile is not None and not traits.of(member.profile).isdisjoint(birthdays)


def has_begun(member: Member, day: date, home_zone: str, now: datetime) -> bool:
    """Whether a day has begun where the member lives, or else where the programme is at home."""
    zone = (member.profile and member.profile.time_zone) or home_zone
    return now.astimezone(ZoneInfo(zone)).date() >= day


def turns_14(member: Member, day: date) -> bool:
    """Whether the birthday that is kept on a day is the fourteenth."""
    born = member.profile and member.profile.birth_date
    return born is not None and int(born.reveal()[:4]) + CHILD_UNTIL_AGE == day.year


def under_14(profile: Profile | None, now: datetime) -> bool:
    """Whether a profile is a child's, by the last place on earth where it still is."""
    if profile is None or profile.birth_date is None:
        return False
    return profile.birth_date.reveal() > _turning_14(now)


def stay_child(was: Profile, wanted: Profile, now: datetime) -> Profile:
    """The profile that a member asks for. Raises ``GuardianNeeded`` where a child would be none by it."""
    if under_14(was, now) and not under_14(wanted, now):
        raise GuardianNeeded(
            "this birth date is corrected by staff, who see that it was wrong (PIPL 31)",
            field="birth_date",
            article="PIPL 31",
        )
    return wanted


@lru_cache(8)
def _turning_14(now: datetime) -> str:
    """The birth date of those who turn fourteen on the day that it is in the last place on earth."""
    today = (now + _LAST_ZONE).date()
    return f"{today.year - CHILD_UNTIL_AGE:04d}{today.isoformat()[4:]}"
