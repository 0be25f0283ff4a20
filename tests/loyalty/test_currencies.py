"""Currencies as configured, through the service's own door: read back, refused, revised."""

import base64
import json
from typing import Any

import pytest
from huiyuan.kit.v1.kit_pb2 import Refusal

from tests.loyalty.conftest import Loyalty, earn_rule, order, programme, tier

NAME = {"zh": "名", "en": "name"}
PLAIN = {
    "code": "POINTS",
    "name": NAME,
    "spendable": True,
    "maturation": {"kind": "MATURATION_KIND_AT_ONCE"},
    "expiry": {"kind": "EXPIRY_KIND_NEVER"},
    "negativePolicy": "NEGATIVE_POLICY_ALLOW_NEGATIVE",
}
CONVERSION = {
    "points": "100",
    "worth": {"minorUnits": "100", "currency": "CNY"},
    "minimum": "200",
    "multiple": "100",
    "capBasisPoints": 5000,
}
HOLDS = {"holdMinutes": 15, "longestHoldMinutes": 1440}
CONFIGURED = {
    **PLAIN,
    "maturation": {"kind": "MATURATION_KIND_ON_DATE", "date": "2026-06-18"},
    "expiry": {"kind": "EXPIRY_KIND_ON_DATES", "period": "P3M", "dates": ["12-31", "2027-08-08", "02-29"]},
    "debtFloor": "500",
    "tierDebtFloors": [{"tier": "gold", "points": "2000"}],
    "conversion": CONVERSION,
    "transferable": True,
    "transferLimit": "5000",
    "approvalAbove": "10000",
    "costMicros": "10000",
    **HOLDS,
}
SLIDING = {
    **PLAIN,
    "code": "STARS",
    "expiry": {
        "kind": "EXPIRY_KIND_AFTER_INACTIVITY",
        "period": "P6M",
        "rounding": "EXPIRY_ROUNDING_MONTH",
    },
}


def founded(*currencies: dict[str, Any]) -> dict[str, Any]:
    """A programme with these currencies, and growth for its tiers."""
    growth = {**PLAIN, "code": "GROWTH", "spendable": False}
    return programme(currencies=[*currencies, growth])


def shown(currency: dict[str, Any]) -> dict[str, Any]:
    """What is left of a currency in JSON when what every currency has is put aside."""
    put_aside = {"rounding": "EXPIRY_ROUNDING_NONE"}
    expiry = {name: value for name, value in currency["expiry"].items() if put_aside.get(name) != value}
    return {**currency, "expiry": expiry}


async def read(loyalty: Loyalty) -> dict[str, dict[str, Any]]:
    answer = await loyalty.staff("ProgrammesService/GetProgramme", {})
    return {each["code"]: shown(each) for each in answer.json()["programme"]["currencies"]}


def told(refused: dict[str, Any]) -> tuple[str, str]:
    """The code and the field of a refusal."""
    detail = refused["details"][0]["value"]
    refusal = Refusal.FromString(base64.b64decode(detail + "=" * (-len(detail) % 4)))
    return refusal.code, refusal.field


async def revise(loyalty: Loyalty, version: int, **parts: Any) -> Any:
    body = {"programmeId": "shop", "basedOnVersion": version, "reason": "test", **parts}
    return (await loyalty.staff("ProgrammesService/ReviseProgramme", body)).json()


async def test_a_currency_is_read_as_it_was_configured_also_by_another_process(
    make_loyalty: Any, new_database: Any
) -> None:
    urls = new_database("loyalty")
    async with make_loyalty(urls=urls) as first, make_loyalty(urls=urls) as second:
        body = {"programme": founded(CONFIGURED, SLIDING), "makeDefault": True, "reason": "test"}
        answer = await first.staff("ProgrammesService/CreateProgramme", body)
        assert answer.status_code == 200, answer.text
        for loyalty in (first, second):
            there = await read(loyalty)
            assert there["POINTS"] == CONFIGURED
            assert there["STARS"] == {**SLIDING, "holdMinutes": 30, "longestHoldMinutes": 10080}
        again = await second.staff("ProgrammesService/CreateProgramme", body)
        assert again.json()["replayed"]


