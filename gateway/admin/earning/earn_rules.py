"""Earn rules as staff see and program admins write them."""

from datetime import date

import strawberry
from huiyuan.loyalty.v1 import earn_rules_pb2

from gateway.scalars import Long, Money, MoneyInput, money
from gateway.views.earn_rules import AwardKind, CapWindow, EarnRounding, EarnTrigger

_CONDITION = (
    "In CEL over order (source, channel, total_minor, lines), member (tier, orders, spend_minor, days_since_order, "
    "which is -1 without one) and time (date, weekday from Monday as 1, day, month, hour, all local to the "
    'programme), for instance `order.channel == "app" && member.orders >= 3`. Null: always.'
)
_LINES = (
    'In CEL over line (sku, quantity, money_minor), for instance `line.sku.startsWith("tea-")`: only lines that '
    "match count. Null: all."
)
_BIRTHDAY_MONTH = (
    "The key of a purpose that lists the birth date. The rule then gives only in the calendar month of the member's "
    "birthday, and to members who allow that purpose; null: in any month."
)
_BUDGET = "The most points, or coupons, given to all members together. It belongs to the key in all versions."


@strawberry.type(description="Hours of a day, until exclusive: 20 to 22 is from 20:00 to 21:59.")
class Hours:
    since: int
    until: int


@strawberry.input(description="Hours of a day, until exclusive: 20 to 22 is from 20:00 to 21:59.")
class HoursInput:
    since: int
    until: int


@strawberry.type(
    description="When a rule gives, by the local time of payment; what is empty narrows nothing."
)
class EarnSchedule:
    first_on: date | None
    last_on: date | None = strawberry.field(description="Included.")
    days_of_month: list[int]
    weekdays: list[int] = strawberry.field(description="1 is Monday.")
    hours: list[Hours]
    birthday_month_purpose: str | None = strawberry.field(description=_BIRTHDAY_MONTH)


@strawberry.input(
    description="When a rule gives, by the local time of payment; what is empty narrows nothing."
)
class EarnScheduleInput:
    first_on: date | None = None
    last_on: date | None = strawberry.field(default=None, description="Included.")
    days_of_month: list[int] | None = None
    weekdays: list[int] | None = strawberry.field(default=None, description="1 is Monday.")
    hours: list[HoursInput] | None = None
    birthday_month_purpose: str | None = strawberry.field(default=None, description=_BIRTHDAY_MONTH)

    def wire(self) -> earn_rules_pb2.EarnSchedule:
        return earn_rules_pb2.EarnSchedule(
            first_on=str(self.first_on or ""),
            last_on=str(self.last_on or ""),
            days_of_month=self.days_of_month or (),
            weekdays=self.weekdays or (),
            hours=[earn_rules_pb2.Hours(since=one.since, until=one.until) for one in self.hours or ()],
            birthday_month_purpose=self.birthday_month_purpose or "",
        )


@strawberry.type(description="The most points, or coupons, that a rule gives one member within a window.")
class EarnCap:
    window: CapWindow
    points: Long


@strawberry.input(description="The most points, or coupons, that a rule gives one member within a window.")
class EarnCapInput:
    window: CapWindow
    points: Long


@strawberry.type(
    description="What an order earns: points for each whole per of its money, or another award. Base rules sum, "
    "then multipliers multiply, then one rounding down; an exclusive rule stands alone among its kind."
)
class EarnRule:
    key: str
    currency: str = strawberry.field(description="Empty for a coupon.")
    points: Long
    per: Money
    rounding: EarnRounding
    tier_multiplied: bool
    trigger: EarnTrigger
    condition: str | None = strawberry.field(description=_CONDITION)
    lines: str | None = strawberry.field(description=_LINES)
    award: AwardKind
    multiplier: str | None = strawberry.field(description="Of MULTIPLIER alone.")
    coupon_template: str | None
    schedule: EarnSchedule | None
    caps: list[EarnCap]
    budget: Long | None = strawberry.field(description=_BUDGET)
    priority: int
    exclusive: bool


