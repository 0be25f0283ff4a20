"""Activities: record one and count it in every mission that asks for it; declare what types there are."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from services.kit import database
from services.kit.refusal import Conflict
from services.loyalty import events
from services.loyalty.actions.changed import Changed
from services.loyalty.rules.ledger.approvals import SecondPersonNeeded
from services.loyalty.rules.ledger.asks import MemberClosed
from services.loyalty.rules.ledger.events import Decided, Event, MissionCompleted, MissionProgressed
from services.loyalty.rules.ledger.grants import Grant
from services.loyalty.rules.missions import activity_types, mission_progress
from services.loyalty.rules.missions.activities import Activity, ActivityAlreadyRecorded
from services.loyalty.rules.missions.activities import check_in as check_in_of
from services.loyalty.rules.missions.activity_types import ActivityType
from services.loyalty.rules.missions.mission_checks import all_hold, of_activity
from services.loyalty.rules.missions.mission_progress import (
    Progress,
    ProgressState,
    enough,
    period_of,
    progress_of,
)
from services.loyalty.rules.missions.missions import ActivityTask, Mission
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.standings import Restriction
from services.loyalty.storage.ledger import grants, points
from services.loyalty.storage.ledger.telling import tell
from services.loyalty.storage.members import families
from services.loyalty.storage.members.families import Family
from services.loyalty.storage.missions import activities, missions
from services.loyalty.storage.missions import mission_progress as kept
from services.loyalty.storage.missions.activities import Declared
from services.loyalty.storage.missions.mission_progress import Place


class TypeDeclaredMeanwhile(Conflict):
    """Another edition of the type came between; look at it and declare anew."""


@dataclass(slots=True)
class _Counted:
    """A mission that an activity counts in, and where the member stands in it."""

    mission: Mission
    task: ActivityTask
    place: Place
    ends_at: int
    completed: kept.Completed


class CheckedIn(NamedTuple):
    """The day of a check-in, all names of the member, where the member stands, and whether it was there before."""

    day: date
    names: tuple[str, ...]
    missions: list[Progress]
    replayed: bool


async def record(
    connection: database.RawConnection, activity: Activity, programme: Programme, now: int
) -> tuple[list[Progress], bool]:
    """Record an activity and count it; the same again gives the first answer (True).

    Raises ``ActivityAlreadyRecorded``, ``MemberClosed``.
    """
    family = await families.lock(connection, activity.member_id)
    return await _record(connection, activity, family, programme, now)


async def _record(
    connection: database.RawConnection, activity: Activity, family: Family, programme: Programme, now: int
) -> tuple[list[Progress], bool]:
    number = programme.number
    if first := await activities.insert(connection, number, activity, now):
        if first.fingerprint != activity.fingerprint:
            message = "this source told another activity under this id: take a new id"
            raise ActivityAlreadyRecorded(message, field="activity_id")
        return [_answered(one) for one in first.answer], True
    if family.restriction is Restriction.CLOSED:
        raise MemberClosed("the membership is over: nothing is earned any more", field="member_id")
    counted = await _counting(connection, activity, family, programme)
    answer, told, promised = [], list[Decided](), list[Grant]()
    for one in counted:  # by key: shared counters are locked last, and in one order
        progress = await _complete(connection, one, activity, family, programme, now, promised)
        answer.append(progress)
        told.append(MissionProgressed(one.mission.key, progress.progress, progress.required))
        told += [
            MissionCompleted(one.mission.key, one.mission.edition, one.completed.last + nth, grant.key)
            for nth, grant in enumerate(promised[len(promised) - progress.completed_now :], 1)
        ]
    await grants.promise(connection, promised)
    if answer:
        await activities.answer(connection, number, activity, [asdict(progress) for progress in answer])
    happened = [Event(family.member_id, programme.programme_id, now, what) for what in told]
    await tell(connection, [events.encode(event) for event in happened])
    return answer, False


async def check_in(
    connection: database.RawConnection, member_id: str, type: ActivityType, programme: Programme, now: int
) -> CheckedIn:
    """The same of a check-in, which is whatever the day's first one was, under whichever of the member's names."""
    family = await families.lock(connection, member_id)
    of_names = [check_in_of(type, name, programme.time_zone, now) for name in family.names]
    activity = of_names[0]
    for one in of_names:
        if first := await activities.find(connection, programme.number, one):
            return CheckedIn(activity.day, family.names, [_answered(each) for each in first.answer], True)
    answer, replayed = await _record(connection, activity, family, programme, now)
    return CheckedIn(activity.day, family.names, answer, replayed)


async def _counting(
    connection: database.RawConnection, activity: Activity, family: Family, programme: Programme
) -> list[_Counted]:
    """The missions in which it counts, with its step written."""
    standing = (await points.standings(connection, [family.member_id], programme.number)).get(
        family.member_id
    )
    tier = standing.tier if standing else ""
    counted = []
    for edition in await missions.in_force(connection, programme.number):
        mission, task = edition.mission, edition.mission.task
        if not isinstance(task, ActivityTask):
            continue
        if not all_hold(of_activity(mission, task, activity, tier)):
            continue
        period = period_of(mission, task, activity.day, programme.time_zone)
        place = Place(programme.number, mission.key, period.name)
        completed = await kept.completed(connection, family.names, place)
        if not task.times or completed.times < task.times:
            mark = mission_progress.mark_of(task, activity)
            if await kept.step(connection, family.member_id, place, mark, activity):
                counted.append(_Counted(mission, task, place, period.ends_at, completed))
    return counted


async def _complete(
    connection: database.RawConnection,
    one: _Counted,
    activity: Activity,
    family: Family,
    programme: Programme,
    now: int,
    promised: list[Grant],
) -> Progress:
    """Complete a mission as often as its steps say and its budget allows, and promise what that is worth."""
    mission, task, state, done = one.mission, one.task, ProgressState.OPEN, 0
    steps = await kept.unused(connection, family.names, one.place)
    while not task.times or one.completed.times + done < task.times:
        used = enough(task, steps)
        if not used:
            break
        if not await missions.take_award(connection, programme.number, mission):
            state = ProgressState.EXHAUSTED
            break
        done += 1
        nth = one.completed.last + done
        await kept.complete(
            connection, family.member_id, family.names, one.place, (nth, mission.edition), used, now
        )
        promised.append(mission.grant(family.member_id, programme.programme_id, f"{one.place.period}:{nth}"))
        steps = [step for step in steps if step not in used]
    times = one.completed.times + done
    if task.times and times >= task.times:
        state = ProgressState.DONE
    there = task.count if state is ProgressState.DONE else progress_of(task, steps, activity.day)
    return Progress(mission.key, there, task.count, times, state, one.ends_at, done)


def _answered(told: dict[str, Any]) -> Progress:
    return Progress(**{**told, "state": ProgressState(told["state"])})


async def declare(
    connection: database.RawConnection, programme: Programme, declared: Declared
) -> Changed[Declared]:
    """Declare a type, or the next edition of one; what the newest says already is a replay.

    One person is enough, since a type gives nothing. Where the programme demands two, what a mission in force counts
    stays as it was when they looked at it. Raises ``SecondPersonNeeded``.
    """
    activity_types.check(declared.type)
    known = (await activities.types(connection, programme.number)).get(declared.type.key)
    if known and replace(known.type, edition=0) == declared.type:
        return Changed(known, known, replayed=True)
    if known and programme.two_persons:
        await _be_uncounted(connection, programme, known.type.key)
    edition = known.type.edition + 1 if known else 1
    declared = replace(declared, type=replace(declared.type, edition=edition))
    if not await activities.declare(connection, programme.number, declared):
        message = f"somebody declared edition {edition} meanwhile: look at it and declare anew"
        raise TypeDeclaredMeanwhile(message, field="type.key")
    return Changed(known, declared)


async def _be_uncounted(connection: database.RawConnection, programme: Programme, type: str) -> None:
    for edition in await missions.in_force(connection, programme.number):
        task = edition.mission.task
        if isinstance(task, ActivityTask) and task.type == type:
            message = (
                f"mission {edition.mission.key!r} counts it, and this programme demands two persons: declare another "
                "type, and let another person publish the mission that counts it"
            )
            raise SecondPersonNeeded(message, field="type.key", mission=edition.mission.key)
