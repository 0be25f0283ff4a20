"""Looking: who only reads sees what falls due as of now, and what was given stays as it was given."""

from copy import deepcopy

import pytest

from services.loyalty.rules.ledger.expiry import NEVER, Expiry, Maturation, MaturationKind, Period
from services.loyalty.rules.ledger.points import Member
from services.loyalty.rules.ledger.reading import seen
from services.loyalty.rules.tiers.standings import Placed, PlacementKind, Standing
from services.loyalty.rules.tiers.tier_schemes import Downgrade, TierScheme
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, programme, tier

BEFORE, BOUGHT = at("2026-06-01 11:59"), at("2026-06-01 12:00")
A_MONTH, YEARS = Period(1, 0), TierScheme(Period(12, 0), None, Downgrade.TO_QUALIFIED)


def ledger(**changes: object) -> Ledger:
    """A hundred points in June 2026, by which the member has risen to silver."""
    version = programme(tiers=(tier("silver", 100, metric="SPEND"), tier("gold", 90_000, metric="SPEND")))
    made = Ledger((version,), now=BEFORE)
    if changes:
        made = Ledger((programme(**{"tiers": version.tiers, **changes}),), now=BEFORE)
    made.earn(10_000, paid_at=BOUGHT)
    return made


def look(of: Ledger, now: int) -> Member:
    wallets = list(of.state.wallets.values())
    return seen(of.programmes, "shop", of.state.standings[MEMBER, 1], wallets, now)


def test_where_nothing_fell_due_what_was_given_is_what_is_seen() -> None:
    of = ledger()
    found = look(of, at("2026-06-02"))
    assert found.standing is of.state.standings[MEMBER, 1]
    assert found.wallets["POINTS"] is of.state.wallets[MEMBER, 1]
    assert (found.standing.tier, found.balances(), found.recorded_at) == (
        "silver",
        {"POINTS": 100},
        at("2026-06-02"),
    )


@pytest.mark.parametrize(
    ("changes", "now", "points", "held"),
    [
        ({"currencies": (currency(expiry=Expiry(A_MONTH)),)}, "2026-06-30", 100, "silver"),
        ({"currencies": (currency(expiry=Expiry(A_MONTH)),)}, "2026-07-03", 0, "silver"),
        (
            {"currencies": (currency(maturation=Maturation(MaturationKind.AFTER_PERIOD, Period(0, 7))),)},
            "2026-06-05",
            0,
            "silver",
        ),
        (
            {"currencies": (currency(maturation=Maturation(MaturationKind.AFTER_PERIOD, Period(0, 7))),)},
            "2026-06-10",
            100,
            "silver",
        ),
        ({"tier_scheme": YEARS}, "2027-05-31", 100, "silver"),
        ({"tier_scheme": YEARS}, "2028-06-03", 100, "silver"),
    ],
)
def test_what_fell_due_is_seen_and_what_was_given_stays(
    changes: dict[str, object], now: str, points: int, held: str
) -> None:
    of = ledger(**changes)
    given = deepcopy((of.state.standings, of.state.wallets))
    found = look(of, at(now))
    assert (found.balances(), found.standing.tier) == ({"POINTS": points}, held)
    assert (of.state.standings, of.state.wallets) == given


def test_a_version_that_came_into_force_decides() -> None:
    of = ledger()
    later = at("2026-06-10")
    dearer = programme(version=2, tiers=(tier("gold", 90_000, metric="SPEND"),), effective_at=later)
    of.versions = (*of.versions, dearer)
    standing = of.state.standings[MEMBER, 1]
    assert look(of, later - 1).standing is standing
    assert look(of, later).current.version == 2
    assert (look(of, later).standing.judged_version, standing.judged_version) == (2, 1)


def test_a_placement_ends_as_the_ladders_tiers_do() -> None:
    of = ledger()
    standing = of.state.standings[MEMBER, 1]
    standing.hold("gold", of.now)
    standing.placed.append(Placed(PlacementKind.OVERRIDE, "gold", at("2026-06-20"), "p"))
    assert look(of, at("2026-06-19")).standing.tier == "gold"
    assert look(of, at("2026-06-21")).standing.tier == "silver"
    assert standing.tier == "gold"


def test_who_has_nothing_yet_is_seen_with_nothing() -> None:
    of = Ledger()
    found = seen(of.programmes, "shop", Standing(MEMBER, 1, judged_version=1), [], of.now)
    assert (found.balances(), found.standing.tier, found.wallets["POINTS"].next_due_at) == (
        {"POINTS": 0},
        "",
        NEVER,
    )
