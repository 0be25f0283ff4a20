"""Merges in the fold: two members become one, old names still work, and a mistake is undone as far as it can be."""

from collections import Counter
from functools import partial
from typing import Any

import pytest

from services.loyalty.rules.ledger.asks import IdempotencyKeyReused
from services.loyalty.rules.ledger.events import MemberMerged, OrderRefunded, TierRaised
from services.loyalty.rules.ledger.expiry import Expiry, Maturation, MaturationKind, Period
from services.loyalty.rules.ledger.holding import UnknownHold
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.members.merges import Amounts, Merge
from services.loyalty.rules.members.merging import (
    HoldsOpen,
    MemberAlreadyMerged,
    MergeAlreadyRecorded,
    MergeAsked,
    MergeIntoItself,
    ProgrammesChanged,
    merge,
)
from services.loyalty.rules.members.unmerging import SurvivorMerged, UnknownMerge, UnmergeAsked, unmerge
from services.loyalty.rules.tiers.placements import Ending, Placement, end_placement, place
from services.loyalty.rules.tiers.standings import PlacementKind, Restriction, Standing
from tests.loyalty.rules import memory
from tests.loyalty.rules.memory import Ledger, at, currency, programme

OLD = "0b54b4e2-4a3a-4d5e-8c52-6f6f6a1f0001"
NEW = "0b54b4e2-4a3a-4d5e-8c52-6f6f6a1f0002"
THIRD = "0b54b4e2-4a3a-4d5e-8c52-6f6f6a1f0003"
SHOP = programme(
    currencies=(
        currency(expiry=Expiry(Period(1, 0))),
        currency("GROWTH", 2, spendable=False),
    ),
    earn_rules=(memory.rule(), memory.rule(code="GROWTH", tier_multiplied=False)),
    tiers=(memory.tier("silver", 500, 1.2), memory.tier("gold", 2_000, 1.5)),
)
PROMISING = programme(
    currencies=(
        currency(
            expiry=Expiry(Period(1, 0)),
            maturation=Maturation(MaturationKind.ON_ORDER_COMPLETED),
        ),
    )
)
WAITING = programme(
    currencies=(
        currency(
            expiry=Expiry(Period(1, 0)),
            maturation=Maturation(MaturationKind.AFTER_PERIOD, Period(0, 7)),
        ),
    )
)


class Two(Ledger):
    """A ledger in which members are merged."""

    def as_(self, member: str) -> "Two":
        self.member = member
        return self

    def merge(
        self, old: str = OLD, new: str = NEW, merge_id: str = "m", reason: str = "SAME_PERSON"
    ) -> Answer:
        asked = MergeAsked(old, new, merge_id, frozenset({1}), "staff:ada", reason)
        for member in (old, new):
            self.state.standings.setdefault((member, 1), Standing(member, 1))
        return self.post(partial(merge, asked=asked))

    def unmerge(self, old: str = OLD, merge_id: str = "m") -> Answer:
        asked = UnmergeAsked(old, merge_id, frozenset({1}), "staff:bob", "MISTAKE")
        return self.post(partial(unmerge, asked=asked))

    def has(self, member: str, number: int = 1) -> tuple[int, int, list[tuple[int, int]]]:
        """Available, pending, and the lots as (expires_at, points)."""
        self.as_(member).touch()
        wallet = self.state.wallets[member, number]
        return wallet.available, wallet.pending, [(lot[0], lot[3]) for lot in wallet.lots]

    def returned(self, answer: Answer, number: int = 1) -> Amounts:
        (undone,) = answer.value
        assert isinstance(undone, Merge)
        return undone.returned[number]


def two(version: Any = SHOP, now: str = "2026-06-01 12:00") -> Two:
    return Two((version,), now=at(now))


def sums(ledger: Ledger) -> set[int]:
    """What the accounts between members come to, by currency."""
    between: Counter[int] = Counter()
    for entry in ledger.entries:
        between[entry.currency] += entry.points * (
            (entry.to_account == "TRANSFERS") - (entry.from_account == "TRANSFERS")
        )
    return set(between.values())


