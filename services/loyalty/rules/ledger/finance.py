"""Finance: what sums of points mean to the books, from the totals of accounts and of entries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from services.kit.refusal import Declined
from services.loyalty.rules.ledger.entries import NO_MONTH, SLIDING, Account, EntryType

_MICROS = 1_000_000
MOST_MINOR = 2**53 - 1
"""What a sum of money may be at most: that many minor units survive JSON."""


class LiabilityBeyondMeasure(Declined):
    """What the points cost is more money than is counted."""


class Movements(NamedTuple):
    """What moved, net, by the programme's own accounts."""

    issued: int = 0
    redeemed: int = 0
    expired: int = 0
    forfeited: int = 0
    written_off: int = 0
    adjusted: int = 0
    transferred: int = 0
    imported: int = 0

    @classmethod
    def of(cls, changes: Mapping[str, int]) -> "Movements":
        """From the changes of the programme's accounts, which gain what members spend and lose what they get."""
        return cls(
            issued=-changes.get(Account.ISSUED, 0),
            redeemed=changes.get(Account.REDEEMED, 0),
            expired=changes.get(Account.EXPIRED, 0),
            forfeited=changes.get(Account.FORFEITED, 0),
            written_off=-changes.get(Account.WRITTEN_OFF, 0),
            adjusted=-changes.get(Account.ADJUSTMENTS, 0),
            transferred=-changes.get(Account.TRANSFERS, 0),
            imported=-changes.get(Account.IMPORTED, 0),
        )

    @property
    def gained(self) -> int:
        """What members' accounts gained by it."""
        given = self.issued + self.written_off + self.adjusted + self.transferred + self.imported
        return given - self.redeemed - self.expired - self.forfeited

    def plus(self, other: "Movements") -> "Movements":
        return Movements(*(one + two for one, two in zip(self, other, strict=True)))


@dataclass(slots=True)
class Cohort:
    """What became of the points that were earned in one month, or whose month is not kept."""

    month: int
    issued: int = 0
    redeemed: int = 0
    expired: int = 0
    forfeited: int = 0
    taken_back: int = 0
    open: int = 0

    def count(self, type: EntryType, points: int) -> None:
        """Count the entries of a type that name a lot of this month."""
        match type:
            case EntryType.EARN | EntryType.PENDING_ADDED | EntryType.ADJUST_CREDIT | EntryType.IMPORT:
                self.issued += points
            case EntryType.REDEEM | EntryType.HOLD_CAPTURE:
                self.redeemed += points
            case EntryType.REDEEM_REVERSAL:
                self.redeemed -= points
            case EntryType.EXPIRE:
                self.expired += points
            case EntryType.FORFEIT:
                self.forfeited += points
            case EntryType.EARN_REVERSAL | EntryType.PENDING_CANCELED | EntryType.ADJUST_DEBIT:
                self.taken_back += points

    @property
    def rate(self) -> str:
        """How much of what ended did so by expiring, with four decimals; empty before anything ended."""
        return rate(self.expired, self.redeemed)


def cohorts(
    moved: Iterable[tuple[int, EntryType, int]], open: Iterable[tuple[int, int]]
) -> tuple[list[Cohort], Cohort]:
    """By month, oldest first, and all together; from (month, type, points) of entries and (month, points) of lots."""
    months: dict[int, Cohort] = {}
    total = Cohort(NO_MONTH)

    def counted(month: int) -> tuple[Cohort, Cohort]:
        month = NO_MONTH if month == SLIDING else month
        return months.setdefault(month, Cohort(month)), total

    for month, type, points in moved:
        for cohort in counted(month):
            cohort.count(type, points)
    for month, points in open:
        for cohort in counted(month):
            cohort.open += points
    return [cohort for _, cohort in sorted(months.items())], total


def rate(expired: int, redeemed: int) -> str:
    """Expired / (expired + redeemed) with four decimals, rounded to the nearest; empty when nothing ended."""
    ended = expired + redeemed
    if ended <= 0:
        return ""
    whole, rest = divmod((expired * 20_000 + ended) // (2 * ended), 10_000)
    return f"{whole}.{rest:04d}"


def expected_breakage(points: int, expired: int, redeemed: int) -> int:
    """How many of the points will expire if it goes on as until now, rounded down."""
    ended = expired + redeemed
    return points * expired // ended if ended > 0 else 0


def worth_minor(points: int, cost_micros: int, decimals: int) -> int:
    """What points cost in minor units of a money with so many decimals, rounded to the nearest.

    Raises ``LiabilityBeyondMeasure``.
    """
    per_major: int = 10**decimals
    worth: int = (points * cost_micros * per_major * 2 + _MICROS) // (2 * _MICROS)
    if worth > MOST_MINOR:
        message = (
            f"{points} points at {cost_micros} millionths each cost more than {MOST_MINOR} minor units, the most there "
            "is: publish a version with a lower cost per point"
        )
        raise LiabilityBeyondMeasure(message, points=points, cost_micros=cost_micros, most_minor=MOST_MINOR)
    return worth
