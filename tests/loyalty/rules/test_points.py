"""The fold: what falls due, what is replayed, what is refused."""

from dataclasses import replace
from functools import partial

import pytest

from services.loyalty.rules.ledger.asks import (
    IdempotencyKeyReused,
    NotEnoughPoints,
    PointsBeyondMeasure,
    PointsOutOfRange,
)
from services.loyalty.rules.ledger.entries import EntryType
from services.loyalty.rules.ledger.expiry import Expiry, Maturation, MaturationKind, Period, Rounding
from services.loyalty.rules.ledger.points import Answer, State, fold
from services.loyalty.rules.orders import completion
from services.loyalty.rules.orders.checkout import OrderBelongsElsewhere
from services.loyalty.rules.orders.orders import OrderAlreadyRecorded, OrderTooOld, PaidInTheFuture
from services.loyalty.rules.programmes.programmes import NegativePolicy
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, programme, rule, tier

YEAR = Expiry(Period.parse("P12M"), Rounding.MONTH)


def test_spending_takes_the_lot_that_expires_first() -> None:
    ledger = Ledger((programme(currencies=(currency(expiry=Expiry(Period.parse("P12M"))),)),))
    ledger.earn(10_000, paid_at=at("2026-05-20"))
    ledger.earn(10_000, paid_at=at("2026-01-01"))
    ledger.adjust(-100)
    assert ledger.lots() == [(at("2027-05-20 16:00"), 100)]


def test_spending_spans_lots_in_their_order() -> None:
    ledger = Ledger((programme(currencies=(currency(expiry=YEAR),)),))
    ledger.earn(5_000, paid_at=at("2026-01-10"))
    ledger.earn(5_000, paid_at=at("2026-02-10"))
    ledger.adjust(-70)
    assert ledger.lots() == [(at("2027-02-28 16:00"), 30)]


def test_a_point_that_is_past_is_neither_seen_nor_spent_before_the_midnight_run() -> None:
    ledger = Ledger((programme(currencies=(currency(expiry=YEAR, negative_policy=NegativePolicy.REFUSE),)),))
    ledger.earn(10_000, paid_at=at("2026-05-01"))
    ledger.now = at("2027-05-31 15:59")
    assert ledger.balance() == 100
    ledger.now = at("2027-05-31 17:00")
    with pytest.raises(NotEnoughPoints) as refusal:
        ledger.adjust(-100)
    assert refusal.value.facts == {"asked": "100", "available": "0", "held": "0"}
    expired = ledger.entries[-1]
    assert (expired.type, expired.occurred_at) == (EntryType.EXPIRE, at("2027-05-31 16:00"))


def test_a_point_is_there_until_midnight_and_gone_at_that_very_instant() -> None:
    ledger = Ledger((programme(currencies=(currency(expiry=YEAR),)),))
    ledger.earn(10_000, paid_at=at("2026-05-01"))
    midnight = at("2027-05-31 16:00")
    for now, balance in ((midnight - 1, 100), (midnight, 0)):
        ledger.now = now - 1_000
        assert (ledger.balance(), ledger.now) == (balance, now)


def test_a_late_order_whose_points_are_past_expires_them_at_once() -> None:
    ledger = Ledger((programme(currencies=(currency(expiry=Expiry(Period.parse("P1M"))),)),))
    ledger.earn(10_000, paid_at=at("2026-03-01"))
    assert ledger.balance() == 0
    assert [entry.type for entry in ledger.entries] == [EntryType.EARN, EntryType.EXPIRE]


def test_points_pending_until_completion_mature_less_what_was_refunded() -> None:
    waiting = Maturation(MaturationKind.ON_ORDER_COMPLETED)
    ledger = Ledger((programme(currencies=(currency(maturation=waiting, expiry=YEAR),)),))
    order = ledger.earn(10_000)
    wallet = ledger.state.wallets[MEMBER, 1]
    assert (wallet.available, wallet.pending) == (0, 100)
    ledger.refund(order, amount=4_000)
    completed = ledger.complete(order)
    assert (wallet.available, wallet.pending) == (60, 0)
    assert completed.value.earned["POINTS"].matured == 60
    assert ledger.complete(order).replayed
    assert wallet.available == 60
    ledger.refund(order, whole=True)
    assert wallet.available == 0


