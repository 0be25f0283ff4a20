"""Activities, missions and grants as the gateway meets them on the wire, with canned answers."""

from datetime import UTC, datetime
from typing import Any

from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import (
    activities_connect,
    activities_pb2,
    grants_connect,
    grants_pb2,
    mission_trials_connect,
    missions_connect,
    missions_pb2,
)
from huiyuan.loyalty.v1 import mission_trials_pb2 as trials

from services.kit import rpc
from tests.gateway.doors import Door

AT = datetime(2026, 11, 22, tzinfo=UTC)
_STAFF = rpc.staff("operations", "support", "program_admin", "auditor", "privacy_officer")
_DRAFTERS = rpc.staff("program_admin")
_PUBLISHERS = rpc.staff("program_admin", "program_publisher")
_RULE_READERS = rpc.staff("operations", "support", "program_admin", "program_publisher", "auditor")

TEXT = kit_pb2.LocalizedText(zh="三次分享", en="Three shares")
PROGRESS = missions_pb2.MissionProgress(
    mission="three-shares", progress=2, required=3, state=missions_pb2.PROGRESS_STATE_OPEN
)
OPEN = missions_pb2.Mission(
    key="three-shares",
    name=TEXT,
    description=TEXT,
    activities=missions_pb2.ActivityTask(
        type="share",
        count=3,
        counted_by=missions_pb2.COUNTED_BY_ACTIVITY,
        period=missions_pb2.MISSION_PERIOD_EVER,
        times=1,
    ),
    award=missions_pb2.MissionAward(points=missions_pb2.PointsAward(points=200)),
    edition=2,
)
MISSION = missions_pb2.Mission()
MISSION.CopyFrom(OPEN)
MISSION.MergeFrom(
    missions_pb2.Mission(
        state=missions_pb2.MISSION_STATE_PUBLISHED,
        drafted_by="staff:ada",
        drafted_at=AT,
        awarded=7,
        reason="go",
    )
)
DORMANT = missions_pb2.Mission(
    key="come-back",
    name=TEXT,
    description=TEXT,
    lifecycle=missions_pb2.LifecycleTask(kind=missions_pb2.LIFECYCLE_KIND_NO_ORDER_FOR, days=30),
    award=missions_pb2.MissionAward(coupon_template="win-back"),
    purpose="personalisation",
    budget=100,
    edition=1,
    state=missions_pb2.MISSION_STATE_DRAFT,
    drafted_at=AT,
)
CHECKED_IN = activities_pb2.CheckInResponse(day="2026-11-22", streak=3, missions=[PROGRESS])
TYPE = activities_pb2.ActivityType(
    key="lesson",
    name=TEXT,
    attributes=[
        activities_pb2.ActivityAttribute(
            key="course", type=activities_pb2.ATTRIBUTE_TYPE_STRING, required=True, one_of=["tea"]
        )
    ],
    retention_days=30,
    edition=1,
)
GRANT = grants_pb2.Grant(
    member_id="11111111-1111-4111-8111-111111111111",
    key="mission:shop:three-shares::1",
    kind=grants_pb2.GRANT_KIND_POINTS,
    currency="POINTS",
    points=200,
    reason="MISSION",
    state=grants_pb2.GRANT_STATE_REFUSED,
    promised_at=AT,
    tries=1,
    outcome="MEMBER_CLOSED",
    place="7",
)


def _course() -> Struct:
    attributes = Struct()
    attributes.update({"course": "tea"})
    return attributes


class Activities(Door):
    @rpc.allow(rpc.systems("activity_recorder"))
    async def record_activity(
        self, request: activities_pb2.RecordActivityRequest, _: Any
    ) -> activities_pb2.RecordActivityResponse:
        self.services.change(request)
        return activities_pb2.RecordActivityResponse(member_id=request.member_id, missions=[PROGRESS])

    @rpc.allow(rpc.members)
    async def check_in(
        self, request: activities_pb2.CheckInRequest, _: Any
    ) -> activities_pb2.CheckInResponse:
        self.services.change(request)
        return CHECKED_IN

    @rpc.allow(_DRAFTERS)
    async def declare_activity_type(
        self, request: activities_pb2.DeclareActivityTypeRequest, _: Any
    ) -> activities_pb2.DeclareActivityTypeResponse:
        self.services.change(request)
        return activities_pb2.DeclareActivityTypeResponse(type=TYPE)

    @rpc.allow(_RULE_READERS)
    async def list_activity_types(
        self, request: activities_pb2.ListActivityTypesRequest, _: Any
    ) -> activities_pb2.ListActivityTypesResponse:
        return activities_pb2.ListActivityTypesResponse(types=[TYPE])

    @rpc.allow(rpc.members, _STAFF)
    async def list_activities(
        self, request: activities_pb2.ListActivitiesRequest, _: Any
    ) -> activities_pb2.ListActivitiesResponse:
        one = activities_pb2.Activity(
            source="app",
            activity_id="a-1",
            type="lesson",
            occurred_at=AT,
            recorded_at=AT,
            attributes=_course(),
            place="p",
        )
        return activities_pb2.ListActivitiesResponse(activities=[one], has_next_page=not request.after)