async def test_a_version_of_an_earlier_release_is_read_with_what_was_usual_then(
    make_loyalty: Any, new_database: Any
) -> None:
    urls = new_database("loyalty")
    async with make_loyalty(urls=urls) as first:
        body = {"programme": founded(PLAIN), "makeDefault": True, "reason": "test"}
        assert (await first.staff("ProgrammesService/CreateProgramme", body)).status_code == 200
        old = {
            "code": "POINTS",
            "name": NAME,
            "spendable": True,
            "maturation": {"kind": "AT_ONCE", "period": None},
            "expiry": {"period": "P12M", "rounding": "MONTH"},
            "negative_policy": "ALLOW_NEGATIVE",
            "debt_floor": 7,
        }
        await first.sql(
            "UPDATE programme_versions SET rules = jsonb_set(rules, '{currencies,0}', $1::text::jsonb)",
            json.dumps(old),
        )
    async with make_loyalty(urls=urls) as loyalty:
        assert (await read(loyalty))["POINTS"] == {
            **PLAIN,
            "expiry": {
                "kind": "EXPIRY_KIND_AFTER_PERIOD",
                "period": "P12M",
                "rounding": "EXPIRY_ROUNDING_MONTH",
            },
            "debtFloor": "7",
            "holdMinutes": 30,
            "longestHoldMinutes": 10080,
        }


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"expiry": {}}, "CHOICE_MISSING", "expiry.kind"),
        ({"maturation": {}}, "CHOICE_MISSING", "maturation.kind"),
        ({"expiry": {"kind": 1, "period": "P1Y"}}, "PROGRAMME_NOT_WELL_FORMED", "expiry.period"),
        ({"expiry": {"kind": 2}}, "PERIOD_NOT_UNDERSTOOD", "expiry.period"),
        ({"expiry": {"kind": 2, "period": "P0D"}}, "PROGRAMME_NOT_WELL_FORMED", "expiry.period"),
        (
            {"expiry": {"kind": 2, "period": "P1Y", "dates": ["12-31"]}},
            "PROGRAMME_NOT_WELL_FORMED",
            "expiry.dates",
        ),
        ({"expiry": {"kind": 3}}, "PROGRAMME_NOT_WELL_FORMED", "expiry.dates"),
        ({"expiry": {"kind": 3, "dates": ["12-31", "31-12"]}}, "DATE_NOT_UNDERSTOOD", "expiry.dates[1]"),
        ({"expiry": {"kind": 3, "dates": ["2025-02-29"]}}, "DATE_NOT_UNDERSTOOD", "expiry.dates[0]"),
        ({"expiry": {"kind": 4}}, "PERIOD_NOT_UNDERSTOOD", "expiry.period"),
        ({"expiry": {"kind": 1, "rounding": 2}}, "PROGRAMME_NOT_WELL_FORMED", "expiry.rounding"),
        ({"maturation": {"kind": 4, "date": "06-18"}}, "DATE_NOT_UNDERSTOOD", "maturation.date"),
        ({"maturation": {"kind": 4}}, "DATE_NOT_UNDERSTOOD", "maturation.date"),
        ({"maturation": {"kind": 1, "date": "2026-06-18"}}, "PROGRAMME_NOT_WELL_FORMED", "maturation.date"),
        ({"maturation": {"kind": 3, "period": "P7D"}}, "PROGRAMME_NOT_WELL_FORMED", "maturation.period"),
        ({"tierDebtFloors": [{"tier": "x"}]}, "PROGRAMME_NOT_WELL_FORMED", "tier_debt_floors[0].tier"),
        (
            {"conversion": {**CONVERSION, "worth": {"minorUnits": 100, "currency": "USD"}}},
            "PROGRAMME_NOT_WELL_FORMED",
            "conversion.worth.currency",
        ),
        (
            {"conversion": {**CONVERSION, "minimum": 150}},
            "PROGRAMME_NOT_WELL_FORMED",
            "conversion.minimum",
        ),
        ({"holdMinutes": 2, "longestHoldMinutes": 1}, "PROGRAMME_NOT_WELL_FORMED", "hold_minutes"),
    ],
)
async def test_what_contradicts_itself_is_refused_when_founding_and_when_revising(
    loyalty: Loyalty, changes: dict[str, Any], code: str, field: str
) -> None:
    wrong = [{**PLAIN, **changes}, {**PLAIN, "code": "GROWTH", "spendable": False}]
    body = {"programme": programme(programmeId="wrong", currencies=wrong), "reason": "test"}
    refused = (await loyalty.staff("ProgrammesService/CreateProgramme", body)).json()
    assert told(refused) == (code, f"currencies[0].{field}")
    assert told(await revise(loyalty, 1, currencies=wrong)) == (code, f"currencies[0].{field}")
    unknown = await loyalty.staff("ProgrammesService/GetProgramme", {"programmeId": "wrong"})
    assert unknown.status_code == 404


