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


WAITS = Maturation(MaturationKind.AFTER_PERIOD, Period.parse("P3D"))
MONTH_THEN_WEEK = (
    programme(currencies=(currency(maturation=WAITS, expiry=Expiry(Period.parse("P1M"))),)),
    programme(
        version=2,
        effective_at=at("2026-06-09 00:00"),
        currencies=(currency(maturation=WAITS, expiry=Expiry(Period.parse("P7D"))),),
    ),
)


@pytest.mark.parametrize("looked_at", ["2026-06-05 12:00", "2026-06-12 12:00"])
def test_points_are_good_for_as_long_as_the_version_says_under_which_they_came_true(looked_at: str) -> None:
    ledger = Ledger(MONTH_THEN_WEEK)
    ledger.earn(10_000)  # on 1 June: spendable on the 4th, under the first version
    ledger.now = at(looked_at)
    assert ledger.balance() == 100
    assert ledger.lots() == [(at("2026-07-04 16:00"), 100)]


def test_a_refund_takes_what_came_true_under_a_later_version_out_of_its_own_lot() -> None:
    ledger = Ledger(MONTH_THEN_WEEK, now=at("2026-06-08 12:00"))
    order = ledger.earn(10_000)  # spendable on the 11th, under the second version: good for a week
    ledger.now = at("2026-06-09 12:00")
    ledger.earn(5_000)  # a day later
    ledger.now = at("2026-06-13 12:00")
    ledger.earn(700, paid_at=at("2026-06-07 12:00"))  # came true on the 10th, and goes first
    ledger.refund(order, whole=True)
    assert ledger.lots() == [(at("2026-06-17 16:00"), 7), (at("2026-06-19 16:00"), 50)]
