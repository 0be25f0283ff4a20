"""Suppressing and unsuppressing: each is one transaction that leaves its history, its epoch and its event."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.consent.actions.merges import living_survivor
from services.consent.actions.wishes import record
from services.consent.rules.channels import Channel
from services.consent.rules.preferences import Change, ChangeKind
from services.consent.rules.suppressions import Suppression, SuppressionReason
from services.consent.rules.wishes import suppression_made
from services.consent.storage import decisions, merges, suppressions, wishes
from services.kit.database import Connection


class Suppressed(NamedTuple):
    """What stands after it, and whether that was so before."""

    standing: list[Suppression]
    replayed: bool


async def suppress(connection: Connection, member_id: UUID, wanted: Suppression) -> Suppressed:
    """Let nothing be sent to a member; the same again changes nothing, another end takes the place of the older."""
    wanted.check()
    member_id = await living_survivor(connection, member_id)
    member = await decisions.lock_member(connection, member_id)
    standing = await suppressions.standing(connection, member_id)
    same = (wanted.channel, wanted.reason, wanted.until)
    if same in [(one.channel, one.reason, one.until) for one in standing]:
        joined = [edge.epoch for edge in await merges.of_survivor(connection, member_id)]
        # What stands may be another id's, or from before a merge: said again after it, it is of both.
        made = await wishes.changes(connection, member_id, max(joined)) if joined else []
        if not joined or suppression_made(wanted) in [one.change for one in made]:
            return Suppressed(standing, True)
    await suppressions.put(connection, member_id, wanted)
    standing = await suppressions.standing(connection, member_id)
    change = suppression_made(wanted)
    await record(connection, member_id, member.epoch + 1, change, wanted.actor, wanted.since)
    return Suppressed(standing, False)


async def unsuppress(
    connection: Connection,
    member_id: UUID,
    channel: Channel | None,
    reason: SuppressionReason,
    actor: str,
    now: datetime,
) -> Suppressed:
    """End a suppression; one that is not there is ended already."""
    member_id = await living_survivor(connection, member_id)
    member = await decisions.lock_member(connection, member_id)
    if not await suppressions.remove(connection, member_id, channel, reason):
        return Suppressed(await suppressions.standing(connection, member_id), True)
    standing = await suppressions.standing(connection, member_id)
    change = Change(ChangeKind.UNSUPPRESSED, {"channel": channel, "reason": reason})
    await record(connection, member_id, member.epoch + 1, change, actor, now)
    return Suppressed(standing, False)
