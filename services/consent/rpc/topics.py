"""Topics asked: publishing them and the rules of all sending, and listing them for everyone."""

from typing import Any

from connectrpc.request import RequestContext
from huiyuan.consent.v1 import topics_pb2

from services.consent.actions import topics as actions
from services.consent.rpc import sending_wire as wire
from services.consent.rules import canonical
from services.consent.storage import topics
from services.kit import rpc
from services.kit.clock import Clock
from services.kit.database import Engine

_PUBLISHERS = (rpc.staff("privacy_officer", "program_admin"), rpc.systems("programme_seeder"))
Context = RequestContext[Any, Any]


class Topics:
    """Serves ``TopicsService``."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    @rpc.allow(*_PUBLISHERS)
    async def publish_topic(
        self, request: topics_pb2.PublishTopicRequest, _: Context
    ) -> topics_pb2.PublishTopicResponse:
        terms = wire.terms_of(request.topic)
        async with self._engine.begin() as connection:
            topic, replayed = await actions.publish(connection, terms, rpc.caller().actor, self._clock())
        digest = canonical.digest(topic.canonical)
        return topics_pb2.PublishTopicResponse(topic=wire.wire_topic(topic, digest), replayed=replayed)

    @rpc.allow(rpc.anyone)
    async def list_topics(
        self, _: topics_pb2.ListTopicsRequest, __: Context
    ) -> topics_pb2.ListTopicsResponse:
        async with self._engine.connect() as connection:
            found = await topics.in_force(connection)
        return topics_pb2.ListTopicsResponse(
            topics=[
                wire.wire_topic(topic, canonical.digest(topic.canonical))
                for topic in found.values()
                if not topic.terms.retired
            ]
        )

    @rpc.allow(*_PUBLISHERS)
    async def publish_sending_rules(
        self, request: topics_pb2.PublishSendingRulesRequest, _: Context
    ) -> topics_pb2.PublishSendingRulesResponse:
        wanted = wire.rules_of(request.rules)
        async with self._engine.begin() as connection:
            rules, replayed = await actions.publish_rules(
                connection, wanted, rpc.caller().actor, self._clock()
            )
        digest = canonical.digest(rules.canonical)
        return topics_pb2.PublishSendingRulesResponse(rules=wire.wire_rules(rules, digest), replayed=replayed)

    @rpc.allow(rpc.anyone)
    async def get_sending_rules(
        self, _: topics_pb2.GetSendingRulesRequest, __: Context
    ) -> topics_pb2.GetSendingRulesResponse:
        async with self._engine.connect() as connection:
            rules = await topics.rules(connection)
        if not rules.version:
            return topics_pb2.GetSendingRulesResponse()
        return topics_pb2.GetSendingRulesResponse(
            rules=wire.wire_rules(rules, canonical.digest(rules.canonical))
        )
