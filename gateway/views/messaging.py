"""Messaging: how a member wants to be written to, and whether machines may decide about them."""

import json
from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.consent.v1 import preferences_pb2, topics_pb2
from strawberry.scalars import JSON

from gateway.clients import CONSENT
from gateway.context import Info
from gateway.costs import ListSize
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import Locale, instant, optional_instant, text


@strawberry.enum(description="How a message reaches a member.")
class MessageChannel(Enum):
    SMS = topics_pb2.MESSAGE_CHANNEL_SMS
    EMAIL = topics_pb2.MESSAGE_CHANNEL_EMAIL
    PUSH = topics_pb2.MESSAGE_CHANNEL_PUSH
    WECHAT = topics_pb2.MESSAGE_CHANNEL_WECHAT


@strawberry.type(description="Local times of the day in which nothing is sent, by the clock on the wall.")
class QuietHours:
    start_minute: int = strawberry.field(description="Minutes after midnight: 1320 is 22:00.")
    end_minute: int = strawberry.field(
        description="The first minute that is not quiet; before the start, it lies beyond midnight."
    )
    time_zone: str = strawberry.field(description='An IANA zone, for instance "Asia/Shanghai".')


@strawberry.input(description="Local times of the day in which nothing is sent, by the clock on the wall.")
class QuietHoursInput:
    start_minute: int = strawberry.field(description="Minutes after midnight: 1320 is 22:00.")
    end_minute: int = strawberry.field(
        description="The first minute that is not quiet; before the start, it lies beyond midnight."
    )
    time_zone: str = strawberry.field(description='An IANA zone, for instance "Asia/Shanghai".')

    def wire(self) -> topics_pb2.QuietHours:
        return topics_pb2.QuietHours(
            start_minute=self.start_minute, end_minute=self.end_minute, time_zone=self.time_zone
        )


@strawberry.type(description="At most so many messages by a channel within any stretch of time so long.")
class FrequencyCap:
    channel: MessageChannel
    period_s: int = strawberry.field(description="In seconds: 86400 is a day.")
    most: int


@strawberry.input(description="At most so many messages by a channel within any stretch of time so long.")
class FrequencyCapInput:
    channel: MessageChannel
    period_s: int = strawberry.field(description="In seconds, an hour to 31 days: 86400 is a day.")
    most: int = strawberry.field(description="0 to 1000.")

    def wire(self) -> topics_pb2.FrequencyCap:
        made = topics_pb2.FrequencyCap(channel=self.channel.value, most=self.most)
        made.period.seconds = self.period_s
        return made


@strawberry.type(description="Whether a member wants to be written to about a topic by a channel.")
class TopicPreference:
    topic: str = strawberry.field(description="The topic's key.")
    channel: MessageChannel
    name: str
    description: str
    enabled: bool
    may_be_switched_off: bool = strawberry.field(description="False for what the membership needs.")
    consent_purpose: str | None = strawberry.field(
        description="The purpose that must be consented to besides; null where no consent is needed."
    )


@strawberry.type(description="How a member wants to be written to.")
class MessagePreferences:
    topics: list[TopicPreference] = strawberry.field(directives=[ListSize(assumed_size=20)])
    quiet_hours: QuietHours | None = strawberry.field(
        description="The member's own; null while the operator's hold."
    )
    quiet_hours_in_force: QuietHours | None
    quiet_hours_besides: list[QuietHours] = strawberry.field(
        description="Further hours that hold as well: of who had two memberships that kept to different clocks, until "
        "hours are set anew.",
        directives=[ListSize(assumed_size=1)],
    )
    frequency_caps: list[FrequencyCap] = strawberry.field(
        description="The member's own, which make everyone's only stricter.",
        directives=[ListSize(assumed_size=5)],
    )
    automated_decisions_refused: bool = strawberry.field(
        description="True when no machine may decide alone, and nothing is personalised (PIPL 24)."
    )
    automated_decisions_refused_at: datetime | None


@strawberry.enum(description="What was changed of how a member may be written to.")
class PreferenceChangeKind(Enum):
    TOPIC_SWITCHED = "TOPIC_SWITCHED"
    QUIET_HOURS_SET = "QUIET_HOURS_SET"
    CAPS_SET = "CAPS_SET"
    AUTOMATED_DECISIONS_SET = "AUTOMATED_DECISIONS_SET"
    SUPPRESSED = "SUPPRESSED"
    UNSUPPRESSED = "UNSUPPRESSED"


@strawberry.type(description="One change of how a member may be written to; it never changes any more.")
class PreferenceChange:
    kind: PreferenceChangeKind
    changed_at: datetime
    by_member: bool = strawberry.field(description="True for the member's own; false for staff and systems.")
    content: JSON = strawberry.field(description="What was set.")


async def preferences(info: Info, member_id: str) -> MessagePreferences:
    """A member's preferences."""
    wire = await info.context.load.preferences_by_member.load(info.context.caller, member_id)
    return shown(wire, info.context.locale)


async def changes(info: Info, member_id: str, first: int, after: str | None) -> Connection[PreferenceChange]:
    """A page of what a member or others changed, newest first."""
    clients = info.context.clients
    request = preferences_pb2.ListPreferenceChangesRequest(
        member_id=member_id, first=page_size(first), after=key_of(after)
    )
    wire = await clients.preferences.list_preference_changes(request, headers=info.context.named(CONSENT))
    return connection(
        [_change(one) for one in wire.changes],
        [one.cursor for one in wire.changes],
        has_next_page=wire.has_next_page,
        after=after,
    )


def shown(wire: preferences_pb2.Preferences, locale: Locale) -> MessagePreferences:
    """The view of a member's preferences."""
    return MessagePreferences(
        topics=[
            TopicPreference(
                topic=one.topic,
                channel=MessageChannel(one.channel),
                name=text(one.name, locale),
                description=text(one.description, locale),
                enabled=one.enabled,
                may_be_switched_off=one.may_be_switched_off,
                consent_purpose=one.consent_purpose or None,
            )
            for one in wire.topics
        ],
        quiet_hours=quiet_hours(wire.quiet_hours) if wire.HasField("quiet_hours") else None,
        quiet_hours_in_force=(
            quiet_hours(wire.quiet_hours_in_force) if wire.HasField("quiet_hours_in_force") else None
        ),
        quiet_hours_besides=[quiet_hours(one) for one in wire.quiet_hours_besides],
        frequency_caps=[frequency_cap(one) for one in wire.caps],
        automated_decisions_refused=wire.automated_decisions_refused,
        automated_decisions_refused_at=optional_instant(wire, "automated_decisions_refused_at"),
    )


def quiet_hours(wire: topics_pb2.QuietHours) -> QuietHours:
    return QuietHours(start_minute=wire.start_minute, end_minute=wire.end_minute, time_zone=wire.time_zone)


def frequency_cap(wire: topics_pb2.FrequencyCap) -> FrequencyCap:
    return FrequencyCap(channel=MessageChannel(wire.channel), period_s=wire.period.seconds, most=wire.most)


def _change(wire: preferences_pb2.PreferenceChange) -> PreferenceChange:
    return PreferenceChange(
        kind=PreferenceChangeKind(wire.kind),
        changed_at=instant(wire.changed_at),
        by_member=wire.actor.startswith("member:"),
        content=JSON(json.loads(wire.content_json)),
    )
