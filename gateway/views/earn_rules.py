"""Earn rules: the choices they consist of, as both schemas name them."""

from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import earn_rules_pb2


@strawberry.enum(description="How points are counted from money.")
class EarnRounding(Enum):
    WHOLE_STEPS = earn_rules_pb2.EARN_ROUNDING_WHOLE_STEPS
    PROPORTIONAL = earn_rules_pb2.EARN_ROUNDING_PROPORTIONAL
