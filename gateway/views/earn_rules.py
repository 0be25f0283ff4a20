"""Earn rules: the choices they consist of, as both schemas name them."""

from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import earn_rules_pb2


@strawberry.enum(description="How points are counted from money.")
class EarnRounding(Enum):
    WHOLE_STEPS = earn_rules_pb2.EARN_ROUNDING_WHOLE_STEPS
    PROPORTIONAL = earn_rules_pb2.EARN_ROUNDING_PROPORTIONAL


@strawberry.enum(
    description="What a rule looks at, and when it gives. FIRST_ORDER: the first that a member ever paid, those "
    "refunded whole aside. ORDER_COMPLETED: every order, judged as it was paid; points are pending and a coupon waits "
    "until it is completed, and these rules sum, multiply and exclude among themselves."
)
class EarnTrigger(Enum):
    ORDER_PAID = earn_rules_pb2.EARN_TRIGGER_ORDER_PAID
    FIRST_ORDER = earn_rules_pb2.EARN_TRIGGER_FIRST_ORDER
    ORDER_COMPLETED = earn_rules_pb2.EARN_TRIGGER_ORDER_COMPLETED


@strawberry.enum(
    description="What a rule gives. PER_AMOUNT: points for each per of the money. FIXED: points once. MULTIPLIER: "
    "what base rules of the currency give, times multiplier. COUPON: a coupon of a template."
)
class AwardKind(Enum):
    PER_AMOUNT = earn_rules_pb2.AWARD_KIND_PER_AMOUNT
    FIXED = earn_rules_pb2.AWARD_KIND_FIXED
    MULTIPLIER = earn_rules_pb2.AWARD_KIND_MULTIPLIER
    COUPON = earn_rules_pb2.AWARD_KIND_COUPON


@strawberry.enum(
    description="Over what a cap counts: the order, or the member's day, week from Monday, month, year, or all time."
)
class CapWindow(Enum):
    ORDER = earn_rules_pb2.CAP_WINDOW_ORDER
    DAY = earn_rules_pb2.CAP_WINDOW_DAY
    WEEK = earn_rules_pb2.CAP_WINDOW_WEEK
    MONTH = earn_rules_pb2.CAP_WINDOW_MONTH
    YEAR = earn_rules_pb2.CAP_WINDOW_YEAR
    EVER = earn_rules_pb2.CAP_WINDOW_EVER
