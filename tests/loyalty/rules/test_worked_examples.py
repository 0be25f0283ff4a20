"""The worked examples of what the ledger means, each a test named after what it shows.

     1  test_example_01_spending_takes_the_lot_that_expires_first
     2  test_example_02_points_that_never_expire_are_spent_last
     3  test_example_03_spending_spans_lots_in_their_order
     4  test_example_04_debt_of_a_refund_is_repaid_before_a_lot_opens
     5  test_example_05_a_year_rounded_to_the_months_end_lasts_until_that_end
     6  test_example_06_a_month_from_the_31st_ends_with_a_shorter_month
     7  test_example_07_a_date_of_expiry_is_good_all_that_day
     8  test_example_08_a_partial_refund_leaves_its_share
     9  test_example_09_lines_and_amounts_take_back_their_share_and_never_more_than_is_left
    10  test_example_10_spent_points_that_are_refunded_become_debt_or_are_written_off
    11  test_example_11_a_refund_sent_again_takes_nothing_more
    12  test_example_12_awards_count_whole_steps_and_are_floored_once
    13  test_example_13_of_twenty_redemptions_by_twenty_keys_one_succeeds
    14  test_example_14_a_reversal_gives_back_the_latest_expiry_first_and_what_is_past_expires_at_once
    15  test_example_15_a_partial_final_capture_releases_the_rest
    16  test_example_16_a_quote_gives_the_smallest_of_asked_available_and_the_cap_or_says_why_none
    17  test_example_17_an_order_of_another_member_is_a_conflict
    18  test_example_18_what_is_past_is_gone_though_the_midnight_run_is_late

Example 13 wants real callers and is in ``tests/loyalty/test_redemptions.py``, 16 is in ``test_quotes.py``.
"""

from typing import Any

import pytest

from services.loyalty.rules.earning.earn_rules import EarnRounding
from services.loyalty.rules.ledger.asks import NotEnoughPoints
from services.loyalty.rules.ledger.entries import EntryType
from services.loyalty.rules.ledger.expiry import NEVER, CalendarDate, Expiry, Period, Rounding
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.orders.checkout import OrderBelongsElsewhere
from services.loyalty.rules.orders.refunds import RefundExceedsOrder
from services.loyalty.rules.programmes.programmes import NegativePolicy
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, programme, rule, tier

YEAR = Expiry(Period.parse("P12M"))
MONTH = Expiry(Period.parse("P1M"))
OTHER = MEMBER.replace("1", "2")


def ledger_of(**rules: Any) -> Ledger:
    """A ledger whose points follow these rules."""
    return Ledger((programme(currencies=(currency(**rules),)),))


def expiring(ledger: Ledger, good_until: str, points: int = 100) -> None:
    """Points by hand that are gone at a local midnight a year ahead, which is 16:00 in UTC."""
    ledger.now = at(good_until) - 365 * 24 * 3_600_000_000 - 4 * 3_600_000_000
    ledger.adjust(points)
    assert ledger.lots()[-1] == (at(good_until), points)


def test_example_01_spending_takes_the_lot_that_expires_first() -> None:
    ledger = ledger_of(expiry=YEAR)
    expiring(ledger, "2026-12-31 16:00")
    expiring(ledger, "2027-05-31 16:00")
    ledger.redeem(100)
    assert ledger.lots() == [(at("2027-05-31 16:00"), 100)]


def test_example_02_points_that_never_expire_are_spent_last() -> None:
    forever = programme(currencies=(currency(),))
    yearly = programme(currencies=(currency(expiry=YEAR),), version=2, effective_at=at("2026-06-02"))
    ledger = Ledger((forever, yearly))
    ledger.adjust(100)
    ledger.now = at("2026-06-03")
    ledger.adjust(100)
    ledger.redeem(100)
    assert ledger.lots() == [(NEVER, 100)]


def test_example_03_spending_spans_lots_in_their_order() -> None:
    ledger = ledger_of(expiry=Expiry(Period.parse("P12M"), Rounding.MONTH))
    ledger.earn(5_000, paid_at=at("2026-01-10"))
    ledger.earn(5_000, paid_at=at("2026-02-10"))
    ledger.redeem(70)
    assert ledger.lots() == [(at("2027-02-28 16:00"), 30)]


