"""Missions: draft an edition, put it in force, stop it; say where members stand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.kit import database
from services.kit.clock import instant
from services.loyalty.actions.changed import Changed
from services.loyalty.actions.editions import as_drafted, next_edition
from services.loyalty.actions.promises import be_kept
from services.loyalty.rules.missions import missions as rules
from services.loyalty.rules.missions.circles import be_finite
from services.loyalty.rules.missions.mission_progress import (
    Progress,
    ProgressState,
    gone_on_with,
    period_of,
    progress_of,
)
from services.loyalty.rules.missions.missions import (
    ActivityTask,
    BudgetBelowAwarded,
    LifecycleTask,
    Mission,
    MissionNotInForce,
    MissionRevisedMeanwhile,
    MissionState,
    UnknownMission,
)
from services.loyalty.rules.programmes.drafts import Publisher, be_free_to_publish
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.coupons import coupon_templates
from services.loyalty.storage.members.families import Family
from services.loyalty.storage.missions import activities, missions
from services.loyalty.storage.missions import mission_progress as kept
from services.loyalty.storage.missions.mission_progress import Place
from services.loyalty.storage.missions.missions import Edition


async def draft(
    connection: database.RawConnection, programme: Programme, mission: Mission, by: str, reason: str, now: int
) -> Changed[Edition]:
    """Write a mission's next edition as a draft, in place of the draft there is; said again, it is a replay."""
    await _check(connection, programme, mission, now)
    await missions.lock(connection, programme.number, mission.key)
    newest = next(iter(await missions.editions(connection, programme.number, mission.key)), None)
    known = newest.mission.edition if newest else 0
    before = newest if newest and newest.state is MissionState.DRAFT else None
    if before and before.mission == replace(mission, edition=known):
        return Changed(before, before, replayed=True)
    drafted = Edition(
        replace(mission, edition=next_edition(known)), MissionState.DRAFT, reason, by, instant(now)
    )
    await missions.draft(connection, programme.number, drafted, in_place_of=known if before else 0)
    return Changed(newest, replace(drafted, awarded=newest.awarded if newest else 0))


async def publish(
    connection: database.RawConnection,
    programme: Programme,
    which: tuple[str, int],
    publisher: Publisher,
    reason: str,
    now: int,
) -> Changed[Edition]:
    """Put the newest draft, ``which`` by key and edition, in force; published before, it is a replay.

    A mission that says no start starts now, or when the edition did that it takes the place of.
    """
    key, number = which
    await missions.publish_alone(connection, programme.number)
    await missions.lock(connection, programme.number, key)
    known = await missions.editions(connection, programme.number, key)
    if not known:
        raise _unknown(key)
    newest = known[0]
    if newest.mission.edition != number:
        message = f"edition {number} was looked at and {newest.mission.edition} is the newest"
        raise MissionRevisedMeanwhile(message, field="edition", newest=newest.mission.edition)
    if newest.state is MissionState.PUBLISHED:
        return Changed(newest, newest, replayed=True)
    if newest.state is MissionState.STOPPED:
        raise MissionRevisedMeanwhile("this edition was stopped: draft the next one", field="edition")
    writers = {newest.drafted_by}
    be_free_to_publish(publisher, writers, "edition", two_persons=programme.two_persons)
    with as_drafted("edition"):
        await _check(connection, programme, newest.mission, now, to_be_given=True)
    if 0 < newest.mission.budget < newest.awarded:
        message = f"{newest.awarded} awards were given: the budget cannot be {newest.mission.budget}"
        raise BudgetBelowAwarded(message, field="key", awarded=newest.awarded, asked=newest.mission.budget)
    before = next((one for one in known if one.state is MissionState.PUBLISHED), None)
    if before:
        await missions.move(
            connection, programme.number, _stopped(before, publisher.actor, now, before.reason)
        )
    starts_at = newest.mission.starts_at or (before.mission.starts_at if before else now)
    published = replace(
        newest,
        mission=replace(newest.mission, starts_at=starts_at, campaign=_campaign(known, now)),
        state=MissionState.PUBLISHED,
        reason=reason,
        published_by=publisher.actor,
        published_at=instant(now),
    )
    await missions.move(connection, programme.number, published)
    return Changed(before, published)