class Missions(Door):
    @rpc.allow(_DRAFTERS)
    async def draft_mission(
        self, request: missions_pb2.DraftMissionRequest, _: Any
    ) -> missions_pb2.DraftMissionResponse:
        self.services.change(request)
        return missions_pb2.DraftMissionResponse(mission=DORMANT)

    @rpc.allow(_PUBLISHERS)
    async def publish_mission(
        self, request: missions_pb2.PublishMissionRequest, _: Any
    ) -> missions_pb2.PublishMissionResponse:
        self.services.change(request)
        return missions_pb2.PublishMissionResponse(mission=MISSION)

    @rpc.allow(_PUBLISHERS)
    async def stop_mission(
        self, request: missions_pb2.StopMissionRequest, _: Any
    ) -> missions_pb2.StopMissionResponse:
        self.services.change(request)
        return missions_pb2.StopMissionResponse(mission=MISSION, replayed=True)

    @rpc.allow(_RULE_READERS)
    async def list_missions(
        self, request: missions_pb2.ListMissionsRequest, _: Any
    ) -> missions_pb2.ListMissionsResponse:
        return missions_pb2.ListMissionsResponse(missions=[DORMANT, MISSION])

    @rpc.allow(rpc.anyone)
    async def list_open_missions(
        self, request: missions_pb2.ListOpenMissionsRequest, _: Any
    ) -> missions_pb2.ListOpenMissionsResponse:
        self.services.turn("loyalty", "missions")
        return missions_pb2.ListOpenMissionsResponse(missions=[OPEN])

    @rpc.allow(rpc.members, _STAFF)
    async def list_member_missions(
        self, request: missions_pb2.ListMemberMissionsRequest, _: Any
    ) -> missions_pb2.ListMemberMissionsResponse:
        rpc.be_member(request.member_id)
        one = missions_pb2.MemberMission(mission=OPEN, progress=PROGRESS)
        return missions_pb2.ListMemberMissionsResponse(missions=[one])


class Grants(Door):
    @rpc.allow(_STAFF)
    async def list_grants(
        self, request: grants_pb2.ListGrantsRequest, _: Any
    ) -> grants_pb2.ListGrantsResponse:
        self.services.change(request)
        return grants_pb2.ListGrantsResponse(grants=[GRANT], has_next_page=not request.after)

    @rpc.allow(rpc.staff("operations", "program_admin"))
    async def retry_grant(
        self, request: grants_pb2.RetryGrantRequest, _: Any
    ) -> grants_pb2.RetryGrantResponse:
        self.services.change(request)
        return grants_pb2.RetryGrantResponse(grant=GRANT, replayed=True)


class MissionTrials(Door):
    @rpc.allow(_RULE_READERS)
    async def try_mission(self, request: trials.TryMissionRequest, _: Any) -> trials.TryMissionResponse:
        self.services.change(request)
        check = trials.MissionCheck(kind=trials.MISSION_CHECK_KIND_BUDGET, actual="7", required="less than 7")
        said = trials.MissionSampleVerdict(
            occurred_at=Timestamp(seconds=1_800_000_000), checks=[check], counts=True, progress=2, required=3
        )
        return trials.TryMissionResponse(mission=MISSION, verdicts=[said], awards=0)


DOORS: list[tuple[type[Door], Any]] = [
    (Activities, activities_connect.ActivitiesServiceASGIApplication),
    (Missions, missions_connect.MissionsServiceASGIApplication),
    (MissionTrials, mission_trials_connect.MissionTrialsServiceASGIApplication),
    (Grants, grants_connect.GrantsServiceASGIApplication),
]