def test_lots_go_over_with_their_expiry_and_the_old_name_shows_nothing() -> None:
    ledger = two()
    ledger.as_(OLD).adjust(100)
    ledger.now = at("2026-06-20 12:00")
    ledger.as_(NEW).adjust(50)
    ledger.as_(OLD).adjust(30)
    (merged,) = ledger.merge().value
    assert merged.moved == {1: Amounts(130, 0, 0)}
    assert ledger.state.wallets[OLD, 1].lots == []
    assert ledger.state.wallets[OLD, 1].available == 0
    june, july = at("2026-07-01 16:00"), at("2026-07-20 16:00")
    assert ledger.has(NEW) == (180, 0, [(june, 100), (july, 80)])
    assert sums(ledger) == {0}
    told = [(e.member_id, e.what.undone) for e in ledger.events if isinstance(e.what, MemberMerged)]
    assert told == [(OLD, False), (NEW, False)]


def test_promises_and_debt_go_over_too() -> None:
    ledger = two(WAITING)
    ledger.as_(OLD).adjust(-40)
    ledger.earn(9_000)
    ledger.as_(NEW).adjust(100, "n")
    (merged,) = ledger.merge().value
    assert merged.moved == {1: Amounts(0, 90, 40)}
    assert ledger.has(NEW)[:2] == (60, 90)
    ledger.now = at("2026-06-10 12:00")
    assert ledger.has(NEW)[:2] == (150, 0), "the promise comes true with whom it is now"
    assert sums(ledger) == {0}


def test_what_a_late_merge_brings_to_whoever_left_goes_at_once_and_nothing_comes_back() -> None:
    ledger = two(WAITING)
    ledger.as_(OLD).adjust(40)
    ledger.earn(9_000)
    ledger.as_(NEW).touch()
    ledger.state.standings[NEW, 1].restriction = Restriction.CLOSED
    ledger.merge()
    assert ledger.has(NEW) == ledger.has(OLD) == (0, 0, [])
    gone = {(e.type, e.points) for e in ledger.entries if e.member_id == NEW and e.type != "MERGE"}
    assert gone == {("FORFEIT", 40), ("PENDING_CANCELED", 90)}
    ledger.unmerge()
    assert ledger.has(NEW) == ledger.has(OLD) == (0, 0, [])
    assert sums(ledger) == {0}


def test_what_an_order_promised_to_whoever_merged_into_somebody_gone_never_comes_true() -> None:
    ledger = two(PROMISING)
    order = ledger.as_(OLD).earn(9_000)
    ledger.as_(NEW).touch()
    ledger.state.standings[NEW, 1].restriction = Restriction.CLOSED
    ledger.merge()
    ledger.complete(order)
    ledger.refund(order, whole=True)
    assert ledger.has(NEW) == ledger.has(OLD) == (0, 0, [])


def test_what_comes_back_by_an_unmerge_to_whoever_left_goes_at_once() -> None:
    ledger = two()
    ledger.as_(OLD).adjust(40)
    ledger.as_(NEW).adjust(5)
    ledger.merge()
    ledger.state.standings[OLD, 1].restriction = Restriction.CLOSED
    assert ledger.returned(ledger.unmerge()) == Amounts(40)
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (0, 5)


def test_the_higher_tier_is_kept_from_now_on_and_metrics_are_summed() -> None:
    ledger = two()
    ledger.as_(OLD).earn(60_000)
    ledger.as_(NEW).earn(10_000)
    assert ledger.tier() == ""
    before = ledger.now
    ledger.merge()
    standing = ledger.state.standings[NEW, 1]
    assert standing.tier == "silver"
    assert standing.tiers[0][1] > before, "an order from before is not judged anew"
    assert [day[1:] for day in standing.days] == [[70_000, 2]]
    assert ledger.state.standings[OLD, 1].tier == ""
    assert (NEW, "silver") in [
        (e.member_id, e.what.to_tier) for e in ledger.events if isinstance(e.what, TierRaised)
    ]


