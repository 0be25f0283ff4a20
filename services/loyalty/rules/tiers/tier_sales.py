"""Tier sales: what a membership of a tier costs, by the score, and by what spend the fee is waived."""

from dataclasses import dataclass

from services.loyalty.rules.ledger.expiry import Period
from services.loyalty.rules.programmes.wellformed import be_a_time, be_within, wrong

MOST_STEPS = 20
MOST_MINOR = 10**12
MOST_MONTHS = 36
"""What was spent before is kept by the day for four years: a waiver looks back over one validity."""


@dataclass(frozen=True, slots=True)
class PriceStep:
    """What members pay whose score is ``score_from`` or more, up to the next step."""

    score_from: int
    price_minor: int


@dataclass(frozen=True, slots=True)
class TierSale:
    """That a tier is for sale: equal scores pay equal prices, and steps begin at a score of 0.

    A membership is good for the ``validity`` and renewed within the ``renewal_window`` before its end (None: at any
    time). Who spent ``waived_from_minor`` over the validity before pays nothing (0: everybody pays).
    """

    validity: Period
    prices: tuple[PriceStep, ...]
    renewal_window: Period | None = None
    waived_from_minor: int = 0

    def step(self, score: int) -> PriceStep:
        """The step that a score is on."""
        return next(step for step in reversed(self.prices) if step.score_from <= score or not step.score_from)


def check(sale: TierSale, path: str, *, has_score: bool) -> None:
    """Refuse what cannot be sold. Raises ``ProgrammeNotWellFormed`` with the field's path."""
    be_a_time(sale.validity, f"{path}.validity")
    if sale.waived_from_minor and _at_most_months(sale.validity) > MOST_MONTHS:
        raise wrong(f"a waiver looks back over {MOST_MONTHS} months at the most", f"{path}.validity")
    be_within(sale.waived_from_minor, 0, MOST_MINOR, f"{path}.waiver.spend_at_least.minor_units")
    if sale.renewal_window is not None:
        be_a_time(sale.renewal_window, f"{path}.renewal_window")
        if _at_most_months(sale.renewal_window) > _at_most_months(sale.validity):
            raise wrong("must not be longer than the validity", f"{path}.renewal_window")
    be_within(len(sale.prices), 1, MOST_STEPS, f"{path}.prices")
    if len(sale.prices) > 1 and not has_score:
        raise wrong("prices by score want a score: define its parts in the tier scheme", f"{path}.prices")
    for nth, step in enumerate(sale.prices):
        at = f"{path}.prices[{nth}]"
        be_within(step.price_minor, 0, MOST_MINOR, f"{at}.price.minor_units")
        least = 0 if nth == 0 else sale.prices[nth - 1].score_from + 1
        if nth == 0 and step.score_from:
            raise wrong("the first step begins at a score of 0", f"{at}.score_from")
        if step.score_from < least:
            raise wrong(f"steps rise: this one begins at {least} or above", f"{at}.score_from")


def _at_most_months(period: Period) -> int:
    return period.months + -(-period.days // 28)
