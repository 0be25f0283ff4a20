"""Orders: what was paid, as a fact of its own, and what makes an order well-formed."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256

import msgpack

from services.kit.refusal import Conflict, Declined, Invalid, NotFound
from services.loyalty.rules.orders.judgements import Judgement

LONGEST_SOURCE = 40
LONGEST_ID = 100
MOST_LINES = 200
MOST_QUANTITY = 1_000_000
MOST_MINOR = 2**53
FUTURE_TOLERANCE_US = timedelta(minutes=5) // timedelta(microseconds=1)
OLDEST_US = timedelta(days=366) // timedelta(microseconds=1)


class OrderNotWellFormed(Invalid):
    """The order contradicts itself; the field says where."""


class CurrencyNotAccepted(Invalid):
    """The programme counts in another money."""


class PaidInTheFuture(Invalid):
    """Paid_at lies ahead of our clock by more than five minutes."""


class OrderTooOld(Declined):
    """Paid_at lies more than 366 days back; only an importer may record it."""


class UnknownMember(NotFound):
    """No member has this id or identity."""


class UnknownOrder(NotFound):
    """No order was recorded under this source and id."""


class OrderAlreadyRecorded(Conflict):
    """The same source and order id were recorded with another body."""


@dataclass(slots=True)
class Line:
    """A line with what it earned and what was taken back, both by currency code."""

    line_id: str
    sku: str
    quantity: int
    minor: int
    refunded_minor: int = 0
    earned: dict[str, int] = field(default_factory=dict)
    taken_back: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Earned:
    """What an order earned in one currency, and where it lies.

    ``matures_at`` is 0 for points that were credited, ``expires_at`` is 0 while an event must come.
    ``on_completion`` of ``points`` are promised for the order's completion by rules, whatever the currency says;
    ``completion_expires_at`` is when these expire, 0 until then.
    """

    points: int
    matures_at: int
    expires_at: int
    month: int
    balance_after: int
    matured: int = 0
    matured_balance_after: int = 0
    waited: bool = False
    on_completion: int = 0
    completion_expires_at: int = 0

    def is_pending(self, now: int) -> bool:
        """True while the points are promised and not yet spendable."""
        return self.matures_at > now

    def was_pending(self, recorded_at: int) -> bool:
        """What ``is_pending`` said when the order was recorded, also after its completion."""
        return self.waited or self.matures_at > recorded_at


@dataclass(slots=True)
class Order:
    """A recorded order. Instants are microseconds since 1970, 0 for not yet.

    ``judgement`` is there where rules judged it that hang on more than its money and the tier.
    """

    source: str
    order_id: str
    programme: int
    programme_id: str
    member_id: str
    fingerprint: bytes
    money_currency: str
    total_minor: int
    lines: list[Line]
    channel: str
    paid_at: int
    recorded_at: int = 0
    rule_version: int = 0
    tier_at_payment: str = ""
    tier_after: str = ""
    refunded_minor: int = 0
    completed_at: int = 0
    earned: dict[str, Earned] = field(default_factory=dict)
    judgement: Judgement | None = None
    is_new: bool = False
    changed: bool = False

    def copy(self) -> "Order":
        """A copy to change, so that a refusal half-way leaves the original as it was."""
        lines = [
            replace(line, earned=dict(line.earned), taken_back=dict(line.taken_back)) for line in self.lines
        ]
        return replace(self, lines=lines, earned={code: replace(e) for code, e in self.earned.items()})

    @property
    def ref(self) -> str:
        return f"{self.source}:{self.order_id}"

    @property
    def refundable_minor(self) -> int:
        return self.total_minor - self.refunded_minor

    def forfeited(self, code: str, at: int) -> bool:
        """True when what was still promised at an instant went then, and this was."""
        return self.recorded_at <= at < self.earned[code].matures_at


def fingerprint(order: Order) -> bytes:
    """A digest of everything the caller said about an order; equal bodies have equal ones."""
    body = (
        order.programme_id,
        order.member_id,
        order.money_currency,
        order.total_minor,
        [(line.line_id, line.sku, line.quantity, line.minor) for line in order.lines],
        order.channel,
        order.paid_at,
    )
    return sha256(msgpack.packb(body)).digest()[:16]


def is_name(text: str, most: int) -> bool:
    """True for 1 to ``most`` printable characters, as sources and the ids of orders and refunds are."""
    return 1 <= len(text) <= most and text.isprintable()


def is_source(text: str) -> bool:
    """True for what names a source: no colon, which parts it from the order's id in a reference to the order."""
    return is_name(text, LONGEST_SOURCE) and ":" not in text


def check(order: Order) -> None:
    """Refuse an order that contradicts itself. Raises ``OrderNotWellFormed``."""
    if not is_source(order.source):
        message = f"source must be 1 to {LONGEST_SOURCE} printable characters without a colon"
        raise OrderNotWellFormed(message, field="source")
    for name, value, most in (
        ("order_id", order.order_id, LONGEST_ID),
        ("channel", order.channel or "-", 40),
    ):
        if not is_name(value, most):
            raise OrderNotWellFormed(f"{name} must be 1 to {most} printable characters", field=name)
    if not 1 <= len(order.lines) <= MOST_LINES:
        raise OrderNotWellFormed(
            f"an order has 1 to {MOST_LINES} lines", field="lines", lines=len(order.lines)
        )
    seen: set[str] = set()
    for nth, line in enumerate(order.lines):
        if not 1 <= len(line.line_id) <= 100 or len(line.sku) > 100:
            message = "line_id must be 1 to 100 characters and sku at most 100"
            raise OrderNotWellFormed(message, field=f"lines[{nth}]")
        if line.line_id in seen:
            message = "line_id must be unique within the order"
            raise OrderNotWellFormed(message, field=f"lines[{nth}].line_id")
        seen.add(line.line_id)
        if not 1 <= line.quantity <= MOST_QUANTITY:
            message = f"a quantity is 1 to {MOST_QUANTITY}"
            raise OrderNotWellFormed(message, field=f"lines[{nth}].quantity", asked=line.quantity)
        if not 0 <= line.minor <= MOST_MINOR:
            message = "a line's money is 0 or more, at most 2^53 minor units"
            raise OrderNotWellFormed(message, field=f"lines[{nth}].money", asked=line.minor)
    lines_minor = sum(line.minor for line in order.lines)
    if lines_minor != order.total_minor or lines_minor > MOST_MINOR:
        raise OrderNotWellFormed(
            f"the lines sum to {lines_minor} and the total says {order.total_minor}: they must be equal",
            field="total",
            lines=lines_minor,
            total=order.total_minor,
        )


def check_paid_at(paid_at: int, now: int, *, may_be_old: bool) -> None:
    """Raises ``PaidInTheFuture`` or ``OrderTooOld``."""
    if paid_at > now + FUTURE_TOLERANCE_US:
        raise PaidInTheFuture("paid_at lies in the future: send the order once it is paid", field="paid_at")
    if paid_at < now - OLDEST_US and not may_be_old:
        raise OrderTooOld(
            "paid_at lies more than 366 days back: only an importer may record such an order", field="paid_at"
        )