def test_a_batch_that_is_rolled_back_and_folded_again_ends_as_if_folded_once() -> None:
    waiting = Maturation(MaturationKind.ON_ORDER_COMPLETED)
    ledger = Ledger((programme(currencies=(currency(maturation=waiting),)),))
    done = completion.Completion("shop", "a", None, "service:shop")
    operations = [
        ledger.paying(10_000, order_id="a"),
        partial(completion.complete_order, completion=done),
    ]
    for _ in range(2):
        state = State()
        folded = fold(state, operations, ledger.programmes, ledger.now)
        assert [isinstance(answer, Answer) and answer.replayed for answer in folded.answers] == [False, False]
        assert state.wallets[MEMBER, 1].available == 100


def test_a_members_entries_are_recorded_one_after_the_other_also_when_the_clock_turns_back() -> None:
    ledger = Ledger()
    ledger.adjust(1)
    ledger.now -= 60_000_000
    ledger.adjust(1)
    first, second = (entry.recorded_at for entry in ledger.entries)
    assert first < second


def test_points_pending_for_a_period_mature_when_it_ends() -> None:
    week = Maturation(MaturationKind.AFTER_PERIOD, Period.parse("P7D"))
    ledger = Ledger((programme(currencies=(currency(maturation=week),)),))
    ledger.earn(10_000)
    assert ledger.balance() == 0
    ledger.now = at("2026-06-07 16:00")
    assert ledger.balance() == 100
    matured = ledger.entries[-1]
    assert (matured.type, matured.occurred_at) == (EntryType.PENDING_ACTIVATED, at("2026-06-07 16:00"))


def test_the_same_order_again_gives_the_first_answer_and_posts_nothing() -> None:
    ledger = Ledger()
    paid_at = ledger.now
    first = ledger.earn(10_000, order_id="a", paid_at=paid_at)
    posted = len(ledger.entries)
    again = ledger.earn(10_000, order_id="a", paid_at=paid_at)
    assert (again.replayed, again.value, len(ledger.entries)) == (True, first.value, posted)


def test_an_order_id_with_another_body_or_member_is_refused_and_posts_nothing() -> None:
    ledger = Ledger()
    paid_at = ledger.now
    ledger.earn(10_000, order_id="a", paid_at=paid_at)
    posted = len(ledger.entries)
    with pytest.raises(OrderAlreadyRecorded):
        ledger.earn(20_000, order_id="a", paid_at=paid_at)
    with pytest.raises(OrderBelongsElsewhere):
        ledger.earn(10_000, order_id="a", paid_at=paid_at, member=MEMBER.replace("1", "2"))
    assert len(ledger.entries) == posted


def test_an_order_from_the_future_or_long_past_is_refused() -> None:
    ledger = Ledger()
    with pytest.raises(PaidInTheFuture):
        ledger.earn(100, paid_at=ledger.now + 6 * 60 * 1_000_000)
    with pytest.raises(OrderTooOld):
        ledger.earn(100, paid_at=at("2025-05-01"))


def test_an_order_that_earns_more_than_the_ledger_counts_is_refused_and_changes_nothing() -> None:
    ledger = Ledger((programme(earn_rules=(rule(1, 1),)),))
    ledger.earn(2**53)
    with pytest.raises(PointsBeyondMeasure) as refusal:
        ledger.earn(1)
    assert refusal.value.facts == {"asked": "1", "available": f"{2**53}"}
    assert (ledger.balance(), len(ledger.entries), len(ledger.events)) == (2**53, 1, 1)


@pytest.mark.parametrize("points", [0, 2**53 + 1, -(2**53) - 1])
def test_an_adjustment_out_of_range_is_refused(points: int) -> None:
    with pytest.raises(PointsOutOfRange):
        Ledger().adjust(points)


def test_nobody_owes_more_than_the_ledger_counts() -> None:
    ledger = Ledger()
    ledger.adjust(-(2**53))
    with pytest.raises(PointsBeyondMeasure) as refusal:
        ledger.adjust(-1)
    assert refusal.value.facts == {"asked": "1", "debt": f"{2**53}"}
    assert (ledger.balance(), len(ledger.entries)) == (-(2**53), 1)


def test_an_adjustments_key_works_once_and_refuses_another_body() -> None:
    ledger = Ledger()
    first, again = ledger.adjust(50, key="k"), ledger.adjust(50, key="k")
    assert (again.replayed, again.value) == (True, first.value)
    with pytest.raises(IdempotencyKeyReused):
        ledger.adjust(60, key="k")
    assert ledger.balance() == 50


