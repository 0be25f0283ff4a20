"""What moves a member on the ladder besides time: versions, refunds, imports, placements, scores and merges."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import orjson
import pytest

from services.kit import clock
from services.loyalty.rules.ledger.awards import award
from services.loyalty.rules.ledger.entries import key_of
from services.loyalty.rules.ledger.expiry import NEVER, Period, local_day
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.metrics import Measured
from services.loyalty.rules.tiers.placements import (
    Ending,
    Placement,
    PlacementAlreadyRecorded,
    end_placement,
    place,
)
from services.loyalty.rules.tiers.standings import KEPT_DAYS, PlacementKind, Standing
from services.loyalty.rules.tiers.tier_schemes import (
    Condition,
    Downgrade,
    Knot,
    OnPublish,
    ScorePart,
    Successor,
    TierScheme,
)
from services.loyalty.rules.tiers.tiers import Why, reassess
from services.loyalty.rules.tiers.windows import LIFETIME, Window, WindowKind
from services.loyalty.storage.programmes import definitions
from tests.loyalty.rules.memory import MEMBER, NAME, Ledger, at, programme, tier
from tests.loyalty.rules.test_tier_examples import ledger_of, moves, spending

MONTH, YEAR = Window(WindowKind.CALENDAR_MONTH), Window(WindowKind.CALENDAR_YEAR)
ENDING = TierScheme(Period.parse("P1M"), Period.parse("P10D"), Downgrade.TO_QUALIFIED)
DAY_US = 24 * 3_600_000_000


def standing_of(ledger: Ledger) -> Standing:
    return ledger.state.standings[ledger.member, 1]


def placed(
    ledger: Ledger, tier_key: str, until: str, kind: PlacementKind = PlacementKind.OVERRIDE, key: str = "k"
) -> Answer:
    asked = Placement(
        ledger.member, "shop", tier_key, at(until), kind, key_of("place", 1, key), "staff:ada", "TEST"
    )
    return ledger.post(partial(place, asked=asked))


def test_who_makes_up_for_it_in_the_grace_keeps_the_tier_from_the_end_of_its_validity() -> None:
    rolling = Window(WindowKind.ROLLING_DAYS, 8)
    ledger = ledger_of(spending("silver", 10_000, rolling), scheme=ENDING)
    ledger.now = at("2026-01-15 04:00")
    ledger.earn(10_000)
    ledger.now = at("2026-02-20 04:00")  # within the grace, which ends on the 25th
    ledger.earn(10_000)
    assert standing_of(ledger).grace_until == at("2026-02-24 16:00")
    ledger.now = at("2026-02-24 16:00")
    ledger.touch()
    assert (ledger.tier(), standing_of(ledger).valid_until) == ("silver", at("2026-03-14 16:00"))


@pytest.mark.parametrize(
    ("validity", "began", "ends"),
    [
        ("P1M", "2026-01-31", ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("P12M", "2024-02-29", ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("P10D", "2026-01-31", ["2026-02-10", "2026-02-20", "2026-03-02", "2026-03-12"]),
    ],
)
@pytest.mark.parametrize("how", ["held", "overridden", "published"])
def test_terms_one_after_the_other_are_counted_from_the_day_on_which_the_first_began(
    validity: str, began: str, ends: list[str], how: str
) -> None:
    scheme = replace(ENDING, validity=Period.parse(validity), grace=None)
    tiers = spending("silver", 10_000, LIFETIME), spending("gold", 50_000, LIFETIME)
    ledger = ledger_of(*tiers, scheme=TierScheme() if how == "published" else scheme)
    ledger.now = at(f"{began} 04:00") - (how == "published") * DAY_US
    ledger.earn(10_000)
    if how == "overridden":
        day = date.fromisoformat(began) + timedelta(days=1)
        placed(ledger, "gold", f"{day} 01:00")
    if how == "published":
        ledger.versions += (version(ledger.versions[0], ledger.now + DAY_US, tier_scheme=scheme),)
        ledger.now += DAY_US
        ledger.touch()
    for day in ends:
        until = at(f"{day} 00:00") - 8 * 3_600_000_000
        assert standing_of(ledger).valid_until == until
        ledger.now = until + 2 * 3_600_000_000
        ledger.touch()
    assert ledger.tier() == "silver"


@pytest.mark.parametrize("how", ["revised on a 31st", "held before from a 31st on"])
def test_terms_are_counted_from_no_day_on_which_none_began(how: str) -> None:
    scheme = replace(ENDING, grace=None)
    ledger = ledger_of(spending("silver", 10_000, MONTH), scheme=scheme)
    if how == "held before from a 31st on":
        ledger.now = at("2023-12-31 04:00")
        ledger.earn(10_000)
        ledger.now = at("2024-02-01 04:00")
        ledger.touch()
        assert ledger.tier() == ""
    scheme = replace(scheme, downgrade=Downgrade.NONE)
    ledger.versions += (version(ledger.versions[0], at("2024-02-02 00:00"), tier_scheme=scheme),)
    ledger.now = at("2024-02-29 04:00")
    ledger.earn(10_000)
    if how == "revised on a 31st":
        ledger.versions += (version(ledger.versions[1], at("2024-03-31 04:00"), tier_scheme=scheme),)
    ends = []
    while ledger.now < at("2025-03-01 00:00"):
        ledger.now = standing_of(ledger).valid_until
        ledger.touch()
        ends.append(local_day(standing_of(ledger).valid_until, "Asia/Shanghai"))
    assert [day.day for day in ends] == [29] * 10 + [28, 29, 29]


def test_a_refund_is_seen_at_the_end_or_at_once_where_the_scheme_says_so() -> None:
    for at_once, held in ((False, "gold"), (True, "silver")):
        scheme = replace(ENDING, refunds_count_at_once=at_once)
        ladder = spending("silver", 10_000, YEAR), spending("gold", 50_000, YEAR)
        ledger = ledger_of(*ladder, scheme=scheme)
        ledger.now = at("2025-12-30 04:00")
        ledger.earn(20_000)
        big = ledger.earn(40_000)
        ends = standing_of(ledger).valid_until
        ledger.now = at("2026-01-02 04:00")
        small = ledger.earn(1_000)
        ledger.refund(small, whole=True)
        assert ledger.tier() == "gold", "what was paid since is nothing that the tier rests on"
        ledger.refund(big, whole=True)
        assert ledger.tier() == held
        assert standing_of(ledger).valid_until == ends


def version(before: Programme, effective_at: int, **changes: Any) -> Programme:
    return replace(before, version=before.version + 1, effective_at=effective_at, **changes)


HARDER = (spending("silver", 30_000, LIFETIME), spending("gold", 60_000, LIFETIME))


@pytest.mark.parametrize(
    ("spent", "scheme", "held", "why"),
    [
        (20_000, TierScheme(), "silver", Why.UNCHANGED),
        (20_000, TierScheme(on_publish=OnPublish.REASSESS), "", Why.LOWERED),
        (30_000, TierScheme(on_publish=OnPublish.REASSESS), "silver", Why.UNCHANGED),
        (50_000, TierScheme(on_publish=OnPublish.REASSESS), "silver", Why.LOWERED),
    ],
)
def test_publishing_raises_at_once_and_lowers_only_where_it_says_so(
    spent: int, scheme: TierScheme, held: str, why: Why
) -> None:
    ledger = ledger_of(spending("silver", 10_000, LIFETIME), spending("gold", 50_000, LIFETIME))
    ledger.earn(spent)
    after = version(ledger.versions[0], ledger.now + DAY_US, tiers=HARDER, tier_scheme=scheme)
    assert reassess(after, standing_of(ledger), {}, after.effective_at) == (held, why)
    ledger.versions += (after,)
    ledger.now = after.effective_at + 5 * DAY_US
    ledger.touch()
    assert ledger.tier() == held
    if why is Why.LOWERED:
        assert moves(ledger)[-1] == (held, after.effective_at)


def test_a_version_that_lets_tiers_end_lets_those_end_that_are_held() -> None:
    ledger = ledger_of(spending("silver", 10_000, MONTH))
    ledger.earn(10_000)
    assert standing_of(ledger).valid_until == NEVER
    since = at("2026-07-01 04:00")
    ledger.versions += (version(ledger.versions[0], since, tier_scheme=ENDING),)
    ledger.now = at("2026-07-20 04:00")
    ledger.touch()
    assert standing_of(ledger).valid_until == at("2026-07-31 16:00")
    ledger.now = at("2026-08-10 16:00")
    ledger.touch()
    assert moves(ledger)[-1] == ("", at("2026-08-10 16:00"))


def test_members_of_a_tier_that_is_gone_go_where_the_version_says() -> None:
    ledger = ledger_of(spending("bronze", 5_000, LIFETIME), spending("silver", 10_000, LIFETIME))
    ledger.earn(10_000)
    after = version(
        ledger.versions[0],
        ledger.now + DAY_US,
        tiers=(spending("bronze", 5_000, LIFETIME), spending("gold", 50_000, LIFETIME)),
        tier_scheme=TierScheme(successors=(Successor("silver", "gold"),)),
    )
    ledger.versions += (after,)
    ledger.now += 2 * DAY_US
    ledger.touch()
    assert moves(ledger)[-1] == ("gold", after.effective_at)


def imported(ledger: Ledger, minor: int, paid_at: str) -> Answer:
    """An order of an importer's, which may be old."""
    operation = ledger.paying(minor, paid_at=at(paid_at))
    asked = replace(operation.keywords["asked"], may_be_old=True)  # type: ignore[attr-defined]
    return ledger.post(partial(operation.func, asked=asked))  # type: ignore[attr-defined]


