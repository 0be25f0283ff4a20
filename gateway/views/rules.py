"""Rules: the choices that a programme's rules consist of, as both schemas name them."""

from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import programmes_pb2

from gateway.scalars import Long


@strawberry.enum(description="When points that were earned can be used.")
class MaturationKind(Enum):
    AT_ONCE = programmes_pb2.MATURATION_KIND_AT_ONCE
    AFTER_PERIOD = programmes_pb2.MATURATION_KIND_AFTER_PERIOD
    ON_DATE = programmes_pb2.MATURATION_KIND_ON_DATE
    ON_ORDER_COMPLETED = programmes_pb2.MATURATION_KIND_ON_ORDER_COMPLETED


@strawberry.enum(
    description="When points expire: never, a period after they matured, on the next of some dates, or a period "
    "after the member's last activity."
)
class ExpiryKind(Enum):
    NEVER = programmes_pb2.EXPIRY_KIND_NEVER
    AFTER_PERIOD = programmes_pb2.EXPIRY_KIND_AFTER_PERIOD
    ON_DATES = programmes_pb2.EXPIRY_KIND_ON_DATES
    AFTER_INACTIVITY = programmes_pb2.EXPIRY_KIND_AFTER_INACTIVITY


@strawberry.enum(description="To the end of what the last good day is moved.")
class ExpiryRounding(Enum):
    NONE = programmes_pb2.EXPIRY_ROUNDING_NONE
    MONTH = programmes_pb2.EXPIRY_ROUNDING_MONTH
    QUARTER = programmes_pb2.EXPIRY_ROUNDING_QUARTER
    YEAR = programmes_pb2.EXPIRY_ROUNDING_YEAR


@strawberry.enum(description="How points are counted from money.")
class EarnRounding(Enum):
    WHOLE_STEPS = programmes_pb2.EARN_ROUNDING_WHOLE_STEPS
    PROPORTIONAL = programmes_pb2.EARN_ROUNDING_PROPORTIONAL


@strawberry.type
class TierCondition:
    metric: str = strawberry.field(
        description="SPEND (minor units of money), ORDERS (a count) or a currency such as GROWTH."
    )
    at_least: Long


def condition(wire: programmes_pb2.TierCondition) -> TierCondition:
    return TierCondition(metric=wire.metric, at_least=Long(wire.at_least))