def earn_rule(wire: earn_rules_pb2.EarnRule) -> EarnRule:
    award = AwardKind(wire.award or AwardKind.PER_AMOUNT.value)
    return EarnRule(
        key=wire.key,
        currency=wire.currency,
        points=Long(wire.points),
        per=money(wire.per),
        rounding=EarnRounding(wire.rounding),
        tier_multiplied=wire.tier_multiplied,
        trigger=EarnTrigger(wire.trigger or EarnTrigger.ORDER_PAID.value),
        condition=wire.condition or None,
        lines=wire.lines or None,
        award=award,
        multiplier=wire.multiplier if award is AwardKind.MULTIPLIER else None,
        coupon_template=wire.coupon_template or None,
        schedule=_schedule(wire.schedule) if wire.HasField("schedule") else None,
        caps=[EarnCap(window=CapWindow(cap.window), points=Long(cap.points)) for cap in wire.caps],
        budget=Long(wire.budget) if wire.budget else None,
        priority=wire.priority,
        exclusive=wire.exclusive,
    )


def _schedule(wire: earn_rules_pb2.EarnSchedule) -> EarnSchedule:
    return EarnSchedule(
        first_on=date.fromisoformat(wire.first_on) if wire.first_on else None,
        last_on=date.fromisoformat(wire.last_on) if wire.last_on else None,
        days_of_month=list(wire.days_of_month),
        weekdays=list(wire.weekdays),
        hours=[Hours(since=one.since, until=one.until) for one in wire.hours],
        birthday_month_purpose=wire.birthday_month_purpose or None,
    )


@strawberry.input(
    description="What an order earns. points for each whole per of its money (PER_AMOUNT), or another award."
)
class EarnRuleInput:
    key: str
    currency: str = strawberry.field(default="", description="Left out for a coupon.")
    points: Long = strawberry.field(default=Long(0), description="Of PER_AMOUNT for each per, of FIXED once.")
    per: MoneyInput | None = strawberry.field(default=None, description="Of PER_AMOUNT alone.")
    rounding: EarnRounding = EarnRounding.WHOLE_STEPS
    tier_multiplied: bool = False
    trigger: EarnTrigger = EarnTrigger.ORDER_PAID
    condition: str | None = strawberry.field(default=None, description=_CONDITION)
    lines: str | None = strawberry.field(default=None, description=_LINES)
    award: AwardKind = AwardKind.PER_AMOUNT
    multiplier: str | None = strawberry.field(
        default=None, description='Of MULTIPLIER: above 1, for instance "1.5".'
    )
    coupon_template: str | None = None
    schedule: EarnScheduleInput | None = None
    caps: list[EarnCapInput] | None = None
    budget: Long | None = strawberry.field(default=None, description=_BUDGET)
    priority: int = strawberry.field(
        default=0, description="Of several exclusive rules the highest stands alone."
    )
    exclusive: bool = False

    def wire(self) -> earn_rules_pb2.EarnRule:
        return earn_rules_pb2.EarnRule(
            key=self.key,
            currency=self.currency,
            points=self.points,
            per=self.per.wire() if self.per is not None else None,
            rounding=self.rounding.value,
            tier_multiplied=self.tier_multiplied,
            trigger=self.trigger.value,
            condition=self.condition or "",
            lines=self.lines or "",
            award=self.award.value,
            multiplier=self.multiplier or "",
            coupon_template=self.coupon_template or "",
            schedule=self.schedule.wire() if self.schedule is not None else None,
            caps=[
                earn_rules_pb2.EarnCap(window=cap.window.value, points=cap.points) for cap in self.caps or ()
            ],
            budget=self.budget or 0,
            priority=self.priority,
            exclusive=self.exclusive,
        )