def test_a_history_imported_in_its_order_gives_the_tiers_that_were_held() -> None:
    paid = [
        ("2021-01-10 04:00", 10_000),  # silver until 10 February, in grace until the 20th
        ("2021-02-15 04:00", 10_000),  # keeps it, in its grace
        ("2021-05-01 04:00", 50_000),  # it was lost on 20 March; gold
        ("2022-03-01 04:00", 10_000),  # and that on 11 June; silver
    ]
    thirty = Window(WindowKind.ROLLING_DAYS, 30)
    ladder = spending("silver", 10_000, thirty), spending("gold", 50_000, thirty)
    lived, brought = (ledger_of(*ladder, scheme=ENDING) for _ in range(2))
    for when, minor in paid:
        lived.now = at(when) - 1_000
        lived.earn(minor, paid_at=at(when))
    lived.now = brought.now
    lived.touch()
    at_payment = []
    for when, minor in paid:
        order = imported(brought, minor, when)
        brought.touch()  # as the due run does, between any two of them
        at_payment.append(order.value.tier_at_payment)
    assert at_payment == ["", "silver", "", ""]
    assert standing_of(brought).tiers == standing_of(lived).tiers
    held = [key for key, _ in standing_of(lived).tiers]
    assert held == ["silver", "", "gold", "", "silver", ""]


