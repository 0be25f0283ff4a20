"""Publishing topics and sending rules: a new version, or the newest one when it already says the same."""

from dataclasses import replace
from datetime import datetime

from services.consent import events
from services.consent.rules.topics import SendingRules, Topic, TopicTerms, check_rules, check_topic
from services.consent.storage import purposes, topics
from services.kit.database import Connection


async def publish(connection: Connection, terms: TopicTerms, by: str, now: datetime) -> tuple[Topic, bool]:
    """The published version, and whether it was there already."""
    terms = check_topic(terms, await purposes.in_force(connection, list(terms.purposes.values())))
    await purposes.lock(connection, f"topic {terms.key}")
    newest = (await topics.in_force(connection, terms.key)).get(terms.key)
    if newest is not None and newest.terms == terms:
        return newest, True
    topic = Topic(terms, newest.version + 1 if newest else 1, now)
    await topics.add(connection, topic, by)
    await events.topic_published(connection, topic)
    return topic, False


async def publish_rules(
    connection: Connection, rules: SendingRules, by: str, now: datetime
) -> tuple[SendingRules, bool]:
    """The published version, and whether it was there already."""
    rules = check_rules(rules)
    await purposes.lock(connection, "sending rules")
    newest = await topics.rules(connection)
    if newest.version and newest.same_as(rules):
        return newest, True
    published = replace(rules, version=newest.version + 1, effective_at=now)
    await topics.add_rules(connection, published, by)
    await events.sending_rules_published(connection, published)
    return published, False
