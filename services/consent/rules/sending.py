"""Sending: whether a message may go to a member, which of the gates said no, and when they would say yes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from services.consent.rules import gate
from services.consent.rules.caps import FrequencyCap
from services.consent.rules.channels import Channel
from services.consent.rules.decisions import Decision
from services.consent.rules.preferences import Preferences, switchable
from services.consent.rules.purposes import Purpose
from services.consent.rules.quiet_hours import QuietHours, open_from
from services.consent.rules.suppressions import Suppression
from services.consent.rules.topics import SendingRules, Topic


class SendGate(StrEnum):
    """Who may say no."""

    TOPIC = "TOPIC"
    CONSENT = "CONSENT"
    PREFERENCE = "PREFERENCE"
    SUPPRESSION = "SUPPRESSION"
    WINDOW = "WINDOW"
    CAP = "CAP"


class Denial(NamedTuple):
    """A no: whose, why, by which article if any, and until when if it passes by itself."""

    gate: SendGate
    reason: str
    article: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be sent: about a topic by a channel, with the purpose in force and the rules of all sending.

    ``purpose`` is None where the topic is not sent by the channel.
    """

    topic: Topic
    channel: Channel
    purpose: Purpose | None
    rules: SendingRules

    @property
    def needs_consent(self) -> bool:
        return self.purpose is not None and self.purpose.terms.needs_consent

    @property
    def keeps_caps(self) -> bool:
        """What rests on consent always does, whatever the topic said when the purpose was another."""
        return self.needs_consent or self.topic.terms.keeps_caps

    @property
    def keeps_quiet_hours(self) -> bool:
        return self.needs_consent or self.topic.terms.keeps_quiet_hours


@dataclass(frozen=True, slots=True)
class Situation:
    """Where one member stands; ``sent`` are the instants of what was counted on the channel, newest first."""

    epoch: int
    decision: Decision | None
    consented: Purpose | None
    preferences: Preferences
    suppressions: Sequence[Suppression]
    sent: Sequence[datetime]
    restricted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SendAnswer:
    """Yes when nothing denies; ``retry_at`` is when nothing would, where only time does."""

    denials: tuple[Denial, ...]
    retry_at: datetime | None
    non_personalised: bool
    record_id: UUID | None

    @property
    def may_send(self) -> bool:
        return not self.denials

    def uncovered(self, reason: gate.Reason, article: str) -> "SendAnswer":
        """A no in the place of a yes, since a register does not cover what would be sent (PIPL 21, 38)."""
        return replace(
            self, denials=(Denial(SendGate.CONSENT, reason, article),), retry_at=None, non_personalised=False
        )


def judge(matter: Matter, situation: Situation, at: datetime) -> SendAnswer:
    """Whether the message may go at that instant; every gate is asked, so that all who say no are named."""
    if matter.topic.terms.retired:
        return _impossible("TOPIC_RETIRED")
    if matter.purpose is None:
        return _impossible("CHANNEL_NOT_OFFERED")
    question = gate.Question(matter.purpose, matter.purpose, frozenset(), "")
    refused = situation.preferences.automated_refused_at is not None
    consent = gate.judge(
        question,
        situation.decision,
        situation.consented,
        at,
        automated_refused=refused,
        restricted=situation.restricted,
    )
    denials = [] if consent.allow or consent.non_personalised else [_no_consent(consent)]
    denials += _off(matter, situation.preferences)
    denials += _suppressed(matter, situation.suppressions, at)
    hours, caps = _hours(matter, situation.preferences), _caps(matter, situation.preferences)
    if any(one.hold(at) for one in hours):
        denials.append(Denial(SendGate.WINDOW, "QUIET_HOURS", until=open_from(hours, at)))
    for cap in caps:
        free_from = cap.free_from(situation.sent, at)
        if free_from != at:
            denials.append(Denial(SendGate.CAP, "CAP_REACHED", until=free_from))
    return SendAnswer(tuple(denials), _retry_at(denials, hours), consent.non_personalised, consent.record_id)


def _impossible(reason: str) -> SendAnswer:
    return SendAnswer((Denial(SendGate.TOPIC, reason),), None, False, None)


def _no_consent(answer: gate.Answer) -> Denial:
    return Denial(SendGate.CONSENT, answer.reason, answer.article)


def _off(matter: Matter, preferences: Preferences) -> Iterator[Denial]:
    off = (matter.channel, matter.topic.key) in preferences.switched_off
    if off and matter.purpose is not None and switchable(matter.topic, matter.purpose):
        yield Denial(SendGate.PREFERENCE, "SWITCHED_OFF")


def _suppressed(matter: Matter, suppressions: Sequence[Suppression], at: datetime) -> Iterator[Denial]:
    for one in suppressions:
        if one.stops(matter.channel, at, needs_consent=matter.needs_consent):
            yield Denial(SendGate.SUPPRESSION, one.reason, until=one.until)


def _hours(matter: Matter, preferences: Preferences) -> tuple[QuietHours, ...]:
    """The hours that hold for the member; their own stand in the place of the operator's."""
    if not matter.keeps_quiet_hours:
        return ()
    if preferences.quiet_hours is not None:
        return preferences.own_hours
    return () if matter.rules.quiet_hours is None else (matter.rules.quiet_hours,)


def _caps(matter: Matter, preferences: Preferences) -> list[FrequencyCap]:
    """The caps that hold for the member: everyone's, and their own besides, so that these only make stricter."""
    if not matter.keeps_caps:
        return []
    return [cap for cap in (*matter.rules.caps, *preferences.caps) if cap.channel is matter.channel]


def _retry_at(denials: Sequence[Denial], hours: Sequence[QuietHours]) -> datetime | None:
    """When every no has passed; waiting frees caps and suppressions for good, so the window has the last word."""
    untils = [denial.until for denial in denials if denial.until is not None]
    if not denials or len(untils) < len(denials):
        return None
    return open_from(hours, max(untils))
