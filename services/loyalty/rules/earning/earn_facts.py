"""Earn facts: what conditions and schedules are asked of an order, its member as of its payment, and its local time."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from services.loyalty.rules.earning.conditions import MADE_LINE
from services.loyalty.rules.orders.judgements import NO_ORDER, Past
from services.loyalty.rules.orders.orders import Order
from services.loyalty.rules.tiers.standings import Standing

_MEMBERS = frozenset({"member.orders", "member.spend_minor", "member.days_since_order"})


class Facts(NamedTuple):
    """An order with its member's past, and the local time of its payment."""

    order: Order
    tier: str
    past: Past
    local: datetime

    def value(self, name: str) -> Any:
        """What conditions ask about, by its name."""
        return _VALUES[name](self)


_VALUES: Mapping[str, Callable[[Facts], Any]] = {
    "order.source": attrgetter("order.source"),
    "order.channel": attrgetter("order.channel"),
    "order.total_minor": attrgetter("order.total_minor"),
    "order.lines": lambda facts: [
        MADE_LINE(sku=line.sku, quantity=line.quantity, money_minor=line.minor) for line in facts.order.lines
    ],
    "member.tier": attrgetter("tier"),
    "member.orders": attrgetter("past.orders"),
    "member.spend_minor": attrgetter("past.spend_minor"),
    "member.days_since_order": attrgetter("past.days_since_order"),
    "time.date": lambda facts: facts.local.date().isoformat(),
    "time.weekday": lambda facts: facts.local.isoweekday(),
    "time.day": attrgetter("local.day"),
    "time.month": attrgetter("local.month"),
    "time.hour": attrgetter("local.hour"),
}


def past_of(standing: Standing, local: datetime, asked: Collection[str], *, first: bool) -> Past:
    """What a member had ordered by a local day; a late order does not count what was paid on later days.

    Only for the first order of all, days that came later count too: there is one.
    """
    is_first = first and not any(day[2] > 0 for day in standing.days)
    if _MEMBERS.isdisjoint(asked):
        return Past(is_first=is_first)
    today = local.date().toordinal()
    days = standing.days
    if standing.last_day > today:
        days = days[: bisect_right(days, today, key=itemgetter(0))]
    last = next((day[0] for day in reversed(days) if day[2] > 0), None)
    _, spent, orders = zip(*days, strict=True) if days else ((), (), ())
    return Past(
        sum(orders),
        sum(spent),
        NO_ORDER if last is None else today - last,
        is_first,
    )