def test_two_who_reach_a_tier_together_hold_it() -> None:
    ledger = two()
    ledger.as_(OLD).earn(120_000)
    ledger.as_(NEW).earn(90_000)
    ledger.merge()
    assert ledger.tier() == "gold"


def test_old_names_still_work_for_orders_refunds_replays_and_reversals() -> None:
    ledger = two()
    order = ledger.as_(OLD).earn(10_000, order_id="before")
    ledger.adjust(200, "bonus")
    ledger.redeem(50, "spent")
    ledger.merge()
    ledger.as_(OLD)
    assert ledger.earn(10_000, order_id="before", paid_at=order.value.paid_at).replayed
    assert ledger.adjust(200, "bonus").replayed
    assert ledger.redeem(50, "spent").replayed
    with pytest.raises(IdempotencyKeyReused):
        ledger.redeem(51, "spent")
    later = ledger.earn(20_000, order_id="after").value
    assert later.member_id == NEW, "a later order belongs to the survivor"
    assert ledger.has(NEW)[0] == 100 + 200 - 50 + 200
    ledger.as_(OLD).reverse("spent")
    ledger.refund(order, whole=True)
    assert ledger.has(NEW)[0] == 200 + 200
    assert ledger.state.wallets[OLD, 1].available == 0


@pytest.mark.parametrize("again", [True, False], ids=["again", "reversed"])
def test_keys_that_posted_while_merged_are_found_after_the_merge_is_undone(again: bool) -> None:
    ledger = two()
    ledger.as_(NEW).adjust(500, "opening")
    ledger.merge()
    ledger.as_(OLD).redeem(100, "spent")
    order = ledger.earn(10_000, order_id="while")
    ledger.unmerge()
    ledger.as_(OLD)
    if again:
        assert ledger.redeem(100, "spent").replayed, "and nothing is spent a second time"
        assert ledger.earn(10_000, order_id="while", paid_at=order.value.paid_at).replayed
        assert ledger.has(OLD)[0] == 0
        assert ledger.has(NEW)[0] == 500 - 100 + 100
    else:
        ledger.reverse("spent")
        ledger.refund(order, whole=True)
        assert ledger.has(OLD)[0] == 0, "it was the survivor's"
        assert ledger.has(NEW)[0] == 500


@pytest.mark.parametrize("again", [True, False], ids=["again", "reversed"])
def test_keys_that_posted_further_on_are_found_by_who_stays_merged_when_that_merge_is_undone(
    again: bool,
) -> None:
    ledger = two()
    ledger.as_(OLD).adjust(400, "opening")
    ledger.merge(OLD, NEW, "stays")
    ledger.merge(NEW, THIRD, "goes")
    ledger.as_(OLD).redeem(100, "spent")
    ledger.hold(50, "checkout")
    ledger.unmerge(NEW, "goes")
    ledger.as_(OLD)
    if again:
        assert ledger.redeem(100, "spent").replayed, "and nothing is spent a second time"
        assert ledger.hold(50, "checkout").replayed
    else:
        ledger.reverse("spent")
        ledger.capture("checkout", redemption_id="captured")
    there = [ledger.has(member)[0] for member in (NEW, THIRD)]
    assert there == ([250, 0] if again else [250, 100])


def test_what_was_held_while_merged_and_captured_after_it_is_found_by_the_name_it_was_held_under() -> None:
    ledger = two()
    ledger.as_(NEW).adjust(500, "opening")
    bought = ledger.as_(OLD).earn(10_000)
    ledger.merge()
    ledger.as_(OLD).hold(80, "checkout", order=bought)
    ledger.unmerge()
    ledger.as_(OLD).capture("checkout", 60, "captured", final=False)
    assert ledger.capture("checkout", 60, "captured", final=False).replayed, "and not captured again"
    ledger.release("checkout")
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (40, 500), (
        "what was held had been the one's who parted"
    )
    ledger.as_(OLD).reverse("captured", 10)
    assert ledger.refund(bought, whole=True).value.returned == {"POINTS": 50}
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (0, 500)


