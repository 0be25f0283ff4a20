"""Points that are good for a period after the last activity: what keeps them so, and what does not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.kit.refusal import Refusal
from services.loyalty.rules.ledger.asks import NotEnoughPoints
from services.loyalty.rules.ledger.entries import SLIDING, EntryType
from services.loyalty.rules.ledger.expiry import NEVER, Expiry, Maturation, MaturationKind, Period
from services.loyalty.rules.ledger.replay import Replay
from services.loyalty.rules.programmes.programmes import Programme
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, programme
from tests.loyalty.rules.sliding_oracle import SlidingOracle, gone_at

MONTH = Expiry(Period.parse("P30D"), sliding=True)
DAY_US = 86_400_000_000


def sliding(**changes: object) -> Programme:
    return programme(currencies=(currency(expiry=MONTH, **changes),))


def ledger_of(*versions: Programme) -> Ledger:
    return Ledger(versions or (sliding(),), now=at("2026-06-01 04:00"))


def test_points_are_good_for_the_period_after_the_last_activity_and_gone_then() -> None:
    ledger = ledger_of()
    ledger.earn(10_000)
    assert ledger.lots() == [(at("2026-07-01 16:00"), 100)]
    ledger.now = at("2026-06-20 04:00")
    ledger.redeem(30)
    assert ledger.lots() == [(at("2026-07-20 16:00"), 70)]
    ledger.now = at("2026-07-20 15:59")
    assert ledger.balance() == 70
    ledger.now = at("2026-07-20 16:00")
    assert ledger.balance() == 0
    assert (ledger.entries[-1].type, ledger.entries[-1].occurred_at) == (
        EntryType.EXPIRE,
        at("2026-07-20 16:00"),
    )


def test_every_activity_keeps_all_points_in_one_bucket() -> None:
    ledger = ledger_of()
    order = ledger.earn(10_000)
    activities = [
        lambda: ledger.earn(1_000),
        lambda: ledger.adjust(5),
        lambda: ledger.redeem(1),
        lambda: ledger.hold(20, "h", minutes=60 * 24 * 6),
        lambda: ledger.capture("h", 5, final=False),
    ]
    for day, activity in enumerate(activities, 2):
        ledger.now = at(f"2026-06-{day:02} 04:00")
        activity()
        assert [lot[0] for lot in ledger.lots()] == [at(f"2026-07-{day:02} 16:00")]
    kept = ledger.lots()[0][0]
    ledger.now = at("2026-06-20 04:00")
    ledger.refund(order, amount=1_000)
    ledger.adjust(-1)
    assert [lot[0] for lot in ledger.lots()] == [kept]


def test_a_declined_redemption_keeps_nothing_good() -> None:
    ledger = ledger_of()
    ledger.earn(10_000)
    ledger.now = at("2026-06-20 04:00")
    with pytest.raises(NotEnoughPoints):
        ledger.redeem(101)
    assert ledger.lots() == [(at("2026-07-01 16:00"), 100)]


def test_a_reversal_gives_back_the_expiry_that_was_and_the_next_activity_takes_it_along() -> None:
    ledger = ledger_of()
    ledger.earn(10_000)
    ledger.redeem(40, "r")
    ledger.now = at("2026-06-20 04:00")
    ledger.earn(1_000)
    ledger.reverse("r")
    assert ledger.lots() == [(at("2026-07-01 16:00"), 40), (at("2026-07-20 16:00"), 70)]
    ledger.redeem(1)
    assert ledger.lots() == [(at("2026-07-20 16:00"), 109)]


def test_a_reversal_after_the_period_brings_nothing_back() -> None:
    ledger = ledger_of()
    ledger.earn(10_000)
    ledger.redeem(40, "r")
    ledger.now = at("2026-07-10 04:00")
    ledger.earn(1_000)
    assert ledger.reverse("r").value.expired == 40
    assert ledger.lots() == [(at("2026-08-09 16:00"), 10)]


def test_held_points_slide_along() -> None:
    ledger = ledger_of()
    ledger.earn(10_000)
    ledger.hold(40, "h", minutes=60 * 24 * 5)
    ledger.now = at("2026-06-04 04:00")
    ledger.redeem(10)
    ledger.now = at("2026-06-05 04:00")
    ledger.release("h")
    assert ledger.lots() == [(at("2026-07-04 16:00"), 90)]


def test_a_refund_takes_back_from_where_its_points_slid_to() -> None:
    ledger = ledger_of()
    ledger.earn(10_000)
    ledger.redeem(40, "r")
    ledger.now = at("2026-06-10 04:00")
    order = ledger.earn(3_000)
    ledger.now = at("2026-06-20 04:00")
    ledger.earn(5_000)
    ledger.reverse("r")
    ledger.refund(order, whole=True)
    assert ledger.lots() == [(at("2026-07-01 16:00"), 40), (at("2026-07-20 16:00"), 110)]


def test_maturing_is_an_activity_and_saves_nothing_that_is_past_at_that_instant() -> None:
    rules = sliding(maturation=Maturation(MaturationKind.AFTER_PERIOD, Period.parse("P31D")))
    ledger = ledger_of(rules)
    ledger.adjust(10)
    ledger.earn(10_000)
    ledger.now = at("2026-07-01 16:00")
    assert ledger.balance() == 100
    assert [entry.type for entry in ledger.entries[-2:]] == [EntryType.PENDING_ACTIVATED, EntryType.EXPIRE]
    assert ledger.lots() == [(at("2026-08-01 16:00"), 100)]


def test_a_late_order_moves_nothing_back_and_joins_what_slid() -> None:
    ledger = ledger_of()
    ledger.adjust(10)
    ledger.earn(10_000, paid_at=at("2026-05-20 04:00"))
    assert ledger.lots() == [(at("2026-07-01 16:00"), 110)]


def test_points_that_were_there_before_the_policy_slid_lose_nothing_by_it() -> None:
    before = programme(currencies=(currency(expiry=Expiry(Period.parse("P10D"))),))
    never = programme(currencies=(currency(),), version=2, effective_at=at("2026-06-02"))
    after = programme(currencies=(currency(expiry=MONTH),), version=3, effective_at=at("2026-06-03"))
    ledger = ledger_of(before, never, after)
    ledger.earn(10_000)
    ledger.now = at("2026-06-02 04:00")
    ledger.earn(2_000)
    ledger.now = at("2026-06-05 04:00")
    assert ledger.balance() == 120
    assert ledger.lots() == [(at("2026-06-11 16:00"), 100), (NEVER, 20)]
    ledger.redeem(1)
    assert ledger.lots() == [(at("2026-07-05 16:00"), 99), (NEVER, 20)]


class Sliding(RuleBasedStateMachine):
    """Any interleaving agrees with an oracle that shares no code."""

    def __init__(self) -> None:
        super().__init__()
        rules = sliding(longest_hold_minutes=60 * 24 * 60)
        self.ledger = Ledger((rules,), now=at("2026-01-30 20:00"))
        self.oracle = SlidingOracle()
        self.orders: list[object] = []
        self.names = 0

    @initialize()
    def begin(self) -> None:
        self.ledger.touch()

    def tick(self) -> datetime:
        """The instant of the next operation, up to which time has passed."""
        now = datetime.fromtimestamp((self.ledger.now + 1_000) / 1_000_000, UTC)
        self.oracle.pass_time(now)
        return now

    def name(self) -> str:
        self.names += 1
        return f"n{self.names}"

    def agrees(self, post: object, expected: bool) -> None:
        try:
            post()  # type: ignore[operator]
            done = True
        except Refusal:
            done = False
        assert done == expected

    def one_bucket(self) -> None:
        wallet = self.ledger.state.wallets[MEMBER, 1]
        assert len(wallet.lots) <= 1
        assert all(lot[1] == SLIDING for lot in wallet.lots)

    @rule(days=st.integers(0, 20), hours=st.integers(0, 23))
    def wait(self, days: int, hours: int) -> None:
        self.ledger.now += int(timedelta(days=days, hours=hours).total_seconds()) * 1_000_000

    @rule(yuan=st.integers(1, 500))
    def earn(self, yuan: int) -> None:
        now = self.tick()
        paid_at = self.ledger.now
        paid = datetime.fromtimestamp(paid_at / 1_000_000, UTC)
        self.orders.append((self.ledger.earn(yuan * 100, paid_at=paid_at), yuan, gone_at(paid)))
        self.oracle.gain(yuan, paid, now)
        self.one_bucket()

    @rule(yuan=st.integers(1, 500), days=st.integers(1, 45))
    def earn_late(self, yuan: int, days: int) -> None:
        now = self.tick()
        paid_at = self.ledger.now - days * DAY_US
        self.ledger.earn(yuan * 100, paid_at=paid_at)
        self.oracle.gain(yuan, now - timedelta(days=days, milliseconds=1), now)

    @rule(points=st.integers(-300, 300).filter(bool))
    def adjust(self, points: int) -> None:
        now = self.tick()
        self.ledger.adjust(points)
        if points > 0:
            self.oracle.gain(points, now, now)
            self.one_bucket()
        else:
            self.oracle.lose(-points)

    @rule(points=st.integers(1, 400))
    def redeem(self, points: int) -> None:
        now, name = self.tick(), self.name()
        done = self.oracle.redeem(name, points, now)
        self.agrees(lambda: self.ledger.redeem(points, name), done)
        if done:
            self.one_bucket()

    @rule(points=st.integers(1, 400), days=st.integers(0, 40))
    def hold(self, points: int, days: int) -> None:
        now, name, minutes = self.tick(), self.name(), days * 1440 + 45
        done = self.oracle.hold(name, points, now, now + timedelta(minutes=minutes))
        self.agrees(lambda: self.ledger.hold(points, name, minutes=minutes), done)

    @precondition(lambda self: self.oracle.holds)
    @rule(data=st.data(), points=st.integers(1, 400))
    def capture(self, data: st.DataObject, points: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.oracle.holds)))
        now = self.tick()
        done = name in self.oracle.holds and self.oracle.capture(name, points, now)
        self.agrees(lambda: self.ledger.capture(name, points, name), done)

    @precondition(lambda self: self.oracle.spent)
    @rule(data=st.data(), points=st.integers(1, 200))
    def reverse(self, data: st.DataObject, points: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.oracle.spent)))
        now = self.tick()
        done = self.oracle.reverse(name, points, now)
        self.agrees(lambda: self.ledger.reverse(name, points), done)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        order, yuan, own = self.orders.pop(data.draw(st.integers(0, len(self.orders) - 1)))
        self.tick()
        self.ledger.refund(order, whole=True)
        self.oracle.lose(yuan, own)

    @invariant()
    def wallets_agree(self) -> None:
        self.tick()
        assert self.ledger.balance() == self.oracle.available
        wallet = self.ledger.state.wallets.get((MEMBER, 1))
        if wallet is None:
            return
        assert sum(lot[3] for lot in wallet.lots) - wallet.debt == wallet.available
        assert wallet.held == self.oracle.held
        lots = {datetime.fromtimestamp(lot[0] / 1_000_000, UTC): lot[3] for lot in wallet.lots}
        assert lots == self.oracle.lots()
        if self.oracle.last_activity and lots:
            assert max(lots) <= gone_at(self.oracle.last_activity)

    @invariant()
    def entries_alone_tell_the_lots(self) -> None:
        """Also what activities moved on, which no entry of its own says."""
        wallet = self.ledger.state.wallets.get((MEMBER, 1))
        if wallet is None:
            return
        replay = Replay()
        for entry in self.ledger.entries:
            replay.apply(entry)
        told = replay.wallet(MEMBER, 1, wallet.holds)
        assert (told.lots, told.available, told.held) == (wallet.lots, wallet.available, wallet.held)
        assert [sorted(h.slices) for h in told.holds] == [sorted(h.slices) for h in wallet.holds]


TestSliding = Sliding.TestCase
TestSliding.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
