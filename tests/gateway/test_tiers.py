"""Tiers at the gateway: what is missing in sentences, and tiers that staff give by hand, audited."""

import pytest
from huiyuan.loyalty.v1 import placements_pb2, tier_schemes_pb2, tiers_pb2

from gateway.scalars import Locale
from gateway.views.advice import advice
from tests.gateway.answers import STANDING
from tests.gateway.conftest import Gateway

ONE = "0b54b4e2-4a3a-4d5e-8c52-6f6f6a1f0001"

OVERRIDE = """mutation ($input: OverrideTierInput!) { overrideTier(input: $input) {
  placement { kind tier until tierBefore tierAfter placedBy reason ended } replayed userErrors { code } } }"""
END = """mutation ($input: EndTierOverrideInput!) { endTierOverride(input: $input) {
  placement { id } replayed userErrors { code } } }"""
PLACEMENTS = """query ($id: UUID!) { tierPlacements(memberId: $id, first: 5) { tier placedAt } }"""
INPUT = {
    "memberId": ONE,
    "tier": "gold",
    "until": "2027-01-01T00:00:00Z",
    "idempotencyKey": "k",
    "reason": "GOODWILL",
}


def _standing(**changes: object) -> tiers_pb2.Standing:
    made = tiers_pb2.Standing()
    made.CopyFrom(STANDING)
    for name, value in changes.items():
        made.ClearField(name)  # type: ignore[arg-type]
        made.MergeFrom(tiers_pb2.Standing(**{name: value}))  # type: ignore[arg-type]
    return made


def test_advice_says_what_keeps_the_tier_and_what_reaches_the_next() -> None:
    assert advice(_standing(), Locale.EN) == [
        "120.00 CNY more by 31 December 2026 keeps Silver",
        "380 more GROWTH reaches Gold",
    ]
    assert advice(_standing(), Locale.ZH) == [
        "在2026年12月31日前（含当日）再消费 120.00 CNY，可保级银卡",
        "再获得 380 GROWTH，可升级至金卡",
    ]
    assert advice(_standing(kept=True), Locale.EN) == ["380 more GROWTH reaches Gold"]


def test_advice_joins_what_is_missing_as_the_conditions_match() -> None:
    toward = [
        tiers_pb2.ConditionProgress(metric="ORDERS", actual=2, required=3),
        tiers_pb2.ConditionProgress(metric="SPEND", actual=100, required=100),
        tiers_pb2.ConditionProgress(metric="EARNED:GROWTH", actual=0, required=7),
        tiers_pb2.ConditionProgress(metric="SCORE", actual=5, required=9),
    ]
    every = _standing(kept=True, toward_next=toward)
    assert advice(every, Locale.EN) == ["1 more order and 7 more GROWTH and 4 more of the score reaches Gold"]
    either = _standing(kept=True, toward_next=toward, next_match=tier_schemes_pb2.CONDITION_MATCH_ANY)
    assert advice(either, Locale.ZH) == ["再下 1 单，或者再获得 7 GROWTH，或者评分再提高 4，可升级至金卡"]


async def test_staff_override_a_tier_and_let_the_ladder_decide_again(gateway: Gateway) -> None:
    answer = await gateway.admin(OVERRIDE, "operations", variables={"input": INPUT})
    payload = answer["data"]["overrideTier"]
    assert payload["placement"] == {
        "kind": "OVERRIDE",
        "tier": "gold",
        "until": "2027-01-01T00:00:00Z",
        "tierBefore": "silver",
        "tierAfter": "gold",
        "placedBy": "staff:ada",
        "reason": "GOODWILL",
        "ended": False,
    }
    body = {"memberId": ONE, "idempotencyKey": "e", "reason": "MISTAKE"}
    ended = await gateway.admin(END, "program_admin", variables={"input": body})
    assert ended["data"]["endTierOverride"]["replayed"]
    assert [type(request) for _, request in gateway.services.requests] == [
        placements_pb2.OverrideTierRequest,
        placements_pb2.EndTierOverrideRequest,
    ]
    listed = await gateway.admin(PLACEMENTS, "auditor", variables={"id": ONE})
    assert listed["data"]["tierPlacements"] == [{"tier": "gold", "placedAt": "2026-03-01T00:00:00Z"}]


@pytest.mark.parametrize("role", ["support", "auditor", "privacy_officer"])
async def test_who_may_not_override_changes_nothing(gateway: Gateway, role: str) -> None:
    answer = await gateway.admin(OVERRIDE, role, variables={"input": INPUT})
    assert "errors" in answer
    assert gateway.services.requests == []


async def test_a_member_reads_what_is_missing(gateway: Gateway) -> None:
    _, token = gateway.join(name="小满", available=120)
    answer = await gateway.ask(
        "{ me { tier { key validUntil kept toKeep { metric missing lastDay window { kind } } advice } } }",
        token,
    )
    assert answer["data"]["me"]["tier"] == {
        "key": "silver",
        "validUntil": "2027-01-01T00:00:00Z",
        "kept": False,
        "toKeep": [
            {
                "metric": "SPEND",
                "missing": 12_000,
                "lastDay": "2026-12-31",
                "window": {"kind": "CALENDAR_YEAR"},
            }
        ],
        "advice": [
            "在2026年12月31日前（含当日）再消费 120.00 CNY，可保级银卡",
            "再获得 380 GROWTH，可升级至金卡",
        ],
    }
