"""Topics as staff publish them, and the rules that all sending keeps to."""

from datetime import datetime

import strawberry
from huiyuan.consent.v1 import topics_pb2
from huiyuan.kit.v1 import kit_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import EVERY_ROLE, TOPIC_PUBLISHERS, to
from gateway.clients import CONSENT
from gateway.context import Info
from gateway.errors import UserError
from gateway.scalars import instant
from gateway.views.messaging import (
    FrequencyCap,
    FrequencyCapInput,
    MessageChannel,
    QuietHours,
    QuietHoursInput,
    frequency_cap,
    quiet_hours,
)


@strawberry.type(description="A channel that a topic is sent by.")
class TopicChannel:
    channel: MessageChannel
    purpose: str = strawberry.field(description="The key of the purpose that it rests on.")


@strawberry.type(description="What members are written to about, in a version that never changes.")
class Topic:
    key: str
    version: int
    name_zh: str
    name_en: str
    description_zh: str
    description_en: str
    channels: list[TopicChannel]
    may_be_switched_off: bool
    keeps_quiet_hours: bool
    keeps_caps: bool
    retired: bool
    digest: str
    effective_at: datetime


@strawberry.type(description="What all sending keeps to, in a version that never changes.")
class SendingRules:
    version: int
    default_quiet_hours: QuietHours | None = strawberry.field(
        description="For members who set none; null: no quiet hours."
    )
    caps: list[FrequencyCap] = strawberry.field(description="They hold for every member.")
    digest: str
    effective_at: datetime


@strawberry.input(description="A channel and the purpose that a topic rests on there.")
class TopicChannelInput:
    channel: MessageChannel
    purpose: str


@strawberry.input(description="A topic. What rests on consent keeps to everything and may be switched off.")
class PublishTopicInput:
    key: str
    name_zh: str
    name_en: str
    description_zh: str
    description_en: str
    channels: list[TopicChannelInput]
    may_be_switched_off: bool = True
    keeps_quiet_hours: bool = True
    keeps_caps: bool = True
    retired: bool = strawberry.field(default=False, description="True: nothing is sent about it any more.")
    reason: str = strawberry.field(description="What the audit keeps: 1 to 200 characters, in one line.")


@strawberry.input(description="All of the rules.")
class PublishSendingRulesInput:
    default_quiet_hours: QuietHoursInput | None = None
    caps: list[FrequencyCapInput]
    reason: str = strawberry.field(description="What the audit keeps: 1 to 200 characters, in one line.")


@strawberry.type
class PublishTopicPayload:
    topic: Topic | None
    replayed: bool = strawberry.field(description="True when the newest version already said the same.")
    user_errors: list[UserError]


@strawberry.type
class PublishSendingRulesPayload:
    rules: SendingRules | None
    replayed: bool = strawberry.field(description="True when the newest version already said the same.")
    user_errors: list[UserError]


@strawberry.type
class TopicQueries:
    @strawberry.field(
        metadata=to(EVERY_ROLE), description="The topics in force; those that were retired are left out."
    )
    async def topics(self, info: Info) -> list[Topic] | None:
        wire = await info.context.clients.topics.list_topics(
            topics_pb2.ListTopicsRequest(), headers=info.context.named(CONSENT)
        )
        return [_topic(one) for one in wire.topics]

    @strawberry.field(
        metadata=to(EVERY_ROLE), description="The rules of all sending in force; null while there are none."
    )
    async def sending_rules(self, info: Info) -> SendingRules | None:
        wire = await info.context.clients.topics.get_sending_rules(
            topics_pb2.GetSendingRulesRequest(), headers=info.context.named(CONSENT)
        )
        return _rules(wire.rules) if wire.HasField("rules") else None


@strawberry.type
class TopicMutations:
    @strawberry.mutation(
        metadata=to(TOPIC_PUBLISHERS), description="Publishes a version of a topic; in force from now on."
    )
    async def publish_topic(self, info: Info, input: PublishTopicInput) -> PublishTopicPayload:
        clients = info.context.clients
        request = topics_pb2.PublishTopicRequest(
            topic=topics_pb2.Topic(
                key=input.key,
                name=kit_pb2.LocalizedText(zh=input.name_zh, en=input.name_en),
                description=kit_pb2.LocalizedText(zh=input.description_zh, en=input.description_en),
                channels=[
                    topics_pb2.TopicChannel(channel=one.channel.value, purpose=one.purpose)
                    for one in input.channels
                ],
                may_be_switched_off=input.may_be_switched_off,
                keeps_quiet_hours=input.keeps_quiet_hours,
                keeps_caps=input.keeps_caps,
                retired=input.retired,
            )
        )
        done, refused = await audited(
            info,
            "publishTopic",
            {"topic": input.key},
            input.reason,
            lambda: clients.topics.publish_topic(request, headers=info.context.named(CONSENT)),
        )
        return PublishTopicPayload(
            topic=_topic(done.topic) if done else None,
            replayed=done is not None and done.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(TOPIC_PUBLISHERS),
        description="Publishes the rules that all sending keeps to; in force from now on.",
    )
    async def publish_sending_rules(
        self, info: Info, input: PublishSendingRulesInput
    ) -> PublishSendingRulesPayload:
        clients = info.context.clients
        request = topics_pb2.PublishSendingRulesRequest(
            rules=topics_pb2.SendingRules(
                default_quiet_hours=input.default_quiet_hours.wire() if input.default_quiet_hours else None,
                caps=[one.wire() for one in input.caps],
            )
        )
        done, refused = await audited(
            info,
            "publishSendingRules",
            {},
            input.reason,
            lambda: clients.topics.publish_sending_rules(request, headers=info.context.named(CONSENT)),
        )
        return PublishSendingRulesPayload(
            rules=_rules(done.rules) if done else None,
            replayed=done is not None and done.replayed,
            user_errors=refused,
        )


def _topic(wire: topics_pb2.Topic) -> Topic:
    return Topic(
        key=wire.key,
        version=wire.version,
        name_zh=wire.name.zh,
        name_en=wire.name.en,
        description_zh=wire.description.zh,
        description_en=wire.description.en,
        channels=[
            TopicChannel(channel=MessageChannel(one.channel), purpose=one.purpose) for one in wire.channels
        ],
        may_be_switched_off=wire.may_be_switched_off,
        keeps_quiet_hours=wire.keeps_quiet_hours,
        keeps_caps=wire.keeps_caps,
        retired=wire.retired,
        digest=wire.digest,
        effective_at=instant(wire.effective_at),
    )


def _rules(wire: topics_pb2.SendingRules) -> SendingRules:
    return SendingRules(
        version=wire.version,
        default_quiet_hours=(
            quiet_hours(wire.default_quiet_hours) if wire.HasField("default_quiet_hours") else None
        ),
        caps=[frequency_cap(one) for one in wire.caps],
        digest=wire.digest,
        effective_at=instant(wire.effective_at),
    )
