"""Refunds: how returned money spreads over an order's lines, and how many points it takes back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from services.kit.refusal import Conflict, Declined, Invalid
from services.loyalty.rules.orders.orders import Line, Order
from services.loyalty.rules.orders.sharing import share

Shares = Sequence[int | None]
"""Minor units to refund of each of an order's lines; None for a free line that stays, 0 for one that is returned.

A free line has no money to go by: it is returned where it is named, or with all that is left of the order.
"""


class NotEnoughPointsToTakeBack(Declined):
    """The programme refuses a refund whose points were spent."""


class RefundAlreadyRecorded(Conflict):
    """The same refund id was recorded with another body."""


class RefundExceedsOrder(Declined):
    """More is asked back than is left to refund."""


class RefundNotWellFormed(Invalid):
    """The refund names a line twice, an unknown line, or no money."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a refund took back in one currency, by whichever way; ``forfeited`` points had gone with the membership."""

    points: int
    became_debt: int
    written_off: int
    balance_after: int
    forfeited: int = 0


@dataclass(frozen=True, slots=True)
class Refund:
    """A recorded refund; ``refundable_minor`` is what was left of the order right after.

    ``returned`` holds what came back of points redeemed on the order, by currency code. ``shares`` are the
    minor units refunded of each line (see ``Shares``; None where they were not kept), ``by_line`` says that lines were named.
    """

    source: str
    order_id: str
    refund_id: str
    member_id: str
    fingerprint: bytes
    money_currency: str
    refunded_minor: int
    refundable_minor: int
    taken_back: dict[str, TakenBack]
    recorded_at: int
    returned: dict[str, int] = field(default_factory=dict)
    shares: Shares | None = None
    by_line: bool = False
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class RefundLine:
    """One line to refund; ``minor`` None means all that is left of it."""

    line_id: str
    minor: int | None


def refund_lines(order: Order, wanted: Sequence[RefundLine]) -> Shares:
    """Minor units to refund for each of the order's lines. Raises when more is asked than is left."""
    if not wanted:
        raise RefundNotWellFormed("name at least one line", field="lines")
    places = {line.line_id: nth for nth, line in enumerate(order.lines)}
    shares: list[int | None] = [0 if line.minor else None for line in order.lines]
    named: set[str] = set()
    for nth, ask in enumerate(wanted):
        path = f"lines.lines[{nth}]"
        if ask.line_id not in places or ask.line_id in named:
            raise RefundNotWellFormed("each line must be one of the order's, named once", field=path)
        named.add(ask.line_id)
        line = order.lines[places[ask.line_id]]
        left = line.minor - line.refunded_minor
        minor = left if ask.minor is None else ask.minor
        if ask.minor is not None and minor <= 0:
            raise RefundNotWellFormed("the money to refund must be above 0", field=path, asked=minor)
        if minor > left or (minor == 0 and line.minor > 0):
            raise RefundExceedsOrder(
                f"{minor} is asked back and {left} is left of the line", field=path, asked=minor, left=left
            )
        shares[places[ask.line_id]] = minor
    return _with_free_lines(order, shares)


def refund_amount(order: Order, minor: int) -> Shares:
    """Minor units to refund for each line, an amount spread over the lines' money not yet refunded."""
    if minor <= 0:
        raise RefundNotWellFormed("the money to refund must be above 0", field="amount", asked=minor)
    left = order.refundable_minor
    if minor > left:
        message = f"{minor} is asked back and {left} is left of the order"
        raise RefundExceedsOrder(message, field="amount", asked=minor, left=left)
    shares = share(minor, [line.minor - line.refunded_minor for line in order.lines])
    kept = [part if line.minor else None for line, part in zip(order.lines, shares, strict=True)]
    return _with_free_lines(order, kept)


def _with_free_lines(order: Order, shares: Shares) -> Shares:
    """With what is left of the money goes what was free."""
    return [part or 0 for part in shares] if money_of(shares) == order.refundable_minor else shares


def money_of(shares: Shares) -> int:
    return sum(part or 0 for part in shares)


def take_back(order: Order, shares: Shares, *, by_line: bool) -> dict[str, int]:
    """Book refunded money to the lines; points to take back by currency code.

    Cumulative: taken back so far = floor(earned x refunded so far / money). A refund of lines floors each line,
    a refund of an amount floors their sum. A line refunded whole gives back all it earned.
    """
    for line, minor in zip(order.lines, shares, strict=True):
        line.refunded_minor += minor or 0
    order.refunded_minor += money_of(shares)
    order.changed = True
    touched = [
        line
        for line, minor in zip(order.lines, shares, strict=True)
        if minor or (minor == 0 and not line.minor)
    ]
    back: dict[str, int] = {}
    for currency in order.earned:
        before = sum(line.taken_back.get(currency, 0) for line in order.lines)
        for line in touched:
            _raise_to(line, currency, _floor(line, currency))
        if not by_line:
            _spread_fractions(order, currency)
        after = sum(line.taken_back.get(currency, 0) for line in order.lines)
        if after > before:
            back[currency] = after - before
    return back


def retrace(order: Order, refunds: Sequence[Refund], wanted: Refund) -> tuple[Order, Order] | None:
    """An order as it was before and after one of its refunds, which are booked again one after the other.

    None where the lines of one of them were not kept.
    """
    after = order.copy()
    after.refunded_minor = 0
    for line in after.lines:
        line.refunded_minor, line.taken_back = 0, {}
    for refund in refunds:
        if refund.shares is None:
            break
        before = after.copy()
        take_back(after, refund.shares, by_line=refund.by_line)
        if refund is wanted:
            return before, after
    return None


def _floor(line: Line, currency: str) -> int:
    earned = line.earned.get(currency, 0)
    return earned * line.refunded_minor // line.minor if line.minor else earned


def _raise_to(line: Line, currency: str, points: int) -> None:
    if points > line.taken_back.get(currency, 0):
        line.taken_back[currency] = points


def _spread_fractions(order: Order, currency: str) -> None:
    """Bring the order's sum up to the floor of the exact sum, by the largest fractions first."""
    exact = {
        nth: Fraction(line.earned.get(currency, 0) * line.refunded_minor, line.minor)
        for nth, line in enumerate(order.lines)
        if line.minor
    }
    missing = floor(sum(exact.values())) - sum(line.taken_back.get(currency, 0) for line in order.lines)
    for nth in sorted(exact, key=lambda nth: (-(exact[nth] % 1), nth)):
        line = order.lines[nth]
        taken_back = line.taken_back.get(currency, 0)
        if missing > 0 and taken_back < line.earned.get(currency, 0):
            line.taken_back[currency] = taken_back + 1
            missing -= 1
