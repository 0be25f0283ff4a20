"""How topics, preferences, suppressions and sends travel: wire messages to values, and values to wire messages."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.consent.v1 import preferences_pb2, sends_pb2, suppressions_pb2, topics_pb2

from services.consent.rpc.wire import wire_text
from services.consent.rules.caps import FrequencyCap
from services.consent.rules.channels import Channel
from services.consent.rules.checklists import Malformed
from services.consent.rules.purposes import Text
from services.consent.rules.quiet_hours import QuietHours
from services.consent.rules.sending import SendAnswer, SendGate
from services.consent.rules.suppressions import Suppression, SuppressionReason
from services.consent.rules.topics import SendingRules, Topic, TopicNotPublishable, TopicTerms
from services.consent.rules.wishes import Changed
from services.consent.storage.preferences import Place

_CHANNELS = {topics_pb2.MessageChannel.Value(f"MESSAGE_CHANNEL_{one}"): one for one in Channel}
_REASONS = {
    suppressions_pb2.SuppressionReason.Value(f"SUPPRESSION_REASON_{one}"): one for one in SuppressionReason
}
_GATES: dict[SendGate, Any] = {one: sends_pb2.SendGate.Value(f"SEND_GATE_{one}") for one in SendGate}
_CHANNEL_NUMBERS: dict[Channel | None, Any] = {
    None: topics_pb2.MESSAGE_CHANNEL_UNSPECIFIED,
    **{one: number for number, one in _CHANNELS.items()},
}


def channel_of(number: int, field: str = "channel") -> Channel:
    """A channel. Raises when it is none."""
    if number not in _CHANNELS:
        raise Malformed(f"{field} must be one of {', '.join(Channel)}", field=field)
    return _CHANNELS[number]


def any_channel_of(number: int) -> Channel | None:
    """A channel, or None for all of them."""
    return channel_of(number) if number else None


def reason_of(number: int) -> SuppressionReason:
    """A reason to suppress. Raises when it is none."""
    if number not in _REASONS:
        raise Malformed(f"reason must be one of {', '.join(SuppressionReason)}", field="reason")
    return _REASONS[number]


def instant_of(stamp: Timestamp, field: str) -> datetime:
    """An instant. Raises when no calendar of ours has it."""
    try:
        return stamp.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise Malformed(f"{field} must be an instant of the years 1 to 9999", field=field) from None


def terms_of(said: topics_pb2.Topic) -> TopicTerms:
    channels = [channel_of(one.channel, "topic.channels") for one in said.channels]
    if len(set(channels)) < len(channels):
        raise TopicNotPublishable("name each channel once", field="topic.channels")
    return TopicTerms(
        key=said.key,
        name=Text(said.name.zh, said.name.en),
        description=Text(said.description.zh, said.description.en),
        purposes={
            channel: one.purpose
            for channel, one in sorted(zip(channels, said.channels, strict=True), key=_by)
        },
        may_be_switched_off=said.may_be_switched_off,
        keeps_quiet_hours=said.keeps_quiet_hours,
        keeps_caps=said.keeps_caps,
        retired=said.retired,
    )


def _by(pair: tuple[Channel, Any]) -> Channel:
    return pair[0]


def hours_of(said: topics_pb2.QuietHours) -> QuietHours:
    return QuietHours(said.start_minute, said.end_minute, said.time_zone)


def caps_of(said: Iterable[topics_pb2.FrequencyCap], field: str) -> list[FrequencyCap]:
    return [
        FrequencyCap(
            channel_of(one.channel, f"{field}[{place}].channel"),
            timedelta(seconds=one.period.seconds, microseconds=one.period.nanos // 1000),
            one.most,
        )
        for place, one in enumerate(said)
    ]


def rules_of(said: topics_pb2.SendingRules) -> SendingRules:
    hours = hours_of(said.default_quiet_hours) if said.HasField("default_quiet_hours") else None
    return SendingRules(hours, tuple(caps_of(said.caps, "rules.caps")))


def wire_topic(topic: Topic, digest: bytes) -> topics_pb2.Topic:
    terms = topic.terms
    return topics_pb2.Topic(
        key=terms.key,
        version=topic.version,
        name=wire_text(terms.name),
        description=wire_text(terms.description),
        channels=[
            topics_pb2.TopicChannel(channel=_CHANNEL_NUMBERS[channel], purpose=purpose)
            for channel, purpose in terms.purposes.items()
        ],
        may_be_switched_off=terms.may_be_switched_off,
        keeps_quiet_hours=terms.keeps_quiet_hours,
        keeps_caps=terms.keeps_caps,
        retired=terms.retired,
        digest=digest.hex(),
        effective_at=topic.effective_at,
    )


def wire_hours(hours: QuietHours | None) -> topics_pb2.QuietHours | None:
    if hours is None:
        return None
    return topics_pb2.QuietHours(
        start_minute=hours.start_minute, end_minute=hours.end_minute, time_zone=hours.time_zone
    )


def wire_caps(caps: Iterable[FrequencyCap]) -> list[topics_pb2.FrequencyCap]:
    return [
        topics_pb2.FrequencyCap(
            channel=wire_channel(cap.channel),
            period=Duration(seconds=int(cap.period.total_seconds())),
            most=cap.most,
        )
        for cap in caps
    ]


def wire_rules(rules: SendingRules, digest: bytes) -> topics_pb2.SendingRules:
    return topics_pb2.SendingRules(
        version=rules.version,
        default_quiet_hours=wire_hours(rules.quiet_hours),
        caps=wire_caps(rules.caps),
        digest=digest.hex(),
        effective_at=rules.effective_at,
    )


def wire_channel(channel: Channel | None) -> Any:
    return _CHANNEL_NUMBERS[channel]


def wire_suppression(one: Suppression) -> suppressions_pb2.Suppression:
    return suppressions_pb2.Suppression(
        channel=wire_channel(one.channel),
        reason=f"SUPPRESSION_REASON_{one.reason}",
        since=one.since,
        until=one.until,
        actor=one.actor,
    )


def wire_answer(answer: SendAnswer, epoch: int, purpose: str) -> sends_pb2.SendAnswer:
    return sends_pb2.SendAnswer(
        may_send=answer.may_send,
        denials=[
            sends_pb2.SendDenial(
                gate=_GATES[denial.gate], reason=denial.reason, article=denial.article, until=denial.until
            )
            for denial in answer.denials
        ],
        retry_at=answer.retry_at,
        non_personalised=answer.non_personalised,
        purpose=purpose,
        record_id=str(answer.record_id) if answer.record_id else "",
        epoch=epoch,
    )


def wire_change(place: Place, changed: Changed) -> preferences_pb2.PreferenceChange:
    return preferences_pb2.PreferenceChange(
        cursor=f"{place.epoch}@{place.under}" if place.under else str(place.epoch),
        changed_at=changed.changed_at,
        actor=changed.actor,
        kind=changed.change.kind,
        content_json=json.dumps(changed.change.content, sort_keys=True),
    )
