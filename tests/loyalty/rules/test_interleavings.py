"""Any interleaving of orders, duplicates, refunds and days: the fold agrees with the oracle, and nothing is lost."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.kit.refusal import Refusal
from services.loyalty.rules.expiry import Expiry, Period
from services.loyalty.rules.programmes import NegativePolicy
from services.loyalty.rules.refunds import RefundLine
from tests.loyalty.oracle import Oracle
from tests.loyalty.rules import memory
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, programme

START = datetime(2026, 1, 30, 20, tzinfo=UTC)
SHOP = programme(
    currencies=(
        currency(expiry=Expiry(Period.parse("P1M"))),
        currency("GROWTH", 2, spendable=False, negative_policy=NegativePolicy.CLAMP),
    ),
    earn_rules=(memory.rule(), memory.rule(code="GROWTH", tier_multiplied=False)),
    tiers=(memory.tier("gold", 500, 1.2),),
)


class Interleavings(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger((SHOP,), now=at("2026-01-30 20:00"))
        self.oracle = Oracle()
        self.recorded: list[tuple[str, list[int], int]] = []
        self.answers: dict[str, object] = {}

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.ledger.now / 1_000_000, UTC)

    @initialize()
    def begin(self) -> None:
        self.ledger.touch()

    @rule(days=st.integers(0, 20), hours=st.integers(0, 23))
    def wait(self, days: int, hours: int) -> None:
        self.ledger.now += int(timedelta(days=days, hours=hours).total_seconds()) * 1_000_000
        self.oracle.expire(self.now)

    @rule(minor=st.lists(st.integers(0, 90_000), min_size=1, max_size=4))
    def pay(self, minor: list[int]) -> None:
        order_id = f"order-{len(self.recorded)}"
        paid_at = self.ledger.now
        self.oracle.expire(self.now)
        self.answers[order_id] = self.ledger.earn(*minor, order_id=order_id, paid_at=paid_at).value
        self.oracle.record(order_id, minor, self.now)
        self.recorded.append((order_id, minor, paid_at))

    @precondition(lambda self: self.recorded)
    @rule(data=st.data())
    def pay_again(self, data: st.DataObject) -> None:
        order_id, minor, paid_at = data.draw(st.sampled_from(self.recorded))
        again = self.ledger.earn(*minor, order_id=order_id, paid_at=paid_at)
        assert again.replayed

    @precondition(lambda self: self.recorded)
    @rule(data=st.data(), part=st.integers(1, 4))
    def refund(self, data: st.DataObject, part: int) -> None:
        order_id, minor, _ = data.draw(st.sampled_from(self.recorded))
        line = data.draw(st.integers(0, len(minor) - 1))
        asked = max(1, minor[line] // part)
        order = self.ledger.state.orders["shop", order_id]
        self.oracle.expire(self.now)
        try:
            self._refund(order_id, RefundLine(order.lines[line].line_id, asked))
            done = True
        except Refusal:
            done = False
        assert done == self.oracle.refund(order_id, line, asked)

    def _refund(self, order_id: str, line: RefundLine) -> None:
        asked = memory.returns.RefundToRecord(
            "shop",
            order_id,
            f"refund-{len(self.ledger.entries)}-{self.ledger.now}",
            (line,),
            0,
            "CNY",
            None,
            "x",
        )
        self.ledger.post(memory.partial(memory.returns.record_refund, asked=asked))

    @rule(points=st.integers(-300, 300).filter(bool))
    def adjust(self, points: int) -> None:
        self.oracle.expire(self.now)
        self.ledger.adjust(points)
        if points > 0:
            self.oracle.gain(points, self.now, None)
        else:
            self.oracle.lose(-points)

    @invariant()
    def balances_agree(self) -> None:
        assert self.ledger.balance() == self.oracle.balance
        assert self.ledger.balance("GROWTH") == self.oracle.growth

    @invariant()
    def entries_replay_to_the_wallets(self) -> None:
        accounts: Counter[tuple[int, str]] = Counter()
        for entry in self.ledger.entries:
            accounts[entry.currency, entry.from_account] -= entry.points
            accounts[entry.currency, entry.to_account] += entry.points
        for number in (1, 2):
            assert sum(points for (currency, _), points in accounts.items() if currency == number) == 0
            if wallet := self.ledger.state.wallets.get((MEMBER, number)):
                assert accounts[number, "AVAILABLE"] == wallet.available
                assert sum(lot[3] for lot in wallet.lots) - wallet.debt == wallet.available
                assert not (wallet.lots and wallet.debt)


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
