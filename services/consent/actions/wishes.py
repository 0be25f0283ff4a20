"""Wishes of members who turned out to be one: weighed with the merge, and with who parts goes every no of meanwhile."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.consent import events
from services.consent.rules.preferences import Change, automated_decisions_set
from services.consent.rules.wishes import Changed, Joined, parting, standing
from services.consent.storage import decisions, merges, preferences, wishes
from services.kit.database import Connection


async def record(
    connection: Connection, member_id: UUID, epoch: int, change: Change, actor: str, now: datetime
) -> None:
    """Write a change into the history of a member who is locked, and tell of it; the transaction's last act."""
    await preferences.append(connection, member_id, epoch, change, actor, now)
    await decisions.advance(connection, member_id, epoch)
    await events.preference_changed(connection, member_id, change, epoch, now)


async def stand(connection: Connection, survivor: UUID, epoch: int, now: datetime) -> None:
    """Let stand for a survivor, who is locked, what follows from the own changes and from what others brought."""
    before = await wishes.of(connection, survivor)
    joined = [
        Joined(edge.epoch, await wishes.of(connection, edge.from_member))
        for edge in await merges.of_survivor(connection, survivor)
    ]
    after = standing(await wishes.changes(connection, survivor), joined)
    if after == before:
        return
    await wishes.put(connection, survivor, after)
    refused = after.preferences.automated_refused_at is not None
    if refused != (before.preferences.automated_refused_at is not None):
        told = automated_decisions_set(refused=refused)
        await events.preference_changed(connection, survivor, told, epoch, now)


async def part(
    connection: Connection,
    member_id: UUID,
    merge_id: str,
    meanwhile: Sequence[Changed],
    epoch: int,
    now: datetime,
) -> int:
    """Let every no of meanwhile be the own of a member, who is locked, from an epoch on; the last epoch of it."""
    theirs = await wishes.of(connection, member_id)
    actor, after = f"undo-merge:{merge_id}", theirs
    for change in parting(theirs, meanwhile, now):
        epoch += 1
        await record(connection, member_id, epoch, change, actor, now)
        after = after.after(Changed(epoch, change, actor, now))
    if after != theirs:
        await wishes.put(connection, member_id, after)
    return epoch
