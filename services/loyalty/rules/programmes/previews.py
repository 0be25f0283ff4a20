"""Previews: what a version would do to each member if it came into force now, summed up over all of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.kit.refusal import Declined, NotFound
from services.loyalty.rules.benefits.benefits import Benefit, QuotaPeriod
from services.loyalty.rules.ledger.expiry import local_day
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers import tiers
from services.loyalty.rules.tiers.metrics import Measured
from services.loyalty.rules.tiers.standings import Restriction, Standing
from services.loyalty.rules.tiers.tier_schemes import TierRule

SAMPLED_EACH = 10
"""Of how many who move alike it is said why."""
MOST_SAMPLED = 200

_TIMES_A_YEAR = {
    QuotaPeriod.DAY: 365,
    QuotaPeriod.WEEK: 52,
    QuotaPeriod.MONTH: 12,
    QuotaPeriod.QUARTER: 4,
}


class UnknownPreview(NotFound):
    """No preview has this id."""


class PreviewClosed(Declined):
    """The preview ended before it was cancelled."""


class PreviewsRunning(Declined):
    """As many previews wait as are taken on."""


class PreviewState(StrEnum):
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Met:
    """A condition: what it asks, and what is there."""

    metric: str
    required: int
    actual: int


@dataclass(frozen=True, slots=True)
class MovedMember:
    """Somebody who would move, and what was asked of whom is raised, or was not met by whom is lowered."""

    member_id: str
    from_tier: str
    to_tier: str
    conditions: tuple[Met, ...]


@dataclass(frozen=True, slots=True)
class TierCost:
    """What a tier's benefits cost in a year if everyone on it uses all of them, in minor units.

    ``unlimited`` are the keys of benefits that cost something and have no quota: nobody can say how often.
    """

    tier: str
    members_before: int
    members_after: int
    minor_before: int
    minor_after: int
    unlimited: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """What is found while members are gone through. ``before`` is in force, ``after`` would come into force."""

    before: Programme
    after: Programme
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    sample: list[MovedMember] = field(default_factory=list)
    _sampled: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def members(self) -> int:
        return self.moves.total()

    def count(self, standing: Standing, balances: Mapping[str, int], now: int) -> None:
        """See what would become of one member; ``standing`` and ``balances`` are as of now."""
        move = standing.tier, self.then(standing, balances, now)
        self.moves[move] += 1
        if self.asks_why(move):
            self.say_why(move, standing, balances, now)

    def then(self, standing: Standing, balances: Mapping[str, int], now: int) -> str:
        """The tier that a member would hold; empty for none."""
        return tiers.reassess(self.after, standing, balances, now)[0]

    def asks_why(self, move: tuple[str, str]) -> bool:
        """Whether somebody who moves so is still to be sampled."""
        return move[0] != move[1] and self._sampled[move] < SAMPLED_EACH and len(self.sample) < MOST_SAMPLED

    def say_why(
        self, move: tuple[str, str], standing: Standing, balances: Mapping[str, int], now: int
    ) -> None:
        """Take somebody who moves into the sample."""
        if (
            standing.restriction is not Restriction.CLOSED
        ):  # of those who left nothing more is shown than a sum
            self._sampled[move] += 1
            why = _why(self.after, move, standing, balances, now)
            self.sample.append(MovedMember(standing.member_id, *move, why))

    def add(self, other: "Tally") -> "Tally":
        """Take in what was found among others."""
        self.moves.update(other.moves)
        for moved in other.sample:
            move = moved.from_tier, moved.to_tier
            if self._sampled[move] < SAMPLED_EACH and len(self.sample) < MOST_SAMPLED:
                self._sampled[move] += 1
                self.sample.append(moved)
        return self

    def turned(self) -> tuple[int, int]:
        """How many would be raised, and how many lowered, as whichever version has both tiers ranks them."""
        raised = lowered = 0
        for (held, then), members in self.moves.items():
            if held != then:
                up = self._rank(then) > self._rank(held)
                raised, lowered = (raised + members, lowered) if up else (raised, lowered + members)
        return raised, lowered

    def costs(self) -> list[TierCost]:
        """What tiers cost before and after, the lowest first; those of either version."""
        held: Counter[str] = Counter()
        holding: Counter[str] = Counter()
        for (was, then), members in self.moves.items():
            held[was] += members
            holding[then] += members
        keys = dict.fromkeys(("", *(tier.key for rules in (self.after, self.before) for tier in rules.tiers)))
        return [
            TierCost(
                key,
                held[key],
                holding[key],
                held[key] * yearly_minor(self.before.tier(key)),
                holding[key] * yearly_minor(self.after.tier(key)),
                _unlimited(self.after.tier(key)),
            )
            for key in keys
        ]

    def _rank(self, key: str) -> int:
        return self.after.rank(key) or self.before.rank(key)


def yearly_minor(tier: TierRule | None) -> int:
    """What one member on a tier costs in a year who uses every benefit up; those without a quota left out."""
    return sum(map(_yearly_minor, tier.benefits)) if tier else 0


def _yearly_minor(benefit: Benefit) -> int:
    return (benefit.quota or 0) * _TIMES_A_YEAR.get(benefit.period, 1) * benefit.unit_cost_minor


def _unlimited(tier: TierRule | None) -> tuple[str, ...]:
    benefits = tier.benefits if tier else ()
    return tuple(each.key for each in benefits if each.quota is None and each.unit_cost_minor)


def _why(
    after: Programme, move: tuple[str, str], standing: Standing, balances: Mapping[str, int], now: int
) -> tuple[Met, ...]:
    """What the tier moved to asks, or of one who is lowered, what the tier asks that was left."""
    held, then = move
    asked = after.tier(then if after.rank(then) > after.rank(held) else held)
    if asked is None:
        return ()
    measured = Measured(after, standing, balances, local_day(now - 1, after.time_zone).toordinal())
    conditions = asked.conditions if asked.key == then else asked.keeping[0]
    return tuple(Met(c.metric, c.at_least, measured.value(c.metric, c.window)) for c in conditions)