async def test_a_revision_leaves_the_expiry_of_points_that_are_there(make_loyalty: Any) -> None:
    async with make_loyalty(founded(PLAIN)) as loyalty:
        member = loyalty.new_member()
        await loyalty.order_system("OrdersService/RecordOrder", order(member, 10_000))
        yearly = {**PLAIN, "expiry": {"kind": "EXPIRY_KIND_ON_DATES", "dates": ["2099-12-31"]}}
        growth = {**PLAIN, "code": "GROWTH", "spendable": False}
        revised = await revise(loyalty, 1, currencies=[yearly, growth])
        assert revised["programme"]["version"] == 2, revised
        await loyalty.order_system("OrdersService/RecordOrder", order(member, 5_000))
        rows = await loyalty.sql(
            "SELECT lots FROM wallets w JOIN currencies c ON c.number = w.currency "
            "WHERE member_id = $1 AND code = 'POINTS'",
            member,
        )
        new_years_day = 4_102_416_000_000_000  # 2100-01-01 in Shanghai
        assert [(lot[0], lot[3]) for lot in rows[0]["lots"]] == [(new_years_day, 50), (2**63 - 1, 100)]


async def test_a_revision_may_add_a_currency_which_members_then_earn(make_loyalty: Any) -> None:
    async with make_loyalty(founded(PLAIN)) as loyalty:
        member = loyalty.new_member()
        await loyalty.order_system("OrdersService/RecordOrder", order(member, 10_000))
        growth = {**PLAIN, "code": "GROWTH", "spendable": False}
        revised = await revise(
            loyalty,
            1,
            currencies=[PLAIN, growth, SLIDING],
            earnRules=[earn_rule("base", "POINTS"), earn_rule("stars", "STARS", points=3)],
        )
        assert [each["code"] for each in revised["programme"]["currencies"]] == ["POINTS", "GROWTH", "STARS"]
        assert (await loyalty.balance(member, "STARS"))["available"] == 0
        await loyalty.order_system("OrdersService/RecordOrder", order(member, 10_000))
        assert (await loyalty.balance(member, "STARS"))["available"] == 300
        assert (await loyalty.balance(member))["available"] == 200
        numbers = await loyalty.sql("SELECT code, number FROM currencies ORDER BY number")
        assert [row["code"] for row in numbers] == ["POINTS", "GROWTH", "STARS"]
        unchanged = await revise(loyalty, 2, tiers=[tier("silver", 300, "1.2")])
        assert len(unchanged["programme"]["currencies"]) == 3


@pytest.mark.parametrize(
    ("currencies", "field"),
    [
        ([{**PLAIN, "code": "STARS"}, {**PLAIN, "code": "GROWTH", "spendable": False}], "currencies"),
        ([PLAIN, {**PLAIN, "code": "GROWTH"}], "currencies[1].spendable"),
        (
            [
                {**PLAIN, "conversion": {**CONVERSION, "worth": {"minorUnits": 1, "currency": "USD"}}},
                {**PLAIN, "code": "GROWTH", "spendable": False},
            ],
            "currencies[0].conversion.worth.currency",
        ),
    ],
)
async def test_a_revision_that_points_cannot_follow_is_refused_and_changes_nothing(
    loyalty: Loyalty, currencies: list[dict[str, Any]], field: str
) -> None:
    before = await read(loyalty)
    rules = [earn_rule("base", currencies[0]["code"])]
    refused = await revise(loyalty, 1, currencies=currencies, earnRules=rules)
    assert told(refused) == ("PROGRAMME_NOT_WELL_FORMED", field)
    assert await read(loyalty) == before
