"""Opening balances in the fold: lots by the day they expire or were earned, promises, and what is refused."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from services.kit.refusal import Refusal
from services.loyalty.rules.ledger.asks import (
    Ask,
    IdempotencyKeyReused,
    PointsBeyondMeasure,
    PointsOutOfRange,
)
from services.loyalty.rules.ledger.entries import SOURCE_IMPORTED
from services.loyalty.rules.ledger.events import PointsImported
from services.loyalty.rules.ledger.expiry import NEVER, Expiry, Period
from services.loyalty.rules.ledger.imports import (
    Imported,
    OpeningBalanceNotWellFormed,
    OpeningLot,
    PointsExpiredAlready,
    import_balance,
    import_key,
)
from services.loyalty.rules.ledger.points import Answer
from tests.loyalty.rules import memory
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, programme

YEAR = programme(
    currencies=(currency(expiry=Expiry(Period(12, 0))), currency("GROWTH", 2, spendable=False)),
    tiers=(memory.tier("silver", 500),),
)
IN_2027 = at("2027-03-31 16:00")


def bring(ledger: Ledger, *lots: OpeningLot, import_id: str = "i", code: str = "POINTS") -> Answer:
    points = sum(lot.points for lot in lots)
    ask = Ask(MEMBER, "shop", code, points, import_key(import_id), "system:crm", "OPENING")
    return ledger.post(partial(import_balance, ask=ask, lots=lots))


def test_an_opening_balance_lies_in_lots_that_expire_when_they_would_have() -> None:
    ledger = Ledger((YEAR,), now=at("2026-06-01 12:00"))
    answer = bring(
        ledger,
        OpeningLot(100, expires_on=date(2027, 3, 31)),
        OpeningLot(50, earned_on=date(2025, 9, 15)),
        OpeningLot(20, expires_at=at("2026-12-24 09:30")),
        OpeningLot(7, matures_at=at("2026-06-10 16:00")),
    ).value
    assert (answer.points, answer.balance_after) == (177, 170)
    wallet = ledger.state.wallets[MEMBER, 1]
    assert ledger.lots() == [
        (at("2026-09-15 16:00"), 50),
        (at("2026-12-24 09:30"), 20),
        (IN_2027, 100),
    ]
    assert {lot[2] for lot in wallet.lots} == {SOURCE_IMPORTED}
    assert (wallet.pending, ledger.state.wallets[MEMBER, 1].pending_lots[0][0]) == (7, at("2026-06-10 16:00"))
    assert {(e.type, e.from_account) for e in ledger.entries} == {("IMPORT", "IMPORTED")}
    assert [e.what.moved.points for e in ledger.events if isinstance(e.what, PointsImported)] == [177]
    ledger.now = at("2026-06-10 16:00")
    assert ledger.balance() == 177
    assert ledger.lots()[-1] == (at("2027-06-11 16:00"), 7), "a promise expires as from the day it comes true"


def test_growth_comes_in_without_a_day_and_raises_the_tier() -> None:
    ledger = Ledger((YEAR,))
    bring(ledger, OpeningLot(600), code="GROWTH")
    assert ledger.lots(2) == [(NEVER, 600)]
    assert ledger.tier() == "silver"


def test_the_same_import_again_brings_nothing() -> None:
    ledger = Ledger((YEAR,))
    lot = OpeningLot(100, expires_on=date(2027, 3, 31))
    first = bring(ledger, lot)
    assert isinstance(first.value, Imported)
    assert bring(ledger, lot) == Answer(first.value, replayed=True)
    assert ledger.balance() == 100
    with pytest.raises(IdempotencyKeyReused):
        bring(ledger, OpeningLot(100, expires_on=date(2028, 3, 31)))


def test_an_opening_balance_repays_debt_first() -> None:
    ledger = Ledger((YEAR,))
    ledger.adjust(-30)
    bring(ledger, OpeningLot(100, expires_on=date(2027, 3, 31)))
    assert (ledger.balance(), ledger.lots()) == (70, [(IN_2027, 70)])


@pytest.mark.parametrize(
    ("lots", "refusal", "field"),
    [
        ([], OpeningBalanceNotWellFormed, "lots"),
        ([OpeningLot(1, expires_on=date(2027, 1, 1))] * 201, OpeningBalanceNotWellFormed, "lots"),
        ([OpeningLot(100)], OpeningBalanceNotWellFormed, "lots[0]"),
        ([OpeningLot(0, expires_on=date(2027, 1, 1))], PointsOutOfRange, "points"),
        ([OpeningLot(-5, expires_on=date(2027, 1, 1))], PointsOutOfRange, "points"),
        ([OpeningLot(5, earned_on=date(2026, 6, 2))], OpeningBalanceNotWellFormed, "lots[0].earned_on"),
        ([OpeningLot(5, earned_on=date(2025, 5, 30))], PointsExpiredAlready, "lots[0]"),
        ([OpeningLot(5, expires_on=date(2026, 5, 31))], PointsExpiredAlready, "lots[0]"),
        ([OpeningLot(5, expires_at=at("2026-06-01 11:00"))], PointsExpiredAlready, "lots[0]"),
        (
            [OpeningLot(5, matures_at=at("2026-05-01 11:00"))],
            OpeningBalanceNotWellFormed,
            "lots[0].matures_at",
        ),
        ([OpeningLot(2**53, expires_on=date(2027, 1, 1))] * 2, PointsOutOfRange, "points"),
        ([OpeningLot(2**63 - 1, expires_on=date(2027, 1, 1))] * 3, PointsOutOfRange, "points"),
    ],
)
def test_what_contradicts_itself_is_refused_and_nothing_comes_in(
    lots: list[OpeningLot], refusal: type[Refusal], field: str
) -> None:
    ledger = Ledger((YEAR,), now=at("2026-06-01 12:00"))
    good: list[Any] = [OpeningLot(5, expires_on=date(2027, 1, 1))] if lots and len(lots) < 3 else []
    with pytest.raises(refusal) as refused:
        bring(ledger, *lots, *good)
    assert refused.value.field == field
    assert ledger.entries == []


def test_the_last_good_day_may_be_today() -> None:
    ledger = Ledger((YEAR,), now=at("2026-06-01 12:00"))
    bring(ledger, OpeningLot(5, expires_on=date(2026, 6, 1)), OpeningLot(6, earned_on=date(2025, 6, 1)))
    assert ledger.balance() == 11
    ledger.now = at("2026-06-01 16:00")
    assert ledger.balance() == 0


def test_nobody_has_more_points_than_the_ledger_counts() -> None:
    ledger = Ledger((YEAR,))
    bring(ledger, OpeningLot(2**53, expires_on=date(2027, 1, 1)))
    with pytest.raises(PointsBeyondMeasure):
        bring(ledger, OpeningLot(1, expires_on=date(2027, 1, 1)), import_id="more")
