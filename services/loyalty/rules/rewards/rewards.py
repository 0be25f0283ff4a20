"""Rewards: what points are exchanged for, by whom, when and how often."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.kit.refusal import Conflict, Declined, NotFound
from services.loyalty.rules.ledger.expiry import local_day, midnight
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.programmes.wellformed import KEY, KEY_SAID, be_like, be_unique, be_within, wrong

MOST_POINTS = 2**53
MOST_OFFERED = 200
"""How many rewards of a programme are offered at once."""
MOST_OFTEN = 100_000
LONGEST_TEXT = 2_000


class UnknownReward(NotFound):
    """No reward of the programme that was ever published has this key."""


class RewardDraftGone(Conflict):
    """The reward has no such draft: it was published, or drafted anew."""


class RewardEditionFixed(Conflict):
    """Something that the first published edition fixed for good would be changed."""


class TooManyRewards(Declined):
    """The programme offers as many rewards as it may."""


class StockBelowTaken(Declined):
    """The stock of a reward would be less than what members have taken."""


class RewardKind(StrEnum):
    """What a member gets: something sent, a coupon, a benefit, or a code that a partner honours."""

    GOODS = "GOODS"
    COUPON = "COUPON"
    BENEFIT = "BENEFIT"
    PARTNER = "PARTNER"


class RewardState(StrEnum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    STOPPED = "STOPPED"


class LimitPeriod(StrEnum):
    EVER = "EVER"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"

    def began(self, now: int, zone: str) -> int:
        """When the period began that an instant lies in; 0 where it is all of time."""
        if self is LimitPeriod.EVER:
            return 0
        return midnight(self._first(local_day(now, zone)), zone)

    def _first(self, day: date) -> date:
        match self:
            case LimitPeriod.WEEK:
                return day - timedelta(days=day.weekday())
            case LimitPeriod.MONTH:
                return day.replace(day=1)
            case LimitPeriod.YEAR:
                return day.replace(month=1, day=1)
            case _:
                return day


@dataclass(frozen=True, slots=True)
class Limit:
    """How often one member takes a reward at most."""

    most: int
    period: LimitPeriod


@dataclass(frozen=True, slots=True)
class TierPrice:
    tier: str
    points: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What one edition says of a reward; published, it never changes.

    ``gives`` is the key of what a COUPON or BENEFIT gives. Members on ``tiers`` may take it, all where there are none.
    ``since`` and ``until`` are microseconds since 1970, 0 for open. ``cost_minor`` is what one costs the operator.
    """

    name: Text
    description: Text
    kind: RewardKind
    gives: str
    currency: str
    points: int
    tier_prices: tuple[TierPrice, ...] = ()
    tiers: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    limited: bool = False
    since: int = 0
    until: int = 0
    cost_minor: int = 0

    def price(self, tier: str) -> int:
        """What it costs a member on a tier (empty for none), in points."""
        return next((price.points for price in self.tier_prices if price.tier == tier), self.points)

    def is_open(self, at: int) -> bool:
        return self.since <= at and (not self.until or at < self.until)

    def reached(self, taken: Iterable[int], now: int, zone: str) -> Limit | None:
        """The first limit that a member reached who took it at some instants; None where one more may be taken."""
        instants = list(taken)
        for limit in self.limits:
            began = limit.period.began(now, zone)
            if sum(at >= began for at in instants) >= limit.most:
                return limit
        return None


@dataclass(slots=True)
class Offer:
    """A reward as one batch finds it. ``left`` is None where there is no end of it."""

    state: RewardState
    edition: int
    terms: Terms
    left: int | None

    @property
    def is_gone(self) -> bool:
        return self.left is not None and self.left < 1


def check(terms: Terms, programme: Programme) -> None:
    """Refuse terms that contradict themselves or the programme. Raises ``ProgrammeNotWellFormed``."""
    if terms.kind in (RewardKind.COUPON, RewardKind.BENEFIT):
        be_like(KEY, terms.gives, "terms.gives", KEY_SAID)
    elif terms.gives:
        raise wrong("only a coupon or a benefit is named", "terms.gives")
    for path, text in (("terms.name", terms.name), ("terms.description", terms.description)):
        if max(len(text.zh), len(text.en)) > LONGEST_TEXT:
            raise wrong(f"at most {LONGEST_TEXT:,} characters", path)
    rules = programme.currency(terms.currency)
    if rules is None or not rules.spendable:
        spendable = ", ".join(one.code for one in programme.currencies if one.spendable)
        raise wrong(f"must be a currency that is spent: {spendable or 'there is none'}", "terms.currency")
    be_within(terms.points, 1, MOST_POINTS, "terms.points")
    _check_tiers(terms, programme)
    be_unique((limit.period for limit in terms.limits), "terms.limits", ".period")
    for nth, limit in enumerate(terms.limits):
        be_within(limit.most, 1, MOST_OFTEN, f"terms.limits[{nth}].most")
    if terms.until and terms.until <= terms.since:
        raise wrong("a window ends after it opens", "terms.until")
    be_within(terms.cost_minor, 0, MOST_POINTS, "terms.unit_cost")


def _check_tiers(terms: Terms, programme: Programme) -> None:
    be_unique((price.tier for price in terms.tier_prices), "terms.tier_prices", ".tier")
    be_unique(terms.tiers, "terms.tiers", "")
    known = ", ".join(tier.key for tier in programme.tiers)
    for nth, price in enumerate(terms.tier_prices):
        be_within(price.points, 1, MOST_POINTS, f"terms.tier_prices[{nth}].points")
        if programme.tier(price.tier) is None:
            raise wrong(f"must be one of {known}", f"terms.tier_prices[{nth}].tier")
        if terms.tiers and price.tier not in terms.tiers:
            raise wrong("this tier may not take it: leave its price out", f"terms.tier_prices[{nth}].tier")
    for nth, key in enumerate(terms.tiers):
        if programme.tier(key) is None:
            raise wrong(f"must be one of {known}", f"terms.tiers[{nth}]")
