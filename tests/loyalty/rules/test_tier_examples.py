"""The worked examples of what tier schemes mean, each a test named after what it shows.

1  test_tier_example_01_growth_reaches_the_tiers_at_their_thresholds
2  test_tier_example_02_spending_points_changes_no_tier
3  test_tier_example_03_a_validity_of_a_year_ends_at_a_local_midnight_and_an_upgrade_restarts_it
4  test_tier_example_04_who_does_not_keep_gold_goes_where_the_mode_says
5  test_tier_example_05_lifetime_spend_raises_at_the_sum
6  test_tier_example_06_cumulative_spend_reaches_the_silver_card
7  test_tier_example_07_an_order_is_earned_at_the_rate_of_the_tier_held_when_it_was_paid
8  test_tier_example_08_years_of_who_joined_on_29_february
"""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest

from services.loyalty.rules.ledger.awards import award
from services.loyalty.rules.ledger.events import TierKept, TierLowered, TierRaised
from services.loyalty.rules.ledger.expiry import Period
from services.loyalty.rules.tiers.tier_schemes import Condition, Downgrade, TierRule, TierScheme
from services.loyalty.rules.tiers.windows import Span, Window, WindowKind, span
from tests.loyalty.rules.memory import Ledger, at, currency, programme, rule, tier

YEAR = Period.parse("P12M")
ROLLING_400 = Window(WindowKind.ROLLING_DAYS, 400)


def spending(key: str, minor: int, window: Window = ROLLING_400, **changes: Any) -> TierRule:
    """A tier reached by money spent in a window."""
    made = tier(key, 0)
    return replace(made, conditions=(Condition("SPEND", minor, window),), **changes)


def ledger_of(*tiers: TierRule, scheme: TierScheme | None = None, **changes: Any) -> Ledger:
    """A ledger of GROWTH and POINTS, each 1 per 1.00."""
    currencies = (currency(), currency("GROWTH", 2, spendable=False))
    rules = (rule(), rule(code="GROWTH"))
    made = programme(
        currencies=currencies, earn_rules=rules, tiers=tiers, tier_scheme=scheme or TierScheme(), **changes
    )
    return Ledger((made,))


def moves(ledger: Ledger) -> list[tuple[str, int]]:
    """What was told about tiers: where to, and when."""
    kinds = (TierRaised, TierLowered)
    return [(e.what.to_tier, e.occurred_at) for e in ledger.events if isinstance(e.what, kinds)]


@pytest.mark.parametrize(("growth", "held"), [(99, ""), (100, "bronze"), (250, "silver"), (300, "gold")])
def test_tier_example_01_growth_reaches_the_tiers_at_their_thresholds(growth: int, held: str) -> None:
    ledger = ledger_of(tier("bronze", 100), tier("silver", 200), tier("gold", 300))
    ledger.earn(growth * 100)
    assert ledger.tier() == held


def test_tier_example_02_spending_points_changes_no_tier() -> None:
    ledger = ledger_of(tier("silver", 100), tier("gold", 500), tier("platinum", 1_000))
    ledger.now = at("2026-01-10 02:00")
    ledger.earn(10_000)
    assert ledger.tier() == "silver"
    ledger.redeem(100)
    assert ledger.tier() == "silver"
    ledger.now = at("2026-02-25 02:00")
    ledger.earn(50_000)
    assert ledger.tier() == "gold"


@pytest.mark.parametrize(
    ("zone", "ends", "restarted"),
    [
        ("Asia/Shanghai", "2025-04-14 16:00", "2025-10-24 16:00"),
        ("America/New_York", "2025-04-15 04:00", "2025-10-25 04:00"),
        ("Europe/Berlin", "2025-04-14 22:00", "2025-10-24 22:00"),
    ],
)
def test_tier_example_03_a_validity_of_a_year_ends_at_a_local_midnight_and_an_upgrade_restarts_it(
    zone: str, ends: str, restarted: str
) -> None:
    scheme = TierScheme(YEAR, None, Downgrade.TO_QUALIFIED)
    quarter = Window(WindowKind.CALENDAR_QUARTER)
    ladder = (spending("silver", 10_000, quarter), spending("gold", 30_000, quarter))
    ledger = ledger_of(*ladder, scheme=scheme, time_zone=zone)
    ledger.now = at("2024-04-15 06:00")
    ledger.earn(10_000)
    standing = ledger.state.standings[ledger.member, 1]
    assert standing.valid_until == at(ends)
    lapsed = replace(ledger, state=replace(ledger.state, standings={(ledger.member, 1): standing.copy()}))
    lapsed.now = at(ends) - 10_000
    lapsed.touch()
    assert lapsed.tier() == "silver"
    lapsed.now = at(ends)
    lapsed.touch()
    assert lapsed.tier() == ""
    assert lapsed.state.standings[ledger.member, 1].tiers[-1] == ("", at(ends))

    ledger.now = at("2024-10-25 06:00")
    ledger.earn(30_000)
    assert (ledger.tier(), standing.valid_until) == ("gold", at(restarted))


