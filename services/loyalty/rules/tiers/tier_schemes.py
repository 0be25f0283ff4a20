"""Tier schemes: the ladder of tiers, what each asks to be reached and to be kept, and how long it is good for."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from services.loyalty.rules.benefits.benefits import Benefit
from services.loyalty.rules.ledger.expiry import Period
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.tiers.tier_sales import TierSale
from services.loyalty.rules.tiers.windows import LIFETIME, Window

SPEND, ORDERS, SCORE = "SPEND", "ORDERS", "SCORE"
EARNED = "EARNED:"
"""Before a currency's code: what was earned of it. The code alone is what is there of it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A metric that must reach a value within a window.

    SPEND is in minor units and ORDERS a count; a currency's code is its balance, ``EARNED:`` and the code what was
    earned of it; SCORE is the scheme's.
    """

    metric: str
    at_least: int
    window: Window = LIFETIME


class Match(StrEnum):
    """How many of a tier's conditions must hold."""

    ALL = "ALL"
    ANY = "ANY"


class Downgrade(StrEnum):
    """Where a member goes who does not keep a tier: nowhere, one down, or to what is still reached."""

    NONE = "NONE"
    ONE_STEP = "ONE_STEP"
    TO_QUALIFIED = "TO_QUALIFIED"


class OnPublish(StrEnum):
    """What a version does to standings as it comes into force."""

    RAISE_ONLY = "RAISE_ONLY"
    REASSESS = "REASSESS"


@dataclass(frozen=True, slots=True)
class TierRule:
    """One tier of the ladder; ``multiplier`` is in ten-thousandths. Without ``retain``, what raises to it keeps it."""

    key: str
    name: Text
    conditions: tuple[Condition, ...]
    multiplier: int
    benefits: tuple[Benefit, ...]
    match: Match = Match.ALL
    retain: tuple[Condition, ...] = ()
    retain_match: Match = Match.ALL
    sale: TierSale | None = None

    @property
    def keeping(self) -> tuple[tuple[Condition, ...], Match]:
        """What keeps the tier, and how much of it must hold."""
        return (self.retain, self.retain_match) if self.retain else (self.conditions, self.match)


@dataclass(frozen=True, slots=True)
class Knot:
    """Where a part of the score bends: a value of its metric, and what the part comes to there."""

    at: int
    score: int


@dataclass(frozen=True, slots=True)
class ScorePart:
    """A part of the score: linear from 0 at 0 to each knot, and after the last one that, which is its cap.

    A part that rests on a profile says what it comes to for whoever refused to be judged by one (PIPL 24): ``neutral``.
    """

    key: str
    name: Text
    metric: str
    window: Window
    knots: tuple[Knot, ...]
    neutral: int | None = None


@dataclass(frozen=True, slots=True)
class Successor:
    """Where members of a tier go that is no longer there; ``to_tier`` empty for none."""

    from_tier: str
    to_tier: str


@dataclass(frozen=True)
class TierScheme:
    """What the ladder as a whole says; without a validity, tiers have no end."""

    validity: Period | None = None
    grace: Period | None = None
    downgrade: Downgrade = Downgrade.NONE
    refunds_count_at_once: bool = False
    on_publish: OnPublish = OnPublish.RAISE_ONLY
    score: tuple[ScorePart, ...] = ()
    successors: tuple[Successor, ...] = ()

    @cached_property
    def successor_of(self) -> dict[str, str]:
        """Where members of tiers that are gone go, by the key of the tier."""
        return {each.from_tier: each.to_tier for each in self.successors}


WITHOUT_END = TierScheme()
"""What a version means that says nothing of it: tiers are reached once and for good."""
