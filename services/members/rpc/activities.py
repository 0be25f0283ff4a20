"""Activities: that a member was there in person on a day, which is all that retention asks for."""

from datetime import datetime
from uuid import UUID

from services.members.storage import retention
from services.members.storage.databases import Databases


async def note(databases: Databases, member_id: UUID, now: datetime) -> None:
    """Keep that a member did something just now; the second time of a day nothing is written."""
    async with databases.members.begin() as connection:
        await retention.see(connection, {str(member_id): now.date()})
