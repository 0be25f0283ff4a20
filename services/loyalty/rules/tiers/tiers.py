"""Tiers: how a member climbs the ladder, keeps a place on it and loses it; the only code that moves a standing."""

from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from services.loyalty.rules.ledger.expiry import NEVER, local_day, midnight
from services.loyalty.rules.programmes.programmes import Programme, ProgrammeHistory
from services.loyalty.rules.tiers.metrics import Measured
from services.loyalty.rules.tiers.standings import Placed, PlacementKind, Standing
from services.loyalty.rules.tiers.tier_schemes import Downgrade, OnPublish, TierRule


class Move(NamedTuple):
    """From one tier to another at an instant, empty for none; to the same where it was kept for another term."""

    at: int
    from_tier: str
    to_tier: str


class Why(StrEnum):
    """Why a member's tier would be what it would be under a version."""

    UNCHANGED = "UNCHANGED"
    RAISED = "RAISED"
    LOWERED = "LOWERED"
    MOVED = "MOVED"
    PLACED = "PLACED"


def judge(programme: Programme, standing: Standing, balances: Mapping[str, int], since: int) -> list[Move]:
    """Raise the standing to what its metrics reach, from ``since`` on, as of the local day before that instant."""
    rank = programme.rank(standing.ladder)
    if rank == len(programme.tiers):
        return []
    measured = Measured(programme, standing, balances, _day_before(since, programme))
    reached = measured.qualified(rank + 1, len(programme.tiers))
    return _climb(programme, standing, reached, since) if reached else []


def next_change(history: ProgrammeHistory, standing: Standing, until: int) -> int | None:
    """When next, by an instant, a version comes into force or something falls due; None for not by then."""
    at = standing.next_due_at
    if standing.judged_version < history.newest.version:
        version = history.versions[standing.judged_version]
        at = min(at, version.effective_at)
    return at if at <= until else None


def change(history: ProgrammeHistory, standing: Standing, balances: Mapping[str, int], at: int) -> list[Move]:
    """Do what happens at the instant of the next change: a version first, then what ends."""
    standing.changed = True
    if standing.judged_version < history.newest.version:
        version = history.versions[standing.judged_version]
        if version.effective_at <= at:
            return _come_into_force(version, standing, balances)
    if any(placed.until <= at for placed in standing.placed):
        standing.placed = [placed for placed in standing.placed if placed.until > at]
        return show(history.at(at), standing, at)
    return _requalify(history, standing, balances, at)


def recount(programme: Programme, standing: Standing, balances: Mapping[str, int], at: int) -> list[Move]:
    """After a refund, where the scheme counts it at once: lower to what would have been reached without the money.

    That is as of the day the tier was reached, or last kept; its validity ends as it would have.
    """
    tier = programme.tier(standing.ladder)
    if not programme.tier_scheme.refunds_count_at_once or tier is None:
        return []
    measured = Measured(programme, standing, balances, _day_before(standing.ladder_since, programme))
    if measured.holds((tier.conditions, tier.match)) or (tier.retain and measured.holds(tier.keeping)):
        return []
    standing.ladder = measured.qualified(1, programme.rank(tier.key) - 1)
    if not standing.ladder:
        standing.valid_until, standing.grace_until = NEVER, 0
    standing.changed = True
    return show(programme, standing, at)


def reassess(
    programme: Programme, standing: Standing, balances: Mapping[str, int], now: int
) -> tuple[str, Why]:
    """What tier a member would hold if a version came into force now, and why; nothing is changed."""
    ladder, why = _under(programme, standing, balances, now)
    held = _shown(programme, standing.placed, ladder)
    if held != ladder and why is not Why.UNCHANGED:
        why = Why.PLACED
    return held, why


