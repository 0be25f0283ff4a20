"""What makes a version well-formed: every contradiction is refused by the path of its field."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.loyalty.rules.ledger.conversion import Conversion
from services.loyalty.rules.ledger.expiry import (
    CalendarDate,
    Expiry,
    Maturation,
    MaturationKind,
    Period,
    Rounding,
)
from services.loyalty.rules.programmes.definitions import check, check_successor
from services.loyalty.rules.programmes.programmes import NegativePolicy, TierDebtFloor
from services.loyalty.rules.programmes.wellformed import ProgrammeNotWellFormed
from tests.loyalty.rules.memory import currency, programme, tier

HUNDREDS = Conversion(points=100, minor=100, minimum=100, multiple=100, cap_basis_points=5_000)
WELL_FORMED: list[dict[str, Any]] = [
    {},
    {"maturation": Maturation(MaturationKind.ON_DATE, on=date(2026, 6, 18))},
    {"maturation": Maturation(MaturationKind.ON_ORDER_COMPLETED)},
    {"expiry": Expiry(Period.parse("P12M"), Rounding.YEAR)},
    {"expiry": Expiry(Period.parse("P12M"), Rounding.MONTH, sliding=True)},
    {"expiry": Expiry(Period.parse("P3M"), dates=(CalendarDate(12, 31), CalendarDate(2, 29)))},
    {"expiry": Expiry(Period.parse("P100Y"))},
    {"debt_floor": 500, "tier_debt_floors": (TierDebtFloor("gold", 2_000),)},
    {"negative_policy": NegativePolicy.REFUSE},
    {"conversion": HUNDREDS},
    {"transferable": True, "transfer_limit": 5_000, "approval_above": 10_000, "cost_micros": 10_000},
    {"hold_minutes": 5, "longest_hold_minutes": 5},
]
CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"maturation": Maturation(MaturationKind.AFTER_PERIOD, Period(0, 0))}, "maturation.period"),
    ({"maturation": Maturation(MaturationKind.ON_DATE, on=date(9999, 12, 31))}, "maturation.date"),
    ({"expiry": Expiry(Period.parse("P0D"))}, "expiry.period"),
    ({"expiry": Expiry(Period.parse("P101Y"))}, "expiry.period"),
    ({"expiry": Expiry(rounding=Rounding.MONTH)}, "expiry.rounding"),
    ({"expiry": Expiry(rounding=Rounding.YEAR, dates=(CalendarDate(12, 31),))}, "expiry.rounding"),
    ({"expiry": Expiry(dates=(CalendarDate(12, 31), CalendarDate(12, 31)))}, "expiry.dates[1]"),
    ({"expiry": Expiry(dates=(CalendarDate(6, 30), CalendarDate(12, 31, 9999)))}, "expiry.dates[1]"),
    ({"expiry": Expiry(dates=tuple(CalendarDate(1, day) for day in range(1, 26)))}, "expiry.dates"),
    ({"debt_floor": -1}, "debt_floor"),
    ({"negative_policy": NegativePolicy.CLAMP, "debt_floor": 5}, "debt_floor"),
    (
        {"negative_policy": NegativePolicy.REFUSE, "tier_debt_floors": (TierDebtFloor("gold", 5),)},
        "tier_debt_floors",
    ),
    ({"tier_debt_floors": (TierDebtFloor("diamond", 5),)}, "tier_debt_floors[0].tier"),
    ({"tier_debt_floors": (TierDebtFloor("gold", -5),)}, "tier_debt_floors[0].points"),
    (
        {"tier_debt_floors": (TierDebtFloor("gold", 5), TierDebtFloor("gold", 6))},
        "tier_debt_floors[1].tier",
    ),
    ({"spendable": False, "conversion": HUNDREDS}, "conversion"),
    ({"spendable": False, "transferable": True}, "transferable"),
    ({"transfer_limit": 100}, "transfer_limit"),
    ({"transferable": True, "transfer_limit": -1}, "transfer_limit"),
    ({"conversion": replace(HUNDREDS, points=0)}, "conversion.points"),
    ({"conversion": replace(HUNDREDS, minor=0)}, "conversion.minor"),
    ({"conversion": replace(HUNDREDS, minimum=0)}, "conversion.minimum"),
    ({"conversion": replace(HUNDREDS, multiple=0)}, "conversion.multiple"),
    ({"conversion": replace(HUNDREDS, minimum=150)}, "conversion.minimum"),
    ({"conversion": replace(HUNDREDS, minor=1, minimum=50, multiple=50)}, "conversion.minimum"),
    ({"conversion": replace(HUNDREDS, cap_basis_points=10_001)}, "conversion.cap_basis_points"),
    ({"conversion": replace(HUNDREDS, cap_basis_points=0)}, "conversion.cap_basis_points"),
    ({"approval_above": -1}, "approval_above"),
    ({"cost_micros": -1}, "cost_micros"),
    ({"hold_minutes": 0}, "hold_minutes"),
    ({"hold_minutes": 61, "longest_hold_minutes": 60}, "hold_minutes"),
    ({"longest_hold_minutes": 10**6}, "longest_hold_minutes"),
]


def version(*currencies: Any) -> Any:
    growth = currency("GROWTH", 2, spendable=False)
    return programme(currencies=(*currencies, growth), tiers=(tier("silver", 100), tier("gold", 500)))


@pytest.mark.parametrize("rules", WELL_FORMED, ids=str)
def test_a_currency_may_be_configured_so(rules: dict[str, Any]) -> None:
    check(version(currency(**rules)))


@pytest.mark.parametrize(("rules", "field"), CONTRADICTIONS, ids=str)
def test_a_currency_that_contradicts_itself_is_refused_by_the_path_of_the_field(
    rules: dict[str, Any], field: str
) -> None:
    with pytest.raises(ProgrammeNotWellFormed) as refusal:
        check(version(currency(**rules)))
    assert refusal.value.field == f"currencies[0].{field}"
    assert refusal.value.message.startswith(f"currencies[0].{field}: ")


def test_a_tier_that_leaves_the_ladder_takes_its_debt_floor_along() -> None:
    before = version(currency(tier_debt_floors=(TierDebtFloor("gold", 5),)))
    check(before)
    with pytest.raises(ProgrammeNotWellFormed) as refusal:
        check(replace(before, tiers=before.tiers[:1]))
    assert refusal.value.field == "currencies[0].tier_debt_floors[0].tier"


def test_the_floor_of_a_tier_stands_instead_of_the_floor_of_all() -> None:
    rules = currency(debt_floor=500, tier_debt_floors=(TierDebtFloor("gold", 2_000), TierDebtFloor("vip", 0)))
    assert [rules.debt_floor_at(key) for key in ("", "silver", "gold", "vip")] == [500, 500, 2_000, 0]


def test_a_version_keeps_the_currencies_that_are_there() -> None:
    before, stars = version(currency()), currency("STARS")
    check_successor(before, version(stars, currency(expiry=Expiry(Period.parse("P1Y")))))
    with pytest.raises(ProgrammeNotWellFormed) as gone:
        check_successor(before, version(stars))
    assert gone.value.field == "currencies"
    with pytest.raises(ProgrammeNotWellFormed) as changed:
        check_successor(before, version(stars, currency(spendable=False)))
    assert changed.value.field == "currencies[1].spendable"
