"""Earn rules as JSON."""

from datetime import date
from typing import Any

from services.loyalty.rules.earning.earn_rules import (
    AwardKind,
    Cap,
    CapWindow,
    EarnRounding,
    EarnRule,
    EarnTrigger,
)
from services.loyalty.rules.earning.earn_schedules import Hours, Schedule


def earn_rule(stored: dict[str, Any]) -> EarnRule:
    """An earn rule from its JSON; what an older release did not know of has its default."""
    known = stored | {"rounding": EarnRounding(stored["rounding"])}
    for name, kind in (("trigger", EarnTrigger), ("award", AwardKind)):
        if name in stored:
            known[name] = kind(stored[name])
    if "schedule" in stored:
        known["schedule"] = _schedule(**stored["schedule"])
    if "caps" in stored:
        known["caps"] = tuple(Cap(CapWindow(cap["window"]), cap["points"]) for cap in stored["caps"])
    return EarnRule(**known)


def _schedule(
    first_on: str | None,
    last_on: str | None,
    days_of_month: list[int],
    weekdays: list[int],
    hours: list[dict[str, int]],
    birthday_month_purpose: str = "",
) -> Schedule:
    return Schedule(
        date.fromisoformat(first_on) if first_on else None,
        date.fromisoformat(last_on) if last_on else None,
        tuple(days_of_month),
        tuple(weekdays),
        tuple(Hours(**part) for part in hours),
        birthday_month_purpose,
    )
