"""Circles of missions: who closes one is refused with the way round, and what ends or gives something else closes none."""

from dataclasses import replace

import pytest

from services.loyalty.rules.ledger.grants import GrantKind
from services.loyalty.rules.missions.circles import MissionsFeedEachOther, be_finite
from services.loyalty.rules.missions.missions import Award, LifecycleKind, LifecycleTask, Mission
from tests.loyalty.rules.memory import NAME, programme

PROGRAMME = programme()


def turning(wants: str, gives: str) -> Mission:
    """A mission that gives a coupon of one template when one of another expires."""
    task = LifecycleTask(LifecycleKind.COUPON_EXPIRING, template=wants)
    return Mission(f"{wants}-{gives}", NAME, NAME, task, Award(GrantKind.COUPON, template=gives))


def test_a_circle_of_any_length_is_refused_with_its_way_round() -> None:
    others = [turning("b", "c"), turning("c", "d"), turning("b", "x"), turning("x", "y")]
    with pytest.raises(MissionsFeedEachOther) as refused:
        be_finite(turning("d", "b"), others, PROGRAMME, 0)
    assert refused.value.field == "mission.lifecycle.coupon_template"
    assert "d-b gives b → b-c gives c → c-d gives d → d-b" in refused.value.message
    be_finite(turning("e", "b"), others, PROGRAMME, 0)
    be_finite(turning("d", "b"), others[1:], PROGRAMME, 0)


def test_what_ended_gives_points_or_is_replaced_closes_none() -> None:
    back = turning("b", "a")
    with pytest.raises(MissionsFeedEachOther):
        be_finite(turning("a", "b"), [back], PROGRAMME, 10)
    be_finite(turning("a", "b"), [replace(back, ends_at=10)], PROGRAMME, 10)
    points = Award(GrantKind.POINTS, "POINTS", 5)
    be_finite(turning("a", "b"), [replace(back, award=points)], PROGRAMME, 10)
    be_finite(turning("a", "b"), [replace(back, key="a-b")], PROGRAMME, 10)
    be_finite(turning("a", "b"), [replace(back, task=LifecycleTask(LifecycleKind.BIRTHDAY))], PROGRAMME, 10)
