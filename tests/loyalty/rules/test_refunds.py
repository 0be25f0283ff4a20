"""Refunds: cumulative, never more than was earned, and what happens when the points are spent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.loyalty.rules.earning.earn_rules import AwardKind
from services.loyalty.rules.ledger.entries import EntryType
from services.loyalty.rules.ledger.expiry import Maturation, MaturationKind, Period
from services.loyalty.rules.orders.orders import Line
from services.loyalty.rules.orders.refunds import (
    NotEnoughPointsToTakeBack,
    RefundAlreadyRecorded,
    RefundExceedsOrder,
    RefundNotWellFormed,
)
from services.loyalty.rules.programmes.programmes import NegativePolicy
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, order, programme, rule

MINUTE_US = 60_000_000


def order_of_forty_that_earned_seventy(ledger: Ledger) -> object:
    """40.00 over three lines that earned 10, 20 and 40."""
    order = ledger.earn(1_000, 1_000, 2_000)
    ledger.adjust(30)
    for line, points in zip(order.value.lines, (10, 20, 40), strict=True):
        line.earned["POINTS"] = points
    order.value.earned["POINTS"].points = 70
    return order


def test_three_quarters_refunded_leave_a_quarter_of_the_points() -> None:
    ledger = Ledger()
    order = ledger.earn(10_000)
    ledger.refund(order, amount=7_500)
    assert ledger.balance() == 25


def test_returning_a_line_takes_what_that_line_earned() -> None:
    ledger = Ledger()
    order = order_of_forty_that_earned_seventy(ledger)
    assert ledger.refund(order, "2").value.taken_back["POINTS"].points == 20


def test_returning_an_amount_takes_its_share_of_all_lines() -> None:
    ledger = Ledger()
    order = order_of_forty_that_earned_seventy(ledger)
    assert ledger.refund(order, amount=2_000).value.taken_back["POINTS"].points == 35


def test_an_amount_takes_its_share_also_when_cents_do_not_divide() -> None:
    ledger = Ledger()
    order = ledger.earn(571, 1_143, 2_286)
    ledger.adjust(30)
    for line, points in zip(order.value.lines, (10, 20, 40), strict=True):
        line.earned["POINTS"] = points
    order.value.earned["POINTS"].points = 70
    assert ledger.refund(order, amount=2_000).value.taken_back["POINTS"].points == 35


def test_more_than_is_left_is_refused_and_the_rest_takes_all() -> None:
    ledger = Ledger()
    order = order_of_forty_that_earned_seventy(ledger)
    first = ledger.refund(order, amount=3_000).value.taken_back["POINTS"].points
    with pytest.raises(RefundExceedsOrder) as refusal:
        ledger.refund(order, amount=2_000)
    assert refusal.value.facts == {"asked": "2000", "left": "1000"}
    assert first + ledger.refund(order, amount=1_000).value.taken_back["POINTS"].points == 70


def test_points_already_spent_become_debt_that_the_next_earning_repays() -> None:
    ledger = Ledger()
    order = ledger.earn(8_000)
    ledger.adjust(-30)
    refund = ledger.refund(order, whole=True)
    assert refund.value.taken_back["POINTS"].became_debt == 30
    assert ledger.balance() == -30
    ledger.earn(10_000)
    assert ledger.balance() == 70
    assert [points for _, points in ledger.lots()] == [70]


def test_with_clamp_what_cannot_be_taken_back_is_written_off() -> None:
    ledger = Ledger((programme(currencies=(currency(negative_policy=NegativePolicy.CLAMP),)),))
    order = ledger.earn(5_000)
    ledger.adjust(-50)
    taken = ledger.refund(order, whole=True).value.taken_back["POINTS"]
    assert (taken.became_debt, taken.written_off, ledger.balance()) == (0, 50, 0)
    assert ledger.entries[-1].type is EntryType.WRITE_OFF
    ledger.earn(8_000)
    assert ledger.balance() == 80


def test_debt_stops_at_its_floor_and_the_rest_is_written_off() -> None:
    ledger = Ledger((programme(currencies=(currency(debt_floor=20),)),))
    order = ledger.earn(5_000)
    ledger.adjust(-50)
    taken = ledger.refund(order, whole=True).value.taken_back["POINTS"]
    assert (taken.became_debt, taken.written_off, ledger.balance()) == (20, 30, -20)


def test_with_refuse_a_refund_of_spent_points_changes_nothing() -> None:
    ledger = Ledger((programme(currencies=(currency(negative_policy=NegativePolicy.REFUSE),)),))
    order = ledger.earn(5_000)
    ledger.adjust(-50)
    with pytest.raises(NotEnoughPointsToTakeBack):
        ledger.refund(order, whole=True)
    assert ledger.balance() == 0
    assert ledger.state.orders["shop", order.value.order_id].refunded_minor == 0


def test_the_same_refund_again_is_a_replay_and_takes_nothing() -> None:
    ledger = Ledger()
    order = ledger.earn(15_000)
    ledger.adjust(-100)
    first = ledger.refund(order, whole=True, refund_id="r1")
    second = ledger.refund(order, whole=True, refund_id="r1")
    assert (first.replayed, second.replayed, second.value) == (False, True, first.value)
    assert ledger.balance() == -100


def test_a_refund_id_with_another_body_is_refused() -> None:
    ledger = Ledger()
    order = ledger.earn(10_000)
    ledger.refund(order, amount=100, refund_id="r1")
    with pytest.raises(RefundAlreadyRecorded):
        ledger.refund(order, amount=200, refund_id="r1")


@pytest.mark.parametrize("lines", [("9",), ("1", "1")])
def test_a_line_that_is_unknown_or_named_twice_is_refused(lines: tuple[str, ...]) -> None:
    ledger = Ledger()
    with pytest.raises(RefundNotWellFormed):
        ledger.refund(ledger.earn(100, 200), *lines)


def test_a_refund_takes_first_from_the_bucket_that_its_own_points_entered() -> None:
    ledger = Ledger()
    ledger.adjust(100)
    order = ledger.earn(10_000)
    ledger.refund(order, whole=True)
    reversal = ledger.entries[-1]
    assert reversal.lot is not None
    assert reversal.lot.source == 0
    assert ledger.state.wallets[MEMBER, 1].lots[0][2:] == [1, 100]


def test_a_free_line_gives_back_nothing() -> None:
    assert Line("1", "gift", 1, 0).refunded_minor == 0
    ledger = Ledger()
    order = ledger.earn(0, 1_000)
    assert ledger.refund(order, "1").value.taken_back == {}
    assert ledger.balance() == 10


def test_what_a_free_line_earned_stays_until_that_line_or_all_of_the_order_is_returned() -> None:
    gift = rule(50, 0, key="gift", lines='line.sku == "gift"', award=AwardKind.FIXED)
    for refunds, taken in (
        (({"amount": 2_500}, {"amount": 7_500}), (25, 125)),
        (({"lines": "1", "minor": 100}, {"lines": "1"}), (1, 149)),
        (({"lines": "2"}, {"amount": 10_000}), (50, 100)),
    ):
        ledger = Ledger((programme(earn_rules=(rule(), gift)),))
        made = order(10_000, 0, paid_at=ledger.now)
        made.lines[1].sku = "gift"
        paid = ledger.post(ledger.recording(made))
        assert [line.earned for line in paid.value.lines] == [{"POINTS": 100}, {"POINTS": 50}]
        backs = [
            ledger.refund(paid, *each.pop("lines", ""), **each).value.taken_back["POINTS"].points
            for each in map(dict, refunds)
        ]
        assert tuple(backs) == taken


def test_an_order_paid_a_little_ahead_of_our_clock_is_not_pending_and_can_be_refunded() -> None:
    ledger = Ledger()
    paid_at = ledger.now + 4 * MINUTE_US
    order = ledger.earn(10_000, paid_at=paid_at)
    assert not order.value.earned["POINTS"].was_pending(order.value.recorded_at)
    ledger.refund(order, amount=5_000, refunded_at=paid_at)
    ledger.refund(order, amount=5_000)
    assert ledger.balance() == 0


def test_an_order_completed_a_little_ahead_of_our_clock_can_be_refunded() -> None:
    waiting = Maturation(MaturationKind.ON_ORDER_COMPLETED)
    ledger = Ledger((programme(currencies=(currency(maturation=waiting),)),))
    order = ledger.earn(10_000)
    ledger.complete(order, ledger.now + 4 * MINUTE_US)
    ledger.refund(order, whole=True)
    assert ledger.balance() == 0


def test_points_that_matured_by_one_clock_are_not_pending_by_a_slower_one() -> None:
    week = Maturation(MaturationKind.AFTER_PERIOD, Period.parse("P7D"))
    ledger = Ledger((programme(currencies=(currency(maturation=week),)),))
    order = ledger.earn(10_000)
    ledger.now = at("2026-06-07 16:00")
    ledger.adjust(1)
    ledger.now -= 2 * MINUTE_US
    ledger.refund(order, whole=True)
    assert ledger.balance() == 1


@settings(max_examples=300, deadline=None)
@given(
    minor=st.lists(st.integers(0, 300), min_size=1, max_size=4),
    rates=st.tuples(st.sampled_from([1, 3, 7]), st.sampled_from([1, 10, 30])),
    asked=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5) | st.integers(1, 200)), max_size=12),
)
def test_lines_and_amounts_refunded_by_turns_take_back_all_that_was_earned_and_never_more(
    minor: list[int], rates: tuple[int, int], asked: list[tuple[int, int]]
) -> None:
    """The first of each pair names a line, 0 the whole order's amount; the second is the money."""
    ledger = Ledger((programme(earn_rules=(rule(*rates),)),))
    order = ledger.earn(*minor)
    earned = sum(result.points for result in order.value.earned.values())
    left, taken = list(minor), 0
    for nth, money in [*asked, (0, sum(minor))]:
        whole = nth == 0
        wanted = min(money, sum(left)) if whole else min(money, left[nth - 1]) if nth <= len(left) else 0
        if not wanted:
            continue
        refund = (
            ledger.refund(order, amount=wanted) if whole else ledger.refund(order, f"{nth}", minor=wanted)
        )
        taken += sum(back.points for back in refund.value.taken_back.values())
        lines = ledger.state.orders["shop", order.value.order_id].lines
        left = [line.minor - line.refunded_minor for line in lines]
        done = sum(minor) - sum(left)
        assert earned * done // sum(minor) - len(minor) <= taken <= earned
        assert taken == sum(line.taken_back.get("POINTS", 0) for line in lines)
    assert taken == earned
