"""Decisions: what all earn rules of a version give for one order."""

from dataclasses import dataclass, field

from services.loyalty.rules.earning.earn_rules import EarnRule
from services.loyalty.rules.earning.verdicts import Verdict
from services.loyalty.rules.orders.judgements import Allowed


@dataclass(slots=True)
class Decision:
    """What an order earns: points by currency code, by line in the order's order, and by rule; who gives a coupon.

    ``exact`` is before the floor, as numerator and denominator. ``on_completion`` is what of ``points`` waits for the
    order's completion. ``allowed`` is what limited rules that were asked could give.
    """

    verdicts: list[Verdict]
    exact: dict[str, tuple[int, int]] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    on_completion: dict[str, int] = field(default_factory=dict)
    by_line: dict[str, list[int]] = field(default_factory=dict)
    by_rule: dict[str, dict[str, int]] = field(default_factory=dict)
    coupons: list[EarnRule] = field(default_factory=list)
    allowed: dict[str, Allowed] = field(default_factory=dict)
