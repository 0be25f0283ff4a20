"""Wishes: all that stands against or for writing to a member, and what of it holds for one who turned out to be two.

A no on either side wins: what either switched off is off, suppressions of both hold while they last, machines judge
nobody of whom either refused it, and of hours and caps all hold. What is changed after the merge counts as ever.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from services.consent.rules.caps import FrequencyCap
from services.consent.rules.channels import Channel
from services.consent.rules.preferences import (
    Change,
    ChangeKind,
    Preferences,
    automated_decisions_set,
    caps_set,
    quiet_hours_set,
    switched,
)
from services.consent.rules.quiet_hours import combined
from services.consent.rules.suppressions import Suppression, SuppressionReason

About = tuple[Channel | None, SuppressionReason]
"""A channel, all of them where it is None, and a reason."""

_NEVER = datetime.max.replace(tzinfo=UTC)


class Changed(NamedTuple):
    """A change as it was written; its epoch is its place."""

    epoch: int
    change: Change
    actor: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a member wants, and what is suppressed for them."""

    preferences: Preferences = field(default_factory=Preferences)
    suppressions: Mapping[About, Suppression] = field(default_factory=dict)

    def after(self, made: Changed) -> "Wishes":
        """What stands once this is changed."""
        said, stopped = made.change.content, dict(self.suppressions)
        match made.change.kind:
            case ChangeKind.SUPPRESSED:
                one = suppressed(made)
                stopped[one.channel, one.reason] = one
            case ChangeKind.UNSUPPRESSED:
                stopped.pop(_about(said), None)
        return Wishes(self.preferences.after(made.change, made.changed_at), stopped)

    def weighed(self, other: "Wishes") -> "Wishes":
        """What stands for both as one person."""
        stopped = {
            about: max(sides, key=_until)
            for about in {**self.suppressions, **other.suppressions}
            if (sides := [side[about] for side in (self.suppressions, other.suppressions) if about in side])
        }
        return Wishes(_weighed(self.preferences, other.preferences), stopped)


class Joined(NamedTuple):
    """What another member brought along, and the survivor's epoch from which on it counts."""

    epoch: int
    wishes: Wishes


def standing(own: Iterable[Changed], joined: Iterable[Joined]) -> Wishes:
    """What stands for a survivor: the own changes and what others brought, in the order of epochs."""
    stands, steps = Wishes(), list[Changed | Joined]([*own, *joined])
    for step in sorted(steps, key=lambda one: one.epoch):
        stands = stands.weighed(step.wishes) if isinstance(step, Joined) else stands.after(step)
    return stands


def parting(theirs: Wishes, meanwhile: Iterable[Changed], now: datetime) -> Iterator[Change]:
    """What changes for a member who parts: every no that was said since the merge, whatever was said after it.

    Two who part may each have meant one of the two.
    """
    stands = theirs
    for made in meanwhile:
        stands = stands.weighed(Wishes().after(made))
    ours, wanted = theirs.preferences, stands.preferences
    for channel, topic in sorted(wanted.switched_off - ours.switched_off):
        yield switched(channel, topic, enabled=False)
    if wanted.own_hours != ours.own_hours:
        yield quiet_hours_set(*wanted.own_hours)
    if wanted.caps != ours.caps:
        yield caps_set(wanted.caps)
    if wanted.automated_refused_at is not None and ours.automated_refused_at is None:
        yield automated_decisions_set(refused=True)
    for about, one in stands.suppressions.items():
        if theirs.suppressions.get(about) != one and now < _until(one):
            yield suppression_made(one)


def suppression_made(one: Suppression) -> Change:
    """The change that lets a suppression stand."""
    until = one.until.isoformat() if one.until else None
    return Change(ChangeKind.SUPPRESSED, {"channel": one.channel, "reason": one.reason, "until": until})


def suppressed(made: Changed) -> Suppression:
    """The suppression that a change let stand."""
    until = made.change.content["until"]
    ends = datetime.fromisoformat(until) if until else None
    return Suppression(*_about(made.change.content), made.changed_at, ends, made.actor)


def _about(said: Mapping[str, Any]) -> About:
    return Channel(said["channel"]) if said["channel"] else None, SuppressionReason(said["reason"])


def _until(one: Suppression) -> datetime:
    return one.until or _NEVER


def _weighed(one: Preferences, other: Preferences) -> Preferences:
    hours = combined([*one.own_hours, *other.own_hours])
    refused = [side.automated_refused_at for side in (one, other) if side.automated_refused_at is not None]
    return replace(
        one,
        switched_off=one.switched_off | other.switched_off,
        quiet_hours=hours[0] if hours else None,
        quiet_besides=tuple(hours[1:]),
        caps=_strictest([*one.caps, *other.caps]),
        automated_refused_at=min(refused, default=None),
    )


def _strictest(caps: Iterable[FrequencyCap]) -> tuple[FrequencyCap, ...]:
    """Of caps for the same channel and period, the one that lets least through."""
    by_key = {(cap.channel, cap.period): cap for cap in sorted(caps, reverse=True)}
    return tuple(sorted(by_key.values()))
