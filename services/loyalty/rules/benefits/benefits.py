"""Benefits: what a tier gives its members, how often, and what that costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.programmes.wellformed import KEY, KEY_SAID, be_like, be_unique, be_within, wrong

MOST_OF_A_QUOTA = 1_000_000
MOST_COST_MINOR = 10**12
MOST_BENEFITS = 100
LONGEST_DESCRIPTION = 1_000
_NO_TEXT = Text("", "")


class BenefitKind(StrEnum):
    ECONOMIC = "ECONOMIC"
    STATUS = "STATUS"
    FUNCTIONAL = "FUNCTIONAL"
    ACCESS = "ACCESS"


class BenefitEffect(StrEnum):
    """What a benefit does. We issue the coupon of a COUPON; the rest is for the operator's systems to act on."""

    OTHER = "OTHER"
    DISCOUNT = "DISCOUNT"
    FREE_SHIPPING = "FREE_SHIPPING"
    COUPON = "COUPON"
    POINTS_MULTIPLIER = "POINTS_MULTIPLIER"
    SUPPORT = "SUPPORT"
    GIFT = "GIFT"
    PRIORITY_SHIPPING = "PRIORITY_SHIPPING"
    RETURNS_WITHOUT_REVIEW = "RETURNS_WITHOUT_REVIEW"
    DOOR_PICK_UP = "DOOR_PICK_UP"
    LIMITED_SALE = "LIMITED_SALE"


class QuotaPeriod(StrEnum):
    """After what a quota begins anew; NONE: never."""

    NONE = "NONE"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"
    TIER_VALIDITY = "TIER_VALIDITY"


@dataclass(frozen=True, slots=True)
class Benefit:
    """What a tier gives; the same key in another tier is the same benefit, be it with another quota.

    ``quota`` is how often within a ``period``, None for as often as the member likes. ``unit_cost_minor`` is what
    giving it once costs. What was claimed and not used is lost with the tier unless it ``survives``.
    """

    key: str
    kind: BenefitKind
    name: Text
    effect: BenefitEffect = BenefitEffect.OTHER
    description: Text = _NO_TEXT
    quota: int | None = None
    period: QuotaPeriod = QuotaPeriod.NONE
    unit_cost_minor: int = 0
    survives: bool = False
    coupon_template: str = ""


def check(benefits: Sequence[Benefit], path: str) -> None:
    """Refuse what a tier cannot give. Raises ``ProgrammeNotWellFormed`` with the field's path."""
    if len(benefits) > MOST_BENEFITS:
        raise wrong(f"a tier gives at most {MOST_BENEFITS} benefits", path)
    be_unique([benefit.key for benefit in benefits], path, ".key")
    for nth, benefit in enumerate(benefits):
        _check_one(benefit, f"{path}[{nth}]")


def _check_one(benefit: Benefit, path: str) -> None:
    be_like(KEY, benefit.key, f"{path}.key", KEY_SAID)
    for language in ("zh", "en"):
        if len(getattr(benefit.description, language)) > LONGEST_DESCRIPTION:
            raise wrong(f"at most {LONGEST_DESCRIPTION} characters", f"{path}.description.{language}")
    if benefit.quota is None and benefit.period is not QuotaPeriod.NONE:
        raise wrong("a period belongs to a quota: give one, or leave the period out", f"{path}.quota_period")
    if benefit.quota is not None:
        be_within(benefit.quota, 1, MOST_OF_A_QUOTA, f"{path}.quota")
    be_within(benefit.unit_cost_minor, 0, MOST_COST_MINOR, f"{path}.unit_cost.minor_units")
    if benefit.effect is BenefitEffect.COUPON:
        be_like(KEY, benefit.coupon_template, f"{path}.coupon_template", f"a template's key: {KEY_SAID}")
        if benefit.quota is None:
            raise wrong("a coupon for the asking has no end: give a quota", f"{path}.quota")
    elif benefit.coupon_template:
        raise wrong("only COUPON has a template: leave it out", f"{path}.coupon_template")
