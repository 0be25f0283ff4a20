"""Coupons on a basket: what each takes off and why not, together in a fixed order, and which go best together.

Amounts are taken off first, then percentages of what is left, then shipping; gifts go with it. A threshold is judged
by the money of the goods in scope before any coupon. Nothing is taken off twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, product
from math import prod

from services.loyalty.rules.coupons.coupon_terms import WHOLE, CouponKind
from services.loyalty.rules.coupons.coupons import Coupon, CouponState
from services.loyalty.rules.orders.orders import Line
from services.loyalty.rules.orders.sharing import share

MOST_COMBINATIONS = 5_000
"""So many are all tried; of more, groups are improved one after the other."""


class Reason(StrEnum):
    """Why a coupon takes nothing off a basket."""

    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    HELD = "HELD"
    USED = "USED"
    REVOKED = "REVOKED"
    NOT_IN_SCOPE = "NOT_IN_SCOPE"
    BELOW_THRESHOLD = "BELOW_THRESHOLD"
    NOTHING_TO_TAKE_OFF = "NOTHING_TO_TAKE_OFF"
    GROUP_TAKEN = "GROUP_TAKEN"


@dataclass(frozen=True, slots=True)
class Basket:
    """Lines with their money before coupons, and what shipping costs; minor units."""

    lines: Sequence[Line]
    shipping_minor: int = 0

    @property
    def total_minor(self) -> int:
        return sum(line.minor for line in self.lines) + self.shipping_minor


@dataclass(frozen=True, slots=True)
class Off:
    """What one coupon takes off: of each line by the line's place, and in all, shipping included."""

    coupon: Coupon
    minor: int
    by_line: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a coupon may be taken by itself; ``short_minor`` is what is missing to its threshold."""

    coupon: Coupon
    off_minor: int
    reason: Reason | None = None
    short_minor: int = 0


_ORDER = {
    CouponKind.AMOUNT_OFF: 0,
    CouponKind.PERCENTAGE: 1,
    CouponKind.FREE_SHIPPING: 2,
    CouponKind.GIFT: 3,
}


def judge(coupon: Coupon, basket: Basket, order_ref: str, now: int) -> Verdict:
    """What a coupon takes off a basket alone, or why it takes nothing."""
    coupon = coupon.as_of(now)
    if coupon.state is not CouponState.ISSUED and not (
        coupon.state is CouponState.HELD and coupon.order_ref == order_ref
    ):
        return Verdict(coupon, 0, Reason(coupon.state))
    if coupon.valid_from > now:
        return Verdict(coupon, 0, Reason.NOT_YET_VALID)
    terms = coupon.terms
    within = [line for line in basket.lines if not terms.skus or line.sku in terms.skus]
    if not within:
        return Verdict(coupon, 0, Reason.NOT_IN_SCOPE)
    short = terms.threshold_minor - sum(line.minor for line in within)
    if short > 0:
        return Verdict(coupon, 0, Reason.BELOW_THRESHOLD, short)
    (off,) = together([coupon], basket)
    if not off.minor and terms.kind is not CouponKind.GIFT:
        return Verdict(coupon, 0, Reason.NOTHING_TO_TAKE_OFF)
    return Verdict(coupon, off.minor)


def together(coupons: Iterable[Coupon], basket: Basket) -> list[Off]:
    """What coupons that the basket takes take off it one after the other, in the order that never changes."""
    left = [line.minor for line in basket.lines]
    shipping = basket.shipping_minor
    found = []
    for coupon in sorted(coupons, key=_place):
        terms = coupon.terms
        if terms.kind is CouponKind.FREE_SHIPPING:
            minor = min(shipping, terms.cap_minor or shipping)
            shipping -= minor
            found.append(Off(coupon, minor))
            continue
        within = [nth for nth, line in enumerate(basket.lines) if not terms.skus or line.sku in terms.skus]
        money = sum(left[nth] for nth in within)
        minor = _minor(coupon, money)
        shares = share(minor, [left[nth] for nth in within]) if minor else []
        by_line = tuple((nth, part) for nth, part in zip(within, shares, strict=False) if part)
        for nth, part in by_line:
            left[nth] -= part
        found.append(Off(coupon, minor, by_line))
    return found


def best(verdicts: Sequence[Verdict], basket: Basket) -> list[Off]:
    """The combination of one coupon of each group that takes most off; of equals, with gifts, and what expires first."""
    able = sorted((v.coupon for v in verdicts if v.reason is None), key=_group)
    groups = [_distinct(list(group)) for _, group in groupby(able, key=_group)]
    if prod(len(group) + 1 for group in groups) <= MOST_COMBINATIONS:
        return max((together(filter(None, some), basket) for some in product(*groups_of(groups))), key=_worth)
    chosen: list[Coupon | None] = [None] * len(groups)
    for _ in range(2):
        for nth, group in enumerate(groups):
            tried = [[*chosen[:nth], one, *chosen[nth + 1 :]] for one in (None, *group)]
            chosen = max(tried, key=lambda some: _worth(together(filter(None, some), basket)))
    return together(filter(None, chosen), basket)


def groups_of(groups: Sequence[Sequence[Coupon]]) -> list[list[Coupon | None]]:
    """The choices of each group: none of it, or one."""
    return [[None, *group] for group in groups]


def _distinct(coupons: list[Coupon]) -> list[Coupon]:
    """Of coupons of the same terms, the one that expires first: the others take off as much."""
    by_terms: dict[tuple[str, int], Coupon] = {}
    for coupon in sorted(coupons, key=lambda each: (each.expires_at, each.coupon_id)):
        by_terms.setdefault((coupon.template, coupon.edition), coupon)
    return list(by_terms.values())


def _worth(offs: Sequence[Off]) -> tuple[int, int, int, list[int]]:
    """What is better is greater: money, then gifts, then fewer coupons, then those that expire sooner."""
    gifts = sum(off.coupon.terms.kind is CouponKind.GIFT for off in offs)
    idle = sum(not off.minor and off.coupon.terms.kind is not CouponKind.GIFT for off in offs)
    return (
        sum(off.minor for off in offs) - idle,
        gifts,
        -len(offs),
        sorted((-off.coupon.expires_at for off in offs), reverse=True),
    )


def _minor(coupon: Coupon, money: int) -> int:
    """What is taken off so much money in scope; a part of the smallest unit is the operator's."""
    terms = coupon.terms
    if terms.kind is CouponKind.AMOUNT_OFF:
        return min(terms.amount_off_minor, money)
    if terms.kind is CouponKind.PERCENTAGE:
        minor = money * terms.off_basis_points // WHOLE
        return min(minor, terms.cap_minor) if terms.cap_minor else minor
    return 0


def _place(coupon: Coupon) -> tuple[int, str, str]:
    return _ORDER[coupon.terms.kind], coupon.terms.stacking_group, coupon.coupon_id


def _group(coupon: Coupon) -> str:
    return coupon.terms.stacking_group
