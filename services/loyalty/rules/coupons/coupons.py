"""Coupons: what one may do in each state, and as of when; nothing is decided by reading what was before."""

from dataclasses import dataclass, replace
from enum import StrEnum

from services.kit.refusal import Conflict, Declined, NotFound
from services.loyalty.rules.coupons.coupon_terms import CouponTerms


class UnknownCoupon(NotFound):
    """The member has no coupon with this id, or no coupon has this code."""


class CouponHeld(Conflict):
    """Another order holds the coupon until its time is up; ``order_ref`` says which."""


class CouponUsed(Conflict):
    """The coupon was used; ``order_ref`` says on which order."""


class CouponNotOpen(Declined):
    """The coupon expired, was revoked, or is not held by this order."""


class CouponNotApplicable(Declined):
    """The basket does not take the coupon; ``reason`` says why."""


class CouponsDoNotStack(Declined):
    """An order takes one coupon of each stacking group."""


class CouponBudgetSpent(Declined):
    """The template's budget has no room for a further coupon."""


class CouponLimitReached(Declined):
    """The member has had as many coupons of the template as one may."""


class CouponState(StrEnum):
    ISSUED = "ISSUED"
    HELD = "HELD"
    USED = "USED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon. Instants are microseconds since 1970, 0 for not yet; ``expires_at`` and ``held_until`` exclusive.

    ``order_ref`` names the order that holds or used it, ``taken_off_minor`` what it takes off there.
    """

    coupon_id: str
    member_id: str
    programme: int
    template: str
    edition: int
    terms: CouponTerms
    code: str
    state: CouponState
    issued_at: int
    valid_from: int
    expires_at: int
    order_ref: str = ""
    held_until: int = 0
    used_at: int = 0
    taken_off_minor: int = 0

    def as_of(self, now: int) -> "Coupon":
        """The coupon as of an instant: a hold whose time is up is let go, and what ran out has expired.

        What expires while it is held stays good for its hold.
        """
        if self.state is CouponState.HELD and self.held_until <= now:
            return self.let_go().as_of(now)
        if self.state is CouponState.ISSUED and self.expires_at <= now:
            return replace(self, state=CouponState.EXPIRED)
        return self

    def let_go(self) -> "Coupon":
        """The coupon as no order has it."""
        return replace(
            self, state=CouponState.ISSUED, order_ref="", held_until=0, used_at=0, taken_off_minor=0
        )

    def be_free_for(self, order_ref: str, field: str) -> None:
        """Refuse what another order has, or what is over; ``as_of`` comes first.

        Raises ``CouponHeld``, ``CouponUsed``, ``CouponNotOpen``.
        """
        facts = {"coupon_id": self.coupon_id, "order_ref": self.order_ref}
        if self.state is CouponState.HELD and self.order_ref != order_ref:
            raise CouponHeld(f"{self.order_ref} holds it: release it there first", field=field, **facts)
        if self.state is CouponState.USED:
            raise CouponUsed(f"it was used on {self.order_ref}", field=field, **facts)
        if self.state in (CouponState.EXPIRED, CouponState.REVOKED):
            message = f"it is {self.state.lower()}: choose another"
            raise CouponNotOpen(message, field=field, coupon_id=self.coupon_id, state=self.state)

    def held(self, order_ref: str, until: int, off_minor: int) -> "Coupon":
        return replace(
            self,
            state=CouponState.HELD,
            order_ref=order_ref,
            held_until=until,
            taken_off_minor=off_minor,
        )

    def used(self, order_ref: str, now: int, off_minor: int) -> "Coupon":
        return replace(
            self,
            state=CouponState.USED,
            order_ref=order_ref,
            held_until=0,
            used_at=now,
            taken_off_minor=off_minor,
        )

    def reinstated(self, now: int, zone: str) -> "Coupon":
        """A used coupon after its order was refunded: as good as it was, or as its terms extend it."""
        back = self.let_go().as_of(now)
        if back.state is CouponState.EXPIRED and (until := self.terms.extended_until(now, zone)) > now:
            return replace(back, state=CouponState.ISSUED, expires_at=until)
        return back

    @property
    def committed_minor(self) -> int:
        """What the budget counts it with, as it stands."""
        if self.state is CouponState.USED:
            return self.taken_off_minor + self.terms.cost_minor
        if self.state in (CouponState.ISSUED, CouponState.HELD):
            return self.terms.commitment_minor
        return 0
