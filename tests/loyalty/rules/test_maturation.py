"""When points mature: at once, after a period, on a date, or with the order."""

from datetime import date

import pytest

from services.loyalty.rules.ledger.entries import EntryType
from services.loyalty.rules.ledger.expiry import NEVER, Expiry, Maturation, MaturationKind, Period, matures_at
from tests.loyalty.rules.memory import Ledger, at, currency, programme

SHANGHAI = "Asia/Shanghai"
MIDSUMMER = Maturation(MaturationKind.ON_DATE, on=date(2026, 6, 18))


def test_points_mature_at_once_or_with_the_order() -> None:
    earned_at = at("2026-06-01 12:00")
    assert matures_at(earned_at, Maturation(), SHANGHAI) == earned_at
    assert matures_at(earned_at, Maturation(MaturationKind.ON_ORDER_COMPLETED), SHANGHAI) == NEVER


def test_points_mature_as_the_day_begins_that_lies_a_period_ahead() -> None:
    week = Maturation(MaturationKind.AFTER_PERIOD, Period.parse("P7D"))
    assert matures_at(at("2026-06-01 15:59"), week, SHANGHAI) == at("2026-06-07 16:00")
    assert matures_at(at("2026-06-01 16:00"), week, SHANGHAI) == at("2026-06-08 16:00")


@pytest.mark.parametrize(
    ("earned", "matures"),
    [
        ("2026-01-01 00:00", "2026-06-17 16:00"),
        ("2026-06-17 15:59", "2026-06-17 16:00"),
        ("2026-06-17 16:00", "2026-06-17 16:00"),
        ("2026-07-01 09:30", "2026-07-01 09:30"),
    ],
)
def test_points_wait_for_a_date_and_what_is_earned_from_then_on_does_not(earned: str, matures: str) -> None:
    assert matures_at(at(earned), MIDSUMMER, SHANGHAI) == at(matures)


def test_a_date_begins_where_its_zone_skips_midnight() -> None:
    spring = Maturation(MaturationKind.ON_DATE, on=date(2024, 4, 26))
    assert matures_at(at("2024-04-01"), spring, "Africa/Cairo") == at("2024-04-25 22:00")


def test_points_that_wait_for_a_date_are_promised_until_then_and_good_from_then() -> None:
    rules = currency(maturation=MIDSUMMER, expiry=Expiry(Period.parse("P1M")))
    ledger = Ledger((programme(currencies=(rules,)),))
    ledger.earn(10_000)
    ledger.now = at("2026-06-17 15:59")
    assert ledger.balance() == 0
    ledger.now = at("2026-06-17 16:00")
    assert ledger.balance() == 100
    assert (ledger.entries[-1].type, ledger.entries[-1].occurred_at) == (
        EntryType.PENDING_ACTIVATED,
        at("2026-06-17 16:00"),
    )
    assert ledger.lots() == [(at("2026-07-18 16:00"), 100)]
    ledger.earn(5_000)
    assert ledger.balance() == 150
