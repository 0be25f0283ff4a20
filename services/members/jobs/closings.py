"""Closings: memberships whose cooling-off period is over are closed, and closed ones erased in their time."""

from datetime import datetime

import structlog

from services.kit import clock
from services.members.actions import erasures, statuses
from services.members.rules.erasures import Terms, Trigger
from services.members.storage import statuses as stored
from services.members.storage.databases import Databases

log = structlog.get_logger()

_AT_ONCE = 500


async def close_due(databases: Databases, terms: Terms, now: datetime | None = None) -> None:
    """Close what is due, and ask for the erasure of whoever was closed long enough ago."""
    at = now or clock.now()
    while member_ids := await stored.closing_until(databases, at, _AT_ONCE):
        for member_id in member_ids:
            async with databases.members.begin() as connection:
                closed = await statuses.finish_closing(connection, member_id, terms, at)
            log.info("membership closed" if closed else "closing was canceled", member_id=str(member_id))
    while member_ids := await stored.closed_before(databases, at - terms.closed_kept, _AT_ONCE):
        for member_id in member_ids:
            async with databases.members.begin() as connection:
                await erasures.request(
                    connection, member_id, Trigger.ACCOUNT_CLOSED, statuses.OURSELVES, "", at
                )
