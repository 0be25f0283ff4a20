"""Earn rules beyond points per amount: conditions, schedules, stacking, caps and budgets, by numbers worked out by hand."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from services.loyalty.rules.earning.earn_limits import Count
from services.loyalty.rules.earning.earn_rules import (
    AwardKind,
    Cap,
    CapWindow,
    EarnRounding,
    EarnRule,
    EarnTrigger,
)
from services.loyalty.rules.earning.earn_schedules import Hours, Schedule
from services.loyalty.rules.ledger.expiry import Expiry, Maturation, MaturationKind, Period, local_time
from services.loyalty.rules.members.forfeits import Forfeiture, forfeit
from services.loyalty.rules.orders.orders import Line, Order
from services.loyalty.rules.orders.refunds import NotEnoughPointsToTakeBack
from services.loyalty.rules.programmes.definitions import check
from services.loyalty.rules.programmes.programmes import NegativePolicy
from services.loyalty.rules.programmes.wellformed import ProgrammeNotWellFormed
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, order, programme, rule, tier

BASE = rule(tier_multiplied=False, key="base")
OTHER = "0b54b4e2-4a3a-4d5e-8c52-6f6f6a1f0002"


def fixed(points: int, key: str = "gift", **changes: Any) -> EarnRule:
    return replace(BASE, key=key, points=points, per_minor=0, award=AwardKind.FIXED, **changes)


def times(multiplier: float, key: str = "times", **changes: Any) -> EarnRule:
    made = replace(BASE, key=key, points=0, per_minor=0, award=AwardKind.MULTIPLIER)
    return replace(made, multiplier=int(multiplier * 10_000), **changes)


def shop(*rules: EarnRule, **changes: Any) -> Ledger:
    """A ledger whose programme, well-formed, has these rules."""
    made = programme(earn_rules=rules, **changes)
    check(made)
    return Ledger((made,))


def lines(*amounts: tuple[str, int]) -> dict[str, Any]:
    return {"lines": [Line(str(nth), sku, 1, minor) for nth, (sku, minor) in enumerate(amounts, 1)]}


def points(ledger: Ledger, made: Order) -> int:
    earned = ledger.post(ledger.recording(made)).value.earned
    return earned["POINTS"].points if earned else 0


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("order.total_minor >= 10000", True),
        ("order.total_minor > 10000", False),
        ("order.channel == 'web' && order.source == 'shop'", True),
        ("order.lines.exists(l, l.sku == 'tea' && l.quantity > 0)", True),
        ("order.lines.all(l, l.money_minor < 4000)", False),
        ("member.tier == ''", True),
        ("member.orders == 0 && member.days_since_order == -1", True),
        ("time.date == '2026-06-01' && time.weekday == 1 && time.month == 6", True),
        ("time.hour == 20", True),  # 12:00 UTC in Shanghai
        ("1 / (order.total_minor - 10000) > 0", False),
        ("order.channel == 'web' // as the shop's page is", True),
    ],
)
def test_a_condition_is_asked_of_the_order_its_member_and_its_time(condition: str, expected: bool) -> None:
    ledger = shop(BASE, fixed(7, condition=condition), fixed(1, "always", condition="1 == 1"))
    assert points(ledger, order(6_000, 4_000)) == 101 + (7 if expected else 0)


def test_conditions_know_what_the_member_ordered_by_the_day_of_the_payment() -> None:
    ledger = shop(
        BASE,
        fixed(500, "third", condition="member.orders == 2"),
        fixed(90, "dormant", condition="member.days_since_order >= 30"),
        fixed(7, "spender", condition="member.spend_minor >= 30000"),
    )
    ledger.earn(10_000, paid_at=at("2026-03-01 04:00"))
    ledger.earn(20_000, paid_at=at("2026-05-31 04:00"))
    assert ledger.balance() == 300 + 90
    late = ledger.earn(10_000, paid_at=at("2026-04-01 04:00"))
    assert late.value.earned["POINTS"].points == 100 + 90, (
        "one order before it, 31 days ago; none of what came later"
    )
    assert points(ledger, order(10_000, order_id="fourth")) == 100 + 7


def test_the_first_order_is_the_first_ever_until_it_is_refunded_whole() -> None:
    ledger = shop(BASE, fixed(50, "welcome", trigger=EarnTrigger.FIRST_ORDER))
    first = ledger.earn(1_000)
    assert (first.value.earned["POINTS"].points, points(ledger, order(1_000))) == (60, 10)
    early = ledger.earn(1_000, paid_at=at("2026-01-01 04:00"))
    assert early.value.earned["POINTS"].points == 10, (
        "there is one first order, though this was paid before it"
    )


@pytest.mark.parametrize(
    ("schedule", "paid", "expected"),
    [
        (Schedule(days_of_month=(8,)), "2026-06-07 16:00", True),  # midnight in Shanghai
        (Schedule(days_of_month=(8,)), "2026-06-08 16:00", False),
        (Schedule(weekdays=(6, 7)), "2026-06-06 04:00", True),
        (Schedule(weekdays=(6, 7)), "2026-06-05 15:59", False),
        (Schedule(hours=(Hours(20, 22),)), "2026-06-05 12:00", True),
        (Schedule(hours=(Hours(20, 22),)), "2026-06-05 14:00", False),
        (Schedule(first_on=date(2026, 6, 5)), "2026-06-04 16:00", True),
        (Schedule(last_on=date(2026, 6, 5)), "2026-06-05 16:00", False),
        (Schedule(last_on=date(2026, 6, 5), weekdays=(5,), hours=(Hours(0, 24),)), "2026-06-05 15:59", True),
    ],
)
def test_a_schedule_is_judged_by_the_local_time_of_payment(
    schedule: Schedule, paid: str, expected: bool
) -> None:
    ledger = shop(BASE, times(2, schedule=schedule))
    ledger.now = at("2026-06-09 00:00")
    assert points(ledger, order(10_000, paid_at=at(paid))) == (200 if expected else 100)


@pytest.mark.parametrize(
    ("schedule", "zone", "paid", "expected"),
    [
        (Schedule(days_of_month=(29,)), "Asia/Shanghai", "2028-02-28 15:59:59.999999", False),
        (Schedule(days_of_month=(29,)), "Asia/Shanghai", "2028-02-28 16:00", True),
        (Schedule(days_of_month=(29,)), "Asia/Shanghai", "2028-02-29 16:00", False),
        (Schedule(days_of_month=(29,)), "Asia/Shanghai", "2027-02-28 16:00", False),  # has no such day
        (Schedule(hours=(Hours(2, 3),)), "Europe/Berlin", "2026-03-29 01:30", False),  # the hour is skipped
        (
            Schedule(hours=(Hours(2, 3),)),
            "Europe/Berlin",
            "2026-10-25 00:30",
            True,
        ),  # and here it comes twice
        (Schedule(hours=(Hours(2, 3),)), "Europe/Berlin", "2026-10-25 01:30", True),
        (Schedule(days_of_month=(25,)), "Europe/Berlin", "2026-10-25 22:59", True),
        (Schedule(days_of_month=(25,)), "Europe/Berlin", "2026-10-25 23:00", False),
    ],
)
def test_a_member_day_is_whole_on_a_leap_day_and_where_clocks_change(
    schedule: Schedule, zone: str, paid: str, expected: bool
) -> None:
    local = local_time(round(datetime.fromisoformat(f"{paid}+00:00").timestamp() * 1_000_000), zone)
    assert schedule.holds(local) is expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((BASE, fixed(25)), 125),
        ((BASE, fixed(25), times(1.5), times(2, "more")), 375),
        ((BASE, fixed(25, exclusive=True)), 25),
        ((BASE, fixed(25, exclusive=True), fixed(40, "higher", exclusive=True, priority=1)), 40),
        ((BASE, times(3, "three"), times(2, "two", exclusive=True)), 200),
        ((BASE, fixed(25, exclusive=True, condition="false")), 100),
        ((replace(BASE, tier_multiplied=True), times(1.5)), 180),
    ],
)
def test_base_rules_sum_and_multipliers_multiply_unless_one_is_exclusive(
    rules: tuple[EarnRule, ...], expected: int
) -> None:
    ledger = shop(*rules, tiers=(tier("silver", 0, 1.2, "SPEND"),))
    ledger.earn(1, paid_at=at("2026-05-01 00:00"))  # lifts the member
    assert points(ledger, order(10_000)) == expected


def test_there_is_one_floor_at_the_end() -> None:
    half = replace(BASE, per_minor=200, rounding=EarnRounding.PROPORTIONAL)
    assert (
        points(shop(half, times(1.5), times(1.3333, "odd")), order(100)) == 0
    )  # 0.5 x 1.5 x 1.3333 = 0.999975
    assert points(shop(half, times(1.5), times(1.3334, "odd")), order(100)) == 1  # 1.00005


def test_a_rule_that_selects_lines_gives_to_these_alone() -> None:
    ledger = shop(BASE, times(3, lines="line.sku == 'tea'"), fixed(10, lines="line.sku.startsWith('c')"))
    made = replace(order(10_000), **lines(("tea", 6_000), ("cup", 3_000), ("pot", 1_000)))
    recorded = ledger.post(ledger.recording(made)).value
    assert [line.earned["POINTS"] for line in recorded.lines] == [180, 40, 10]
    assert points(ledger, order(1_000, sku="rice", order_id="rice")) == 10


def test_a_cap_cuts_what_a_rule_adds_and_a_refund_gives_it_back() -> None:
    capped = times(2, caps=(Cap(CapWindow.ORDER, 80), Cap(CapWindow.DAY, 100)))
    ledger = shop(BASE, capped)
    first = ledger.earn(10_000)
    second = ledger.earn(10_000)
    third = ledger.earn(10_000)
    assert [each.value.earned["POINTS"].points for each in (first, second, third)] == [180, 120, 100]
    ledger.refund(first, amount=5_000)  # takes 90 back, of which the multiplier gave 40
    assert ledger.earn(10_000).value.earned["POINTS"].points == 140
    ledger.refund(first, whole=True)
    assert ledger.earn(10_000).value.earned["POINTS"].points == 140
    tomorrow = ledger.now = at("2026-06-01 16:00")
    assert ledger.earn(10_000, paid_at=tomorrow).value.earned["POINTS"].points == 180
    assert ledger.state.counts.of(Count(1, "times", MEMBER, CapWindow.DAY, date(2026, 6, 1))) == 100


def test_a_budget_is_spent_to_the_last_point_over_all_members() -> None:
    ledger = shop(BASE, fixed(60, budget=100, exclusive=True))
    assert [
        ledger.earn(5_000).value.earned["POINTS"].points,
        ledger.earn(5_000, member=OTHER).value.earned["POINTS"].points,
    ] == [60, 40]
    assert ledger.earn(5_000).value.earned["POINTS"].points == 50, "who has nothing left excludes nobody"
    assert ledger.state.counts.of(Count(1, "gift")) == 100


def test_halves_of_points_never_spend_more_than_the_budget() -> None:
    half = replace(BASE, key="half", per_minor=200, rounding=EarnRounding.PROPORTIONAL)
    ledger = shop(half, replace(half, key="campaign", budget=3))
    earned = [ledger.earn(300).value.earned["POINTS"].points for _ in range(4)]
    assert (sum(earned), ledger.state.counts.of(Count(1, "campaign"))) == (3 + 3 + 2 + 1, 3)


@pytest.mark.parametrize(
    ("wrong", "field", "column"),
    [
        (fixed(1, condition="order.totl > 3"), "earn_rules[0].condition", "6"),
        (fixed(1, condition="order.total_minor > 'x'"), "earn_rules[0].condition", "19"),
        (fixed(1, condition="order.total_minor >"), "earn_rules[0].condition", "20"),
        (fixed(1, condition="order.total_minor + 1"), "earn_rules[0].condition", None),
        (fixed(1, condition="order.lines.exists(l, l.colour == 'a')"), "earn_rules[0].condition", "24"),
        (fixed(1, lines="line.skuu == 'a'"), "earn_rules[0].lines", "5"),
        (fixed(1, condition="line.sku == 'a'"), "earn_rules[0].condition", "5"),
        (
            fixed(1, condition="order.lines.all(a, order.lines.all(b, a.quantity == b.quantity))"),
            "earn_rules[0].condition",
            None,
        ),
        (fixed(1, condition="order.source == '" + "a" * 1_000 + "'"), "earn_rules[0].condition", None),
        (fixed(0), "earn_rules[0].points", None),
        (times(1), "earn_rules[0].multiplier", None),
        (fixed(1, schedule=Schedule(days_of_month=(32,))), "earn_rules[0].schedule.days_of_month", None),
        (fixed(1, schedule=Schedule(hours=(Hours(22, 20),))), "earn_rules[0].schedule.hours[0]", None),
        (
            fixed(1, schedule=Schedule(date(2026, 2, 1), date(2026, 1, 1))),
            "earn_rules[0].schedule.last_on",
            None,
        ),
        (fixed(1, caps=(Cap(CapWindow.DAY, 0),)), "earn_rules[0].caps[0].points", None),
        (fixed(1, caps=(Cap(CapWindow.DAY, 1), Cap(CapWindow.DAY, 2))), "earn_rules[0].caps[1].window", None),
        (fixed(1, budget=-1), "earn_rules[0].budget", None),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_path_and_column(
    wrong: EarnRule, field: str, column: str | None
) -> None:
    with pytest.raises(ProgrammeNotWellFormed) as refused:
        check(programme(earn_rules=(wrong,)))
    assert (refused.value.field, refused.value.facts.get("column")) == (field, column)
    assert column is None or f"column {column}" in refused.value.message


def test_exclusive_rules_that_may_meet_need_an_order_among_themselves() -> None:
    weekend, monday = Schedule(weekdays=(6, 7)), Schedule(weekdays=(1,))
    one = fixed(1, "one", exclusive=True, schedule=weekend)
    check(programme(earn_rules=(one, fixed(1, "two", exclusive=True, schedule=monday))))
    check(programme(earn_rules=(one, fixed(1, "two", exclusive=True, priority=1))))
    check(programme(earn_rules=(one, times(2, "two", exclusive=True))))
    with pytest.raises(ProgrammeNotWellFormed) as refused:
        check(programme(earn_rules=(one, fixed(1, "two", exclusive=True))))
    assert refused.value.field == "earn_rules[1].priority"


def test_rules_of_two_currencies_stand_apart() -> None:
    growth = rule(code="GROWTH", tier_multiplied=False, key="growth")
    ledger = shop(
        BASE,
        growth,
        fixed(5, exclusive=True),
        times(2, currency="GROWTH"),
        currencies=(currency(), currency("GROWTH", 2, spendable=False)),
    )
    earned = ledger.earn(10_000).value.earned
    assert {code: each.points for code, each in earned.items()} == {"POINTS": 5, "GROWTH": 200}


ARRIVED = fixed(40, "arrived", trigger=EarnTrigger.ORDER_COMPLETED)


def pending(ledger: Ledger) -> int:
    return ledger.state.wallets[MEMBER, 1].pending


def test_what_waits_for_the_completion_is_promised_with_the_order_and_given_with_its_completion() -> None:
    month = currency(expiry=Expiry(Period.parse("P1M")))
    ledger = shop(BASE, ARRIVED, times(2), currencies=(month,))
    paid = ledger.earn(10_000)
    assert (paid.value.earned["POINTS"].points, ledger.balance(), pending(ledger)) == (240, 200, 40), (
        "a multiplier multiplies what is given with it, and no more"
    )
    ledger.now = at("2026-06-20 04:00")
    done = ledger.complete(paid, at("2026-06-10 04:00"))
    assert (done.value.earned["POINTS"].matured, ledger.balance(), pending(ledger)) == (40, 240, 0)
    assert ledger.lots() == [(at("2026-07-01 16:00"), 200), (at("2026-07-10 16:00"), 40)]
    assert ledger.complete(paid, at("2026-06-11 04:00")).replayed
    assert ledger.balance() == 240


def test_rules_of_each_moment_exclude_multiply_and_round_among_themselves() -> None:
    late: dict[str, Any] = {"trigger": EarnTrigger.ORDER_COMPLETED}
    half = replace(BASE, per_minor=200, rounding=EarnRounding.PROPORTIONAL)
    ledger = shop(
        half,
        replace(half, key="late-half", **late),
        fixed(7, "alone", exclusive=True, condition="order.channel == 'fair'", **late),
        times(3, "late-times", **late),
    )
    assert points(ledger, order(300)) == 1 + 4, "1.5, and 1.5 three times: 4.5"
    assert pending(ledger) == 4
    fair = ledger.post(ledger.recording(order(300, order_id="fair", channel="fair"))).value
    assert (fair.earned["POINTS"].points, fair.earned["POINTS"].on_completion) == (1 + 21, 21)


@pytest.mark.parametrize("completed_first", [True, False])
def test_refunds_take_back_in_proportion_what_was_given_and_what_was_promised(completed_first: bool) -> None:
    ledger = shop(BASE, fixed(60, "arrived", trigger=EarnTrigger.ORDER_COMPLETED))
    paid = ledger.earn(4_000, 6_000)
    if completed_first:
        ledger.complete(paid)
    taken = [ledger.refund(paid, amount=2_500).value.taken_back["POINTS"].points]
    assert (ledger.balance(), pending(ledger)) == ((120, 0) if completed_first else (75, 45))
    taken.append(ledger.refund(paid, "1").value.taken_back["POINTS"].points)
    if not completed_first:
        matured = ledger.complete(paid).value.earned["POINTS"].matured
        assert (matured, pending(ledger)) == (ledger.balance() - (100 + 60 - sum(taken) - matured), 0)
    taken.append(ledger.refund(paid, "2").value.taken_back["POINTS"].points)
    assert (sum(taken), ledger.balance(), pending(ledger)) == (160, 0, 0)


def test_what_is_refunded_whole_is_not_rewarded_when_it_is_completed() -> None:
    late = {"trigger": EarnTrigger.ORDER_COMPLETED}
    coupon = EarnRule(
        "thanks",
        "",
        0,
        0,
        EarnRounding.WHOLE_STEPS,
        False,
        award=AwardKind.COUPON,
        coupon_template="t",
        **late,
    )
    ledger = shop(BASE, replace(ARRIVED, budget=100), coupon)
    kept, returned = ledger.earn(1_000), ledger.earn(1_000)
    assert [grant.template for grant in ledger.state.grants] == []
    ledger.refund(returned, whole=True)
    assert ledger.state.counts.of(Count(1, "arrived")) == 40, (
        "what was promised counts, until it is taken back"
    )
    for each in (kept, returned, kept):
        ledger.complete(each)
    assert [grant.key for grant in ledger.state.grants] == [f"earn:shop:thanks:{kept.value.ref}"]
    assert (ledger.balance(), pending(ledger)) == (10 + 40, 0)


def test_a_currency_whose_points_all_wait_for_the_completion_waits_for_it_once() -> None:
    waiting = currency(maturation=Maturation(MaturationKind.ON_ORDER_COMPLETED))
    ledger = shop(BASE, ARRIVED, currencies=(waiting,))
    paid = ledger.earn(10_000)
    assert (ledger.balance(), pending(ledger)) == (0, 140)
    ledger.refund(paid, amount=5_000)
    ledger.complete(paid)
    assert (ledger.balance(), pending(ledger)) == (70, 0)
    ledger.refund(paid, amount=5_000)
    assert (ledger.balance(), pending(ledger)) == (0, 0)


def test_a_refund_that_may_not_go_into_debt_asks_only_for_what_was_given() -> None:
    strict = currency(negative_policy=NegativePolicy.REFUSE)
    ledger = shop(BASE, ARRIVED, currencies=(strict,))
    paid = ledger.earn(10_000)
    ledger.redeem(50)
    ledger.refund(paid, amount=5_000)
    assert (ledger.balance(), pending(ledger)) == (0, 20)
    ledger.complete(paid)
    with pytest.raises(NotEnoughPointsToTakeBack):
        ledger.refund(paid, whole=True)


def test_what_was_promised_goes_with_the_membership() -> None:
    ledger = shop(BASE, ARRIVED)
    paid = ledger.earn(10_000)
    leaving = Forfeiture(MEMBER, "shop", "f", "staff:ada", "CLOSED")
    ledger.post(lambda book: forfeit(book, leaving))
    ledger.complete(paid)
    back = ledger.refund(paid, amount=5_000).value.taken_back["POINTS"]
    assert (back.points, back.forfeited, pending(ledger)) == (70, 20, 0)
