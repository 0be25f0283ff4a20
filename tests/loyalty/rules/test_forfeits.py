"""Forfeits in the fold: a membership is closed, and what comes after it about what was there before."""

from collections import Counter
from functools import partial
from typing import Any

import pytest

from services.loyalty.rules.ledger.asks import IdempotencyKeyReused
from services.loyalty.rules.ledger.events import HoldReleased, PointsForfeited
from services.loyalty.rules.ledger.expiry import Maturation, MaturationKind, Period
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.members.forfeits import Forfeited, Forfeiture, NothingToForfeit, forfeit
from services.loyalty.rules.programmes.programmes import NegativePolicy
from services.loyalty.rules.tiers.standings import Restriction
from tests.loyalty.rules import memory
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, programme
from tests.loyalty.rules.test_merging import NEW, OLD, PROMISING, two

DATED = programme(
    currencies=(
        currency(
            maturation=Maturation(MaturationKind.AFTER_PERIOD, Period(0, 7)),
            negative_policy=NegativePolicy.REFUSE,
        ),
    )
)
SHOP = programme(
    currencies=(currency(), currency("GROWTH", 2, spendable=False)),
    earn_rules=(memory.rule(), memory.rule(code="GROWTH", tier_multiplied=False)),
)


def close(ledger: Ledger, forfeit_id: str = "f", reason: str = "CLOSED") -> Answer:
    asked = Forfeiture(ledger.member, "shop", forfeit_id, "staff:ada", reason)
    return ledger.post(partial(forfeit, asked=asked))


def test_what_is_available_held_and_promised_goes_and_debt_stays() -> None:
    ledger = Ledger((SHOP,))
    ledger.earn(30_000)
    ledger.hold(100, "checkout")
    ledger.adjust(-40, code="GROWTH")
    forfeited = close(ledger).value
    assert forfeited == [Forfeited(1, 300, 0, 100), Forfeited(2, 260, 0, 0)]
    wallet = ledger.state.wallets[MEMBER, 1]
    assert (wallet.available, wallet.held, wallet.lots, wallet.holds) == (0, 0, [], [])
    told = [type(e.what) for e in ledger.events[-3:]]
    assert told == [HoldReleased, PointsForfeited, PointsForfeited]
    assert {e.reason for e in ledger.entries if e.type == "FORFEIT"} == {"CLOSED"}

    ledger.adjust(-70)
    with pytest.raises(NothingToForfeit):
        close(ledger, "another")
    assert ledger.balance() == -70


def test_the_same_forfeit_again_is_answered_again_whatever_came_meanwhile() -> None:
    ledger = Ledger((SHOP,))
    ledger.adjust(100)
    first = close(ledger)
    ledger.adjust(50)
    assert close(ledger) == Answer(first.value, replayed=True)
    assert ledger.balance() == 50
    with pytest.raises(IdempotencyKeyReused):
        close(ledger, reason="OTHER")


def test_nothing_to_forfeit_stays_so_under_its_id() -> None:
    ledger = Ledger((SHOP,))
    with pytest.raises(NothingToForfeit) as refusal:
        close(ledger)
    assert refusal.value.facts["replayed"] == "false"
    ledger.adjust(100)
    with pytest.raises(NothingToForfeit) as refusal:
        close(ledger)
    assert refusal.value.facts["replayed"] == "true"
    assert ledger.balance() == 100


@pytest.mark.parametrize("version", [PROMISING, DATED], ids=["until completion", "for a week"])
def test_a_promise_that_was_forfeited_neither_comes_true_nor_is_taken_back(version: Any) -> None:
    ledger = Ledger((version,), now=at("2026-06-01 12:00"))
    before, refunded = ledger.earn(10_000), ledger.earn(7_000)
    assert close(ledger).value == [Forfeited(1, 0, 170, 0)]
    after = ledger.earn(5_000)
    ledger.refund(refunded, whole=True)
    ledger.complete(before)
    ledger.complete(after)
    ledger.now = at("2026-06-20 12:00")
    ledger.refund(before, whole=True)
    assert ledger.balance() == 50
    assert ledger.state.wallets[MEMBER, 1].pending == 0


def test_what_a_merge_brought_is_forfeited_with_the_rest_and_is_not_given_back() -> None:
    ledger = two(PROMISING)
    mine = ledger.as_(OLD).earn(10_000)
    ledger.adjust(30)
    yours = ledger.as_(NEW).earn(5_000)
    ledger.merge()
    assert close(ledger).value == [Forfeited(1, 30, 150, 0)]
    later = ledger.as_(NEW).earn(2_000)
    ledger.complete(mine)
    ledger.unmerge()
    ledger.refund(mine, whole=True)
    ledger.refund(yours, whole=True)
    ledger.complete(later)
    assert (ledger.has(OLD)[:2], ledger.has(NEW)[:2]) == ((0, 0), (20, 0))


def test_what_a_survivor_forfeited_before_a_merge_is_not_the_other_members() -> None:
    ledger = two(PROMISING)
    ledger.as_(NEW).earn(5_000)
    mine = ledger.as_(OLD).earn(10_000)
    close(ledger.as_(NEW))
    ledger.merge()
    ledger.complete(mine)
    assert ledger.has(NEW)[:2] == (100, 0)


def test_of_what_a_refund_brings_back_to_an_ended_membership_it_takes_its_own_and_the_rest_goes() -> None:
    ledger = Ledger((programme(currencies=(currency(negative_policy=NegativePolicy.REFUSE),)),))
    ledger.adjust(300)
    paid = ledger.earn(10_000)
    ledger.redeem(400, "spent", order=paid)
    ledger.state.standings[MEMBER, 1].restriction = Restriction.CLOSED
    before = len(ledger.entries)
    refund = ledger.refund(paid, whole=True).value
    assert (refund.taken_back["POINTS"].points, refund.returned) == (100, {"POINTS": 400})
    by_type = Counter[str]()
    for entry in ledger.entries[before:]:
        by_type[entry.type] += entry.points
    assert by_type == {"REDEEM_REVERSAL": 400, "EARN_REVERSAL": 100, "FORFEIT": 300}
    assert ledger.balance() == 0