def test_example_04_debt_of_a_refund_is_repaid_before_a_lot_opens() -> None:
    ledger = ledger_of()
    order = ledger.earn(8_000)
    ledger.redeem(30)
    assert ledger.refund(order, whole=True).value.taken_back["POINTS"].became_debt == 30
    assert ledger.balance() == -30
    ledger.earn(10_000)
    assert (ledger.balance(), [points for _, points in ledger.lots()]) == (70, [70])


def test_example_05_a_year_rounded_to_the_months_end_lasts_until_that_end() -> None:
    ledger = ledger_of(expiry=Expiry(Period.parse("P12M"), Rounding.MONTH))
    ledger.now = at("2020-07-06 04:00")
    ledger.adjust(100)
    assert ledger.lots() == [(at("2021-07-31 16:00"), 100)], "2021-08-01 00:00 in Shanghai"
    assert _seen(ledger, around="2021-07-31 16:00") == [100, 0]


def test_example_06_a_month_from_the_31st_ends_with_a_shorter_month() -> None:
    ledger = ledger_of(expiry=MONTH)
    ledger.now = at("2026-01-31 04:00")
    ledger.adjust(100)
    assert _seen(ledger, around="2026-02-28 16:00") == [100, 0]


def test_example_07_a_date_of_expiry_is_good_all_that_day() -> None:
    ledger = ledger_of(expiry=Expiry(dates=(CalendarDate.parse("2025-12-31"),)))
    ledger.now = at("2025-03-01")
    ledger.adjust(100)
    ledger.now = at("2025-12-31 15:59")
    assert ledger.redeem(1).value.points == 1
    assert _seen(ledger, around="2025-12-31 16:00") == [99, 0]


def test_example_08_a_partial_refund_leaves_its_share() -> None:
    ledger = ledger_of()
    order = ledger.earn(10_000)
    ledger.refund(order, amount=7_500)
    assert ledger.balance() == 25


def test_example_09_lines_and_amounts_take_back_their_share_and_never_more_than_is_left() -> None:
    ledger, order = _forty_that_earned_seventy()
    assert ledger.refund(order, "2").value.taken_back["POINTS"].points == 20
    ledger, order = _forty_that_earned_seventy()
    assert ledger.refund(order, amount=2_000).value.taken_back["POINTS"].points == 35
    ledger, order = _forty_that_earned_seventy()
    first = ledger.refund(order, amount=3_000).value.taken_back["POINTS"].points
    with pytest.raises(RefundExceedsOrder) as refusal:
        ledger.refund(order, amount=2_000)
    assert refusal.value.facts == {"asked": "2000", "left": "1000"}
    assert first + ledger.refund(order, amount=1_000).value.taken_back["POINTS"].points == 70
    assert ledger.balance() == 0


@pytest.mark.parametrize(
    ("policy", "after", "debt", "written_off", "then"),
    [(NegativePolicy.ALLOW_NEGATIVE, -50, 50, 0, 30), (NegativePolicy.CLAMP, 0, 0, 50, 80)],
)
def test_example_10_spent_points_that_are_refunded_become_debt_or_are_written_off(
    policy: NegativePolicy, after: int, debt: int, written_off: int, then: int
) -> None:
    ledger = ledger_of(negative_policy=policy)
    order = ledger.earn(5_000)
    ledger.redeem(50)
    taken = ledger.refund(order, whole=True).value.taken_back["POINTS"]
    assert (taken.became_debt, taken.written_off, ledger.balance()) == (debt, written_off, after)
    ledger.earn(8_000)
    assert ledger.balance() == then


def test_example_11_a_refund_sent_again_takes_nothing_more() -> None:
    ledger = ledger_of()
    order = ledger.earn(15_000)
    ledger.redeem(100)
    first = ledger.refund(order, whole=True, refund_id="r")
    second = ledger.refund(order, whole=True, refund_id="r")
    assert (second.replayed, second.value, ledger.balance()) == (True, first.value, -100)


