"""Suppressing and unsuppressing: each is one transaction that leaves its history, its epoch and its event."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.consent.actions.preferences import record
from services.consent.rules.channels import Channel
from services.consent.rules.preferences import Change, ChangeKind
from services.consent.rules.suppressions import Suppression, SuppressionReason
from services.consent.storage import decisions, suppressions
from services.kit.database import Connection


class Suppressed(NamedTuple):
    """What stands after it, and whether that was so before."""

    standing: list[Suppression]
    replayed: bool


async def suppress(connection: Connection, member_id: UUID, wanted: Suppression) -> Suppressed:
    """Let nothing be sent to a member; the same again changes nothing, another end takes the place of the older."""
    wanted.check()
    member = await decisions.lock_member(connection, member_id)
    standing = await suppressions.standing(connection, member_id)
    same = (wanted.channel, wanted.reason, wanted.until)
    if same in [(one.channel, one.reason, one.until) for one in standing]:
        return Suppressed(standing, True)
    await suppressions.put(connection, member_id, wanted)
    standing = await suppressions.standing(connection, member_id)
    content = {
        "channel": wanted.channel,
        "reason": wanted.reason,
        "until": wanted.until.isoformat() if wanted.until else None,
    }
    change = Change(ChangeKind.SUPPRESSED, content)
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
    member = await decisions.lock_member(connection, member_id)
    if not await suppressions.remove(connection, member_id, channel, reason):
        return Suppressed(await suppressions.standing(connection, member_id), True)
    standing = await suppressions.standing(connection, member_id)
    change = Change(ChangeKind.UNSUPPRESSED, {"channel": channel, "reason": reason})
    await record(connection, member_id, member.epoch + 1, change, actor, now)
    return Suppressed(standing, False)
