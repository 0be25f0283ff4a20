"""Coupon terms: what a template says, what makes it well-formed, and how long a coupon of it is good."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.loyalty.rules.ledger.expiry import NEVER, Period, local_day, midnight
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.programmes.wellformed import (
    KEY,
    KEY_SAID,
    be_a_time,
    be_like,
    be_unique,
    be_within,
    wrong,
)

WHOLE = 10_000
MOST_MINOR = 2**53
MOST_COUPONS = 10**9
MOST_PER_MEMBER = 1_000
MOST_SKUS = 250
LONGEST_TEXT = 2_000
HOLD_MINUTES = 30
LONGEST_HOLD_MINUTES = 7 * 24 * 60
MOST_REMIND_DAYS = 60
DEFAULT_GROUP = "default"


class CouponKind(StrEnum):
    AMOUNT_OFF = "AMOUNT_OFF"
    PERCENTAGE = "PERCENTAGE"
    FREE_SHIPPING = "FREE_SHIPPING"
    GIFT = "GIFT"


class Claim(StrEnum):
    """How members get coupons by themselves, if at all."""

    NONE = "NONE"
    OPEN = "OPEN"
    BY_CODE = "BY_CODE"


@dataclass(frozen=True, slots=True)
class CouponTerms:
    """What coupons of an edition take off, on what, how long, and within which budget; 0 and empty for none.

    Money is minor units of the programme's. Of a percentage, ``off_basis_points`` is what is taken off in
    hundredths of a per cent. ``valid_from`` and ``valid_until`` are local days, both good; ``valid_for`` counts from
    the day of issue. ``most_minor`` bounds what the coupons take off and cost in all.
    """

    name: Text
    terms: Text
    kind: CouponKind
    amount_off_minor: int = 0
    off_basis_points: int = 0
    cap_minor: int = 0
    gift_sku: str = ""
    threshold_minor: int = 0
    skus: tuple[str, ...] = ()
    stacking_group: str = DEFAULT_GROUP
    valid_from: date | None = None
    valid_until: date | None = None
    valid_for: Period | None = None
    most_coupons: int = 0
    most_minor: int = 0
    most_per_member: int = 0
    cost_minor: int = 0
    claim: Claim = Claim.NONE
    claim_code: str = ""
    extended_for: Period | None = None
    hold_minutes: int = HOLD_MINUTES
    remind_days: int = 0

    @property
    def commitment_minor(self) -> int:
        """What a coupon that is out may still take off and cost at most: with that the budget counts it."""
        most = self.amount_off_minor if self.kind is CouponKind.AMOUNT_OFF else self.cap_minor
        return most + self.cost_minor

    def validity(self, issued_at: int, zone: str) -> tuple[int, int]:
        """From when until before when a coupon issued at an instant is good, by the local days of a zone."""
        day = local_day(issued_at, zone)
        begins = midnight(self.valid_from, zone) if self.valid_from and self.valid_from > day else issued_at
        last = self.valid_until or date.max
        if self.valid_for is not None:
            last = min(last, self.valid_for.after(max(day, self.valid_from or day)))
        return begins, midnight(last + timedelta(days=1), zone)

    def extended_until(self, refunded_at: int, zone: str) -> int:
        """Until before when a coupon that expired is good again after a refund; 0 when it stays expired."""
        if self.extended_for is None:
            return 0
        return midnight(self.extended_for.after(local_day(refunded_at, zone)) + timedelta(days=1), zone)

    def remind_at(self, expires_at: int, valid_from: int, zone: str) -> int:
        """When its holder is to be reminded that a coupon expires, a local midnight; ``NEVER`` where nobody is."""
        if not self.remind_days:
            return NEVER
        day = local_day(expires_at, zone) - timedelta(days=self.remind_days)
        return max(midnight(day, zone), valid_from)


def check(terms: CouponTerms, path: str = "terms") -> None:
    """Refuse terms that contradict themselves. Raises ``ProgrammeNotWellFormed`` with the field's path."""
    for name in ("name", "terms"):
        if max(len(getattr(terms, name).zh), len(getattr(terms, name).en)) > LONGEST_TEXT:
            raise wrong(f"a text has at most {LONGEST_TEXT} characters", f"{path}.{name}")
    _check_kind(terms, path)
    be_within(terms.threshold_minor, 0, MOST_MINOR, f"{path}.threshold")
    be_within(terms.cost_minor, 0, MOST_MINOR, f"{path}.cost")
    if len(terms.skus) > MOST_SKUS:
        raise wrong(f"at most {MOST_SKUS} goods", f"{path}.skus")
    be_unique(terms.skus, f"{path}.skus", "")
    for nth, sku in enumerate(terms.skus):
        be_like(r"[^\s]{1,100}", sku, f"{path}.skus[{nth}]", "1 to 100 characters without spaces")
    be_like(KEY, terms.stacking_group, f"{path}.stacking_group", KEY_SAID)
    _check_validity(terms, path)
    _check_budget(terms, path)
    be_within(terms.hold_minutes, 1, LONGEST_HOLD_MINUTES, f"{path}.hold_minutes")
    be_within(terms.remind_days, 0, MOST_REMIND_DAYS, f"{path}.remind_days")


