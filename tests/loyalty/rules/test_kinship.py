"""Any interleaving of giving, merging, parting, spending, checkouts and days: no point is made or lost, none lives longer."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.kit.refusal import Refusal
from services.loyalty.rules.ledger import transfers
from services.loyalty.rules.ledger.expiry import Expiry, Period
from tests.loyalty.kinship import Kinship, Person
from tests.loyalty.rules.memory import at, currency, programme
from tests.loyalty.rules.test_merging import NEW, OLD, THIRD, Two

START = "2026-01-29 20:00"
SHOP = programme(currencies=(currency(expiry=Expiry(Period(1, 0)), transferable=True),))
NAMES = (OLD, NEW, THIRD)
names = st.sampled_from(NAMES)
percents = st.integers(1, 105)


class Kin(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.ledger = Two((SHOP,), now=at(START))
        self.oracle = Kinship({name: Person() for name in NAMES})
        self.merges: dict[str, str] = {}
        self.count = 0

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.ledger.now / 1_000_000, UTC)

    @initialize()
    def everybody_has_lots(self) -> None:
        for days in (0, 3, 4):
            self.wait(days, 1)
            for nth, name in enumerate(NAMES, 1):
                self.credit(name, 100 * nth + days)

    def part_of(self, name: str, percent: int) -> int:
        """So many points of what somebody has, a little more than that included."""
        return max(1, self.oracle.of(name).balance * percent // 100)

    def new_id(self) -> str:
        self.count += 1
        return f"id-{self.count}"

    def agree(self, allowed: bool, operation: object) -> None:
        """The ledger does it exactly when the oracle does."""
        try:
            operation()  # type: ignore[operator]
            done = True
        except Refusal:
            done = False
        assert done == allowed

    @rule(days=st.integers(0, 12), hours=st.integers(0, 23))
    def wait(self, days: int, hours: int) -> None:
        self.ledger.now += int(timedelta(days=days, hours=hours).total_seconds()) * 1_000_000
        self.oracle.expire(self.now)

    @rule(name=names, points=st.integers(1, 500))
    def credit(self, name: str, points: int) -> None:
        self.ledger.as_(name).adjust(points, self.new_id())
        self.oracle.credit(name, points, self.now)

    @rule(name=names, points=st.integers(1, 300))
    def debit(self, name: str, points: int) -> None:
        self.ledger.as_(name).adjust(-points, self.new_id())
        self.oracle.debit(name, points)

    @rule(name=names, percent=percents)
    def spend(self, name: str, percent: int) -> None:
        points = self.part_of(name, percent)
        allowed = self.oracle.spend(name, points)
        self.agree(allowed, lambda: self.ledger.as_(name).redeem(points, self.new_id()))

    @rule(name=names, percent=percents, hours=st.integers(1, 24 * 6))
    def hold(self, name: str, percent: int, hours: int) -> None:
        points, checkout = self.part_of(name, percent), self.new_id()
        # The ledger's clock moves on a little with each operation.
        until = self.now + timedelta(hours=hours, milliseconds=1)
        allowed = self.oracle.hold(name, points, checkout, until)
        self.agree(allowed, lambda: self.ledger.as_(name).hold(points, checkout, hours * 60))

    @rule(data=st.data(), percent=percents, captures=st.booleans())
    def end_a_checkout(self, data: st.DataObject, percent: int, captures: bool) -> None:
        found = [(name, each) for name, person in self.oracle.people.items() for each in person.checkouts]
        if not found:
            return
        name, checkout = data.draw(st.sampled_from(sorted(found)))
        person = self.oracle.people[name]
        if captures:
            points = max(1, sum(person.checkouts[checkout].lots.values()) * percent // 100)
            allowed = self.oracle.capture(person, checkout, points, self.now)
            self.agree(allowed, lambda: self.ledger.as_(name).capture(checkout, points, self.new_id()))
        else:
            self.oracle.release(person, checkout, self.now)
            self.ledger.as_(name).release(checkout)

    @rule(giver=names, receiver=names, percent=percents)
    def give(self, giver: str, receiver: str, percent: int) -> None:
        points, transfer_id = self.part_of(giver, percent), self.new_id()
        ask = self.ledger.as_(giver).ask(points, "transfer", transfer_id)
        operation = partial(transfers.transfer, ask=ask, to_member=receiver, transfer_id=transfer_id)
        self.agree(self.oracle.give(giver, receiver, points), lambda: self.ledger.post(operation))

    @rule(old=names, new=names)
    def merge(self, old: str, new: str) -> None:
        merge_id = self.new_id()
        if allowed := self.oracle.merge(old, new):
            self.merges[old] = merge_id
        self.agree(allowed, lambda: self.ledger.merge(old, new, merge_id))

    @rule(old=names)
    def part(self, old: str) -> None:
        allowed = self.oracle.part(old, self.now)
        merge_id = self.merges.pop(old) if allowed else self.merges.get(old, "none")
        self.agree(allowed, lambda: self.ledger.unmerge(old, merge_id))

    @invariant()
    def everybody_has_what_the_oracle_says(self) -> None:
        for name in NAMES:
            self.ledger.as_(name).touch()
        self.oracle.expire(self.now)
        for name, person in self.oracle.people.items():
            wallet = self.ledger.state.wallets.get((name, 1))
            lots = (
                {datetime.fromtimestamp(lot[0] / 1_000_000, UTC): lot[3] for lot in wallet.lots}
                if wallet
                else {}
            )
            assert lots == person.lots
            assert (wallet.available if wallet else 0) == person.balance
            held = {hold.hold_id: hold.left for hold in wallet.holds} if wallet else {}
            assert held == {each: sum(had.lots.values()) for each, had in person.checkouts.items()}
            assert (wallet.held if wallet else 0) == person.held

    @invariant()
    def no_point_is_made_or_lost(self) -> None:
        accounts: Counter[str] = Counter()
        for entry in self.ledger.entries:
            accounts[entry.from_account] -= entry.points
            accounts[entry.to_account] += entry.points
        assert sum(accounts.values()) == 0
        assert accounts["TRANSFERS"] == 0
        assert accounts["HELD"] == sum(person.held for person in self.oracle.people.values())
        assert -accounts["ADJUSTMENTS"] == self.oracle.credited
        assert (accounts["REDEEMED"], accounts["EXPIRED"]) == (self.oracle.spent, self.oracle.expired)
        total = sum(person.balance for person in self.oracle.people.values())
        assert accounts["AVAILABLE"] == total


TestKin = Kin.TestCase
TestKin.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
