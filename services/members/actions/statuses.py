"""Statuses: freezing, closing and what follows; each change is kept with its actor and told."""

from datetime import datetime
from uuid import UUID

from services.kit.database import Connection
from services.members import events
from services.members.rules.erasures import Terms
from services.members.rules.members import MemberErased, MemberStatus, UnknownMember
from services.members.rules.statuses import Standing, Step, after
from services.members.storage import statuses

OURSELVES = "service:members"


async def change(
    connection: Connection, member_id: UUID, step: Step, terms: Terms, actor: str, reason: str, now: datetime
) -> Standing:
    """Take a step in a member's life; the standing after it. Sent again, it changes and tells nothing.

    Raises ``UnknownMember``, ``MemberErased``, ``MemberClosed`` or ``StatusNotChangeable``.
    """
    standing = await statuses.lock(connection, member_id)
    if standing is None:
        raise UnknownMember
    following = after(standing, step, now, now + terms.cooling_off)
    if following is not standing:
        await statuses.put(connection, following, now, actor, reason)
        await events.status_changed(connection, following, step, now)
    return following


async def held(connection: Connection, member_id: UUID) -> Standing:
    """How a living member stands, held until the commit. Raises ``UnknownMember`` or ``MemberErased``."""
    standing = await statuses.lock(connection, member_id)
    if standing is None:
        raise UnknownMember
    if standing.status is MemberStatus.ERASED:
        raise MemberErased
    return standing


async def finish_closing(connection: Connection, member_id: UUID, terms: Terms, now: datetime) -> bool:
    """Close a membership whose cooling-off period is over; False when that was canceled meanwhile."""
    standing = await statuses.lock(connection, member_id)
    if standing is None or standing.closes_at is None or standing.closes_at > now:
        return False
    await change(connection, member_id, Step.FINISH_CLOSING, terms, OURSELVES, "", now)
    return True