def rewind(history: ProgrammeHistory, standing: Standing, instant: int) -> bool:
    """Forget what befell the tier by itself after an instant, so that what was paid then can still decide over it.

    That is for a history which is imported in order: only where nothing later was paid, and nobody was placed. What
    the tier is since that day came of an order of the day, be it of the same instant. True when there was something
    to forget.
    """
    zone = history.newest.time_zone
    day = local_day(instant, zone)
    later = standing.last_day > day.toordinal()
    by_order = standing.ladder_since <= instant + 1 or local_day(standing.ladder_since, zone) == day
    if later or standing.placed or by_order:
        return False
    standing.tiers = [held for held in standing.tiers if held[1] <= instant]
    standing.ladder, since = standing.tiers[-1] if standing.tiers else ("", 0)
    programme = history.at(since) if since else None
    standing.judged_version = programme.version if programme else 0
    stand(programme, standing, standing.ladder, since)
    return True


def show(programme: Programme, standing: Standing, at: int) -> list[Move]:
    """Let the member hold what the ladder and placements give, from an instant on."""
    before, held = standing.tier, _shown(programme, standing.placed, standing.ladder)
    if held == before:
        return []
    return [Move(standing.hold(held, at), before, held)]


def good_until(standing: Standing) -> int:
    """Until when the tier that a member holds is good, grace left out; ``NEVER`` where it has no end."""
    placed = placement_of(standing)
    return placed.until if placed else standing.valid_until


def placement_of(standing: Standing) -> Placed | None:
    """The placement by which a member holds a tier; None where the ladder gives it."""
    if not standing.placed:  # mostly
        return None
    said = next((each for each in standing.placed if each.kind is PlacementKind.OVERRIDE), None)
    if said or standing.tier == standing.ladder:
        return said
    bought = [each for each in standing.placed if each.tier == standing.tier]
    return max(bought, key=lambda each: each.until, default=None)


def running(standing: Standing) -> Placed | None:
    """The same, and of what was paid for one after the other what runs now: the first to end."""
    placed = placement_of(standing)
    if placed is None or placed.kind is PlacementKind.OVERRIDE:
        return placed
    return min((each for each in standing.placed if each.tier == placed.tier), key=lambda each: each.until)


def end_of(programme: Programme, begun_at: int) -> int:
    """Until when a tier is good that is held from an instant on: a local midnight, or ``NEVER``."""
    validity, zone = programme.tier_scheme.validity, programme.time_zone
    return NEVER if validity is None else midnight(validity.after(local_day(begun_at, zone)), zone)


def keeps(programme: Programme, tier: TierRule, measured: Measured) -> bool:
    """Whether a tier is kept at its validity's end, as measured then."""
    scheme = programme.tier_scheme
    return scheme.validity is None or scheme.downgrade is Downgrade.NONE or measured.holds(tier.keeping)


def _requalify(
    history: ProgrammeHistory, standing: Standing, balances: Mapping[str, int], at: int
) -> list[Move]:
    """At the end of a validity, or of the grace after it: keep the tier for another term, or lower it."""
    programme = history.at(at)
    scheme, tier = programme.tier_scheme, programme.tier(standing.ladder)
    if tier is None:
        standing.valid_until, standing.grace_until = NEVER, 0
        return []
    measured = Measured(programme, standing, balances, _day_before(at, programme))
    if keeps(programme, tier, measured):
        standing.valid_until, standing.grace_until = _next_end(history, programme, standing), 0
        standing.ladder_since = at
        return [Move(at, standing.tier, standing.tier)] if standing.tier == tier.key else []
    if scheme.grace is not None and not standing.grace_until:
        ended_on = local_day(standing.valid_until, programme.time_zone)
        standing.grace_until = midnight(scheme.grace.after(ended_on), programme.time_zone)
        return []
    rank = programme.rank(tier.key) - 1
    if scheme.downgrade is Downgrade.ONE_STEP:
        lower = programme.tiers[rank - 1].key if rank else ""
    else:
        lower = measured.qualified(1, rank)
    stand(programme, standing, lower, at)
    return show(programme, standing, at)


