"""Progress: what counts in a mission, when that is enough, and how far a member is from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from services.loyalty.rules.ledger.expiry import midnight
from services.loyalty.rules.missions.activities import Activity
from services.loyalty.rules.missions.missions import ActivityTask, CountedBy, Mission, MissionPeriod, written

_DAY = timedelta(days=1)


class ProgressState(StrEnum):
    """Whether there is anything left to do."""

    OPEN = "OPEN"
    DONE = "DONE"
    EXHAUSTED = "EXHAUSTED"


class Step(NamedTuple):
    """One thing that counts and was not used up: what it is counted by, and the local day of it."""

    mark: str
    day: date


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a member stands in a mission: ``progress`` of ``required``, and how often it was completed this period."""

    mission: str
    progress: int
    required: int
    completed: int
    state: ProgressState
    period_ends_at: int
    """In microseconds since 1970; 0 where counting never begins anew."""
    completed_now: int = 0


class Period(NamedTuple):
    """A stretch of counting by its name, unique for the mission; ``ends_at`` is 0 for never."""

    name: str
    ends_at: int


def period_of(mission: Mission, task: ActivityTask, day: date, zone: str) -> Period:
    """The period of a mission that a local day lies in."""
    match task.period:
        case MissionPeriod.DAY:
            name, until = day.isoformat(), day + _DAY
        case MissionPeriod.WEEK:
            year, week, weekday = day.isocalendar()
            name, until = f"{year}-W{week:02}", day + (8 - weekday) * _DAY
        case MissionPeriod.MONTH:
            name, until = f"{day:%Y-%m}", (day.replace(day=1) + 32 * _DAY).replace(day=1)
        case MissionPeriod.CAMPAIGN:
            return Period(mission.campaign or f"until-{mission.ends_at}", mission.ends_at)
        case _:
            return Period("", mission.ends_at)
    return Period(name, midnight(until, zone))


def gone_on_with(before: Mission, after: Mission, now: int) -> str:
    """The campaign that an edition goes on with, which takes another's place before that one's is over; else none.

    Else whoever did it would do it again once an end is moved by a day, and who is half through would begin anew.
    """
    is_one = isinstance(before.task, ActivityTask) and before.task.period is MissionPeriod.CAMPAIGN
    if not is_one or not max(now, after.starts_at) < before.ends_at:
        return ""
    return before.campaign or f"until-{before.ends_at}"


def mark_of(task: ActivityTask, activity: Activity) -> str:
    """What an activity is counted by: another of the same mark counts no more."""
    match task.counted_by:
        case CountedBy.DAY | CountedBy.DAY_IN_A_ROW:
            return activity.day.isoformat()
        case CountedBy.ATTRIBUTE:
            # A digest, since steps are kept for longer than what was told.
            return _digest(written(activity.attributes[task.attribute]))
        case _:
            return _digest(f"{activity.source}\0{activity.activity_id}")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def enough(task: ActivityTask, steps: Sequence[Step]) -> list[Step]:
    """The steps that make up the mission once, the earliest that do; none while there are too few."""
    if task.counted_by is not CountedBy.DAY_IN_A_ROW:
        return list(steps[: task.count]) if len(steps) >= task.count else []
    run: list[Step] = []
    for step in sorted(steps, key=lambda step: step.day):
        run = [*run, step] if run and step.day - run[-1].day == _DAY else [step]
        if len(run) == task.count:
            return run
    return []


def progress_of(task: ActivityTask, steps: Sequence[Step], today: date) -> int:
    """How many of what is required are there; of days in a row, the run that can still go on."""
    if task.counted_by is not CountedBy.DAY_IN_A_ROW:
        return min(len(steps), task.count)
    return min(streak({step.day for step in steps}, today), task.count)


def streak(days: set[date], today: date) -> int:
    """How many days in a row end today, or yesterday while today is not there yet."""
    last = today if today in days else today - _DAY
    length = 0
    while last - length * _DAY in days:
        length += 1
    return length
