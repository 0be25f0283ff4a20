"""Conversion: what points are worth in money at checkout, and how many of them an order takes."""

from dataclasses import dataclass
from enum import StrEnum

WHOLE_ORDER = 10_000
"""The cap in basis points that lets points pay for all of an order."""


class Reason(StrEnum):
    """Why no points can be redeemed."""

    NOT_SPENDABLE = "NOT_SPENDABLE"
    NO_CONVERSION = "NO_CONVERSION"
    NOTHING_AVAILABLE = "NOTHING_AVAILABLE"
    BELOW_MINIMUM = "BELOW_MINIMUM"
    ORDER_CAP = "ORDER_CAP"


@dataclass(frozen=True, slots=True)
class Conversion:
    """``points`` are worth ``minor`` units of the programme's money.

    A redemption is at least ``minimum`` points, a multiple of ``multiple``, and worth at most
    ``cap_basis_points`` ten-thousandths of the order's money.
    """

    points: int
    minor: int
    minimum: int
    multiple: int
    cap_basis_points: int = WHOLE_ORDER


@dataclass(frozen=True, slots=True)
class Redeemable:
    """How many points a redemption takes and what they are worth; why none, where ``points`` is 0."""

    points: int
    minor: int
    reason: Reason | None = None


def worth(conversion: Conversion, points: int) -> int:
    """What points are worth, in whole minor units."""
    return points * conversion.minor // conversion.points


def redeemable(
    conversion: Conversion | None, asked: int | None, available: int, total_minor: int
) -> Redeemable:
    """The smallest of asked (None: as many as can be), available and the order's cap, as a whole multiple."""
    if conversion is None:
        return _none(Reason.NO_CONVERSION)
    if available <= 0:
        return _none(Reason.NOTHING_AVAILABLE)
    cap_minor = total_minor * conversion.cap_basis_points // WHOLE_ORDER
    cap = cap_minor * conversion.points // conversion.minor
    wanted = available if asked is None else min(asked, available)
    points = min(wanted, cap) // conversion.multiple * conversion.multiple
    if points < conversion.minimum:
        return _none(Reason.BELOW_MINIMUM if wanted < conversion.minimum else Reason.ORDER_CAP)
    return Redeemable(points, worth(conversion, points))


def _none(reason: Reason) -> Redeemable:
    return Redeemable(0, 0, reason)
