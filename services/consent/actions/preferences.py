"""Changing preferences: each change is one transaction that leaves its history, its epoch and its event."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.consent import events
from services.consent.rules.acts import IdempotencyKeyReused
from services.consent.rules.channels import Channel
from services.consent.rules.preferences import Change, ChangeKind, Preferences, Wish, admit_switch
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
    member = await decisions.lock_member(connection, wish.member_id)
    found = await preferences.standing(connection, [wish.member_id])
    before = found.get(wish.member_id, Standing(Preferences(), member.epoch))
    known = await decisions.act(connection, wish.member_id, wish.idempotency_key)
    if known is not None:
        if known.fingerprint != wish.fingerprint:
            raise IdempotencyKeyReused(
                "this idempotency key was used for another act: take a new one", field="idempotency_key"
            )
        return Wished(before, True)
    if wish.change.kind is ChangeKind.TOPIC_SWITCHED:
        await _admit(connection, wish.change)
    after = before.preferences.after(wish.change, now)
    await preferences.put(connection, wish.member_id, after)
    epoch = member.epoch + 1
    await preferences.note_act(connection, wish.member_id, wish.idempotency_key, wish.fingerprint, epoch)
    await record(connection, wish.member_id, epoch, wish.change, actor, now)
    return Wished(Standing(after, epoch), False)


async def record(
    connection: Connection, member_id: UUID, epoch: int, change: Change, actor: str, now: datetime
) -> None:
    """Write a change into the history of a member who is locked, and tell of it; the transaction's last act."""
    await preferences.append(connection, member_id, epoch, change, actor, now)
    await decisions.advance(connection, member_id, epoch)
    await events.preference_changed(connection, member_id, change, epoch, now)


async def _admit(connection: Connection, change: Change) -> None:
    key = change.content["topic"]
    topic = (await topics.in_force(connection, key)).get(key)
    if topic is None:
        raise UnknownTopic("no such topic was published", field="topic")
    in_force = await purposes.in_force(connection, list(topic.terms.purposes.values()))
    admit_switch(topic, Channel(change.content["channel"]), in_force, enabled=change.content["enabled"])
