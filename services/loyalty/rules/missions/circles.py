"""Circles: missions of expiring coupons that give coupons whose expiry gives the next, and so on without end."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.kit.refusal import Invalid
from services.loyalty.rules.benefits.benefits import BenefitEffect
from services.loyalty.rules.benefits.entitlements import defined
from services.loyalty.rules.ledger.grants import GrantKind
from services.loyalty.rules.missions.missions import LifecycleKind, LifecycleTask, Mission
from services.loyalty.rules.programmes.programmes import Programme


class MissionsFeedEachOther(Invalid):
    """What a mission gives would, by way of others, bring about what it is given for, again and again."""


class Link(NamedTuple):
    """A mission that turns an expiring coupon into another, by the keys of their templates."""

    mission: str
    wants: str
    gives: str


def be_finite(mission: Mission, in_force: Iterable[Mission], programme: Programme, now: int) -> None:
    """Refuse a mission that closes a circle with those in force. Raises ``MissionsFeedEachOther``.

    What ends in the past takes part in none. Tiers close none: a raise wants another raise, and a ladder has an end.
    """
    others = [one for one in in_force if one.key != mission.key and not 0 < one.ends_at <= now]
    first = link(mission, programme)
    circle = first and _circle(first, [each for one in others if (each := link(one, programme))])
    if circle:
        way = " → ".join(f"{each.mission} gives {each.gives}" for each in circle)
        names = ", ".join(each.mission for each in circle[1:]) or "itself"
        field = "mission.lifecycle.coupon_template"
        message = (
            f"{field}: {way} → {mission.key}: each coupon that nobody uses gives the next, without end; "
            f"name another template, give something else, or stop one of {names} first"
        )
        raise MissionsFeedEachOther(message, field=field, missions=names)


def link(mission: Mission, programme: Programme) -> Link | None:
    """The coupon that a mission wants to expire and the one that it gives, be it by a benefit; None for any other."""
    task, award = mission.task, mission.award
    if not isinstance(task, LifecycleTask) or task.kind is not LifecycleKind.COUPON_EXPIRING:
        return None
    gives = award.template if award.kind is GrantKind.COUPON else ""
    if award.kind is GrantKind.BENEFIT and (benefit := defined(programme, "", award.template)):
        gives = benefit.coupon_template if benefit.effect is BenefitEffect.COUPON else ""
    return Link(mission.key, task.template, gives) if gives else None


def _circle(first: Link, others: Sequence[Link]) -> list[Link]:
    """The shortest way from what a mission gives back to what it wants; none where there is none."""
    ways, seen = [[first]], {first.gives}
    for way in ways:
        gives = way[-1].gives
        if first.wants in ("", gives):
            return way
        for each in others:
            if each.wants in ("", gives) and each.gives not in seen:
                seen.add(each.gives)
                ways.append([*way, each])
    return []