@pytest.mark.parametrize("second", ["2021-01-10 04:00", "2021-01-10 01:00"], ids=["instant", "day"])
def test_an_imported_order_of_the_day_that_raised_the_tier_takes_nothing_of_it_back(second: str) -> None:
    ledger = ledger_of(spending("silver", 10_000, LIFETIME))
    imported(ledger, 10_000, "2021-01-10 04:00")
    order = imported(ledger, 5_000, second)
    assert order.value.tier_at_payment == "", "a tier begins just after what raised it"
    assert moves(ledger) == [("silver", at("2021-01-10 04:00") + 1)]


def test_a_late_order_counts_with_what_was_paid_since_and_rates_nothing_again() -> None:
    ledger = ledger_of(spending("silver", 10_000, MONTH))
    ledger.now = at("2026-06-20 04:00")
    first = ledger.earn(6_000)
    late = ledger.earn(4_000, paid_at=at("2026-06-05 04:00"))
    assert (first.value.tier_at_payment, late.value.tier_at_payment) == ("", "")
    assert moves(ledger) == [("silver", late.value.recorded_at)], "neither alone, both from now on"


def test_what_was_paid_for_is_a_floor_and_an_override_is_exact() -> None:
    ledger = ledger_of(spending("silver", 10_000, LIFETIME), spending("gold", 50_000, LIFETIME))
    placed(ledger, "silver", "2026-09-01", PlacementKind.PAID, "paid")
    assert ledger.tier() == "silver"
    ledger.earn(50_000)
    assert ledger.tier() == "gold", "who paid for less and reached more has more"
    first = placed(ledger, "silver", "2026-08-01")
    assert (ledger.tier(), first.value.tier_before) == ("silver", "gold")
    assert placed(ledger, "silver", "2026-08-01") == Answer(first.value, replayed=True)
    with pytest.raises(PlacementAlreadyRecorded):
        placed(ledger, "gold", "2026-08-01")
    ledger.now = at("2026-08-01")
    ledger.touch()
    assert moves(ledger)[-1] == ("gold", at("2026-08-01"))
    paid = key_of("place", 1, "paid").hex()
    asked = Ending(MEMBER, "shop", PlacementKind.PAID, b"e" * 16, "staff:ada", "TEST", paid)
    assert ledger.post(partial(end_placement, asked=asked)).value.tier_after == "gold"
    assert standing_of(ledger).next_due_at == NEVER