def test_what_is_held_of_the_survivors_alone_is_nothing_that_who_parted_may_spend() -> None:
    ledger = two()
    ledger.as_(NEW).adjust(500, "opening")
    ledger.merge()
    ledger.as_(OLD).hold(80, "checkout")
    ledger.unmerge()
    assert ledger.as_(OLD).hold(80, "checkout").replayed, "what was answered is answered again"
    for act in (ledger.capture, ledger.release):
        with pytest.raises(UnknownHold):
            act("checkout")
    ledger.as_(NEW).capture("checkout", 50, "captured")
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (0, 450)
    assert ledger.as_(OLD).capture("checkout", 50, "captured").replayed


def test_a_checkout_from_before_the_merge_stays_the_survivors_and_of_others_the_first_goes_first() -> None:
    ledger = two()
    ledger.as_(NEW).adjust(110, "opening")
    ledger.hold(60, "own")
    ledger.as_(OLD).adjust(100, "opening too")
    ledger.merge()
    ledger.as_(NEW).hold(75, "first")
    ledger.hold(75, "second")
    ledger.unmerge()
    held = {
        name: {hold.hold_id: hold.left for hold in ledger.state.wallets[name, 1].holds} for name in (OLD, NEW)
    }
    assert held == {OLD: {"first": 75, "second": 25}, NEW: {"own": 60, "second": 50}}


def test_a_key_of_the_survivors_own_is_not_taken_for_the_other_ones_after_all() -> None:
    ledger = two()
    ledger.as_(NEW).adjust(300, "opening")
    ledger.redeem(100, "same id")
    ledger.as_(OLD).adjust(300, "opening too")
    ledger.merge()
    ledger.unmerge()
    assert not ledger.as_(OLD).redeem(70, "same id").replayed
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (230, 200)


def test_the_same_merge_again_is_answered_again_and_moves_nothing() -> None:
    ledger = two()
    ledger.as_(OLD).adjust(100)
    first = ledger.merge()
    entries = len(ledger.entries)
    again = ledger.merge()
    assert (again.value, again.replayed) == (first.value, True)
    assert len(ledger.entries) == entries
    with pytest.raises(MergeAlreadyRecorded):
        ledger.merge(new=THIRD)


def test_what_cannot_be_merged_is_refused() -> None:
    ledger = two()
    for member in (OLD, NEW, THIRD):
        ledger.as_(member).adjust(100, member)
    with pytest.raises(MergeIntoItself):
        ledger.merge(OLD, OLD)
    ledger.merge(OLD, NEW)
    with pytest.raises(MemberAlreadyMerged, match="undo that merge first"):
        ledger.merge(OLD, THIRD, "twice")
    with pytest.raises(MemberAlreadyMerged, match="this very member"):
        ledger.merge(NEW, OLD, "circle")
    with pytest.raises(MemberAlreadyMerged, match="name that one"):
        ledger.merge(THIRD, OLD, "into a merged one")
    ledger.merge(NEW, THIRD, "onward")
    with pytest.raises(MemberAlreadyMerged, match="this very member"):
        ledger.merge(THIRD, OLD, "long circle")
    assert ledger.has(THIRD)[0] == 300
    with pytest.raises(UnknownMerge):
        ledger.unmerge(merge_id="another")


def test_an_open_checkout_is_finished_before_a_merge() -> None:
    ledger = two()
    ledger.as_(OLD).adjust(100)
    ledger.hold(30, "checkout")
    with pytest.raises(HoldsOpen) as refusal:
        ledger.merge()
    assert refusal.value.facts == {"holds": "1", "held": "30"}
    assert ledger.state.wallets[OLD, 1].available == 70, "nothing was moved"
    ledger.as_(OLD).release("checkout")
    ledger.merge()


