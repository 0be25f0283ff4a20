"""Checks: what a mission asks of an activity or an occasion, one by one; it counts where all of them hold."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from services.loyalty.rules.missions import activity_conditions
from services.loyalty.rules.missions.activities import Activity
from services.loyalty.rules.missions.missions import (
    ActivityTask,
    CountedBy,
    LifecycleKind,
    LifecycleTask,
    Mission,
    written,
)


class CheckKind(StrEnum):
    """What is looked at."""

    TASK = "TASK"
    ATTRIBUTE = "ATTRIBUTE"
    CONDITION = "CONDITION"
    TEMPLATE = "TEMPLATE"
    DUE = "DUE"
    OPEN = "OPEN"
    TIER = "TIER"
    ALLOWED = "ALLOWED"
    ONCE = "ONCE"
    TIMES = "TIMES"
    BUDGET = "BUDGET"


class Check(NamedTuple):
    """Whether something that is asked for is so: what was found, and what is asked for."""

    kind: CheckKind
    holds: bool
    actual: str
    required: str


def all_hold(checks: Sequence[Check]) -> bool:
    return all(check.holds for check in checks)


def of_activity(mission: Mission, task: ActivityTask, activity: Activity, tier: str) -> list[Check]:
    """What a mission asks of an activity of a member on a tier (empty for none).

    Of another type nothing more is asked, since its attributes mean something else.
    """
    checks = [Check(CheckKind.TASK, activity.type == task.type, activity.type, task.type)]
    if activity.type != task.type:
        return checks
    found = activity.attributes
    for one in task.conditions:
        actual = f"{one.attribute}={_told(found.get(one.attribute))}"
        checks.append(Check(CheckKind.ATTRIBUTE, one.holds(found), actual, f"{one.attribute}={one.equals}"))
    if task.counted_by is CountedBy.ATTRIBUTE:
        actual = _told(found.get(task.attribute))
        checks.append(Check(CheckKind.ATTRIBUTE, task.attribute in found, actual, task.attribute))
    if task.condition:
        holds = activity_conditions.holds(task.condition, found)
        checks.append(Check(CheckKind.CONDITION, holds, str(holds).lower(), task.condition))
    return [*checks, *_of_member(mission, activity.occurred_at, tier)]


def of_occasion(
    mission: Mission, task: LifecycleTask, kind: LifecycleKind, about: str, came_at: int, tier: str
) -> list[Check]:
    """What a mission asks of an occasion that comes to a member on a tier (empty for none).

    ``about`` is the tier reached or the coupon's template; where a tier changed, the one reached is looked at.
    """
    checks = [Check(CheckKind.TASK, kind is task.kind, kind, task.kind)]
    if kind is not task.kind:
        return checks
    if kind is LifecycleKind.COUPON_EXPIRING:
        holds = task.template in ("", about)
        checks.append(Check(CheckKind.TEMPLATE, holds, about, task.template or "any"))
    moved = kind in (LifecycleKind.TIER_RAISED, LifecycleKind.TIER_LOWERED)
    return [*checks, *_of_member(mission, came_at, about if moved else tier)]


def _of_member(mission: Mission, at: int, tier: str) -> list[Check]:
    since = shown(mission.starts_at) if mission.starts_at else "when published"
    until = shown(mission.ends_at) if mission.ends_at else "when stopped"
    return [
        Check(CheckKind.OPEN, mission.is_open(at), shown(at), f"{since} to {until}"),
        Check(CheckKind.TIER, mission.takes(tier), tier or "none", ", ".join(mission.tiers) or "any"),
    ]


def shown(at: int) -> str:
    """An instant as it is told."""
    told = datetime.fromtimestamp(at // 1_000_000, UTC)
    return told.isoformat().replace("+00:00", "Z")


def _told(value: object) -> str:
    return "not told" if value is None else written(value)
