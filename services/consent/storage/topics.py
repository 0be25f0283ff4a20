"""Stored topics and sending rules: canonical bytes, read back as values."""

import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules import canonical
from services.consent.rules.channels import Channel
from services.consent.rules.preferences import caps_of, hours_of
from services.consent.rules.purposes import Text
from services.consent.rules.topics import SendingRules, Topic, TopicTerms
from services.consent.storage.tables import sending_rules, topics


async def in_force(connection: AsyncConnection, key: str | None = None) -> dict[str, Topic]:
    """The newest version of one topic, or of all, by key; retired ones are there too."""
    query = (
        sa.select(topics.c.canonical, topics.c.effective_at)
        .ext(distinct_on(topics.c.key))
        .order_by(topics.c.key, topics.c.version.desc())
    )
    if key is not None:
        query = query.where(topics.c.key == key)
    found = (topic_of(row.canonical, row.effective_at) for row in await connection.execute(query))
    return {topic.key: topic for topic in found}


async def add(connection: AsyncConnection, topic: Topic, by: str) -> None:
    """Write a version."""
    await connection.execute(
        topics.insert().values(
            key=topic.key,
            version=topic.version,
            canonical=topic.canonical,
            digest=canonical.digest(topic.canonical),
            effective_at=topic.effective_at,
            published_by=by,
        )
    )


async def rules(connection: AsyncConnection) -> SendingRules:
    """The rules in force; none of them while nothing was published."""
    query = sa.select(sending_rules.c.canonical, sending_rules.c.effective_at)
    row = (await connection.execute(query.order_by(sending_rules.c.version.desc()).limit(1))).one_or_none()
    return SendingRules() if row is None else rules_of(row.canonical, row.effective_at)


async def add_rules(connection: AsyncConnection, published: SendingRules, by: str) -> None:
    """Write a version."""
    await connection.execute(
        sending_rules.insert().values(
            version=published.version,
            canonical=published.canonical,
            digest=canonical.digest(published.canonical),
            effective_at=published.effective_at,
            published_by=by,
        )
    )


def topic_of(encoded: bytes, effective_at: datetime) -> Topic:
    """The topic that canonical bytes spell."""
    said = json.loads(encoded)
    terms = TopicTerms(
        key=said["key"],
        name=Text(**said["name"]),
        description=Text(**said["description"]),
        purposes={Channel(channel): purpose for channel, purpose in said["purposes"].items()},
        may_be_switched_off=said["may_be_switched_off"],
        keeps_quiet_hours=said["keeps_quiet_hours"],
        keeps_caps=said["keeps_caps"],
        retired=said["retired"],
    )
    return Topic(terms, said["version"], effective_at)


def rules_of(encoded: bytes, effective_at: datetime) -> SendingRules:
    """The sending rules that canonical bytes spell."""
    said = json.loads(encoded)
    return SendingRules(hours_of(said["quiet_hours"]), caps_of(said["caps"]), said["version"], effective_at)