def _next_end(history: ProgrammeHistory, programme: Programme, standing: Standing) -> int:
    """Until when a tier is good that is kept for another term.

    Terms one after the other are counted from the day on which the first began, so that a tier held from a 31st or from
    29 February on ends on that day again wherever there is one. When that was is read from the tiers held: the latest
    begin from which the end that came is a whole number of terms away.
    """
    validity, zone = programme.tier_scheme.validity, programme.time_zone
    if validity is None:
        return NEVER
    ends = local_day(standing.valid_until, zone)
    for since in (since for key, since in reversed(standing.tiers) if key == standing.ladder):
        first = local_day(_first_term(history, since, standing.valid_until), zone)
        months = (ends.year - first.year) * 12 + ends.month - first.month
        terms = months // validity.months if validity.months else (ends - first).days // validity.days
        if terms > 0 and validity.times(terms).after(first) == ends:
            return midnight(validity.times(terms + 1).after(first), zone)
    return end_of(programme, standing.valid_until)


def _first_term(history: ProgrammeHistory, since: int, until: int) -> int:
    """When the first term of a tier began that is held since: then, or as a version let such tiers end that had no end."""
    for before, after in pairwise(history.versions):
        if (
            since < after.effective_at < until
            and before.tier_scheme.validity is None
            and after.tier_scheme.validity
        ):
            since = after.effective_at
    return since


def _come_into_force(version: Programme, standing: Standing, balances: Mapping[str, int]) -> list[Move]:
    """Apply a version: raise, and where it says so lower; whoever's tier had no end has one from then on."""
    at, before = version.effective_at, standing.ladder
    standing.judged_version = version.version
    ladder, why = _under(version, standing, balances, at)
    if why is Why.RAISED:
        return _climb(version, standing, ladder, at)
    if ladder != before:
        stand(version, standing, ladder, at)
    elif ladder and (version.tier_scheme.validity is None or standing.valid_until == NEVER):
        standing.valid_until, standing.grace_until = end_of(version, at), 0
    return show(version, standing, at)


def _under(programme: Programme, standing: Standing, balances: Mapping[str, int], at: int) -> tuple[str, Why]:
    """What the ladder of a version that comes into force at an instant gives, and why."""
    held, why, scheme = standing.ladder, Why.UNCHANGED, programme.tier_scheme
    if held and programme.tier(held) is None:
        held, why = scheme.successor_of.get(held, ""), Why.MOVED
    rank = programme.rank(held)
    measured = Measured(programme, standing, balances, _day_before(at, programme))
    if above := measured.qualified(rank + 1, len(programme.tiers)):
        return above, Why.RAISED
    tier = programme.tier(held)
    if scheme.on_publish is OnPublish.REASSESS and tier is not None:
        kept = bool(tier.retain) and measured.holds(tier.keeping)
        if not kept and not measured.holds((tier.conditions, tier.match)):
            return measured.qualified(1, rank - 1), Why.LOWERED
    return held, why


def _climb(programme: Programme, standing: Standing, reached: str, since: int) -> list[Move]:
    """Stand on a higher tier from an instant on, or from right after the last change of the ladder."""
    since = max(since, standing.ladder_since + 1) if standing.ladder_since else since
    if standing.tiers:
        since = max(since, standing.tiers[-1][1] + 1)
    stand(programme, standing, reached, since)
    return show(programme, standing, since)


def stand(programme: Programme | None, standing: Standing, key: str, since: int) -> None:
    """Stand on a place of the ladder from an instant on, for the term that a version gives; ``show`` comes after."""
    standing.ladder, standing.ladder_since, standing.grace_until = key, since, 0
    standing.valid_until = end_of(programme, since) if key and programme else NEVER
    standing.changed = True


def _shown(programme: Programme, placed: list[Placed], ladder: str) -> str:
    """The tier that is held: what staff said, or the higher of what was paid for and what the ladder gives."""
    if not placed:
        return ladder
    said = next((each for each in placed if each.kind is PlacementKind.OVERRIDE), None)
    return said.tier if said else max(*(each.tier for each in placed), ladder, key=programme.rank)


def _day_before(instant: int, programme: Programme) -> int:
    """The ordinal of the local day that an instant ends, or falls on."""
    return local_day(instant - 1, programme.time_zone).toordinal()
