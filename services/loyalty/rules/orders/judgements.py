"""Judgements: what is kept with an order of how its rules judged it, so that it can be explained and taken back."""

from dataclasses import dataclass, field
from typing import NamedTuple

NO_ORDER = -1
"""The days since the last order of who has none."""


class Allowed(NamedTuple):
    """The most that a limited rule may still give, and what says so."""

    points: int
    by: str


class Past(NamedTuple):
    """What a member had ordered by the local day of a payment, as far as it was asked; kept with the order.

    ``birthday_of`` are the purposes that may know that it is the month of the member's birthday, of those asked for.
    """

    orders: int = 0
    spend_minor: int = 0
    days_since_order: int = NO_ORDER
    is_first: bool = False
    birthday_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """The member's past as it was asked, what limited rules could give, and what each rule gave.

    ``given`` holds points by currency code and rule, ``coupons`` the rules that gave one; ``allowed`` is by rule.
    """

    past: Past = field(default_factory=Past)
    allowed: dict[str, Allowed] = field(default_factory=dict)
    given: dict[str, dict[str, int]] = field(default_factory=dict)
    coupons: list[str] = field(default_factory=list)


def given_back(given: int, earned: int, before: int, after: int) -> int:
    """Of what a rule gave, what goes back to its budget and caps as an order's points are taken back.

    Cumulative, as refunds are: floor(given x taken back so far / earned), so that a complete refund gives all back.
    """
    return given * after // earned - given * before // earned if earned else 0