@pytest.mark.parametrize(
    ("spent", "mode", "held"),
    [
        (300_000, Downgrade.TO_QUALIFIED, "silver"),
        (300_000, Downgrade.ONE_STEP, "silver"),
        (300_000, Downgrade.NONE, "gold"),
        (100_000, Downgrade.TO_QUALIFIED, ""),
        (100_000, Downgrade.ONE_STEP, "silver"),
        (500_000, Downgrade.TO_QUALIFIED, "gold"),
    ],
)
def test_tier_example_04_who_does_not_keep_gold_goes_where_the_mode_says(
    spent: int, mode: Downgrade, held: str
) -> None:
    ladder = spending("silver", 200_000), spending("gold", 500_000)
    ledger = ledger_of(*ladder, scheme=TierScheme(Period.parse("P500D"), None, mode))
    ledger.now = at("2024-01-01 04:00")
    ledger.earn(500_000)
    ledger.now = at("2025-01-01 04:00")
    ledger.earn(spent)
    ledger.now = at("2025-05-14 16:00")
    ledger.touch()
    assert ledger.tier() == held
    kept = [event.occurred_at for event in ledger.events if isinstance(event.what, TierKept)]
    assert kept == ([at("2025-05-14 16:00")] if held == "gold" else [])


def test_tier_example_05_lifetime_spend_raises_at_the_sum() -> None:
    always = Window()
    ledger = ledger_of(spending("t1", 4_000_000, always), spending("t2", 10_000_000, always))
    held = []
    for thousands in (45, 25, 25, 10):
        ledger.earn(thousands * 100_000)
        held.append(ledger.tier())
    assert held == ["t1", "t1", "t1", "t2"]


def test_tier_example_06_cumulative_spend_reaches_the_silver_card() -> None:
    ledger = ledger_of(spending("silver", 50_000, Window()))
    ledger.earn(49_999)
    assert ledger.tier() == ""
    ledger.earn(1)
    assert ledger.tier() == "silver"
    before = ledger.balance()
    ledger.post(partial(award, ask=ledger.ask(200, "award", "three-shares")))
    assert ledger.balance() == before + 200


def test_tier_example_07_an_order_is_earned_at_the_rate_of_the_tier_held_when_it_was_paid() -> None:
    ledger = ledger_of(replace(spending("double", 10_000, Window()), multiplier=20_000))
    first = ledger.earn(10_000)
    second = ledger.earn(10_000)
    late = ledger.earn(10_000, paid_at=first.value.paid_at)
    assert [each.value.earned["POINTS"].points for each in (first, second, late)] == [100, 200, 100]
    assert moves(ledger) == [("double", first.value.paid_at + 1)]


def test_tier_example_08_years_of_who_joined_on_29_february() -> None:
    joined, anniversary = date(2024, 2, 29), Window(WindowKind.ANNIVERSARY)
    for first, after in (
        (joined, date(2025, 2, 28)),
        (date(2025, 2, 28), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2027, 2, 28)),
        (date(2027, 2, 28), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2029, 2, 28)),
    ):
        within = Span(first.toordinal(), after.toordinal() - 1)
        for day in (within.first, within.last):
            assert span(anniversary, day, joined.toordinal()) == within


@pytest.mark.parametrize(
    ("kind", "day", "first", "last"),
    [
        (WindowKind.CALENDAR_MONTH, "2024-02-29", "2024-02-01", "2024-02-29"),
        (WindowKind.CALENDAR_MONTH, "2026-12-31", "2026-12-01", "2026-12-31"),
        (WindowKind.CALENDAR_QUARTER, "2026-05-31", "2026-04-01", "2026-06-30"),
        (WindowKind.CALENDAR_YEAR, "2024-12-31", "2024-01-01", "2024-12-31"),
    ],
)
def test_calendar_windows_are_whole(kind: WindowKind, day: str, first: str, last: str) -> None:
    found = span(Window(kind), date.fromisoformat(day).toordinal(), 0)
    assert (date.fromordinal(found.first), date.fromordinal(found.last)) == (
        date.fromisoformat(first),
        date.fromisoformat(last),
    )