def check_issuable(terms: CouponTerms, now: int, zone: str, path: str = "terms") -> None:
    """Refuse to publish what could never be used: a validity that has ended. Raises likewise."""
    if terms.valid_until is not None and terms.valid_until < local_day(now, zone):
        raise wrong(f"ended on {terms.valid_until}: name a day that is still to come", f"{path}.valid_until")


def check_budget_holds(terms: CouponTerms, issued: int, committed_minor: int, path: str = "terms") -> None:
    """Refuse a budget below what is issued or promised already. Raises likewise."""
    if terms.most_coupons and terms.most_coupons < issued:
        raise wrong(f"{issued:,} are issued already: the budget is at least that", f"{path}.most_coupons")
    if terms.most_minor and terms.most_minor < committed_minor:
        raise wrong(f"{committed_minor:,} are spent or promised already", f"{path}.most_money")


def _check_kind(terms: CouponTerms, path: str) -> None:
    """What one kind takes another does not: it would be left out without a word."""
    taken = {
        "amount_off": (terms.amount_off_minor, {CouponKind.AMOUNT_OFF}),
        "off_basis_points": (terms.off_basis_points, {CouponKind.PERCENTAGE}),
        "cap": (terms.cap_minor, {CouponKind.PERCENTAGE, CouponKind.FREE_SHIPPING}),
        "gift_sku": (terms.gift_sku, {CouponKind.GIFT}),
    }
    for field, (given, kinds) in taken.items():
        if given and terms.kind not in kinds:
            raise wrong(f"{terms.kind} takes none: leave it out, or choose another kind", f"{path}.{field}")
    be_within(terms.cap_minor, 0, MOST_MINOR, f"{path}.cap")
    if terms.kind is CouponKind.AMOUNT_OFF:
        be_within(terms.amount_off_minor, 1, MOST_MINOR, f"{path}.amount_off")
        if terms.threshold_minor and terms.threshold_minor < terms.amount_off_minor:
            message = f"is below the {terms.amount_off_minor:,} that are taken off: ask for at least as much"
            raise wrong(message, f"{path}.threshold")
    elif terms.kind is CouponKind.PERCENTAGE:
        be_within(terms.off_basis_points, 1, WHOLE - 1, f"{path}.off_basis_points")
    elif terms.kind is CouponKind.GIFT:
        be_like(r"[^\s]{1,100}", terms.gift_sku, f"{path}.gift_sku", "1 to 100 characters without spaces")


def _check_validity(terms: CouponTerms, path: str) -> None:
    if terms.valid_until is None and terms.valid_for is None:
        raise wrong("say until when or for how long a coupon is good", f"{path}.valid_until")
    for name in ("valid_for", "extended_for"):
        if (period := getattr(terms, name)) is not None:
            be_a_time(period, f"{path}.{name}")
    for name in ("valid_from", "valid_until"):
        if (day := getattr(terms, name)) is not None and not 2000 <= day.year < 2500:
            raise wrong("must lie in the years 2000 to 2499", f"{path}.{name}")
    if terms.valid_from and terms.valid_until and terms.valid_until < terms.valid_from:
        raise wrong(f"comes before {terms.valid_from}, on which it begins", f"{path}.valid_until")


def _check_budget(terms: CouponTerms, path: str) -> None:
    be_within(terms.most_coupons, 0, MOST_COUPONS, f"{path}.most_coupons")
    be_within(terms.most_minor, 0, MOST_MINOR, f"{path}.most_money")
    be_within(terms.most_per_member, 0, MOST_PER_MEMBER, f"{path}.most_per_member")
    capped = terms.kind in (CouponKind.PERCENTAGE, CouponKind.FREE_SHIPPING)
    if terms.most_minor and capped and not terms.cap_minor:
        message = "a budget of money needs it: without, nobody knows what a coupon may take off"
        raise wrong(message, f"{path}.cap")
    if terms.most_minor and not terms.commitment_minor:
        raise wrong("such coupons take off and cost nothing: give them a cost", f"{path}.cost")
    if terms.claim is not Claim.NONE and not terms.most_per_member:
        raise wrong("what members take by themselves needs a limit for each", f"{path}.most_per_member")
    if terms.claim is Claim.BY_CODE:
        be_like(r"[A-Z0-9-]{4,40}", terms.claim_code, f"{path}.claim_code", "A-Z, 0-9 and -, 4 to 40 of them")
    elif terms.claim_code:
        raise wrong("only what is claimed BY_CODE has one", f"{path}.claim_code")
