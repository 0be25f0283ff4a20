"""Verdicts: what one earn rule says to an order, and why where it gives nothing."""

from enum import StrEnum
from typing import NamedTuple

from services.loyalty.rules.earning.earn_rules import EarnRule
from services.loyalty.rules.orders.judgements import Allowed


class Nothing(StrEnum):
    """Why a rule gave nothing for an order."""

    NO_MONEY = "NO_MONEY"
    BELOW_ONE_STEP = "BELOW_ONE_STEP"
    MULTIPLIED_BY_ZERO = "MULTIPLIED_BY_ZERO"
    NOT_THE_FIRST_ORDER = "NOT_THE_FIRST_ORDER"
    NOT_SCHEDULED = "NOT_SCHEDULED"
    NOT_BIRTHDAY_MONTH = "NOT_BIRTHDAY_MONTH"
    CONDITION_NOT_MET = "CONDITION_NOT_MET"
    CONDITION_FAILED = "CONDITION_FAILED"
    NO_LINE_MATCHES = "NO_LINE_MATCHES"
    OVERRULED = "OVERRULED"
    CAP_REACHED = "CAP_REACHED"
    BUDGET_SPENT = "BUDGET_SPENT"
    NOTHING_TO_MULTIPLY = "NOTHING_TO_MULTIPLY"


class Verdict(NamedTuple):
    """What one rule gives for an order: exactly ``numerator / denominator`` points, not rounded yet.

    ``steps`` are the whole steps it counted (None where it counts none), ``multiplier`` is in ten-thousandths.
    ``limited_by`` says which cap, or the budget, cut it; ``overruled_by`` which exclusive rule stood alone.
    ``lines`` are the places of the lines that it looked at, None for all.
    """

    rule: EarnRule
    steps: int | None
    multiplier: int
    numerator: int
    denominator: int
    nothing: Nothing | None = None
    limited_by: str = ""
    overruled_by: str = ""
    lines: tuple[int, ...] | None = None


def nothing_of(times: int, steps: int | None) -> Nothing:
    """Why a base rule gives nothing, by the tier's multiplier and by how many steps it counted."""
    if times == 0:
        return Nothing.MULTIPLIED_BY_ZERO
    return Nothing.NO_MONEY if steps is None else Nothing.BELOW_ONE_STEP


def spent(allowed: Allowed) -> Nothing:
    """Why a rule gives nothing that may give no more."""
    return Nothing.BUDGET_SPENT if allowed.by == "BUDGET" else Nothing.CAP_REACHED
