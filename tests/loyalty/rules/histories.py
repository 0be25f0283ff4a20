"""Any history: orders, refunds, completions, redemptions, holds and adjustments by turns, with days between.

While it goes on, what a read answered and what the wallets held right after each operation is written down, as
plain numbers, for the tests of what looks back to be judged by.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from services.kit.refusal import Refusal
from services.loyalty.rules.earning.earn_rules import EarnTrigger
from services.loyalty.rules.ledger.awards import award
from services.loyalty.rules.ledger.expiry import (
    Expiry,
    Maturation,
    MaturationKind,
    Period,
    Rounding,
    local_day,
)
from services.loyalty.rules.ledger.imports import OpeningLot, import_balance
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.ledger.reading import settled
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.members.forfeits import Forfeiture, forfeit
from services.loyalty.rules.programmes.programmes import NegativePolicy, Programme
from tests.loyalty.rules import memory
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, programme

NUMBERS = (1, 2, 3, 4)
HOUR = 3_600_000_000

FIRST = programme(
    currencies=(
        currency(expiry=Expiry(Period.parse("P1M"))),
        currency(
            "SLOW",
            2,
            maturation=Maturation(MaturationKind.AFTER_PERIOD, Period.parse("P3D")),
            expiry=Expiry(Period.parse("P14D"), Rounding.MONTH),
            negative_policy=NegativePolicy.CLAMP,
        ),
        currency(
            "WAITING",
            3,
            maturation=Maturation(MaturationKind.ON_ORDER_COMPLETED),
            expiry=Expiry(Period.parse("P7D")),
            debt_floor=40,
        ),
        currency("LIVELY", 4, expiry=Expiry(Period.parse("P10D"), sliding=True)),
    ),
    earn_rules=(
        *(memory.rule(code=code) for code in ("POINTS", "SLOW", "WAITING", "LIVELY")),
        *(
            memory.rule(1, 300, code, key=f"{code.lower()}-arrived", trigger=EarnTrigger.ORDER_COMPLETED)
            for code in ("POINTS", "SLOW", "LIVELY")
        ),
    ),
)
SECOND = programme(
    version=2,
    effective_at=at("2026-02-20 00:00"),
    currencies=(
        currency(expiry=Expiry(Period.parse("P20D"), sliding=True)),
        replace(FIRST.currencies[1], expiry=Expiry(Period.parse("P5D"))),
        FIRST.currencies[2],
        currency("LIVELY", 4, expiry=Expiry(Period.parse("P5D"), sliding=True)),
    ),
    earn_rules=FIRST.earn_rules,
)


class Held(NamedTuple):
    """What a wallet held, in numbers."""

    available: int
    pending: int
    held: int
    lots: tuple[tuple[int, ...], ...]
    pending_lots: tuple[tuple[int, ...], ...]
    holds: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, wallet: Wallet) -> "Held":
        holds = sorted((hold.hold_id, hold.left) for hold in wallet.holds)
        return cls(
            wallet.available,
            wallet.pending,
            wallet.held,
            tuple(map(tuple, wallet.lots)),
            tuple(map(tuple, wallet.pending_lots)),
            tuple(holds),
        )


class Histories(RuleBasedStateMachine):
    """``posted`` is how many entries there were after each operation and what the wallets held then."""

    def __init__(self, versions: tuple[Programme, ...] = (FIRST, SECOND)) -> None:
        super().__init__()
        self.ledger = Ledger(versions, now=at("2026-01-30 20:00"))
        self.orders: list[Answer] = []
        self.redemptions: list[str] = []
        self.holds: list[str] = []
        self.posted: list[tuple[int, dict[int, Held]]] = []
        self.read: list[tuple[int, dict[int, Held]]] = []

    def wallet(self, number: int) -> Wallet:
        return self.ledger.state.wallets.get((MEMBER, number)) or Wallet(MEMBER, number)

    def do(self, operation: Callable[[], Answer]) -> Answer | None:
        """Try an operation; the ledger is looked at right after it, refused or not."""
        try:
            answer = operation()
        except Refusal:
            answer = None
        self.posted.append((len(self.ledger.entries), {n: Held.of(self.wallet(n)) for n in NUMBERS}))
        self.look()
        return answer

    def look(self) -> None:
        """What a read answers now; it posts nothing."""
        now = self.ledger.now
        history = self.ledger.programmes.history("shop")
        self.read.append(
            (now, {rules.number: Held.of(settled(self.wallet(rules.number), history, now))
                   for rules in history.at(now).currencies})
        )  # fmt: skip

    @rule(days=st.integers(0, 12), hours=st.integers(0, 23))
    def wait(self, days: int, hours: int) -> None:
        self.ledger.now += int(timedelta(days=days, hours=hours).total_seconds()) * 1_000_000
        self.look()

    @rule(minor=st.lists(st.integers(0, 9_000), min_size=1, max_size=3), late=st.integers(0, 60 * 24))
    def pay(self, minor: list[int], late: int) -> None:
        paid_at = self.ledger.now - (late * HOUR if late % 3 == 0 else 0)
        if order := self.do(lambda: self.ledger.earn(*minor, paid_at=paid_at)):
            self.orders.append(order)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), amount=st.integers(1, 9_000), how=st.sampled_from(["amount", "line", "whole"]))
    def refund(self, data: st.DataObject, amount: int, how: str) -> None:
        order = data.draw(st.sampled_from(self.orders))
        line = data.draw(st.sampled_from(order.value.lines)).line_id
        match how:
            case "amount":
                self.do(lambda: self.ledger.refund(order, amount=amount))
            case "line":
                self.do(lambda: self.ledger.refund(order, line))
            case _:
                self.do(lambda: self.ledger.refund(order, whole=True))

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(self.orders))
        self.do(lambda: self.ledger.complete(order))

    @rule(points=st.integers(-60, 80).filter(bool), code=st.sampled_from(["POINTS", "SLOW", "LIVELY"]))
    def adjust(self, points: int, code: str) -> None:
        self.do(lambda: self.ledger.adjust(points, code=code))

    @rule(points=st.integers(1, 80), code=st.sampled_from(["POINTS", "SLOW", "WAITING", "LIVELY"]))
    def award(self, points: int, code: str) -> None:
        asked = self.ledger.ask(points, "award", code=code)
        self.do(lambda: self.ledger.post(partial(award, ask=asked)))

    @rule(
        points=st.integers(1, 80), days=st.integers(0, 9), code=st.sampled_from(["POINTS", "SLOW", "LIVELY"])
    )
    def bring_along(self, points: int, days: int, code: str) -> None:
        """An opening balance, half of it promised for some days where there are any."""
        today = local_day(self.ledger.now, "Asia/Shanghai")
        lots = [OpeningLot(points, earned_on=today - timedelta(days=days))]
        if days:
            lots.append(OpeningLot(points, matures_at=self.ledger.now + days * 24 * HOUR))
        asked = self.ledger.ask(points * len(lots), "import", code=code)
        self.do(lambda: self.ledger.post(partial(import_balance, ask=asked, lots=lots)))

    @rule(really=st.integers(0, 5))
    def leave(self, really: int) -> None:
        if not really:
            forfeiture = Forfeiture(MEMBER, "shop", f"forfeit-{len(self.posted)}", "staff:ada", "CLOSED")
            self.do(lambda: self.ledger.post(partial(forfeit, asked=forfeiture)))

    @rule(data=st.data(), points=st.integers(1, 90), code=st.sampled_from(["POINTS", "SLOW", "LIVELY"]))
    def redeem(self, data: st.DataObject, points: int, code: str) -> None:
        redemption_id = f"redemption-{len(self.posted)}"
        order = data.draw(st.sampled_from([None, *self.orders[-2:]]))
        if self.do(lambda: self.ledger.redeem(points, redemption_id, code, order)):
            self.redemptions.append(redemption_id)

    @precondition(lambda self: self.redemptions)
    @rule(data=st.data(), points=st.none() | st.integers(1, 40))
    def reverse(self, data: st.DataObject, points: int | None) -> None:
        redemption = data.draw(st.sampled_from(self.redemptions))
        self.do(lambda: self.ledger.reverse(redemption, points))

    @rule(
        points=st.integers(1, 60),
        minutes=st.sampled_from([30, 24 * 60, 6 * 24 * 60]),
        code=st.sampled_from(["POINTS", "LIVELY"]),
    )
    def hold(self, points: int, minutes: int, code: str) -> None:
        hold_id = f"hold-{len(self.posted)}"
        if self.do(lambda: self.ledger.hold(points, hold_id, minutes, code=code)):
            self.holds.append(hold_id)

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), points=st.none() | st.integers(1, 40), final=st.booleans())
    def capture(self, data: st.DataObject, points: int | None, final: bool) -> None:
        hold = data.draw(st.sampled_from(self.holds))
        redemption_id = f"redemption-{len(self.posted)}"
        if self.do(lambda: self.ledger.capture(hold, points, redemption_id, final)):
            self.redemptions.append(redemption_id)

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        hold = data.draw(st.sampled_from(self.holds))
        self.do(lambda: self.ledger.release(hold))