def test_a_merge_that_knows_not_every_programme_is_tried_again() -> None:
    ledger = two()
    asked = MergeAsked(OLD, NEW, "m", frozenset({1, 2}), "staff:ada", "SAME_PERSON")
    with pytest.raises(ProgrammesChanged):
        ledger.post(partial(merge, asked=asked))


# --- undone -------------------------------------------------------------------------------------------------


def test_what_a_merge_moved_goes_back_to_the_lot() -> None:
    ledger = two()
    ledger.as_(OLD).earn(60_000)
    ledger.as_(NEW).earn(10_000)
    before = {member: ledger.has(member) for member in (OLD, NEW)}
    days = {member: ledger.state.standings[member, 1].copy().days for member in (OLD, NEW)}
    ledger.merge()
    assert ledger.as_(NEW).tier() == "silver"
    undone = ledger.unmerge()
    assert ledger.returned(undone) == Amounts(600, 0, 0)
    assert {member: ledger.has(member) for member in (OLD, NEW)} == before
    assert {member: ledger.state.standings[member, 1].days for member in (OLD, NEW)} == days
    assert (ledger.as_(OLD).tier(), ledger.as_(NEW).tier()) == ("silver", "")
    assert ledger.unmerge() == Answer(undone.value, replayed=True)
    assert sums(ledger) == {0}


def test_what_was_spent_meanwhile_stays_spent() -> None:
    ledger = two()
    ledger.as_(OLD).adjust(100)
    ledger.now = at("2026-06-20 12:00")
    ledger.as_(NEW).adjust(50, "n")
    ledger.merge()
    ledger.redeem(70, "the earliest first")
    assert ledger.returned(ledger.unmerge()) == Amounts(30, 0, 0)
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (30, 50)


def test_debts_are_each_ones_own_again() -> None:
    ledger = two()
    ledger.as_(OLD).adjust(-40)
    ledger.as_(NEW).adjust(100, "n")
    ledger.merge()
    assert ledger.has(NEW)[0] == 60
    assert ledger.returned(ledger.unmerge()) == Amounts(0, 0, 40)
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (-40, 100)

    ledger.as_(THIRD).adjust(-70, "t")
    ledger.merge(NEW, THIRD, "the other way")
    assert ledger.has(THIRD)[0] == 30
    assert ledger.returned(ledger.unmerge(NEW, "the other way")) == Amounts(100, 0, 0)
    assert (ledger.has(NEW)[0], ledger.has(THIRD)[0]) == (100, -70)


def test_a_debt_repaid_meanwhile_stays_repaid() -> None:
    ledger = two()
    ledger.as_(OLD).adjust(-40)
    ledger.as_(NEW).touch()
    ledger.merge()
    ledger.as_(NEW).adjust(30)
    assert ledger.returned(ledger.unmerge()) == Amounts(0, 0, 10)
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (-10, 0)


def test_promises_that_came_true_meanwhile_go_back_as_points() -> None:
    ledger = two(WAITING)
    ledger.as_(OLD).earn(9_000)
    ledger.now = at("2026-06-05 12:00")
    ledger.as_(OLD).earn(5_000)
    ledger.as_(NEW).touch()
    ledger.merge()
    ledger.now = at("2026-06-09 12:00")
    assert ledger.has(NEW)[:2] == (90, 50)
    assert ledger.returned(ledger.unmerge()) == Amounts(90, 50, 0)
    assert ledger.has(OLD)[:2] == (90, 50)
    assert ledger.has(NEW)[:2] == (0, 0)
    ledger.now = at("2026-06-13 12:00")
    assert ledger.has(OLD)[:2] == (140, 0)


def test_each_order_settles_its_own_promise_whatever_was_merged_and_undone() -> None:
    ledger = two(PROMISING)
    mine = ledger.as_(OLD).earn(10_000)
    refunded = ledger.earn(7_000)
    yours = ledger.as_(NEW).earn(5_000)
    ledger.merge()
    assert ledger.has(NEW)[:2] == (0, 220)
    ledger.refund(refunded, whole=True)
    completed = ledger.as_(OLD).earn(3_000)
    ledger.complete(completed)
    assert ledger.returned(ledger.unmerge()) == Amounts(0, 100, 0)
    assert ledger.has(OLD)[:2] == (0, 100)
    assert ledger.has(NEW)[:2] == (30, 50), "what came while they were one stays"
    ledger.complete(mine)
    ledger.complete(yours)
    assert ledger.has(OLD)[:2] == (100, 0)
    assert ledger.has(NEW)[:2] == (80, 0)


