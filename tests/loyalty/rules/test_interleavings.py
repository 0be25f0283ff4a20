"""Any interleaving of orders, refunds, redemptions, holds and days: the fold agrees with the oracle, and nothing is lost."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.kit.refusal import Refusal
from services.loyalty.rules.ledger.expiry import Expiry, Maturation, MaturationKind, Period
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.orders.refunds import RefundLine
from services.loyalty.rules.orders.returns import RefundToRecord, record_refund
from services.loyalty.rules.programmes.programmes import NegativePolicy
from tests.loyalty.oracle import Oracle
from tests.loyalty.rules import memory
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, programme

MONTH = Expiry(Period.parse("P1M"))
WEEK = Maturation(MaturationKind.AFTER_PERIOD, Period.parse("P7D"))
SHOP = programme(
    currencies=(
        currency(expiry=MONTH),
        currency("GROWTH", 2, spendable=False, negative_policy=NegativePolicy.CLAMP),
        currency("STARS", 3, maturation=WEEK, expiry=MONTH, negative_policy=NegativePolicy.CLAMP),
    ),
    earn_rules=(
        memory.rule(),
        memory.rule(code="GROWTH", tier_multiplied=False),
        memory.rule(1, 200, "STARS", tier_multiplied=False),
    ),
    tiers=(memory.tier("gold", 500, 1.2),),
)
NUMBERS = {"POINTS": 1, "GROWTH": 2, "STARS": 3}

spendable = st.sampled_from(["POINTS", "POINTS", "STARS"])
some = st.none() | st.integers(1, 150)


class Interleavings(RuleBasedStateMachine):
    """What is asked of the ledger is then asked of the oracle, at the same instant; both must say the same."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger((SHOP,), now=at("2026-01-30 20:00"))
        self.oracle = Oracle()
        self.recorded: list[tuple[str, list[int], int]] = []
        self.held: list[tuple[str, str]] = []
        self.spent: list[tuple[str, str]] = []
        self.declined: list[tuple[str, str, int]] = []

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.ledger.now / 1_000_000, UTC)

    def answered(self, ask: Any, *given: Any, **more: Any) -> bool:
        """True when the ledger did it; the oracle then stands at the same instant, before it."""
        try:
            ask(*given, **more)
            done = True
        except Refusal:
            done = False
        self.oracle.settle(self.now)
        return done

    def drawn_order(self, data: st.DataObject) -> tuple[Answer | None, str | None]:
        """Perhaps one of the orders, to spend points on."""
        order_id = data.draw(st.none() | st.sampled_from([order_id for order_id, _, _ in self.recorded]))
        if order_id is None:
            return None, None
        return Answer(self.ledger.state.orders["shop", order_id]), order_id

    @initialize()
    def begin(self) -> None:
        self.ledger.touch()
        for _ in range(4):
            self.adjust(40, "POINTS")
            self.wait(1, 0)
        self.pay([30_000])
        for points, minutes in ((90, 300), (60, 7 * 24 * 60)):
            self.make_hold(points, "POINTS", minutes, None, None)

    @rule(days=st.sampled_from([0, 0, 0, 1, 6, 20, 31]), hours=st.integers(0, 23))
    def wait(self, days: int, hours: int) -> None:
        self.ledger.now += int(timedelta(days=days, hours=hours).total_seconds()) * 1_000_000

    @rule(minor=st.lists(st.integers(0, 90_000), min_size=1, max_size=4))
    def pay(self, minor: list[int]) -> None:
        order_id, paid_at = f"order-{len(self.recorded)}", self.ledger.now
        paid = self.now
        assert self.answered(self.ledger.earn, *minor, order_id=order_id, paid_at=paid_at)
        self.oracle.record(order_id, minor, paid, self.now)
        self.recorded.append((order_id, minor, paid_at))

    @rule(data=st.data())
    def pay_again(self, data: st.DataObject) -> None:
        order_id, minor, paid_at = data.draw(st.sampled_from(self.recorded))
        assert self.ledger.earn(*minor, order_id=order_id, paid_at=paid_at).replayed

    @rule(data=st.data(), part=st.integers(1, 4))
    def refund(self, data: st.DataObject, part: int) -> None:
        order_id, minor, _ = data.draw(st.sampled_from(self.recorded))
        line = data.draw(st.integers(0, len(minor) - 1))
        minor_back = max(1, minor[line] // part)
        lines = (RefundLine(str(line + 1), minor_back),)
        refund_id = f"refund-{self.ledger.now}"
        asked = RefundToRecord("shop", order_id, refund_id, lines, 0, "CNY", None, "service:shop")
        done = self.answered(self.ledger.post, partial(record_refund, asked=asked))
        assert done == self.oracle.refund(order_id, line, minor_back, self.now)

    @rule(points=st.integers(-300, 300).filter(bool), code=spendable)
    def adjust(self, points: int, code: str) -> None:
        done = self.answered(self.ledger.adjust, points, code=code)
        assert done == self.oracle.adjust(code, points, self.now)

    @rule(data=st.data(), points=st.integers(1, 250), code=spendable)
    def redeem(self, data: st.DataObject, points: int, code: str) -> None:
        order, order_id = self.drawn_order(data)
        name = f"redemption-{self.ledger.now}"
        done = self.answered(self.ledger.redeem, points, name, code, order)
        assert done == self.oracle.purses[code].spend(points, name, order_id)
        if done:
            self.spent.append((code, name))
        else:
            self.declined.append((code, name, points))

    @precondition(lambda self: self.declined)
    @rule(data=st.data())
    def redeem_what_was_declined(self, data: st.DataObject) -> None:
        code, name, points = data.draw(st.sampled_from(self.declined))
        assert not self.answered(self.ledger.redeem, points, name, code)

    @precondition(lambda self: self.spent)
    @rule(data=st.data(), points=some)
    def reverse(self, data: st.DataObject, points: int | None) -> None:
        code, name = data.draw(st.sampled_from(self.spent[-5:]))
        done = self.answered(self.ledger.reverse, name, points)
        assert done == self.oracle.purses[code].reverse(name, points, self.now)

    @rule(data=st.data(), points=st.integers(1, 200), code=spendable, minutes=st.integers(1, 7 * 24 * 60))
    def hold(self, data: st.DataObject, points: int, code: str, minutes: int) -> None:
        self.make_hold(points, code, minutes, *self.drawn_order(data))

    def make_hold(
        self, points: int, code: str, minutes: int, order: Answer | None, order_id: str | None
    ) -> None:
        name = f"hold-{self.ledger.now}"
        done = self.answered(self.ledger.hold, points, name, minutes, order, code)
        until = self.now + timedelta(minutes=minutes)
        assert done == self.oracle.purses[code].hold(points, name, until, order_id)
        if done:
            self.held.append((code, name))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), points=some, final=st.booleans())
    def capture(self, data: st.DataObject, points: int | None, final: bool) -> None:
        code, hold = data.draw(st.sampled_from(self.held[-3:]))
        name = f"capture-{self.ledger.now}"
        done = self.answered(self.ledger.capture, hold, points, name, final)
        assert done == self.oracle.purses[code].capture(hold, points, name, final, self.now)
        if done:
            self.spent.append((code, name))
            assert self.ledger.capture(hold, points, name, final).replayed

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        code, hold = data.draw(st.sampled_from(self.held[-3:]))
        open_before = hold in self.oracle.purses[code].holds
        done = self.answered(self.ledger.release, hold)
        released = self.oracle.purses[code].release(hold, self.now)
        assert done or not released
        assert open_before or not released

    @invariant()
    def wallets_agree(self) -> None:
        self.ledger.touch()
        self.oracle.settle(self.now)
        for code, purse in self.oracle.purses.items():
            wallet = self.ledger.state.wallets[MEMBER, NUMBERS[code]]
            seen = (wallet.available, wallet.pending, wallet.held, wallet.debt)
            assert seen == (purse.available, purse.pending, purse.held, purse.debt)
            by_expiry: Counter[int] = Counter()
            for expires_at, _, _, points in wallet.lots:
                by_expiry[expires_at] += points
            assert by_expiry == {int(at.timestamp()) * 1_000_000: n for at, n in purse.by_expiry().items()}
        assert self.ledger.balance("GROWTH") == self.oracle.growth

    @invariant()
    def entries_replay_to_the_wallets(self) -> None:
        accounts: Counter[tuple[int, str]] = Counter()
        for entry in self.ledger.entries:
            accounts[entry.currency, entry.from_account] -= entry.points
            accounts[entry.currency, entry.to_account] += entry.points
        for number in NUMBERS.values():
            assert sum(points for (currency, _), points in accounts.items() if currency == number) == 0
            wallet = self.ledger.state.wallets[MEMBER, number]
            assert accounts[number, "AVAILABLE"] == wallet.available
            assert accounts[number, "PENDING"] == wallet.pending
            assert accounts[number, "HELD"] == wallet.held == sum(hold.left for hold in wallet.holds)
            assert sum(lot[3] for lot in wallet.lots) - wallet.debt == wallet.available
            assert not (wallet.lots and wallet.debt)
            assert wallet.lots == sorted(wallet.lots)


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