def _campaign(known: Sequence[Edition], now: int) -> str:
    """The campaign that the newest edition goes on with, be it of one that was stopped; empty for one of its own."""
    last = next((one for one in known if one.state is not MissionState.DRAFT), None)
    return gone_on_with(last.mission, known[0].mission, now) if last else ""


async def stop(
    connection: database.RawConnection, programme: Programme, key: str, by: str, reason: str, now: int
) -> Changed[Edition]:
    """Take a mission out of force; stopped before, it is a replay."""
    await missions.lock(connection, programme.number, key)
    known = await missions.editions(connection, programme.number, key)
    if not known:
        raise _unknown(key)
    in_force = next((one for one in known if one.state is MissionState.PUBLISHED), None)
    if in_force is None:
        last = next((one for one in known if one.state is MissionState.STOPPED), None)
        if last is None:
            raise MissionNotInForce("it was never published: there is nothing to stop", field="key")
        return Changed(last, last, replayed=True)
    stopped = _stopped(in_force, by, now, reason)
    await missions.move(connection, programme.number, stopped)
    return Changed(in_force, stopped)


async def newest(pool: database.Pool, programme: Programme, key: str) -> Edition:
    """A mission's newest edition, draft or not. Raises ``UnknownMission``."""
    known = await missions.editions(pool, programme.number, key)
    if not known:
        raise _unknown(key)
    return known[0]


async def as_given(
    connection: database.RawConnection, programme: Programme, mission: Mission, now: int
) -> Edition:
    """A mission as its next edition would be drafted, and how many awards were given of it so far.

    Raises ``MissionNotWellFormed``.
    """
    await _check(connection, programme, mission, now)
    known = await missions.editions(connection, programme.number, mission.key)
    awarded = known[0].awarded if known else 0
    return Edition(mission, MissionState.DRAFT, "", "", instant(now), awarded=awarded)


async def standing(
    pool: database.Pool, programme: Programme, edition: Edition, family: Family, today: date
) -> Progress:
    """Where a member stands in a mission today."""
    mission, task = edition.mission, edition.mission.task
    assert isinstance(task, ActivityTask), "occasions are nothing to stand in"
    period = period_of(mission, task, today, programme.time_zone)
    place = Place(programme.number, mission.key, period.name)
    times = (await kept.completed(pool, family.names, place)).times
    state = ProgressState.OPEN
    if mission.budget and edition.awarded >= mission.budget:
        state = ProgressState.EXHAUSTED
    if task.times and times >= task.times:
        state = ProgressState.DONE
    there = task.count
    if state is not ProgressState.DONE:
        there = progress_of(task, await kept.unused(pool, family.names, place), today)
    return Progress(mission.key, there, task.count, times, state, period.ends_at)


async def _check(
    connection: database.RawConnection,
    programme: Programme,
    mission: Mission,
    now: int,
    *,
    to_be_given: bool = False,
) -> None:
    """Refuse what contradicts itself, or promises what nobody can give. Raises ``MissionNotWellFormed``."""
    declared = await activities.types(connection, programme.number)
    rules.check(mission, programme, {key: one.type for key, one in declared.items()}, now)
    award = mission.award
    promised = [(award.kind, award.template, "mission.award")]
    await be_kept(connection, programme, promised, to_be_given=to_be_given, wrong=rules.wrong)
    in_force = await missions.in_force(connection, programme.number)
    be_finite(mission, [one.mission for one in in_force], programme, now)
    if isinstance(mission.task, LifecycleTask) and mission.task.template:
        template = await coupon_templates.find(connection, programme.number, mission.task.template)
        path = "mission.lifecycle.coupon_template"
        if template is None:
            raise rules.wrong("the programme has no such coupon template: draft it first", path)
        terms = template.terms or template.draft
        if terms is None or not terms.remind_days:
            raise rules.wrong("never: its terms remind nobody; say remindDays there, or name another", path)


def _stopped(edition: Edition, by: str, now: int, reason: str) -> Edition:
    return replace(edition, state=MissionState.STOPPED, stopped_by=by, stopped_at=instant(now), reason=reason)


def _unknown(key: str) -> UnknownMission:
    return UnknownMission(f"there is no mission {key!r}: draft it first", field="key")
