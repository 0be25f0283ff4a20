"""Paid time in the fold: whoever is merged or parted, and whatever is refunded, each has the days that were paid for."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.kit.clock import micros
from services.loyalty.rules.ledger.expiry import Period
from services.loyalty.rules.tiers import memberships
from services.loyalty.rules.tiers.followings import follow
from services.loyalty.rules.tiers.memberships import Membership, RenewalStands
from services.loyalty.rules.tiers.standings import PlacementKind
from tests.loyalty.rules.memory import programme, tier
from tests.loyalty.rules.test_merging import NEW, OLD, THIRD, Two

SHANGHAI = ZoneInfo("Asia/Shanghai")
SHOP = programme(tiers=(tier("plus", 10**9), tier("vip", 10**9)))
"""Two tiers that nothing but a purchase reaches."""
FIRST = date(2029, 3, 1)


def noon(day: date) -> int:
    return micros(datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI))


def midnight(day: date) -> int:
    return micros(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI))


class Shop(Two):
    """A ledger whose members buy tiers for a year."""

    def __init__(self) -> None:
        super().__init__((SHOP,), now=noon(FIRST))

    @property
    def today(self) -> date:
        return datetime.fromtimestamp(self.now / 1e6, SHANGHAI).date()

    def to(self, year: int, month: int, day: int) -> None:
        self.now = noon(date(FIRST.year + year, month, day))

    def paid(self, member: str) -> list[tuple[str, date]]:
        """What a member paid for and is in force: the tier, and the day at whose midnight it ends."""
        self.as_(member).touch()
        placed = self.state.standings[member, 1].placed
        ends = [(datetime.fromtimestamp(each.until / 1e6, SHANGHAI), each) for each in placed]
        assert all(end.timetz() == datetime.min.time().replace(tzinfo=SHANGHAI) for end, _ in ends)
        assert all(each.kind is PlacementKind.PAID for _, each in ends)
        return sorted(((each.tier, end.date()) for end, each in ends), key=lambda one: one[1])

    def bought(self, member: str, key: str) -> Membership:
        """A purchase that the tier has yet to follow: a renewal where something is paid for already."""
        last = max((end for _, end in self.paid(member)), default=None)
        begins = last or self.today
        order_id = f"order-{next(self.ids)}"
        ends = midnight(Period(12, 0).after(begins))
        since = midnight(last) if last else self.now
        return Membership("till", order_id, member, key, "", 0, since, ends, self.now, "till", b"")

    def buy(self, member: str, key: str) -> Membership:
        made = self.bought(member, key)
        self.follow(made)
        return made

    def follow(self, made: Membership) -> None:
        self.post(partial(follow, made=made, programme_id="shop"))

    def refund(self, made: Membership) -> None:
        self.follow(made.ended(self.now, "till", "REFUNDED"))


def day(year: int, month: int, day: int) -> date:
    return date(FIRST.year + year, month, day)


def test_a_purchase_that_is_followed_after_a_merge_runs_behind_all_that_the_survivor_paid_for() -> None:
    shop = Shop()
    shop.to(0, 3, 11)
    shop.buy(NEW, "vip")
    shop.buy(NEW, "vip")
    shop.to(0, 6, 1)
    late = shop.bought(OLD, "plus")
    shop.merge(OLD, NEW)
    shop.to(0, 6, 2)
    shop.follow(late)
    left = day(1, 6, 1) - day(0, 6, 2)
    both = [("vip", day(1, 3, 11)), ("vip", day(2, 3, 11))]
    assert shop.paid(NEW) == [*both, ("plus", day(2, 3, 11) + left)]
    shop.unmerge()
    assert (shop.paid(OLD), shop.paid(NEW)) == ([("plus", day(1, 6, 1))], both)
    shop.follow(late)
    assert shop.paid(OLD) == [("plus", day(1, 6, 1))], "followed again it changes nothing"


def test_a_renewal_that_is_followed_after_a_merge_has_the_days_from_when_it_was_to_begin() -> None:
    shop = Shop()
    shop.buy(OLD, "plus")
    late = shop.bought(OLD, "plus")
    shop.buy(NEW, "vip")
    shop.merge(OLD, NEW)
    shop.follow(late)
    renewed = ("plus", day(2, 3, 1) + timedelta(days=365))
    assert shop.paid(NEW) == [("vip", day(1, 3, 1)), ("plus", day(2, 3, 1)), renewed]


def test_a_better_tier_that_is_followed_after_a_merge_runs_first() -> None:
    shop = Shop()
    late = shop.bought(OLD, "vip")
    shop.buy(NEW, "plus")
    shop.merge(OLD, NEW)
    shop.follow(late)
    assert shop.paid(NEW) == [("vip", day(1, 3, 1)), ("plus", day(2, 3, 1))]


def test_two_that_were_bought_on_one_day_both_count_though_one_is_followed_after_the_merge() -> None:
    shop = Shop()
    shop.buy(NEW, "vip")
    late = shop.bought(OLD, "plus")
    shop.merge(OLD, NEW)
    shop.follow(late)
    assert shop.paid(NEW) == [("vip", day(1, 3, 1)), ("plus", day(2, 3, 1))]


def test_who_parts_with_two_memberships_has_the_second_behind_the_first() -> None:
    shop = Shop()
    shop.buy(OLD, "plus")
    shop.buy(OLD, "plus")
    shop.to(0, 3, 11)
    shop.buy(NEW, "vip")
    shop.to(0, 6, 1)
    shop.merge(OLD, NEW)
    shop.to(0, 12, 1)
    shop.unmerge()
    waited = day(0, 12, 1) - day(0, 6, 1)
    assert shop.paid(OLD) == [("plus", day(1, 3, 1) + waited), ("plus", day(2, 3, 1) + waited)]
    assert shop.paid(NEW) == [("vip", day(1, 3, 11))]


def test_who_parts_with_another_still_merged_takes_along_what_both_had_left() -> None:
    shop = Shop()
    shop.buy(OLD, "plus")
    shop.to(0, 3, 11)
    shop.buy(NEW, "plus")
    shop.to(0, 3, 21)
    shop.buy(THIRD, "vip")
    shop.to(0, 6, 1)
    shop.merge(OLD, NEW)
    (_, first), (_, second) = shop.paid(NEW)
    shop.merge(NEW, THIRD, "onward")
    shop.to(0, 12, 1)
    shop.unmerge(NEW, "onward")
    waited = day(0, 12, 1) - day(0, 6, 1)
    assert shop.paid(NEW) == [("plus", first + waited), ("plus", second + waited)]


def test_a_refund_ends_a_membership_though_it_moved_since_it_was_bought() -> None:
    shop = Shop()
    shop.buy(OLD, "plus")
    shop.to(0, 3, 11)
    shop.buy(NEW, "vip")
    shop.to(0, 6, 1)
    shop.merge(OLD, NEW)
    moved = shop.buy(NEW, "plus")
    shop.unmerge()
    shop.to(1, 6, 1)
    assert [key for key, _ in shop.paid(NEW)] == ["plus"]
    shop.refund(moved)
    assert shop.paid(NEW) == []


def test_what_the_survivor_renewed_is_no_renewal_of_what_another_bought() -> None:
    shop = Shop()
    theirs = shop.bought(OLD, "plus")
    shop.to(0, 3, 11)
    own = shop.buy(NEW, "vip")
    renewal = shop.bought(NEW, "vip")
    memberships.be_last(theirs, [theirs, own, renewal])
    with pytest.raises(RenewalStands):
        memberships.be_last(own, [theirs, own, renewal])


def test_a_refund_of_what_was_never_placed_ends_nobody_elses_membership() -> None:
    """Two end at one midnight, and one of them was never followed."""
    shop = Shop()
    shop.buy(NEW, "vip")
    shop.refund(shop.bought(OLD, "vip"))
    never = shop.bought(OLD, "vip")
    shop.merge(OLD, NEW)
    shop.refund(never)
    assert shop.paid(NEW) == [("vip", day(1, 3, 1))]


def test_what_is_refunded_does_not_come_back_though_the_survivor_has_it_no_more() -> None:
    """A merge from before paid time added up kept nothing of it with the survivor."""
    shop = Shop()
    gone = shop.buy(OLD, "plus")
    shop.merge(OLD, NEW)
    shop.state.standings[NEW, 1].placed = []
    shop.refund(gone)
    shop.unmerge()
    assert shop.paid(OLD) == []


def test_what_came_forward_by_a_refund_is_not_given_back_longer_than_was_paid_for() -> None:
    shop = Shop()
    first = shop.buy(NEW, "vip")
    shop.buy(OLD, "plus")
    shop.merge(OLD, NEW)
    shop.merge(NEW, THIRD, "onward")
    shop.refund(first)
    assert shop.paid(THIRD) == [("plus", day(1, 3, 1))]
    shop.to(1, 6, 1)
    shop.unmerge(NEW, "onward")
    assert (shop.paid(NEW), shop.paid(THIRD)) == ([], [])


def test_a_refund_of_what_is_over_makes_nothing_behind_it_longer() -> None:
    shop = Shop()
    first = shop.buy(NEW, "vip")
    shop.buy(OLD, "plus")
    shop.merge(OLD, NEW)
    shop.merge(NEW, THIRD, "onward")
    shop.to(1, 6, 1)
    shop.refund(first)
    assert shop.paid(THIRD) == [("plus", day(2, 3, 1))]
    shop.to(2, 4, 1)
    shop.unmerge(NEW, "onward")
    assert (shop.paid(NEW), shop.paid(THIRD)) == ([], [])


# --- any history --------------------------------------------------------------------------------------------

MEMBERS = st.sampled_from([OLD, NEW, THIRD])


@dataclass(eq=False)
class Bought:
    """A purchase and the whole days it has left."""

    made: Membership
    days: int = 0


@dataclass(eq=False)
class Merged:
    """Who is whose, under which id, and what goes back when they part."""

    old: str
    new: str
    merge_id: str
    theirs: list[Bought]


class Histories(RuleBasedStateMachine):
    """Counts days: each midnight takes one of each member's, the better tier's first. None is lost and none made."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop()
        self.queues: dict[str, list[Bought]] = {OLD: [], NEW: [], THIRD: []}
        self.late: list[Bought] = []
        self.had: list[Bought] = []
        self.merged: list[Merged] = []

    def chain(self, member: str) -> list[Merged]:
        """The merges that lead from a member to who it is now."""
        for merged in self.merged:
            if merged.old == member:
                return [merged, *self.chain(merged.new)]
        return []

    def who(self, member: str) -> str:
        chain = self.chain(member)
        return chain[-1].new if chain else member

    def join(self, member: str, *bought: Bought) -> None:
        """Stand in the queue behind all of no lower tier."""
        queue = [*self.queues[member], *bought]
        self.queues[member] = sorted(queue, key=lambda each: each.made.tier != "vip")

    def follow(self, bought: Bought) -> None:
        self.shop.follow(bought.made)
        ends = datetime.fromtimestamp(bought.made.ends / 1e6, SHANGHAI).date()
        begins = datetime.fromtimestamp(bought.made.begins / 1e6, SHANGHAI).date()
        bought.days = max(0, (ends - max(begins, self.shop.today)).days)
        chain = self.chain(bought.made.member_id)
        for merged in chain:
            merged.theirs.append(bought)
        self.join(self.who(bought.made.member_id), bought)
        self.had.append(bought)

    @rule(member=MEMBERS, key=st.sampled_from(["plus", "vip"]), is_late=st.booleans())
    def buy(self, member: str, key: str, is_late: bool) -> None:
        """Of another tier than what is paid for last nothing is sold, and nothing more while one is to be followed."""
        member = self.who(member)
        if any(self.who(each.made.member_id) == member for each in self.late):
            return
        before = self.shop.paid(member)
        bought = Bought(self.shop.bought(member, before[-1][0] if before else key))
        if is_late:
            self.late.append(bought)
        else:
            self.follow(bought)

    @precondition(lambda self: self.late)
    @rule()
    def catch_up(self) -> None:
        self.follow(self.late.pop(0))

    @rule(old=MEMBERS, new=MEMBERS)
    def merge(self, old: str, new: str) -> None:
        old, new = self.who(old), self.who(new)
        if old != new:
            merge_id = f"merge-{next(self.shop.ids)}"
            self.shop.merge(old, new, merge_id)
            self.merged.append(Merged(old, new, merge_id, self.queues[old]))
            self.queues[old] = []
            self.join(new, *self.merged[-1].theirs)

    @precondition(lambda self: self.merged)
    @rule(newest=st.booleans())
    def part(self, newest: bool) -> None:
        merged = self.merged[-1 if newest else 0]
        if self.who(merged.new) == merged.new:
            self.shop.unmerge(merged.old, merged.merge_id)
            self.merged.remove(merged)
            queue = self.queues[merged.new]
            self.queues[merged.old] = [each for each in queue if each in merged.theirs]
            self.queues[merged.new] = [each for each in queue if each not in merged.theirs]

    @precondition(lambda self: self.had)
    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        bought = data.draw(st.sampled_from(self.had))
        with suppress(RenewalStands):
            memberships.be_last(bought.made, [each.made for each in self.had])
            self.shop.refund(bought.made)
            self.had.remove(bought)
            queue = self.queues[self.who(bought.made.member_id)]
            queue[:] = [each for each in queue if each is not bought]

    @rule(days=st.sampled_from([1, 10, 100, 300]))
    def days_pass(self, days: int) -> None:
        for queue in self.queues.values():
            left = days
            for each in queue:
                used = min(left, each.days)
                each.days, left = each.days - used, left - used
        self.shop.now = noon(self.shop.today + timedelta(days=days))

    @invariant()
    def each_has_what_was_paid_for(self) -> None:
        for member, queue in self.queues.items():
            told, end = [], self.shop.today
            for each in queue:
                end += timedelta(days=each.days)
                told += [(each.made.tier, end)] if each.days else []
            assert self.shop.paid(member) == told


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=60, stateful_step_count=25, derandomize=True, database=None)