@pytest.mark.parametrize(
    ("points", "per_minor", "rounding", "multiplier", "minor", "earned"),
    [
        (1, 1_000, EarnRounding.WHOLE_STEPS, 1, 10_500, 10),
        (1, 100, EarnRounding.WHOLE_STEPS, 1.5, 400, 6),
        (3, 100, EarnRounding.WHOLE_STEPS, 1, 4_000, 120),
        (1, 100, EarnRounding.WHOLE_STEPS, 1, 1_999, 19),
        (5, 250, EarnRounding.WHOLE_STEPS, 1, 300, 5),
        (1, 100, EarnRounding.PROPORTIONAL, 1.5, 300, 4),
    ],
)
def test_example_12_awards_count_whole_steps_and_are_floored_once(
    points: int, per_minor: int, rounding: EarnRounding, multiplier: float, minor: int, earned: int
) -> None:
    growth = currency("GROWTH", 2, spendable=False)
    rates = programme(
        currencies=(currency(), growth),
        earn_rules=(
            rule(points, per_minor, rounding=rounding),
            rule(1, 1, "GROWTH", key="growth", tier_multiplied=False),
        ),
        tiers=(tier("gold", 1, multiplier),),
    )
    ledger = Ledger((rates,))
    ledger.adjust(1, code="GROWTH")
    assert ledger.earn(minor).value.earned["POINTS"].points == earned


@pytest.mark.parametrize(("reversed_points", "left", "expired"), [(None, 40, 60), (50, 40, 10)])
def test_example_14_a_reversal_gives_back_the_latest_expiry_first_and_what_is_past_expires_at_once(
    reversed_points: int | None, left: int, expired: int
) -> None:
    dated = Expiry(dates=(CalendarDate.parse("2026-02-28"), CalendarDate.parse("2026-05-31")))
    ledger = ledger_of(expiry=dated)
    ledger.now = at("2026-01-15 04:00")
    ledger.adjust(60)
    later = Expiry(dates=(CalendarDate.parse("2026-05-31"),))
    ledger.versions = (
        *ledger.versions,
        programme(currencies=(currency(expiry=later),), version=2, effective_at=at("2026-01-20")),
    )
    ledger.now = at("2026-01-25 04:00")
    ledger.adjust(40)
    assert ledger.lots() == [(at("2026-02-28 16:00"), 60), (at("2026-05-31 16:00"), 40)]
    ledger.now = at("2026-02-01 04:00")
    ledger.redeem(100, "r")
    ledger.now = at("2026-03-15 04:00")
    reversal = ledger.reverse("r", reversed_points).value
    assert (reversal.points, reversal.expired) == (left + expired, expired)
    assert ledger.lots() == [(at("2026-05-31 16:00"), left)]
    assert ledger.balance() == left


def test_example_15_a_partial_final_capture_releases_the_rest() -> None:
    ledger = ledger_of()
    ledger.adjust(500)
    ledger.hold(300, "h")
    ledger.adjust(100)
    captured = ledger.capture("h", 200).value
    wallet = ledger.state.wallets[MEMBER, 1]
    assert (wallet.held, wallet.available) == (0, 400)
    assert (captured.redemption.points, captured.released) == (200, 100)


def test_example_17_an_order_of_another_member_is_a_conflict() -> None:
    ledger = ledger_of()
    paid_at = ledger.now
    ledger.earn(10_000, order_id="a", paid_at=paid_at)
    posted = len(ledger.entries)
    with pytest.raises(OrderBelongsElsewhere):
        ledger.earn(10_000, order_id="a", paid_at=paid_at, member=OTHER)
    assert (len(ledger.entries), (OTHER, 1) in ledger.state.wallets) == (posted, False)


def test_example_18_what_is_past_is_gone_though_the_midnight_run_is_late() -> None:
    ledger = ledger_of(expiry=MONTH)
    ledger.now = at("2026-05-10 04:00")
    ledger.adjust(100)
    ledger.now = at("2026-06-10 16:01")
    assert ledger.balance() == 0
    ledger.now = at("2026-06-10 17:00")
    with pytest.raises(NotEnoughPoints) as refusal:
        ledger.redeem(100)
    assert refusal.value.facts["available"] == "0"
    expired = ledger.entries[-1]
    assert (expired.type, expired.occurred_at) == (EntryType.EXPIRE, at("2026-06-10 16:00"))


def _forty_that_earned_seventy() -> tuple[Ledger, Answer]:
    """40.00 over three lines that earn 10, 20 and 40."""
    rates = programme(earn_rules=(rule(7, 400, rounding=EarnRounding.PROPORTIONAL),))
    ledger = Ledger((rates,))
    order = ledger.earn(571, 1_143, 2_286)
    assert [line.earned["POINTS"] for line in order.value.lines] == [10, 20, 40]
    return ledger, order


def _seen(ledger: Ledger, around: str) -> list[int]:
    """The balance a moment before an instant, and at it."""
    seen = []
    for now in (at(around) - 1, at(around)):
        ledger.now = now - 1_000
        seen.append(ledger.balance())
    return seen
