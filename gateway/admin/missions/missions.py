"""Missions as staff keep them: editions that are drafted, published and stopped; where a member stands."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import missions_pb2

from gateway.admin.audit import audited
from gateway.admin.missions.mission_inputs import LifecycleKind, MissionInput
from gateway.admin.permissions import DRAFT_PUBLISHERS, DRAFTERS, RULE_READERS, to
from gateway.admin.texts import LocalizedText, localized
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import ListSize
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Long, instant, optional_instant
from gateway.views.missions import MissionAward, MissionProgress, MissionTask, award, progress, task


@strawberry.enum(description="Where an edition stands.")
class MissionState(Enum):
    DRAFT = missions_pb2.MISSION_STATE_DRAFT
    PUBLISHED = missions_pb2.MISSION_STATE_PUBLISHED
    STOPPED = missions_pb2.MISSION_STATE_STOPPED


@strawberry.type(description="Nothing the member does: an occasion in the member's life.")
class LifecycleTask:
    kind: LifecycleKind
    days: int = strawberry.field(
        description="0 for what comes when a tier changes or a coupon is about to expire."
    )
    coupon_template: str | None = strawberry.field(description="Of expiring coupons; null for any.")


@strawberry.type(description="An edition of a mission; what was published never changes but for its state.")
class Mission:
    key: str
    edition: int
    state: MissionState
    name: LocalizedText
    description: LocalizedText
    activities: MissionTask | None
    lifecycle: LifecycleTask | None
    award: MissionAward
    budget: Long | None = strawberry.field(
        description="How many awards there are in all; null for any number."
    )
    awarded: Long = strawberry.field(description="How many were given of all editions.")
    starts_at: datetime | None
    ends_at: datetime | None
    tiers: list[str] = strawberry.field(description="Who may; empty for all.")
    purpose: str | None = strawberry.field(
        description="Of an occasion, the purpose that members must allow before it is acted on."
    )
    drafted_by: str
    drafted_at: datetime
    published_by: str | None
    published_at: datetime | None
    stopped_by: str | None
    stopped_at: datetime | None
    reason: str


@strawberry.input(description="The next edition of a mission, in place of the draft there is.")
class DraftMissionInput:
    programme_id: str = DEFAULT_PROGRAMME
    mission: MissionInput
    reason: str


@strawberry.input(description="The draft that was looked at, to be put in force.")
class PublishMissionInput:
    programme_id: str = DEFAULT_PROGRAMME
    key: str
    edition: int
    reason: str


@strawberry.input(description="A mission to take out of force; what was given stays given.")
class StopMissionInput:
    programme_id: str = DEFAULT_PROGRAMME
    key: str
    reason: str


@strawberry.type
class MissionPayload:
    mission: Mission | None
    replayed: bool = strawberry.field(description="True when it was so before.")
    user_errors: list[UserError]


@strawberry.type
class MissionQueries:
    @strawberry.field(
        metadata=to(RULE_READERS),
        description="Every edition of every mission, by key, newest first.",
        directives=[ListSize(assumed_size=50)],
    )
    async def missions(self, info: Info, programme_id: str = DEFAULT_PROGRAMME) -> list[Mission] | None:
        clients = info.context.clients
        response = await clients.missions.list_missions(
            missions_pb2.ListMissionsRequest(programme_id=programme_id),
            headers=info.context.named(LOYALTY),
        )
        return [mission(one) for one in response.missions]


@strawberry.type
class MissionMutations:
    @strawberry.mutation(metadata=to(DRAFTERS), description="Drafts the next edition of a mission.")
    async def draft_mission(self, info: Info, input: DraftMissionInput) -> MissionPayload:
        clients = info.context.clients
        request = missions_pb2.DraftMissionRequest(
            programme_id=input.programme_id, mission=input.mission.wire(), reason=input.reason
        )
        drafted, refused = await audited(
            info,
            "draftMission",
            {"programmeId": input.programme_id, "mission": input.mission.key},
            input.reason,
            lambda: clients.missions.draft_mission(request, headers=info.context.named(LOYALTY)),
        )
        return MissionPayload(
            mission=mission(drafted.mission) if drafted else None,
            replayed=drafted is not None and drafted.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(DRAFT_PUBLISHERS), description="Puts a draft in force, in place of the edition before it."
    )
    async def publish_mission(self, info: Info, input: PublishMissionInput) -> MissionPayload:
        clients = info.context.clients
        request = missions_pb2.PublishMissionRequest(
            programme_id=input.programme_id, key=input.key, edition=input.edition, reason=input.reason
        )
        published, refused = await audited(
            info,
            "publishMission",
            {"programmeId": input.programme_id, "mission": input.key, "edition": input.edition},
            input.reason,
            lambda: clients.missions.publish_mission(request, headers=info.context.named(LOYALTY)),
        )
        return MissionPayload(
            mission=mission(published.mission) if published else None,
            replayed=published is not None and published.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(metadata=to(DRAFT_PUBLISHERS), description="Takes a mission out of force.")
    async def stop_mission(self, info: Info, input: StopMissionInput) -> MissionPayload:
        clients = info.context.clients
        request = missions_pb2.StopMissionRequest(
            programme_id=input.programme_id, key=input.key, reason=input.reason
        )
        stopped, refused = await audited(
            info,
            "stopMission",
            {"programmeId": input.programme_id, "mission": input.key},
            input.reason,
            lambda: clients.missions.stop_mission(request, headers=info.context.named(LOYALTY)),
        )
        return MissionPayload(
            mission=mission(stopped.mission) if stopped else None,
            replayed=stopped is not None and stopped.replayed,
            user_errors=refused,
        )


async def standings(info: Info, member_id: str, programme_id: str) -> list[MissionProgress]:
    """Where a member stands in what is open to the member."""
    clients = info.context.clients
    response = await clients.missions.list_member_missions(
        missions_pb2.ListMemberMissionsRequest(member_id=member_id, programme_id=programme_id),
        headers=info.context.named(LOYALTY),
    )
    return [progress(one.progress) for one in response.missions]


def mission(wire: missions_pb2.Mission) -> Mission:
    lifecycle = None
    if wire.HasField("lifecycle"):
        lifecycle = LifecycleTask(
            kind=LifecycleKind(wire.lifecycle.kind),
            days=wire.lifecycle.days,
            coupon_template=wire.lifecycle.coupon_template or None,
        )
    return Mission(
        key=wire.key,
        edition=wire.edition,
        state=MissionState(wire.state),
        name=localized(wire.name),
        description=localized(wire.description),
        activities=task(wire.activities) if wire.HasField("activities") else None,
        lifecycle=lifecycle,
        award=award(wire.award),
        budget=Long(wire.budget) if wire.budget else None,
        awarded=Long(wire.awarded),
        starts_at=optional_instant(wire, "starts_at"),
        ends_at=optional_instant(wire, "ends_at"),
        tiers=list(wire.tiers),
        purpose=wire.purpose or None,
        drafted_by=wire.drafted_by,
        drafted_at=instant(wire.drafted_at),
        published_by=wire.published_by or None,
        published_at=optional_instant(wire, "published_at"),
        stopped_by=wire.stopped_by or None,
        stopped_at=optional_instant(wire, "stopped_at"),
        reason=wire.reason,
    )