def test_what_was_earned_counts_in_a_window_though_it_was_spent_and_no_more_once_taken_back() -> None:
    asked = Condition("EARNED:POINTS", 200, MONTH)
    ledger = ledger_of(replace(tier("silver", 0), conditions=(asked,)), scheme=ENDING)
    order = ledger.earn(15_000)
    ledger.redeem(150)
    ledger.post(partial(award, ask=ledger.ask(50, "award")))
    assert ledger.tier() == "silver"
    ledger.refund(order, whole=True)
    measured = Measured(ledger.versions[0], standing_of(ledger), {}, standing_of(ledger).earned[-1][0])
    assert measured.value("EARNED:POINTS", MONTH) == 50


@pytest.mark.parametrize(
    ("orders", "spent", "score"),
    [(0, 0, 0), (1, 50_000, 10 + 50), (4, 100_000, 40 + 100), (9, 550_000, 40 + 150), (9, 10**9, 40 + 200)],
)
def test_a_score_is_linear_between_its_knots_and_capped_by_its_last(
    orders: int, spent: int, score: int
) -> None:
    parts = (
        ScorePart("often", NAME, "ORDERS", LIFETIME, (Knot(4, 40),)),
        ScorePart("much", NAME, "SPEND", LIFETIME, (Knot(100_000, 100), Knot(1_000_000, 200))),
    )
    scheme = TierScheme(score=parts)
    made = programme(tiers=(replace(tier("88vip", 1_000, metric="SCORE")),), tier_scheme=scheme)
    standing = Standing(MEMBER, 1, days=[[730_000, spent, orders]])
    assert Measured(made, standing, {}, 730_000).value("SCORE") == score


def test_days_that_no_window_sees_are_one_sum() -> None:
    standing = Standing(MEMBER, 1)
    for day in range(730_000, 730_000 + 2 * KEPT_DAYS):
        standing.add(day, 100, 1)
    assert len(standing.days) == KEPT_DAYS + 2
    assert sum(day[1] for day in standing.days) == 2 * KEPT_DAYS * 100
    standing.add(730_001, -100, -1)
    assert len(standing.days) == KEPT_DAYS + 2
    assert sum(day[2] for day in standing.days) == 2 * KEPT_DAYS - 1


def test_a_version_of_an_older_release_means_what_it_meant() -> None:
    made = programme(tiers=(tier("silver", 100), tier("gold", 500)))
    rules = orjson.loads(definitions.encode(made))
    del rules["tier_scheme"]
    for each in rules["tiers"]:
        for added in ("match", "retain", "retain_match"):
            del each[added]
        for condition in each["conditions"]:
            del condition["window"]
    row = {
        "programme_id": "shop",
        "number": 1,
        "version": 1,
        "rules": orjson.dumps(rules),
        "effective_at": clock.instant(made.effective_at),
    }
    assert definitions.decode(row, {"POINTS": 1}) == made
