"""Outlooks: what keeps a member's tier and what reaches the next, condition by condition, by the code that decides."""

from datetime import date
from typing import NamedTuple

from services.loyalty.rules.ledger.expiry import NEVER, local_day
from services.loyalty.rules.ledger.points import Member
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.metrics import Measured
from services.loyalty.rules.tiers.tier_schemes import Condition, Downgrade, Match, ScorePart, TierRule
from services.loyalty.rules.tiers.tiers import keeps
from services.loyalty.rules.tiers.windows import WindowKind


class Step(NamedTuple):
    """One condition: what is there of what it asks, counted from a first day to a last; None for all time."""

    condition: Condition
    actual: int
    first_day: date | None
    last_day: date | None


class Keeping(NamedTuple):
    """What keeps the ladder's tier at ``judged_at``; ``is_kept`` says whether it would be as things are."""

    tier: TierRule
    judged_at: int
    steps: tuple[Step, ...]
    match: Match
    is_kept: bool


class Rising(NamedTuple):
    """What reaches the next tier."""

    tier: TierRule
    steps: tuple[Step, ...]
    match: Match


class Scored(NamedTuple):
    """What a part of the score comes to, and the value of its metric that it comes from."""

    part: ScorePart
    value: int
    score: int
    is_neutral: bool = False


class Outlook(NamedTuple):
    """What lies before a member: None where nothing ends, or where the ladder does."""

    keeping: Keeping | None
    rising: Rising | None
    score: tuple[Scored, ...]


def outlook(member: Member) -> Outlook:
    """A member's way on, under the version in force, as of the member's own time."""
    programme, standing = member.current, member.standing
    today = local_day(member.recorded_at, programme.time_zone).toordinal()
    now = Measured(programme, standing, member.balances(), today)
    score = scored(now)
    return Outlook(_keeping(member), _rising(programme, standing.ladder, now), score)


def scored(now: Measured) -> tuple[Scored, ...]:
    """What the parts of the score come to."""
    parts = now.programme.tier_scheme.score
    return tuple(
        [
            Scored(part, now.value(part.metric, part.window), now.part(part), now.is_neutral(part))
            for part in parts
        ]
    )


def _keeping(member: Member) -> Keeping | None:
    """As it will be measured on the last good day, with what is known by now."""
    programme, standing = member.current, member.standing
    tier, judged_at = programme.tier(standing.ladder), standing.judged_at
    if tier is None or judged_at == NEVER or programme.tier_scheme.downgrade is Downgrade.NONE:
        return None
    last = local_day(judged_at - 1, programme.time_zone)
    then = Measured(programme, standing, member.balances(), last.toordinal())
    conditions, match = tier.keeping
    steps = tuple(_step(each, then, last) for each in conditions)
    return Keeping(tier, judged_at, steps, match, keeps(programme, tier, then))


def _rising(programme: Programme, ladder: str, now: Measured) -> Rising | None:
    rank = programme.rank(ladder)
    for tier in programme.tiers[rank:]:
        if tier.conditions:  # mostly the first
            return Rising(tier, tuple([_step(each, now, None) for each in tier.conditions]), tier.match)
    return None


def _step(condition: Condition, measured: Measured, by: date | None) -> Step:
    """A condition as measured; its days end with its window, or with ``by`` where that comes first."""
    window, first, last = condition.window, None, by
    if window.kind is not WindowKind.LIFETIME:
        first = date.fromordinal(measured.first_day(window))
        if by is None and window.kind is not WindowKind.ROLLING_DAYS:
            last = date.fromordinal(measured.last_day(window))
    return Step(condition, measured.value(condition.metric, window), first, last)
