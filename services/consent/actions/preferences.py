"""Changing preferences: each change is one transaction that leaves its history, its epoch and its event."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.consent.actions.merges import living_survivor
from services.consent.actions.wishes import record
from services.consent.rules.acts import IdempotencyKeyReused
from services.consent.rules.channels import Channel
from services.consent.rules.preferences import Change, ChangeKind, Wish, admit_switch
from services.consent.rules.topics import UnknownTopic
from services.consent.storage import decisions, preferences, purposes, topics
from services.consent.storage.preferences import Standing
from services.kit.database import Connection


class Wished(NamedTuple):
    """What a wish came to: what the member wants now, and whether the wish was known."""

    standing: Standing
    replayed: bool


async def change(connection: Connection, wish: Wish, actor: str, now: datetime) -> Wished:
    """Let a member's wish hold. One that is sent again changes nothing, whatever was wished since."""
    wish.check()
    survivor = await living_survivor(connection, wish.member_id)
    before = (await preferences.standing(connection, [survivor]))[survivor]
    if await _known(connection, wish, survivor):
        return Wished(before, True)
    if wish.change.kind is ChangeKind.TOPIC_SWITCHED:
        await _admit(connection, wish.change)
    after = before.preferences.after(wish.change, now)
    await preferences.put(connection, survivor, after)
    epoch = before.epoch + 1
    await preferences.note_act(
        connection, wish.member_id, wish.idempotency_key, wish.fingerprint, epoch, survivor
    )
    await record(connection, survivor, epoch, wish.change, actor, now)
    return Wished(Standing(after, epoch), False)


async def _known(connection: Connection, wish: Wish, survivor: UUID) -> bool:
    """Whether this was wished before, under this id; a yes also under another id of the member. Raises
    ``IdempotencyKeyReused``.

    A no of the same key under another id may be another: it is obeyed, since one that is recorded twice harms nobody.
    """
    known = await decisions.act(connection, wish.member_id, wish.idempotency_key)
    if known is not None and known.fingerprint != wish.fingerprint:
        raise IdempotencyKeyReused(
            "this idempotency key was used for another act: take a new one", field="idempotency_key"
        )
    if known is not None or not wish.change.is_yes:
        return known is not None
    return any(
        one.fingerprint == replace(wish, member_id=one.member_id).fingerprint
        for one in await decisions.acts_of_all_ids(connection, survivor, wish.idempotency_key)
    )


async def _admit(connection: Connection, change: Change) -> None:
    key = change.content["topic"]
    topic = (await topics.in_force(connection, key)).get(key)
    if topic is None:
        raise UnknownTopic("no such topic was published", field="topic")
    in_force = await purposes.in_force(connection, list(topic.terms.purposes.values()))
    admit_switch(topic, Channel(change.content["channel"]), in_force, enabled=change.content["enabled"])
