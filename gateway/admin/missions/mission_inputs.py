"""Missions as staff write them."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import missions_pb2

from gateway.admin.texts import LocalizedTextInput
from gateway.scalars import Long, timestamp
from gateway.views.missions import CountedBy, MissionPeriod


@strawberry.enum(description="Occasions in a member's life.")
class LifecycleKind(Enum):
    # The last order lies so many days back; once after each last order.
    NO_ORDER_FOR = missions_pb2.LIFECYCLE_KIND_NO_ORDER_FOR
    # The first order lies so many days back; once.
    AFTER_FIRST_ORDER = missions_pb2.LIFECYCLE_KIND_AFTER_FIRST_ORDER
    # An order that was not returned whole was completed so many days ago; once for each order.
    AFTER_DELIVERY = missions_pb2.LIFECYCLE_KIND_AFTER_DELIVERY
    # The member came to hold a higher tier, in whichever way; the mission's tiers are those reached.
    TIER_RAISED = missions_pb2.LIFECYCLE_KIND_TIER_RAISED
    TIER_LOWERED = missions_pb2.LIFECYCLE_KIND_TIER_LOWERED
    # A coupon will expire, as soon as its template's terms want the holder reminded; once for each coupon.
    COUPON_EXPIRING = missions_pb2.LIFECYCLE_KIND_COUPON_EXPIRING
    # The birthday begins where the member lives; once a year. The purpose must list the birth date.
    BIRTHDAY = missions_pb2.LIFECYCLE_KIND_BIRTHDAY
    # The month of the birthday begins, or is allowed to be looked at while it lasts; once a year.
    BIRTHDAY_MONTH = missions_pb2.LIFECYCLE_KIND_BIRTHDAY_MONTH


@strawberry.input(description="An attribute that must have a value.")
class MissionConditionInput:
    attribute: str
    equals: str = strawberry.field(description="As JSON writes it without quotes: OPENER, 5, true.")


@strawberry.input(description="Activities of a type, so many of them.")
class ActivityTaskInput:
    type: str = strawberry.field(description='For instance "share".')
    count: int = strawberry.field(description="1 to 1000.")
    counted_by: CountedBy = CountedBy.ACTIVITY
    attribute: str | None = strawberry.field(default=None, description="Each value of it counts once.")
    conditions: list[MissionConditionInput] = strawberry.field(
        default_factory=list, description="All must hold."
    )
    period: MissionPeriod = MissionPeriod.EVER
    times: int | None = strawberry.field(
        default=1, description="How often in a period; null for as often as it is done."
    )
    condition: str | None = strawberry.field(
        default=None,
        description="In the Common Expression Language, for instance `activity.minutes >= 30`. An attribute that was "
        "not told makes it not hold.",
    )

    def wire(self) -> missions_pb2.ActivityTask:
        return missions_pb2.ActivityTask(
            type=self.type,
            count=self.count,
            counted_by=self.counted_by.value,
            attribute=self.attribute or "",
            conditions=[
                missions_pb2.AttributeCondition(attribute=one.attribute, equals=one.equals)
                for one in self.conditions
            ],
            period=self.period.value,
            times=self.times or 0,
            condition=self.condition or "",
        )


@strawberry.input(
    description="An occasion so many days after an order, or when a tier changes, a coupon is about to expire or a "
    "birthday comes."
)
class LifecycleTaskInput:
    kind: LifecycleKind
    days: int | None = strawberry.field(
        default=None, description="After an order, and only there: 1 to 3660."
    )
    coupon_template: str | None = strawberry.field(
        default=None, description="Of expiring coupons, the key of their template; without one, any."
    )

    def wire(self) -> missions_pb2.LifecycleTask:
        return missions_pb2.LifecycleTask(
            kind=self.kind.value, days=self.days or 0, coupon_template=self.coupon_template or ""
        )


@strawberry.input(description="Points of a currency.")
class PointsAwardInput:
    points: Long
    currency: str | None = strawberry.field(
        default=None, description="Without one, the programme's first that can be spent."
    )


@strawberry.input(description="Exactly one of these.")
class MissionAwardInput:
    points: PointsAwardInput | None = None
    coupon_template: str | None = strawberry.field(
        default=None, description="The key of a coupon's template."
    )
    benefit: str | None = strawberry.field(default=None, description="The key of a benefit.")

    def wire(self) -> missions_pb2.MissionAward:
        """None of several: the service says that one is to be chosen."""
        given = [one for one in (self.points, self.coupon_template, self.benefit) if one is not None]
        if len(given) != 1:
            return missions_pb2.MissionAward()
        if self.points:
            points = missions_pb2.PointsAward(currency=self.points.currency or "", points=self.points.points)
            return missions_pb2.MissionAward(points=points)
        if self.coupon_template is not None:
            return missions_pb2.MissionAward(coupon_template=self.coupon_template)
        return missions_pb2.MissionAward(benefit=self.benefit)


@strawberry.input(description="A mission: activities or an occasion, one of the two, and what is given.")
class MissionInput:
    key: str = strawberry.field(description="1 to 40 characters of a-z, 0-9, _ and -.")
    name: LocalizedTextInput
    description: LocalizedTextInput
    activities: ActivityTaskInput | None = None
    lifecycle: LifecycleTaskInput | None = None
    award: MissionAwardInput
    budget: Long | None = strawberry.field(
        default=None, description="How many awards there are in all; without one, any number."
    )
    starts_at: datetime | None = strawberry.field(
        default=None, description="Without one, when it is published."
    )
    ends_at: datetime | None = strawberry.field(default=None, description="Without one, when it is stopped.")
    tiers: list[str] = strawberry.field(default_factory=list, description="Who may; empty for all.")
    purpose: str | None = strawberry.field(
        default=None,
        description="Of an occasion, and required of one: the key of the purpose that members must allow. Whoever does "
        "not is not awarded. Activities name theirs by their type.",
    )

    def wire(self) -> missions_pb2.Mission:
        return missions_pb2.Mission(
            key=self.key,
            name=self.name.wire(),
            description=self.description.wire(),
            activities=self.activities.wire() if self.activities else None,
            lifecycle=self.lifecycle.wire() if self.lifecycle else None,
            award=self.award.wire(),
            budget=self.budget or 0,
            starts_at=timestamp(self.starts_at),
            ends_at=timestamp(self.ends_at),
            tiers=self.tiers,
            purpose=self.purpose or "",
        )
