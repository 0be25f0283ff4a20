"""Topics: what members are written to about, in versions that never change, and the rules that all sending keeps to."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from services.consent.rules import canonical
from services.consent.rules.caps import FrequencyCap, check_caps
from services.consent.rules.channels import Channel
from services.consent.rules.purposes import KEY, Purpose, Text
from services.consent.rules.quiet_hours import QuietHours
from services.kit.refusal import Invalid, NotFound

_PLAIN = re.compile(r"[^\x00-\x1f\x7f]*")
_NAME_MOST, _DESCRIPTION_MOST = 100, 1_000


class UnknownTopic(NotFound):
    """No topic of this key was ever published."""


class TopicNotPublishable(Invalid):
    """The topic lacks what it needs before anyone may be written to about it."""


@dataclass(frozen=True, slots=True)
class TopicTerms:
    """What a topic says; ``purposes`` are the keys that each channel rests on."""

    key: str
    name: Text
    description: Text
    purposes: Mapping[Channel, str]
    may_be_switched_off: bool
    keeps_quiet_hours: bool
    keeps_caps: bool
    retired: bool


@dataclass(frozen=True)
class Topic:
    """A published version of a topic."""

    terms: TopicTerms
    version: int
    effective_at: datetime

    @property
    def key(self) -> str:
        return self.terms.key

    @cached_property
    def canonical(self) -> bytes:
        """What was published, without the time."""
        terms = self.terms
        return canonical.encode(
            {
                "schema": "huiyuan.consent.topic/1",
                "key": terms.key,
                "version": self.version,
                "name": {"zh": terms.name.zh, "en": terms.name.en},
                "description": {"zh": terms.description.zh, "en": terms.description.en},
                "purposes": {str(channel): purpose for channel, purpose in terms.purposes.items()},
                "may_be_switched_off": terms.may_be_switched_off,
                "keeps_quiet_hours": terms.keeps_quiet_hours,
                "keeps_caps": terms.keeps_caps,
                "retired": terms.retired,
            }
        )


@dataclass(frozen=True)
class SendingRules:
    """A published version of what all sending keeps to: hours for who set none, and caps for everyone."""

    quiet_hours: QuietHours | None = None
    caps: tuple[FrequencyCap, ...] = ()
    version: int = 0
    effective_at: datetime | None = None

    @cached_property
    def canonical(self) -> bytes:
        """What was published, without the time."""
        return canonical.encode(
            {
                "schema": "huiyuan.consent.sending_rules/1",
                "version": self.version,
                "quiet_hours": hours_document(self.quiet_hours),
                "caps": caps_document(self.caps),
            }
        )

    def same_as(self, other: "SendingRules") -> bool:
        return (self.quiet_hours, self.caps) == (other.quiet_hours, other.caps)


def check_topic(terms: TopicTerms, in_force: Mapping[str, Purpose]) -> TopicTerms:
    """The terms, tidied, when they may be published; ``in_force`` are the purposes named. Raises what is missing."""
    terms = replace(terms, name=_tidy(terms.name), description=_tidy(terms.description))
    if not KEY.fullmatch(terms.key):
        raise TopicNotPublishable("give it a lower-case key like new_products", field="topic.key")
    for field, text, most in (
        ("name", terms.name, _NAME_MOST),
        ("description", terms.description, _DESCRIPTION_MOST),
    ):
        for locale, said in (("zh", text.zh), ("en", text.en)):
            if not 0 < len(said) <= most or not _PLAIN.fullmatch(said):
                raise TopicNotPublishable(
                    f"say it in one line of 1 to {most} characters, in Chinese and in English",
                    field=f"topic.{field}.{locale}",
                )
    if not terms.purposes:
        raise TopicNotPublishable("name the channels and the purpose of each", field="topic.channels")
    for key in terms.purposes.values():
        if key not in in_force:
            raise TopicNotPublishable("each channel rests on a published purpose", field="topic.channels")
    if any(in_force[key].terms.needs_consent for key in terms.purposes.values()):
        for field in ("may_be_switched_off", "keeps_quiet_hours", "keeps_caps"):
            if not getattr(terms, field):
                raise TopicNotPublishable(
                    f"what rests on consent has {field} set (PIPL 15, 24)", field=f"topic.{field}"
                )
    return terms


def check_rules(rules: SendingRules) -> SendingRules:
    """The rules, in order, when they may be published. Raises what is wrong."""
    if rules.quiet_hours is not None:
        rules.quiet_hours.check("rules.default_quiet_hours")
    return replace(rules, caps=check_caps(rules.caps, "rules.caps"))


def hours_document(hours: QuietHours | None) -> canonical.Value:
    """Quiet hours as documents hold them."""
    if hours is None:
        return None
    return {
        "start_minute": hours.start_minute,
        "end_minute": hours.end_minute,
        "time_zone": hours.time_zone,
    }


def caps_document(caps: tuple[FrequencyCap, ...]) -> canonical.Value:
    """Caps as documents hold them; the period in seconds."""
    return [
        {"channel": cap.channel, "period_s": int(cap.period.total_seconds()), "most": cap.most}
        for cap in caps
    ]


def _tidy(text: Text) -> Text:
    return Text(unicodedata.normalize("NFC", text.zh.strip()), unicodedata.normalize("NFC", text.en.strip()))
