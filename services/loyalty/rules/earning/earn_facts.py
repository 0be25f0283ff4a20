"""Earn facts: what conditions and schedules are asked of an order, its member as of its payment, and its local time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from services.loyalty.rules.earning.conditions import MADE_LINE
from services.loyalty.rules.orders.judgements import NO_ORDER, Past
from services.loyalty.rules.orders.orders import Order
from services.loyalty.rules.tiers.standings import Standing

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MEMBERS = frozenset({"member.orders", "member.spend_minor", "member.days_since_order"})


@dataclass(frozen=True, slots=True)
class Facts:
    """An order with its member's past, and the local time of its payment."""

    order: Order
    tier: str
    past: Past
    local: datetime

    def named(self, asked: Collection[str]) -> dict[str, Any]:
        """The values of what conditions ask about, by name."""
        return {name: _VALUES[name](self) for name in asked}


_VALUES: dict[str, Any] = {
    "order.source": lambda facts: facts.order.source,
    "order.channel": lambda facts: facts.order.channel,
    "order.total_minor": lambda facts: facts.order.total_minor,
    "order.lines": lambda facts: [
        MADE_LINE(sku=line.sku, quantity=line.quantity, money_minor=line.minor) for line in facts.order.lines
    ],
    "member.tier": lambda facts: facts.tier,
    "member.orders": lambda facts: facts.past.orders,
    "member.spend_minor": lambda facts: facts.past.spend_minor,
    "member.days_since_order": lambda facts: facts.past.days_since_order,
    "time.date": lambda facts: facts.local.date().isoformat(),
    "time.weekday": lambda facts: facts.local.isoweekday(),
    "time.day": lambda facts: facts.local.day,
    "time.month": lambda facts: facts.local.month,
    "time.hour": lambda facts: facts.local.hour,
}


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_time(instant: int, zone: str) -> datetime:
    """An instant in microseconds since 1970 as a zone's clocks show it."""
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(_zone(zone))


def past_of(standing: Standing, local: datetime, asked: Collection[str], *, first: bool) -> Past:
    """What a member had ordered by a local day; a late order does not count what was paid on later days.

    Only for the first order of all, days that came later count too: there is one.
    """
    is_first = first and not any(day[2] > 0 for day in standing.days)
    if _MEMBERS.isdisjoint(asked):
        return Past(is_first=is_first)
    today = local.date().toordinal()
    before = [day for day in standing.days if day[0] <= today]
    last = next((day[0] for day in reversed(before) if day[2] > 0), None)
    return Past(
        sum(day[2] for day in before),
        sum(day[1] for day in before),
        NO_ORDER if last is None else today - last,
        is_first,
    )