GROWTH = currency("GROWTH", 2, spendable=False)
LADDER = programme(
    currencies=(currency(), GROWTH),
    earn_rules=(rule(), rule(code="GROWTH", tier_multiplied=False)),
    tiers=(tier("silver", 100, 1.2), tier("gold", 500, 1.5)),
)


def test_an_order_that_lifts_the_member_is_itself_earned_at_the_old_rate() -> None:
    ledger = Ledger((LADDER,))
    lifted = ledger.earn(10_000)
    assert (lifted.value.tier_at_payment, lifted.value.tier_after) == ("", "silver")
    assert lifted.value.earned["POINTS"].points == 100
    assert ledger.earn(10_000).value.earned["POINTS"].points == 120


def test_a_late_order_earns_at_the_rate_of_the_tier_held_when_it_was_paid() -> None:
    ledger = Ledger((LADDER,))
    ledger.earn(10_000, paid_at=at("2026-05-10"))
    late = ledger.earn(10_000, paid_at=at("2026-05-09"))
    assert (late.value.tier_at_payment, late.value.earned["POINTS"].points) == ("", 100)


def test_spending_points_never_lowers_a_tier() -> None:
    ledger = Ledger((LADDER,))
    ledger.earn(10_000)
    ledger.adjust(-100)
    assert ledger.tier() == "silver"
    ledger.earn(50_000)
    assert ledger.tier() == "gold"


def test_lower_thresholds_of_a_new_version_raise_from_the_instant_they_take_effect() -> None:
    ledger = Ledger((LADDER,))
    ledger.earn(9_000)
    assert ledger.tier() == ""
    revised = programme(
        currencies=LADDER.currencies,
        earn_rules=LADDER.earn_rules,
        tiers=(tier("silver", 50, 1.2), tier("gold", 500, 1.5)),
        version=2,
        effective_at=at("2026-06-10"),
    )
    ledger.versions = (LADDER, revised)
    before = ledger.earn(1_000, paid_at=ledger.now)
    assert before.value.tier_after == "silver"  # 100 of growth by the first version's thresholds
    other = Ledger((LADDER,))
    other.earn(9_000)
    other.versions = (LADDER, revised)
    other.now = at("2026-06-11")
    assert other.earn(1_000).value.tier_at_payment == "silver"
    assert other.state.standings[MEMBER, 1].tiers == [("silver", at("2026-06-10"))]


def test_a_late_order_brings_no_tier_by_old_thresholds_to_what_was_reached_after_they_ended() -> None:
    stricter = replace(LADDER, tiers=(tier("silver", 1000),), version=2, effective_at=at("2026-05-01"))
    ledger = Ledger((LADDER, stricter))
    ledger.earn(50_000, paid_at=at("2026-05-20"))
    late = ledger.earn(100, paid_at=at("2026-04-20"))
    assert (late.value.tier_after, ledger.tier()) == ("", "")


def test_a_late_order_that_reached_an_old_threshold_by_itself_raises_from_when_it_was_paid() -> None:
    stricter = replace(LADDER, tiers=(tier("silver", 1000),), version=2, effective_at=at("2026-05-01"))
    ledger = Ledger((LADDER, stricter))
    late = ledger.earn(10_000, paid_at=at("2026-04-20"))
    assert late.value.tier_after == "silver"
    assert ledger.state.standings[MEMBER, 1].tiers == [("silver", at("2026-04-20") + 1)]


@pytest.mark.parametrize(("growth", "key"), [(99, ""), (100, "bronze"), (250, "silver"), (300, "gold")])
def test_growth_reaches_the_highest_tier_whose_threshold_it_meets(growth: int, key: str) -> None:
    tiers = (tier("bronze", 100), tier("silver", 200), tier("gold", 300))
    ledger = Ledger((programme(currencies=LADDER.currencies, earn_rules=LADDER.earn_rules, tiers=tiers),))
    ledger.earn(growth * 100)
    assert ledger.tier() == key


def test_lifetime_spend_reaches_tiers_by_sums() -> None:
    tiers = (tier("t1", 4_000_000, metric="SPEND"), tier("t2", 10_000_000, metric="SPEND"))
    ledger = Ledger((programme(tiers=tiers),))
    seen = []
    for minor in (4_500_000, 2_500_000, 2_500_000, 1_000_000):
        ledger.earn(minor)
        seen.append(ledger.tier())
    assert seen == ["t1", "t1", "t1", "t2"]
