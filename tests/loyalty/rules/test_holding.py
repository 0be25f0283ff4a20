"""Holds and redemptions in the fold: worked examples, and what a wallet looks like after each."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from services.loyalty.rules.ledger.adjustments import adjust
from services.loyalty.rules.ledger.asks import Ask, IdempotencyKeyReused, NotEnoughPoints
from services.loyalty.rules.ledger.entries import key_of
from services.loyalty.rules.ledger.expiry import Expiry, Period
from services.loyalty.rules.ledger.holds import (
    CaptureExceedsHold,
    HoldNotOpen,
    HoldNotWellFormed,
    TooManyHolds,
    UnknownHold,
)
from services.loyalty.rules.ledger.points import Answer, fold
from services.loyalty.rules.ledger.redemptions import ReversalExceedsRedemption, redeem
from services.loyalty.rules.programmes.programmes import ProgrammeHistory, Programmes
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, programme

NEVER = programme(currencies=(currency(),))
MONTH = programme(currencies=(currency(expiry=Expiry(Period(1, 0)), longest_hold_minutes=60 * 24 * 60),))


def test_two_open_checkouts_never_promise_the_same_points() -> None:
    ledger = Ledger((NEVER,))
    ledger.adjust(100)
    ledger.hold(80, "first")
    with pytest.raises(NotEnoughPoints) as refusal:
        ledger.hold(40, "second")
    assert {"asked": "40", "available": "20", "held": "80"}.items() <= refusal.value.facts.items()


def test_a_declined_hold_stays_declined_under_its_key() -> None:
    ledger = Ledger((NEVER,))
    with pytest.raises(NotEnoughPoints):
        ledger.redeem(50, "r")
    ledger.adjust(100)
    with pytest.raises(NotEnoughPoints) as refusal:
        ledger.redeem(50, "r")
    assert refusal.value.facts["replayed"] == "true"
    with pytest.raises(IdempotencyKeyReused):
        ledger.redeem(60, "r")


def test_a_lot_that_expires_while_held_is_good_for_its_hold_and_expires_at_once_on_release() -> None:
    ledger = Ledger((MONTH,), now=at("2026-06-01 12:00"))
    ledger.adjust(100)
    ledger.hold(60, "kept", minutes=60 * 24 * 60)
    ledger.hold(40, "given back", minutes=60 * 24 * 60)
    ledger.now = at("2026-07-05 12:00")
    assert ledger.capture("kept").value.redemption.points == 60
    ledger.release("given back")
    wallet = ledger.state.wallets[MEMBER, 1]
    assert (wallet.available, wallet.held, wallet.lots) == (0, 0, [])
    assert [(e.type, e.points) for e in ledger.entries[-2:]] == [("HOLD_RELEASE", 40), ("EXPIRE", 40)]


def test_a_hold_that_timed_out_goes_back_at_the_instant_it_fell_due() -> None:
    ledger = Ledger((NEVER,))
    ledger.adjust(100)
    held = ledger.hold(100, "h", minutes=30).value.hold
    ledger.now += 3_600_000_000
    with pytest.raises(HoldNotOpen) as refusal:
        ledger.capture("h")
    assert refusal.value.facts["state"] == "TIMED_OUT"
    assert ledger.balance() == 100
    assert (ledger.entries[-1].type, ledger.entries[-1].occurred_at) == ("HOLD_RELEASE", held.expires_at)


def test_a_capture_above_the_hold_and_an_unknown_hold_change_nothing() -> None:
    ledger = Ledger((NEVER,))
    ledger.adjust(100)
    ledger.hold(60, "h")
    before = len(ledger.entries)
    with pytest.raises(CaptureExceedsHold) as refusal:
        ledger.capture("h", 61)
    assert {"asked": "61", "held": "60"}.items() <= refusal.value.facts.items()
    with pytest.raises(UnknownHold):
        ledger.capture("other")
    assert len(ledger.entries) == before


def test_a_hold_is_captured_in_parts_when_the_rest_is_kept() -> None:
    ledger = Ledger((NEVER,))
    ledger.adjust(100)
    ledger.hold(90, "h")
    assert ledger.capture("h", 30, "one", final=False).value.released == 0
    again = ledger.capture("h", 30, "one", final=False)
    assert again.replayed
    assert ledger.capture("h", 40, "two").value.released == 20
    wallet = ledger.state.wallets[MEMBER, 1]
    assert (wallet.available, wallet.held) == (30, 0)


def test_what_was_redeemed_on_an_order_comes_back_in_the_proportion_refunded() -> None:
    ledger = Ledger((NEVER,))
    ledger.adjust(100)
    order = ledger.earn(4_000, order_id="o")
    ledger.redeem(50, "r", order=order)
    assert ledger.refund(order, amount=1_000).value.returned == {"POINTS": 12}
    assert ledger.refund(order, amount=3_000).value.returned == {"POINTS": 38}
    assert ledger.balance() == 100


def test_redemptions_on_an_order_come_back_in_the_order_they_were_spent_however_they_were_found() -> None:
    wallets = []
    for found in (1, -1):
        ledger = Ledger((MONTH,), now=at("2026-06-01 12:00"))
        ledger.adjust(50)
        order = ledger.earn(10_000, paid_at=at("2026-06-01 11:00"))
        ledger.redeem(50, "first", order=order)
        ledger.now = at("2026-06-20 12:00")
        ledger.adjust(50)
        ledger.redeem(150, "second", order=order)
        ledger.now = at("2026-07-05 12:00")
        ledger.adjust(-20)
        spent_on = ledger.state.spent_on[MEMBER, order.value.ref]
        assert len(spent_on) == 2
        spent_on[:] = spent_on[::found]
        ledger.refund(order, amount=5_000)
        wallet = ledger.state.wallets[MEMBER, 1]
        wallets.append((wallet.available, wallet.lots))
    assert wallets[0] == wallets[1]


def test_a_member_has_no_more_than_a_hundred_open_holds() -> None:
    ledger = Ledger((NEVER,))
    ledger.adjust(200)
    for nth in range(100):
        ledger.hold(1, f"cart-{nth}")
    with pytest.raises(TooManyHolds) as refusal:
        ledger.hold(1, "one more")
    assert refusal.value.facts == {"open": "100", "most": "100"}
    ledger.release("cart-7")
    assert ledger.hold(1, "one more").value.hold.points == 1


def test_a_hold_is_not_named_as_the_holds_that_transfers_make_for_themselves() -> None:
    ledger = Ledger((NEVER,))
    ledger.adjust(100)
    with pytest.raises(HoldNotWellFormed) as refusal:
        ledger.hold(60, "transfer:t")
    assert (refusal.value.field, len(ledger.entries)) == ("hold_id", 1)


def test_a_reversal_named_as_a_refund_leaves_that_refund_its_own() -> None:
    ledger = Ledger((NEVER,))
    ledger.adjust(100)
    order = ledger.earn(4_000, order_id="o")
    ledger.redeem(100, "r", order=order)
    ledger.reverse("r", 50, "refund:1")
    assert ledger.refund(order, whole=True, refund_id="1").value.returned == {"POINTS": 50}
    with pytest.raises(ReversalExceedsRedemption) as refusal:
        ledger.reverse("r")
    assert refusal.value.facts["left"] == "0"
    assert ledger.balance() == 100


def test_points_of_another_programme_redeemed_under_an_orders_name_are_not_its_refunds() -> None:
    other = replace(NEVER, programme_id="other", number=2, currencies=(currency("MILES", 7),))
    ledger = Ledger((NEVER,))
    order = ledger.earn(4_000, order_id="o")
    both = Programmes(1, {"shop": ProgrammeHistory((NEVER,)), "other": ProgrammeHistory((other,))}, "shop")
    posts: tuple[tuple[str, Any], ...] = (("adjust", adjust), ("redeem", partial(redeem, redemption_id="r")))
    for kind, operation in posts:
        ledger.now += 1_000
        ask = Ask(MEMBER, "other", "MILES", 30, key_of(kind, "r"), "staff:ada", "TEST", order.value.ref)
        (answer,) = fold(ledger.state, [partial(operation, ask=ask)], both, ledger.now).answers
        assert isinstance(answer, Answer)
    assert ledger.refund(order, whole=True).value.returned == {}