def test_an_order_completed_meanwhile_brings_its_own_member_points() -> None:
    ledger = two(PROMISING)
    mine = ledger.as_(OLD).earn(10_000)
    yours = ledger.as_(NEW).earn(5_000)
    ledger.merge()
    ledger.complete(mine)
    assert ledger.returned(ledger.unmerge()) == Amounts(100, 0, 0)
    assert (ledger.has(OLD)[:2], ledger.has(NEW)[:2]) == ((100, 0), (0, 50))
    ledger.complete(yours)
    assert ledger.has(NEW)[:2] == (50, 0)


def test_what_a_refund_took_back_meanwhile_is_not_given_back_at_the_survivors_cost() -> None:
    ledger = two()
    mine = ledger.as_(OLD).earn(10_000)
    ledger.as_(NEW).earn(10_000)
    ledger.merge()
    ledger.refund(mine, whole=True)
    assert ledger.returned(ledger.unmerge()) == Amounts(0, 0, 0)
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (0, 100)
    days = [[day[1:] for day in ledger.state.standings[member, 1].days] for member in (OLD, NEW)]
    assert days == [[[0, 0]], [[10_000, 1]]]


def test_a_refund_of_points_that_repaid_the_survivors_debt_is_not_given_back_either() -> None:
    ledger = two()
    ledger.as_(NEW).adjust(-100)
    mine = ledger.as_(OLD).earn(10_000)
    ledger.merge()
    ledger.refund(mine, whole=True)
    assert ledger.returned(ledger.unmerge()) == Amounts(0, 0, 0)
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (0, -100)


def test_a_refund_settles_its_own_points_though_they_were_spent_and_their_bucket_filled_again() -> None:
    ledger = two()
    mine = ledger.as_(OLD).earn(10_000)
    ledger.as_(NEW).adjust(60)
    ledger.merge()
    ledger.as_(NEW).redeem(60)
    ledger.refund(mine, whole=True)
    ledger.as_(NEW).earn(6_000)
    ledger.unmerge()
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (0, 60)


def test_a_refund_settles_its_own_points_also_when_they_slid_since() -> None:
    ledger = two(programme(currencies=(currency(expiry=Expiry(Period(1, 0), sliding=True)),)))
    mine = ledger.as_(OLD).earn(10_000)
    ledger.merge()
    ledger.now = at("2026-06-10 12:00")
    ledger.as_(NEW).earn(10_000)
    ledger.refund(mine, whole=True)
    ledger.unmerge()
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (0, 100)


@pytest.mark.parametrize("way", ["completed", "given back"])
def test_what_came_back_into_the_survivors_debt_is_the_survivors_debt_again(way: str) -> None:
    ledger = two(PROMISING if way == "completed" else SHOP)
    ledger.as_(NEW).adjust(-40)
    mine = ledger.as_(OLD).earn(10_000)
    if way == "given back":
        ledger.redeem(100, "r")
    ledger.merge()
    if way == "completed":
        ledger.complete(mine)
    else:
        ledger.reverse("r")
    assert ledger.has(NEW)[0] == 60
    ledger.unmerge()
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (100, -40)


def test_what_paid_for_an_order_while_merged_comes_back_to_who_spent_it_after_the_merge_is_undone() -> None:
    ledger = two()
    ledger.as_(OLD).adjust(100)
    mine = ledger.earn(10_000)
    ledger.merge()
    ledger.redeem(50, "r", order=mine)
    ledger.unmerge()
    there = ledger.has(OLD)[0], ledger.has(NEW)[0]
    assert ledger.refund(mine, amount=5_000).value.returned == {"POINTS": 25}
    assert ledger.refund(mine, amount=5_000).value.returned == {"POINTS": 25}
    assert (ledger.has(OLD)[0], ledger.has(NEW)[0]) == (there[0] - 100, there[1] + 50)
    (told, _) = [e for e in ledger.events if isinstance(e.what, OrderRefunded)]
    assert (told.member_id, told.what.returned) == (OLD, ())


