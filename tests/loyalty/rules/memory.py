"""A ledger in memory: drives the fold as a lane does, without a database."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

from services.kit.clock import micros
from services.kit.refusal import Refusal
from services.loyalty.rules.earning.earn_rules import EarnRounding, EarnRule
from services.loyalty.rules.ledger import holding, redemptions
from services.loyalty.rules.ledger.adjustments import adjust
from services.loyalty.rules.ledger.asks import Ask
from services.loyalty.rules.ledger.entries import Entry, key_of
from services.loyalty.rules.ledger.events import Event
from services.loyalty.rules.ledger.expiry import Expiry, Maturation
from services.loyalty.rules.ledger.points import Answer, Operation, fold
from services.loyalty.rules.ledger.state import State
from services.loyalty.rules.orders import checkout, completion, returns
from services.loyalty.rules.orders.orders import Line, Order, check, fingerprint
from services.loyalty.rules.orders.refunds import RefundLine
from services.loyalty.rules.programmes.programmes import (
    CurrencyRules,
    NegativePolicy,
    Programme,
    ProgrammeHistory,
    Programmes,
)
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.programmes.wellformed import MULTIPLIER_SCALE
from services.loyalty.rules.tiers.tier_schemes import Condition, TierRule

MEMBER = "0b54b4e2-4a3a-4d5e-8c52-6f6f6a1f0001"
NAME = Text("名", "name")


def at(text: str) -> int:
    """``"2026-01-31 12:00"`` in UTC, in microseconds since 1970."""
    return micros(datetime.fromisoformat(text).replace(tzinfo=UTC))


def currency(code: str = "POINTS", number: int = 1, **changes: Any) -> CurrencyRules:
    rules = CurrencyRules(code, NAME, True, Maturation(), Expiry(), NegativePolicy.ALLOW_NEGATIVE, 0, number)
    return replace(rules, **changes)


def rule(points: int = 1, per_minor: int = 100, code: str = "POINTS", **changes: Any) -> EarnRule:
    made = EarnRule(
        f"{code.lower()}-{points}-{per_minor}", code, points, per_minor, EarnRounding.WHOLE_STEPS, True
    )
    return replace(made, **changes)


def tier(key: str, at_least: int, multiplier: float = 1, metric: str = "GROWTH") -> TierRule:
    return TierRule(key, NAME, (Condition(metric, at_least),), int(multiplier * MULTIPLIER_SCALE), ())


def programme(**changes: Any) -> Programme:
    """POINTS at 1 per 1.00, never expiring, in force since 1997 in Shanghai."""
    made = Programme(
        "shop", 1, 1, NAME, "Asia/Shanghai", "CNY", (currency(),), (rule(),), (), at("1997-01-01")
    )
    return replace(made, **changes)


def order(*minor: int, sku: str = "tea", **changes: Any) -> Order:
    """An order with a line of one piece for each amount."""
    made = Order(
        source="shop",
        order_id="order",
        programme=1,
        programme_id="shop",
        member_id=MEMBER,
        fingerprint=b"",
        money_currency="CNY",
        total_minor=sum(minor),
        lines=[Line(str(n), sku, 1, each) for n, each in enumerate(minor, 1)],
        channel="web",
        paid_at=at("2026-06-01 12:00"),
    )
    return replace(made, **changes)


@dataclass
class Ledger:
    """A ledger at a settable time, asked about one member at a time; refusals are raised."""

    versions: tuple[Programme, ...] = (programme(),)
    now: int = at("2026-06-01 12:00")
    state: State = field(default_factory=State)
    entries: list[Entry] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    ids: Any = field(default_factory=lambda: count(1))
    member: str = MEMBER

    @property
    def programmes(self) -> Programmes:
        return Programmes(1, {"shop": ProgrammeHistory(self.versions)}, "shop")

    def post(self, operation: Any) -> Answer:
        self.now += 1_000
        folded = fold(self.state, [operation], self.programmes, self.now)
        self.entries += folded.entries
        self.events += folded.events
        (answer,) = folded.answers
        if isinstance(answer, Refusal):
            raise answer
        return answer

    def earn(self, *minor: int, paid_at: int | None = None, order_id: str = "", member: str = "") -> Answer:
        """An order with a line of one piece for each amount."""
        return self.post(self.paying(*minor, paid_at=paid_at, order_id=order_id, member=member))

    def paying(
        self, *minor: int, paid_at: int | None = None, order_id: str = "", member: str = ""
    ) -> Operation:
        """The operation that records such an order."""
        return self.recording(
            order(
                *minor,
                order_id=order_id or f"order-{next(self.ids)}",
                member_id=member or self.member,
                paid_at=paid_at or self.now,
            )
        )

    def recording(self, made: Order) -> Operation:
        """The operation that records an order."""
        check(made)
        made.fingerprint = fingerprint(made)
        asked = checkout.OrderToRecord(made, "service:shop", may_be_old=False)
        return partial(checkout.record_order, asked=asked)

    def refund(
        self,
        order: Answer,
        *lines: str,
        amount: int = 0,
        refund_id: str = "",
        whole: bool = False,
        refunded_at: int | None = None,
        minor: int | None = None,
    ) -> Answer:
        """Refund lines by id (``minor`` of each, or all that is left), an amount, or the whole order."""
        named = tuple(RefundLine(line, minor) for line in lines)
        if whole:
            named = tuple(RefundLine(line.line_id, None) for line in order.value.lines)
        asked = returns.RefundToRecord(
            "shop",
            order.value.order_id,
            refund_id or f"refund-{next(self.ids)}",
            named or None,
            amount,
            "CNY",
            refunded_at,
            "service:shop",
        )
        return self.post(partial(returns.record_refund, asked=asked))

    def complete(self, order: Answer, completed_at: int | None = None) -> Answer:
        done = completion.Completion("shop", order.value.order_id, completed_at, "service:shop")
        return self.post(partial(completion.complete_order, completion=done))

    def adjust(self, points: int, key: str = "", code: str = "POINTS") -> Answer:
        return self.post(partial(adjust, ask=self.ask(points, "adjust", key, code)))

    def ask(
        self, points: int, kind: str, key: str = "", code: str = "POINTS", order: Answer | None = None
    ) -> Ask:
        """Points of a currency, asked for under a key of one kind."""
        used = key or f"key-{next(self.ids)}"
        order_ref = order.value.ref if order else ""
        return Ask(self.member, "shop", code, points, key_of(kind, used), "staff:ada", "TEST", order_ref)

    def redeem(self, points: int, key: str = "", code: str = "POINTS", order: Answer | None = None) -> Answer:
        used = key or f"redemption-{next(self.ids)}"
        ask = self.ask(points, "redeem", used, code, order)
        return self.post(partial(redemptions.redeem, ask=ask, redemption_id=used))

    def reverse(self, redemption_id: str, points: int | None = None, reversal_id: str = "") -> Answer:
        asked = redemptions.ReversalAsked(
            self.member,
            "shop",
            redemption_id,
            reversal_id or f"reversal-{next(self.ids)}",
            points,
            "TEST",
            "staff:ada",
        )
        return self.post(partial(redemptions.reverse_redemption, asked=asked))

    def hold(
        self,
        points: int,
        hold_id: str = "",
        minutes: int = 30,
        order: Answer | None = None,
        code: str = "POINTS",
    ) -> Answer:
        used = hold_id or f"hold-{next(self.ids)}"
        ask = self.ask(points, "hold", used, code, order)
        return self.post(partial(holding.hold, ask=ask, hold_id=used, time_to_live_s=minutes * 60))

    def capture(
        self, hold_id: str, points: int | None = None, redemption_id: str = "", final: bool = True
    ) -> Answer:
        used = redemption_id or f"redemption-{next(self.ids)}"
        asked = holding.Capture(self.member, "shop", hold_id, used, points, final, "service:shop")
        return self.post(partial(holding.capture, asked=asked))

    def release(self, hold_id: str) -> Answer:
        return self.post(lambda book: holding.release(book, self.member, "shop", hold_id, "service:shop"))

    def balance(self, code: str = "POINTS") -> int:
        """Available less debt, with everything due applied, as the next operation would see it."""
        self.touch()
        number = next(c.number for c in self.versions[-1].currencies if c.code == code)
        wallet = self.state.wallets.get((self.member, number))
        return wallet.available if wallet else 0

    def touch(self) -> None:
        def look(book: Any) -> Answer:
            book.touch(self.member, book.programmes.history("shop"))
            return Answer(None)

        self.post(look)

    def lots(self, number: int = 1) -> list[tuple[int, int]]:
        """(expires_at, points) of the open lots."""
        return [(lot[0], lot[3]) for lot in self.state.wallets[self.member, number].lots]

    def tier(self) -> str:
        return self.state.standings[self.member, 1].tier
