"""Preferences: how a member wants to be written to, as the fold of what they changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.consent.rules import canonical
from services.consent.rules.acts import IDEMPOTENCY_KEY
from services.consent.rules.caps import FrequencyCap
from services.consent.rules.channels import Channel
from services.consent.rules.purposes import Purpose
from services.consent.rules.quiet_hours import QuietHours
from services.consent.rules.topics import Topic, caps_document, hours_document
from services.kit.refusal import Declined, Invalid


class PreferenceNotValid(Invalid):
    """The change is not spelled as it must be; the message says how."""


class TopicNotSwitchable(Declined):
    """The topic is what the contract needs to be told, and cannot be switched off."""


class TopicNotOffered(Declined):
    """The topic was retired, or is not sent by this channel."""


class ChangeKind(StrEnum):
    """What was changed."""

    TOPIC_SWITCHED = "TOPIC_SWITCHED"
    QUIET_HOURS_SET = "QUIET_HOURS_SET"
    CAPS_SET = "CAPS_SET"
    AUTOMATED_DECISIONS_SET = "AUTOMATED_DECISIONS_SET"
    SUPPRESSED = "SUPPRESSED"
    UNSUPPRESSED = "UNSUPPRESSED"


@dataclass(frozen=True, slots=True)
class Change:
    """One change, as it is kept for good."""

    kind: ChangeKind
    content: Mapping[str, Any]

    @property
    def is_yes(self) -> bool:
        """Whether it allows again what was refused."""
        return self.content.get("enabled") is True or self.content.get("refused") is False


@dataclass(frozen=True, slots=True)
class Wish:
    """A member's own change, and the key under which it counts once."""

    member_id: UUID
    idempotency_key: str
    change: Change

    def check(self) -> None:
        """Refuse a key that cannot be kept."""
        if not IDEMPOTENCY_KEY.fullmatch(self.idempotency_key):
            raise PreferenceNotValid(
                "idempotency_key takes 1 to 100 visible ASCII characters", field="idempotency_key"
            )

    @property
    def fingerprint(self) -> bytes:
        """The same for the same change, so that another one under its key is noticed."""
        return canonical.digest(
            canonical.encode(
                {"act": self.change.kind, "member_id": str(self.member_id), **self.change.content}
            )
        )


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a member wants; everything is on, and the operator's hours hold, until they say otherwise.

    ``quiet_besides`` are hours of another id of the same person, which hold as well until hours are set anew.
    """

    switched_off: frozenset[tuple[Channel, str]] = frozenset()
    quiet_hours: QuietHours | None = None
    caps: tuple[FrequencyCap, ...] = ()
    automated_refused_at: datetime | None = None
    quiet_besides: tuple[QuietHours, ...] = ()

    @property
    def own_hours(self) -> tuple[QuietHours, ...]:
        """All hours in which they want nothing."""
        return () if self.quiet_hours is None else (self.quiet_hours, *self.quiet_besides)

    def after(self, change: Change, at: datetime) -> "Preferences":
        """What they want once this is changed; suppressions are not theirs to want."""
        said = change.content
        match change.kind:
            case ChangeKind.TOPIC_SWITCHED:
                one = {(Channel(said["channel"]), said["topic"])}
                off = self.switched_off - one if said["enabled"] else self.switched_off | one
                return replace(self, switched_off=off)
            case ChangeKind.QUIET_HOURS_SET:
                hours = hours_of(said["quiet_hours"])
                return replace(self, quiet_hours=hours, quiet_besides=besides_of(said))
            case ChangeKind.CAPS_SET:
                return replace(self, caps=caps_of(said["caps"]))
            case ChangeKind.AUTOMATED_DECISIONS_SET:
                since = self.automated_refused_at or at
                return replace(self, automated_refused_at=since if said["refused"] else None)
        return self


def switched(channel: Channel, topic: str, *, enabled: bool) -> Change:
    return Change(ChangeKind.TOPIC_SWITCHED, {"channel": channel, "topic": topic, "enabled": enabled})


def quiet_hours_set(hours: QuietHours | None, *besides: QuietHours) -> Change:
    return Change(
        ChangeKind.QUIET_HOURS_SET, {"quiet_hours": hours_document(hours), **_besides_document(besides)}
    )


def caps_set(caps: tuple[FrequencyCap, ...]) -> Change:
    return Change(ChangeKind.CAPS_SET, {"caps": caps_document(caps)})


def automated_decisions_set(*, refused: bool) -> Change:
    return Change(ChangeKind.AUTOMATED_DECISIONS_SET, {"refused": refused})


def switchable(topic: Topic, purpose: Purpose) -> bool:
    """Whether a member may switch the topic off: always where it rests on consent, whatever the topic said before."""
    return purpose.terms.needs_consent or topic.terms.may_be_switched_off


def admit_switch(topic: Topic, channel: Channel, in_force: Mapping[str, Purpose], *, enabled: bool) -> None:
    """Refuse to switch what is not sent, or what must be; ``in_force`` are the purposes that the topic rests on."""
    if topic.terms.retired or channel not in topic.terms.purposes:
        raise TopicNotOffered("nothing is sent about this topic by this channel", field="channel")
    if not enabled and not switchable(topic, in_force[topic.terms.purposes[channel]]):
        raise TopicNotSwitchable(
            "this is what the membership needs you to be told: it cannot be switched off", field="topic"
        )


def document(preferences: Preferences) -> canonical.Document:
    """The preferences as they are stored, without the refusal of automated decisions."""
    return {
        "switched_off": [list(one) for one in sorted(preferences.switched_off)],
        "quiet_hours": hours_document(preferences.quiet_hours),
        **_besides_document(preferences.quiet_besides),
        "caps": caps_document(preferences.caps),
    }


def preferences_of(said: Mapping[str, Any] | None, automated_refused_at: datetime | None) -> Preferences:
    """The preferences that a stored document spells; None where nothing was ever set."""
    if said is None:
        return Preferences(automated_refused_at=automated_refused_at)
    return Preferences(
        switched_off=frozenset((Channel(channel), topic) for channel, topic in said["switched_off"]),
        quiet_hours=hours_of(said["quiet_hours"]),
        quiet_besides=besides_of(said),
        caps=caps_of(said["caps"]),
        automated_refused_at=automated_refused_at,
    )


def hours_of(said: Mapping[str, Any] | None) -> QuietHours | None:
    """The quiet hours that a document spells."""
    return None if said is None else QuietHours(**said)


def besides_of(said: Mapping[str, Any]) -> tuple[QuietHours, ...]:
    """The further quiet hours that a document spells."""
    return tuple(QuietHours(**one) for one in said.get("quiet_besides", ()))


def _besides_document(besides: Sequence[QuietHours]) -> canonical.Document:
    """Left out where there are none, as nearly everywhere."""
    return {"quiet_besides": [hours_document(one) for one in besides]} if besides else {}


def caps_of(said: Sequence[Mapping[str, Any]]) -> tuple[FrequencyCap, ...]:
    """The caps that a document spells."""
    return tuple(
        FrequencyCap(Channel(one["channel"]), timedelta(seconds=one["period_s"]), one["most"]) for one in said
    )
