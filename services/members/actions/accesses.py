"""Accesses: before anything is shown in clear it is counted, logged and told."""

from dataclasses import replace
from datetime import datetime

from services.kit.database import Connection
from services.members import events
from services.members.rules.accesses import Access, UnmaskQuotaExhausted
from services.members.storage import accesses


async def record(connection: Connection, access: Access, quota: int, now: datetime) -> Access:
    """Log an attempt as it was decided, or as refused when the actor's quota of the day is used up."""
    if not access.refusal_code and not await accesses.spend(connection, access.actor, now.date(), quota):
        access = replace(access, refusal_code=UnmaskQuotaExhausted.code)
    await accesses.add(connection, access)
    if not access.refusal_code:
        await events.profile_unmasked(connection, access.member_id, access.access_id, now)
    return access
