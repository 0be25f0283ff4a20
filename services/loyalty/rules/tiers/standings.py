"""Standings: a member's place in one programme, and what it is measured by."""

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from itertools import groupby

from services.loyalty.rules.ledger.expiry import NEVER, local_day

KEPT_DAYS = 1_500
"""Of so many days before the last, the sums are kept by the day: the longest window, and a year for what comes late."""


class Restriction(IntEnum):
    """What a member may not do: spend while frozen or closing, and nothing at all once closed."""

    NONE = 0
    FROZEN = 1
    CLOSED = 2


class PlacementKind(StrEnum):
    """Why a member holds a tier that the ladder did not give: staff said so, or it was paid for."""

    OVERRIDE = "OVERRIDE"
    PAID = "PAID"


@dataclass(frozen=True, slots=True)
class Placed:
    """A tier held until an instant whatever the ladder says; what was paid for is held unless the ladder gives more."""

    kind: PlacementKind
    tier: str
    until: int
    placement_id: str

    @property
    def number(self) -> int:
        """A number below -1 for the placement alone, which neither renewals nor merges change."""
        return -2 - int(self.placement_id[:14] or "0", 16)


@dataclass(frozen=True, slots=True)
class Term:
    """What the ladder gives, since when and until when, and what placements stand above it; as in a standing."""

    ladder: str = ""
    ladder_since: int = 0
    valid_until: int = NEVER
    grace_until: int = 0
    placed: tuple[Placed, ...] = ()


NO_TERM = Term()


@dataclass(slots=True)
class Standing:
    """A member's place in one programme: tiers held and daily sums of what tiers are measured by.

    ``tiers`` holds (key, since) from the earliest; ``since`` and ``touched_at`` are microseconds since 1970.
    ``days`` holds [ordinal of the local day, spend in minor units, orders], ``earned`` [ordinal, currency number,
    points], earliest first; what is older than ``KEPT_DAYS`` is summed up. ``judged_version`` is the programme
    version whose thresholds were last applied, ``merged_into`` the member that took this one's place;
    ``was_merged`` says that one did and no longer does. What was there at ``forfeited_at`` is forfeited.
    ``fate_changed`` says that one of the last three did. ``restriction`` is what the members service says.

    ``ladder`` is the tier that the ladder gives, good from ``ladder_since`` until ``valid_until`` and after that in
    its grace until ``grace_until`` (0 before); what is in ``placed`` may stand above it. ``joined_at`` is 0 while
    nobody said. Who ``automated_refused`` is not judged by a profile (PIPL 24), as the consent service says.
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
    earned: list[list[int]] = field(default_factory=list)
    ladder: str = ""
    ladder_since: int = 0
    valid_until: int = NEVER
    grace_until: int = 0
    placed: list[Placed] = field(default_factory=list)
    joined_at: int = 0
    changed: bool = False
    fate_changed: bool = False
    automated_refused: bool = False

    @property
    def tier(self) -> str:
        """The key of the tier held now; empty for none."""
        return self.tiers[-1][0] if self.tiers else ""

    @property
    def last_day(self) -> int:
        """The ordinal of the last local day that something was counted on; 0 for none."""
        return self.days[-1][0] if self.days else 0

    @property
    def judged_at(self) -> int:
        """When the ladder looks next whether its tier is kept; ``NEVER`` while that has no end."""
        return self.grace_until or self.valid_until

    @property
    def next_due_at(self) -> int:
        """When the tier may next change by itself."""
        due_at = self.grace_until or self.valid_until
        for placed in self.placed:
            due_at = min(due_at, placed.until)
        return due_at

    @property
    def term(self) -> Term:
        """The term the member is in, to be taken over or given back as a whole."""
        return Term(self.ladder, self.ladder_since, self.valid_until, self.grace_until, tuple(self.placed))

    @term.setter
    def term(self, term: Term) -> None:
        self.ladder, self.ladder_since = term.ladder, term.ladder_since
        self.valid_until, self.grace_until, self.placed = (
            term.valid_until,
            term.grace_until,
            list(term.placed),
        )
        self.changed = True

    def is_placed(self, kind: PlacementKind) -> bool:
        """Whether something of a kind is in force."""
        return any(each.kind is kind for each in self.placed)

    def tier_at(self, instant: int) -> str:
        """The key of the tier held at an instant; empty for none."""
        for key, since in reversed(self.tiers):
            if since <= instant:
                return key
        return ""

    def joined_on(self, zone: str, otherwise: int) -> int:
        """The ordinal of the local day of joining: the first that anything is known of, where nobody said."""
        if self.joined_at:
            return local_day(self.joined_at, zone).toordinal()
        return self.days[0][0] if self.days else otherwise

    def count(self, instant: int, zone: str, spend_minor: int, orders: int) -> None:
        """Add to the sums of the local day of an instant."""
        self.add(local_day(instant, zone).toordinal(), spend_minor, orders)

    def add(self, ordinal: int, spend_minor: int, orders: int) -> None:
        """The same for a day by its ordinal."""
        self.changed = True
        if self.last_day < ordinal:  # mostly it is this or the last day itself
            self.days.append([ordinal, spend_minor, orders])
            self._sum_up()
            return
        place = -1 if self.last_day == ordinal else bisect_left(self.days, ordinal, key=lambda day: day[0])
        if self.days[place][0] != ordinal:
            self.days.insert(place, [ordinal, 0, 0])
            self._sum_up()
            place = bisect_left(self.days, ordinal, key=lambda day: day[0])
        self.days[place][1] += spend_minor
        self.days[place][2] += orders

    def earn(self, ordinal: int, number: int, points: int) -> None:
        """Add to what was earned of a currency, by its number, on a local day."""
        place = bisect_left(self.earned, [ordinal, number], key=lambda row: row[:2])
        if place == len(self.earned) or self.earned[place][:2] != [ordinal, number]:
            self.earned.insert(place, [ordinal, number, 0])
        self.earned[place][2] += points
        self.changed = True

    def _sum_up(self) -> None:
        """Keep one sum of the days, and of each currency earned, that no window can see any more."""
        horizon = self.days[-1][0] - KEPT_DAYS
        if self.days[0][0] >= horizon and not (self.earned and self.earned[0][0] < horizon):
            return
        old = bisect_left(self.days, horizon, key=lambda day: day[0])
        if old > 1:
            gone = self.days[:old]
            self.days[:old] = [[gone[-1][0], sum(day[1] for day in gone), sum(day[2] for day in gone)]]
        old = bisect_left(self.earned, horizon, key=lambda row: row[0])
        if old > 1:
            by_number = sorted(self.earned[:old], key=lambda row: row[1])
            last = self.earned[old - 1][0]
            self.earned[:old] = [
                [last, number, sum(row[2] for row in rows)]
                for number, rows in groupby(by_number, key=lambda row: row[1])
            ]

    def hold(self, tier_key: str, since: int) -> int:
        """Hold another tier (empty for none) from an instant on, or from right after the last change; since when."""
        since = max(since, self.tiers[-1][1] + 1) if self.tiers else since
        self.tiers.append((tier_key, since))
        self.changed = True
        return since

    def copy(self) -> "Standing":
        return replace(
            self,
            tiers=list(self.tiers),
            days=[list(day) for day in self.days],
            earned=[list(row) for row in self.earned],
            placed=list(self.placed),
            changed=False,
            fate_changed=False,
        )