def test_merges_are_undone_from_the_last_one() -> None:
    ledger = two()
    for member in (OLD, NEW, THIRD):
        ledger.as_(member).adjust(100, member)
    ledger.merge(OLD, NEW, "first")
    ledger.merge(NEW, THIRD, "second")
    with pytest.raises(SurvivorMerged):
        ledger.unmerge(OLD, "first")
    ledger.unmerge(NEW, "second")
    ledger.unmerge(OLD, "first")
    assert {ledger.has(member)[0] for member in (OLD, NEW, THIRD)} == {100}


def test_two_may_have_been_merged_either_way_round() -> None:
    ledger = two()
    ledger.as_(OLD).adjust(100, "while-alone")
    for old, new in ((OLD, NEW), (NEW, OLD)):
        ledger.merge(old, new, f"{old} into {new}")
        ledger.unmerge(old, f"{old} into {new}")
    assert ledger.as_(NEW).adjust(5, "later").replayed is False
    assert ledger.as_(OLD).adjust(100, "while-alone").replayed is True


def test_a_tier_reached_meanwhile_without_the_other_is_kept() -> None:
    ledger = two()
    ledger.as_(OLD).earn(60_000)
    ledger.as_(NEW).earn(10_000)
    ledger.merge()
    ledger.as_(NEW).earn(45_000)
    ledger.unmerge()
    assert ledger.as_(NEW).tier() == "silver"


UNTIL = at("2027-01-01")


def override(ledger: Two, member: str, tier: str, key: str) -> Answer:
    """Staff place a member on a tier until 2027."""
    kind, used = PlacementKind.OVERRIDE, key.encode()
    asked = Placement(member, "shop", tier, UNTIL, kind, used, "staff:ada", "GOODWILL")
    return ledger.post(partial(place, asked=asked))


def end_override(ledger: Two, member: str) -> Answer:
    asked = Ending(member, "shop", PlacementKind.OVERRIDE, b"end", "staff:ada", "OVER")
    return ledger.post(partial(end_placement, asked=asked))


def tiers_of(ledger: Two) -> tuple[str, str]:
    """What the two hold, with all that fell due."""
    for member in (OLD, NEW):
        ledger.as_(member).touch()
    return ledger.as_(OLD).tier(), ledger.as_(NEW).tier()


@pytest.mark.parametrize("way", ["under the old name", "under the survivor's", "replaced", "never"])
def test_an_override_that_staff_ended_while_merged_is_over_for_good(way: str) -> None:
    ledger = two()
    override(ledger, OLD, "gold", "o")
    ledger.merge()
    assert tiers_of(ledger)[1] == "gold", "it went over"
    if way == "replaced":
        override(ledger, NEW, "silver", "n")
    elif way != "never":
        end_override(ledger, OLD if "old" in way else NEW)
    ledger.unmerge()
    assert tiers_of(ledger) == {"replaced": ("", "silver"), "never": ("gold", "")}.get(way, ("", ""))


@pytest.mark.parametrize("key", ["o", "n"], ids=["under one key", "under keys of their own"])
def test_an_override_that_waited_behind_the_survivors_comes_back_and_leaves_the_survivor_its_own(
    key: str,
) -> None:
    ledger = two()
    override(ledger, OLD, "gold", "o")
    override(ledger, NEW, "gold", key)
    ledger.merge()
    if key == "n":
        end_override(ledger, NEW)
        assert tiers_of(ledger)[1] == "", "what waited is in force nowhere"
    ledger.unmerge()
    assert tiers_of(ledger) == ("gold", "gold" if key == "o" else "")
