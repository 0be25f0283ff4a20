"""Missions: what members are asked to do and are given for it, as both schemas show it."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import missions_pb2

from gateway.scalars import Long, optional_instant


@strawberry.enum(description="Over which local stretch of time a mission counts before it begins anew.")
class MissionPeriod(Enum):
    EVER = missions_pb2.MISSION_PERIOD_EVER
    DAY = missions_pb2.MISSION_PERIOD_DAY
    # Monday to Sunday.
    WEEK = missions_pb2.MISSION_PERIOD_WEEK
    MONTH = missions_pb2.MISSION_PERIOD_MONTH
    # From the mission's start until its end.
    CAMPAIGN = missions_pb2.MISSION_PERIOD_CAMPAIGN


@strawberry.enum(description="What counts as one.")
class CountedBy(Enum):
    ACTIVITY = missions_pb2.COUNTED_BY_ACTIVITY
    # At most one a local day.
    DAY = missions_pb2.COUNTED_BY_DAY
    # Local days without a gap: a day missed begins anew.
    DAY_IN_A_ROW = missions_pb2.COUNTED_BY_DAY_IN_A_ROW
    # At most one of each value of an attribute.
    ATTRIBUTE = missions_pb2.COUNTED_BY_ATTRIBUTE


@strawberry.enum(description="What is given.")
class MissionAwardKind(Enum):
    POINTS = "points"
    COUPON = "coupon_template"
    BENEFIT = "benefit"


@strawberry.enum(description="Whether there is anything left to do.")
class ProgressState(Enum):
    OPEN = missions_pb2.PROGRESS_STATE_OPEN
    # As often as it may be in this period.
    DONE = missions_pb2.PROGRESS_STATE_DONE
    # All awards are given.
    EXHAUSTED = missions_pb2.PROGRESS_STATE_EXHAUSTED


@strawberry.type(description="An attribute that must have a value.")
class MissionCondition:
    attribute: str
    equals: str


@strawberry.type(description="Activities of a type, so many of them.")
class MissionTask:
    type: str = strawberry.field(description='For instance "share".')
    count: int
    counted_by: CountedBy
    attribute: str | None = strawberry.field(description="Each value of it counts once.")
    conditions: list[MissionCondition] = strawberry.field(description="All must hold.")
    period: MissionPeriod
    times: int | None = strawberry.field(description="How often in a period; null for any number.")
    condition: str | None = strawberry.field(description="In the Common Expression Language; must hold too.")


@strawberry.type(description="What is given each time.")
class MissionAward:
    kind: MissionAwardKind
    points: Long | None
    currency: str | None = strawberry.field(description="Null for the programme's first that can be spent.")
    template: str | None = strawberry.field(description="The coupon's template or the benefit, by its key.")


@strawberry.type(description="Where a member stands in a mission.")
class MissionProgress:
    mission_key: str
    progress: int = strawberry.field(
        description="What counts towards the next award. Of days in a row, the run that goes on."
    )
    required: int
    completed: int = strawberry.field(description="How often the member was awarded in this period.")
    state: ProgressState
    period_ends_at: datetime | None = strawberry.field(description="When counting begins anew.")


def task(wire: missions_pb2.ActivityTask) -> MissionTask:
    return MissionTask(
        type=wire.type,
        count=wire.count,
        counted_by=CountedBy(wire.counted_by),
        attribute=wire.attribute or None,
        conditions=[MissionCondition(attribute=one.attribute, equals=one.equals) for one in wire.conditions],
        period=MissionPeriod(wire.period),
        times=wire.times or None,
        condition=wire.condition or None,
    )


def award(wire: missions_pb2.MissionAward) -> MissionAward:
    kind = MissionAwardKind(wire.WhichOneof("award"))
    of_points = kind is MissionAwardKind.POINTS
    return MissionAward(
        kind=kind,
        points=Long(wire.points.points) if of_points else None,
        currency=wire.points.currency or None,
        template=(wire.coupon_template or wire.benefit) or None,
    )


def progress(wire: missions_pb2.MissionProgress) -> MissionProgress:
    return MissionProgress(
        mission_key=wire.mission,
        progress=wire.progress,
        required=wire.required,
        completed=wire.completed,
        state=ProgressState(wire.state),
        period_ends_at=optional_instant(wire, "period_ends_at"),
    )
