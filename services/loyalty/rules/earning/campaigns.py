"""Campaigns: earn rules as their operators see them run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.kit.refusal import Invalid, NotFound
from services.loyalty.rules.earning.earn_rules import EarnRule
from services.loyalty.rules.ledger.expiry import local_day
from services.loyalty.rules.programmes.programmes import Programme, ProgrammeHistory
from services.loyalty.rules.programmes.wellformed import ProgrammeNotWellFormed


class UnknownEarnRule(NotFound):
    """No version of the programme has an earn rule under this key."""


class LastEarnRule(Invalid):
    """A programme keeps at least one earn rule."""


class CampaignState(StrEnum):
    """Whether a rule gives: not yet, now, no longer, or not since it was taken out."""

    SCHEDULED = "SCHEDULED"
    RUNNING = "RUNNING"
    ENDED = "ENDED"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A rule that is more than points per amount, as the newest version says that has it; ``spent`` of its budget."""

    rule: EarnRule
    state: CampaignState
    first_version: int
    last_version: int
    spent: int | None


def campaigns(history: ProgrammeHistory, spent: Mapping[str, int], now: int) -> list[Campaign]:
    """Every campaign a programme ever had, by when it came; ``spent`` is by rule."""
    first: dict[str, int] = {}
    last: dict[str, Programme] = {}
    for version in history.versions:
        for rule in version.earn_rules:
            if not rule.is_plain:
                first.setdefault(rule.key, version.version)
                last[rule.key] = version
    return [_campaign(history, key, first[key], last[key], spent, now) for key in first]


def _campaign(
    history: ProgrammeHistory, key: str, first: int, last: Programme, spent: Mapping[str, int], now: int
) -> Campaign:
    rule = last.earning.by_key[key]
    given = spent.get(key, 0) if rule.budget else None
    state = _state(history, rule, last, local_day(now, last.time_zone), given or 0, now)
    return Campaign(rule, state, first, last.version, given)


def _state(
    history: ProgrammeHistory, rule: EarnRule, last: Programme, today: date, spent: int, now: int
) -> CampaignState:
    in_force = [version for version in history.versions if version.effective_at <= now]
    if not any(rule.key in version.earning.by_key for version in in_force):
        return CampaignState.SCHEDULED
    if last is not history.newest and rule.key not in in_force[-1].earning.by_key:
        return CampaignState.STOPPED
    schedule = rule.schedule
    if (schedule.last_on and today > schedule.last_on) or (rule.budget and spent >= rule.budget):
        return CampaignState.ENDED
    if schedule.first_on and today < schedule.first_on:
        return CampaignState.SCHEDULED
    return CampaignState.RUNNING


def be_affordable(programme: Programme, spent: Mapping[str, int]) -> None:
    """Refuse a budget below what its rule gave already. Raises ``ProgrammeNotWellFormed``."""
    for nth, rule in enumerate(programme.earn_rules):
        given = spent.get(rule.key, 0)
        if rule.budget and rule.budget < given:
            path = f"earn_rules[{nth}].budget"
            message = f"{path}: {given:,} of it are spent: give it at least that, or begin another rule under a key of its own"
            raise ProgrammeNotWellFormed(message, field=path, spent=given, asked=rule.budget)
