"""Tier schemes: what a tier asks, as both schemas show it."""

from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import tier_schemes_pb2

from gateway.scalars import Long

METRIC = (
    "SPEND (minor units of money), ORDERS (a count), a currency such as GROWTH (what is there of it), "
    "EARNED:GROWTH (what was earned of it) or SCORE."
)


@strawberry.enum(description="How many of the conditions must hold.")
class ConditionMatch(Enum):
    ALL = tier_schemes_pb2.CONDITION_MATCH_ALL
    ANY = tier_schemes_pb2.CONDITION_MATCH_ANY


@strawberry.enum(description="Over which days, in the programme's zone, a condition counts.")
class TierWindowKind(Enum):
    LIFETIME = tier_schemes_pb2.TIER_WINDOW_KIND_LIFETIME
    ROLLING_DAYS = tier_schemes_pb2.TIER_WINDOW_KIND_ROLLING_DAYS
    CALENDAR_MONTH = tier_schemes_pb2.TIER_WINDOW_KIND_CALENDAR_MONTH
    CALENDAR_QUARTER = tier_schemes_pb2.TIER_WINDOW_KIND_CALENDAR_QUARTER
    CALENDAR_YEAR = tier_schemes_pb2.TIER_WINDOW_KIND_CALENDAR_YEAR
    # The years that begin on the day of joining.
    ANNIVERSARY = tier_schemes_pb2.TIER_WINDOW_KIND_ANNIVERSARY


@strawberry.type
class TierWindow:
    kind: TierWindowKind
    days: int | None = strawberry.field(description="Of ROLLING_DAYS; today is one of them.")


@strawberry.type
class TierCondition:
    metric: str = strawberry.field(description=METRIC)
    at_least: Long
    window: TierWindow


def condition(wire: tier_schemes_pb2.TierCondition) -> TierCondition:
    return TierCondition(metric=wire.metric, at_least=Long(wire.at_least), window=window(wire.window))


def window(wire: tier_schemes_pb2.TierWindow) -> TierWindow:
    return TierWindow(kind=_KINDS[wire.kind or _ALWAYS], days=wire.days or None)


def match(wire: int) -> ConditionMatch:
    """How many must hold; all of them where nothing was said."""
    return _MATCHES[wire or tier_schemes_pb2.CONDITION_MATCH_ALL]


_ALWAYS = tier_schemes_pb2.TIER_WINDOW_KIND_LIFETIME
# Looked up instead of called: every condition of a standing has one.
_KINDS: dict[int, TierWindowKind] = {one.value: one for one in TierWindowKind}
_MATCHES: dict[int, ConditionMatch] = {one.value: one for one in ConditionMatch}
