"""Missions at the door: operators draft, publish and stop them; anyone sees what is open, members where they stand."""

from typing import Any

from huiyuan.loyalty.v1 import missions_pb2 as wire
from huiyuan.loyalty.v1.programme_history_pb2 import DefinitionChange

from services.kit import clock, database, rpc
from services.loyalty.actions import missions as actions
from services.loyalty.actions.changed import Changed
from services.loyalty.rpc.members.consents import ConsentGate
from services.loyalty.rpc.programmes.changes import of_catalogue
from services.loyalty.rpc.programmes.programmes import publisher, reason
from services.loyalty.rpc.wire import (
    READERS,
    ChoiceMissing,
    choice,
    chosen,
    localized,
    member_id,
    micros,
    text,
    timestamp,
)
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.expiry import local_day
from services.loyalty.rules.ledger.grants import GrantKind
from services.loyalty.rules.missions.activity_types import is_purpose
from services.loyalty.rules.missions.mission_progress import Progress
from services.loyalty.rules.missions.missions import (
    ActivityTask,
    Award,
    Condition,
    CountedBy,
    LifecycleKind,
    LifecycleTask,
    Mission,
    MissionPeriod,
)
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.ledger import points
from services.loyalty.storage.members import families
from services.loyalty.storage.missions import missions
from services.loyalty.storage.missions.missions import Edition

_DRAFTERS = rpc.staff("program_admin")
_PUBLISHERS = rpc.staff("program_admin", "program_publisher")
RULE_READERS = rpc.staff("operations", "support", "program_admin", "program_publisher", "auditor")


class Missions:
    """``huiyuan.loyalty.v1.MissionsService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook, consents: ConsentGate) -> None:
        self._pool = pool
        self._rulebook = rulebook
        self._consents = consents

    @rpc.allow(_DRAFTERS)
    async def draft_mission(self, request: wire.DraftMissionRequest, _: Any) -> wire.DraftMissionResponse:
        said, programme = reason(request.reason), await self._newest(request.programme_id)
        who, now = rpc.caller().actor, self._rulebook.now()
        mission = given(request.mission)
        if is_purpose(mission.purpose):
            await self._consents.be_known(mission.purpose, "mission.purpose", mission.looks_at)
        async with self._pool.acquire() as connection, connection.transaction():
            drafted = await actions.draft(connection, programme, mission, who, said, now)
        return wire.DraftMissionResponse(
            mission=told(drafted.after), replayed=drafted.replayed, changes=_changes(drafted)
        )

    @rpc.allow(_PUBLISHERS)
    async def publish_mission(
        self, request: wire.PublishMissionRequest, _: Any
    ) -> wire.PublishMissionResponse:
        said, programme = reason(request.reason), await self._newest(request.programme_id)
        which, who, now = (request.key, request.edition), publisher(), self._rulebook.now()
        async with self._pool.acquire() as connection, connection.transaction():
            published = await actions.publish(connection, programme, which, who, said, now)
        return wire.PublishMissionResponse(
            mission=told(published.after), replayed=published.replayed, changes=_changes(published)
        )

    @rpc.allow(_PUBLISHERS)
    async def stop_mission(self, request: wire.StopMissionRequest, _: Any) -> wire.StopMissionResponse:
        said, programme = reason(request.reason), await self._programme(request.programme_id)
        who, now = rpc.caller().actor, self._rulebook.now()
        async with self._pool.acquire() as connection, connection.transaction():
            stopped = await actions.stop(connection, programme, request.key, who, said, now)
        return wire.StopMissionResponse(
            mission=told(stopped.after), replayed=stopped.replayed, changes=_changes(stopped)
        )

    @rpc.allow(RULE_READERS)
    async def list_missions(self, request: wire.ListMissionsRequest, _: Any) -> wire.ListMissionsResponse:
        programme = await self._programme(request.programme_id)
        found = await missions.editions(self._pool, programme.number)
        return wire.ListMissionsResponse(missions=[told(one) for one in found])

    @rpc.allow(rpc.anyone)
    async def list_open_missions(
        self, request: wire.ListOpenMissionsRequest, _: Any
    ) -> wire.ListOpenMissionsResponse:
        programme = await self._programme(request.programme_id)
        return wire.ListOpenMissionsResponse(missions=[_shown(one) for one in await self._open(programme)])

    @rpc.allow(rpc.members, READERS)
    async def list_member_missions(
        self, request: wire.ListMemberMissionsRequest, _: Any
    ) -> wire.ListMemberMissionsResponse:
        rpc.be_member(member := member_id(request.member_id))
        programme = await self._programme(request.programme_id)
        family = await families.find(self._pool, member)
        standing = (await points.standings(self._pool, [family.member_id], programme.number)).get(
            family.member_id
        )
        tier = standing.tier if standing else ""
        today = local_day(self._rulebook.now(), programme.time_zone)
        answer = wire.ListMemberMissionsResponse()
        for edition in await self._open(programme):
            if edition.mission.takes(tier):
                stands = await actions.standing(self._pool, programme, edition, family, today)
                answer.missions.append(wire.MemberMission(mission=_shown(edition), progress=progress(stands)))
        return answer

    async def _open(self, programme: Programme) -> list[Edition]:
        """What members can do now; occasions are nothing that one does."""
        now, published = self._rulebook.now(), await missions.in_force(self._pool, programme.number)
        return [
            one
            for one in published
            if isinstance(one.mission.task, ActivityTask) and one.mission.is_open(now)
        ]

    async def _newest(self, programme_id: str) -> Programme:
        return (await self._rulebook.current()).history(programme_id).newest

    async def _programme(self, programme_id: str) -> Programme:
        return (await self._rulebook.current()).history(programme_id).at(self._rulebook.now())


def progress(one: Progress) -> wire.MissionProgress:
    """Where a member stands, for the wire."""
    return wire.MissionProgress(
        mission=one.mission,
        progress=one.progress,
        required=one.required,
        completed=one.completed,
        completed_now=one.completed_now,
        state=choice(wire.ProgressState, "PROGRESS_STATE_", one.state),
        period_ends_at=timestamp(one.period_ends_at) if one.period_ends_at else None,
    )


def given(message: wire.Mission) -> Mission:
    """A mission as it was asked for."""
    return Mission(
        message.key,
        localized(message.name, "mission.name"),
        localized(message.description, "mission.description"),
        _task(message),
        _award(message.award),
        message.budget,
        micros(message.starts_at, "mission.starts_at") if message.HasField("starts_at") else 0,
        micros(message.ends_at, "mission.ends_at") if message.HasField("ends_at") else 0,
        tuple(message.tiers),
        message.purpose,
    )


def _task(message: wire.Mission) -> ActivityTask | LifecycleTask:
    match message.WhichOneof("task"):
        case "activities":
            of, path = message.activities, "mission.activities"
            return ActivityTask(
                of.type,
                of.count,
                chosen(CountedBy, wire.CountedBy, "COUNTED_BY_", of.counted_by, f"{path}.counted_by"),
                of.attribute,
                tuple(Condition(one.attribute, one.equals) for one in of.conditions),
                chosen(MissionPeriod, wire.MissionPeriod, "MISSION_PERIOD_", of.period, f"{path}.period"),
                of.times,
                of.condition,
            )
        case "lifecycle":
            once = message.lifecycle
            path = "mission.lifecycle.kind"
            kind = chosen(LifecycleKind, wire.LifecycleKind, "LIFECYCLE_KIND_", once.kind, path)
            return LifecycleTask(kind, once.days, once.coupon_template)
    raise ChoiceMissing("mission.task: choose one of activities, lifecycle", field="mission.task")


def _award(message: wire.MissionAward) -> Award:
    match message.WhichOneof("award"):
        case "points":
            return Award(GrantKind.POINTS, message.points.currency, message.points.points)
        case "coupon_template":
            return Award(GrantKind.COUPON, template=message.coupon_template)
        case "benefit":
            return Award(GrantKind.BENEFIT, template=message.benefit)
    raise ChoiceMissing(
        "mission.award: choose one of points, coupon_template, benefit", field="mission.award"
    )


def _shown(edition: Edition) -> wire.Mission:
    """A mission without what is the staff's alone."""
    mission = edition.mission
    message = wire.Mission(
        key=mission.key,
        name=text(mission.name),
        description=text(mission.description),
        award=_wire_award(mission.award),
        starts_at=timestamp(mission.starts_at) if mission.starts_at else None,
        ends_at=timestamp(mission.ends_at) if mission.ends_at else None,
        tiers=mission.tiers,
        purpose=mission.purpose,
        edition=mission.edition,
    )
    match mission.task:
        case ActivityTask() as task:
            message.activities.CopyFrom(_wire_task(task))
        case LifecycleTask(kind, days, template):
            message.lifecycle.kind = choice(wire.LifecycleKind, "LIFECYCLE_KIND_", kind)
            message.lifecycle.days = days
            message.lifecycle.coupon_template = template
    return message


