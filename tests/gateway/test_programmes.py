"""Programmes through the admin schema: what staff write reaches the service whole, and is shown as it answers."""

from typing import Any

import pytest
from huiyuan.loyalty.v1 import currencies_pb2
from huiyuan.loyalty.v1 import programmes_pb2 as wire

from tests.gateway import answers
from tests.gateway.gateway_client import Gateway

REVISE = """
mutation ($input: ReviseProgrammeInput!) {
  reviseProgramme(input: $input) { programme { version } userErrors { field code } }
}
"""
CURRENCIES = """
{ programme { currencies {
  code maturation maturationDate expiry expiryPeriod expiryRounding expiryDates
  debtFloor tierDebtFloors { tier points }
  conversion { points worth { minorUnits currency } minimum multiple capBasisPoints }
  transferable transferLimit approvalAbove holdMinutes longestHoldMinutes costMicros
} } }
"""
WRITTEN: dict[str, Any] = {
    "code": "POINTS",
    "name": {"zh": "积分", "en": "Points"},
    "spendable": True,
    "maturation": "ON_DATE",
    "maturationDate": "2026-06-18",
    "expiry": "ON_DATES",
    "expiryPeriod": "P3M",
    "expiryDates": ["12-31", "2027-08-08"],
    "debtFloor": 500,
    "tierDebtFloors": [{"tier": "silver", "points": 2000}],
    "conversion": {
        "points": 100,
        "worth": {"minorUnits": 100, "currency": "CNY"},
        "minimum": 200,
        "multiple": 100,
        "capBasisPoints": 5000,
    },
    "transferable": True,
    "transferLimit": 5000,
    "approvalAbove": 10000,
    "holdMinutes": 15,
    "longestHoldMinutes": 1440,
    "costMicros": 10000,
}
ON_THE_WIRE = currencies_pb2.CurrencyRules(
    code="POINTS",
    name={"zh": "积分", "en": "Points"},
    spendable=True,
    maturation=currencies_pb2.Maturation(kind=currencies_pb2.MATURATION_KIND_ON_DATE, date="2026-06-18"),
    expiry=currencies_pb2.Expiry(
        kind=currencies_pb2.EXPIRY_KIND_ON_DATES,
        period="P3M",
        rounding=currencies_pb2.EXPIRY_ROUNDING_NONE,
        dates=["12-31", "2027-08-08"],
    ),
    negative_policy=currencies_pb2.NEGATIVE_POLICY_ALLOW_NEGATIVE,
    debt_floor=500,
    tier_debt_floors=[currencies_pb2.TierDebtFloor(tier="silver", points=2000)],
    conversion=currencies_pb2.Conversion(
        points=100,
        worth={"minor_units": 100, "currency": "CNY"},
        minimum=200,
        multiple=100,
        cap_basis_points=5000,
    ),
    transferable=True,
    transfer_limit=5000,
    approval_above=10000,
    hold_minutes=15,
    longest_hold_minutes=1440,
    cost_micros=10000,
)


def revision(**parts: Any) -> dict[str, Any]:
    return {"programmeId": "demo", "basedOnVersion": 1, "reason": "June", **parts}


async def test_currencies_that_staff_write_reach_the_service_whole(gateway: Gateway) -> None:
    gateway.services.requests.clear()
    answer = await gateway.admin(REVISE, variables={"input": revision(currencies=[WRITTEN])})
    assert answer["data"]["reviseProgramme"]["userErrors"] == []
    ((_, request),) = gateway.services.requests
    assert list(request.currencies) == [ON_THE_WIRE]
    assert not request.tiers
    assert not request.earn_rules


async def test_a_currency_written_in_short_has_what_is_usual(gateway: Gateway) -> None:
    gateway.services.requests.clear()
    short = {"code": "STARS", "name": WRITTEN["name"], "spendable": True}
    sliding = {**short, "expiry": "AFTER_INACTIVITY", "expiryPeriod": "P6M", "expiryRounding": "MONTH"}
    await gateway.admin(REVISE, variables={"input": revision(currencies=[short, sliding])})
    ((_, request),) = gateway.services.requests
    plain, slides = request.currencies
    assert plain.maturation == currencies_pb2.Maturation(kind=currencies_pb2.MATURATION_KIND_AT_ONCE)
    assert plain.expiry.kind == currencies_pb2.EXPIRY_KIND_NEVER
    assert (plain.hold_minutes, plain.longest_hold_minutes, plain.transferable) == (30, 10_080, False)
    assert not plain.HasField("conversion")
    assert slides.expiry == currencies_pb2.Expiry(
        kind=currencies_pb2.EXPIRY_KIND_AFTER_INACTIVITY,
        period="P6M",
        rounding=currencies_pb2.EXPIRY_ROUNDING_MONTH,
    )


async def test_currencies_are_shown_as_the_service_tells_them(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = wire.Programme()
    told.CopyFrom(answers.PROGRAMME)
    told.currencies.insert(0, ON_THE_WIRE)
    monkeypatch.setattr(answers, "PROGRAMME", told)
    answer = await gateway.admin(CURRENCIES)
    full, plain = answer["data"]["programme"]["currencies"]
    left_out = ("name", "spendable")
    assert full == {name: value for name, value in WRITTEN.items() if name not in left_out} | {
        "expiryRounding": "NONE"
    }
    assert (plain["expiryDates"], plain["conversion"], plain["tierDebtFloors"]) == ([], None, [])


async def test_what_a_currency_lacks_is_refused_before_the_service_is_asked(gateway: Gateway) -> None:
    gateway.services.requests.clear()
    conversion = {"points": 100, "worth": {"minorUnits": 100, "currency": "CNY"}}
    wrong = {**WRITTEN, "conversion": conversion}
    answer = await gateway.admin(REVISE, variables={"input": revision(currencies=[wrong])})
    assert "minimum" in answer["errors"][0]["message"]
    assert gateway.services.requests == []


BENEFITS = """
{ programme { tiers { benefits {
  key kind effect description { en zh } quota quotaPeriod unitCost { minorUnits currency } survivesDowngrade
  couponTemplate
} } } }
"""


async def test_benefits_that_staff_write_reach_the_service_whole_and_are_shown_as_it_tells_them(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.services.requests.clear()
    written: dict[str, Any] = {
        "key": "monthly_coupon",
        "kind": "ECONOMIC",
        "effect": "COUPON",
        "description": {"zh": "每月一张", "en": "One a month"},
        "quota": 1,
        "quotaPeriod": "MONTH",
        "unitCost": {"minorUnits": 500, "currency": "CNY"},
        "survivesDowngrade": True,
        "couponTemplate": "off10",
    }
    name = {"name": {"zh": "九折券", "en": "10% off"}}
    short = {"key": "lounge", "kind": "ACCESS", **name}
    tier = {
        "key": "silver",
        **name,
        "conditions": [{"metric": "GROWTH", "atLeast": 500}],
        "benefits": [written | name, short],
    }
    await gateway.admin(REVISE, variables={"input": revision(tiers=[tier])})
    ((_, request),) = gateway.services.requests
    told = wire.Programme()
    told.CopyFrom(answers.PROGRAMME)
    told.tiers[0].CopyFrom(request.tiers[0])
    monkeypatch.setattr(answers, "PROGRAMME", told)
    (shown,) = (await gateway.admin(BENEFITS))["data"]["programme"]["tiers"]
    assert shown["benefits"][0] == written
    assert shown["benefits"][1] == dict.fromkeys(written) | {
        "key": "lounge",
        "kind": "ACCESS",
        "effect": "OTHER",
        "quotaPeriod": "NONE",
        "survivesDowngrade": False,
    }
