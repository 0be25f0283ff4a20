"""Currencies: the choices that their rules consist of, as both schemas name them."""

from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import currencies_pb2


@strawberry.enum(description="When points that were earned can be used.")
class MaturationKind(Enum):
    AT_ONCE = currencies_pb2.MATURATION_KIND_AT_ONCE
    AFTER_PERIOD = currencies_pb2.MATURATION_KIND_AFTER_PERIOD
    ON_DATE = currencies_pb2.MATURATION_KIND_ON_DATE
    ON_ORDER_COMPLETED = currencies_pb2.MATURATION_KIND_ON_ORDER_COMPLETED


@strawberry.enum(
    description="When points expire: never, a period after they matured, on the next of some dates, or a period "
    "after the member's last activity."
)
class ExpiryKind(Enum):
    NEVER = currencies_pb2.EXPIRY_KIND_NEVER
    AFTER_PERIOD = currencies_pb2.EXPIRY_KIND_AFTER_PERIOD
    ON_DATES = currencies_pb2.EXPIRY_KIND_ON_DATES
    AFTER_INACTIVITY = currencies_pb2.EXPIRY_KIND_AFTER_INACTIVITY


@strawberry.enum(description="To the end of what the last good day is moved.")
class ExpiryRounding(Enum):
    NONE = currencies_pb2.EXPIRY_ROUNDING_NONE
    MONTH = currencies_pb2.EXPIRY_ROUNDING_MONTH
    QUARTER = currencies_pb2.EXPIRY_ROUNDING_QUARTER
    YEAR = currencies_pb2.EXPIRY_ROUNDING_YEAR
