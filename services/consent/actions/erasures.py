"""Erasures: a member whom the members service erased is erased here, and that is proved in the same transaction."""

from datetime import datetime
from uuid import UUID

from services.consent import events
from services.consent.actions import fulfilling
from services.consent.storage import decisions, erasures
from services.kit.database import Connection


async def erase(connection: Connection, member_id: UUID, erasure_id: UUID, now: datetime) -> None:
    """Keep the evidence under its pseudonym alone, forget the rest, and tell the proof; again when heard again."""
    # The lock lets an act that is under way end before, and any later one find the member erased.
    member = await decisions.lock_member(connection, member_id)
    await fulfilling.member_erased(connection, member_id, erasure_id, now)
    gone = await erasures.erase(connection, member_id, erasure_id, now)
    await events.member_erased(connection, member_id, member.epoch, erasure_id, gone, now)
