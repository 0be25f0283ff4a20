"""Tiers: which one a member's metrics reach, since when each was held, and what the next one asks."""

from bisect import bisect_left
from dataclasses import dataclass, field
from enum import IntEnum

from services.loyalty.rules.expiry import local_day
from services.loyalty.rules.programmes import Programme, ProgrammeHistory
from services.loyalty.rules.tier_schemes import Condition, TierRule


class Restriction(IntEnum):
    """What a member may not do: spend while frozen or closing, and nothing at all once closed."""

    NONE = 0
    FROZEN = 1
    CLOSED = 2


@dataclass(slots=True)
class Standing:
    """A member's place in one programme: tiers held and daily sums of what tiers are measured by.

    ``tiers`` holds (key, since) from the earliest; ``since`` and ``touched_at`` are microseconds since 1970.
    ``days`` holds [ordinal of the local day, spend in minor units, orders], earliest first. ``judged_version``
    is the programme version whose thresholds were last applied, ``merged_into`` the member that took this one's
    place; ``was_merged`` says that one did and no longer does. What was there at ``forfeited_at`` is forfeited.
    ``fate_changed`` says that one of the last three did. ``restriction`` is what the members service says.
    """

    member_id: str
    programme: int
    tiers: list[tuple[str, int]] = field(default_factory=list)
    days: list[list[int]] = field(default_factory=list)
    judged_version: int = 0
    touched_at: int = 0
    merged_into: str = ""
    was_merged: bool = False
    forfeited_at: int = 0
    restriction: Restriction = Restriction.NONE
    changed: bool = False
    fate_changed: bool = False

    @property
    def tier(self) -> str:
        """The key of the tier held now; empty for none."""
        return self.tiers[-1][0] if self.tiers else ""

    @property
    def last_day(self) -> int:
        """The ordinal of the last local day that something was counted on; 0 for none."""
        return self.days[-1][0] if self.days else 0

    def tier_at(self, instant: int) -> str:
        """The key of the tier held at an instant; empty for none."""
        for key, since in reversed(self.tiers):
            if since <= instant:
                return key
        return ""

    def count(self, instant: int, zone: str, spend_minor: int, orders: int) -> None:
        """Add to the sums of the local day of an instant."""
        self.add(local_day(instant, zone).toordinal(), spend_minor, orders)

    def add(self, ordinal: int, spend_minor: int, orders: int) -> None:
        """The same for a day by its ordinal."""
        place = bisect_left(self.days, ordinal, key=lambda day: day[0])
        if place == len(self.days) or self.days[place][0] != ordinal:
            self.days.insert(place, [ordinal, 0, 0])
        self.days[place][1] += spend_minor
        self.days[place][2] += orders
        self.changed = True

    def hold(self, tier_key: str, since: int) -> int:
        """Hold another tier (empty for none) from an instant on, or from right after the last change; since when."""
        since = max(since, self.tiers[-1][1] + 1) if self.tiers else since
        self.tiers.append((tier_key, since))
        self.changed = True
        return since

    def copy(self) -> "Standing":
        return Standing(
            self.member_id,
            self.programme,
            list(self.tiers),
            [list(day) for day in self.days],
            self.judged_version,
            self.touched_at,
            self.merged_into,
            self.was_merged,
            self.forfeited_at,
        )


def measure(metric: str, standing: Standing, balances: dict[str, int]) -> int:
    """A metric's present value; ``balances`` are by currency code."""
    if metric == "SPEND":
        return sum(day[1] for day in standing.days)
    if metric == "ORDERS":
        return sum(day[2] for day in standing.days)
    return balances.get(metric, 0)


def judge(
    programme: Programme, standing: Standing, balances: dict[str, int], since: int
) -> tuple[str, str] | None:
    """Raise the standing to what its metrics reach, from ``since`` on; (from, to), or None when nothing rose."""
    held = standing.tier
    for tier in reversed(programme.tiers[programme.rank(held) :]):
        for condition in tier.conditions:
            if measure(condition.metric, standing, balances) < condition.at_least:
                break
        else:
            standing.hold(tier.key, since)
            return held, tier.key
    return None


def judge_revisions(
    history: ProgrammeHistory, standing: Standing, balances: dict[str, int], now: int
) -> list[tuple[int, str, str]]:
    """Apply the thresholds of versions that came into force since the last look: (instant, from, to) of each rise."""
    rises = []
    for version in history.versions:
        if standing.judged_version < version.version and version.effective_at <= now:
            if rise := judge(version, standing, balances, version.effective_at):
                rises.append((standing.tiers[-1][1], *rise))
            standing.judged_version = version.version
            standing.changed = True
    return rises


@dataclass(frozen=True, slots=True)
class Progress:
    """One condition of the next tier: what it asks and what is there."""

    condition: Condition
    actual: int


def next_tier(programme: Programme, standing: Standing) -> TierRule | None:
    """The tier above the one held; None at the top of the ladder."""
    rank = programme.rank(standing.tier)
    return programme.tiers[rank] if rank < len(programme.tiers) else None


def progress(tier: TierRule, standing: Standing, balances: dict[str, int]) -> list[Progress]:
    """How far a member is towards a tier, condition by condition."""
    return [Progress(c, measure(c.metric, standing, balances)) for c in tier.conditions]