def _changes(of: Changed[Edition]) -> list[DefinitionChange]:
    return of_catalogue(of, told)


def told(edition: Edition) -> wire.Mission:
    """A mission as staff see it."""
    message = _shown(edition)
    message.MergeFrom(
        wire.Mission(
            budget=edition.mission.budget,
            state=choice(wire.MissionState, "MISSION_STATE_", edition.state),
            drafted_by=edition.drafted_by,
            drafted_at=timestamp(clock.micros(edition.drafted_at)),
            published_by=edition.published_by,
            published_at=edition.published_at,
            stopped_by=edition.stopped_by,
            stopped_at=edition.stopped_at,
            reason=edition.reason,
            awarded=edition.awarded,
        )
    )
    return message


def _wire_task(task: ActivityTask) -> wire.ActivityTask:
    return wire.ActivityTask(
        type=task.type,
        conditions=[
            wire.AttributeCondition(attribute=one.attribute, equals=one.equals) for one in task.conditions
        ],
        count=task.count,
        counted_by=choice(wire.CountedBy, "COUNTED_BY_", task.counted_by),
        attribute=task.attribute,
        period=choice(wire.MissionPeriod, "MISSION_PERIOD_", task.period),
        times=task.times,
        condition=task.condition,
    )


def _wire_award(award: Award) -> wire.MissionAward:
    match award.kind:
        case GrantKind.POINTS:
            return wire.MissionAward(points=wire.PointsAward(currency=award.currency, points=award.points))
        case GrantKind.COUPON:
            return wire.MissionAward(coupon_template=award.template)
        case GrantKind.BENEFIT:
            return wire.MissionAward(benefit=award.template)
