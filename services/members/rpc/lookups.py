"""Lookups: whatever staff look for is counted and logged, and then answered or not at all."""

from collections.abc import Sequence

from services.kit import clock, rpc
from services.members.rules.members import new_member_id
from services.members.rules.searches import Criterion, LoggedSearch, SearchQuotaExhausted
from services.members.storage import searches
from services.members.storage.databases import Databases


async def record(databases: Databases, criteria: Sequence[Criterion], found: int, quota: int) -> None:
    """Count and log what the caller looked for. Raises ``SearchQuotaExhausted``, and then nothing is answered."""
    now, actor = clock.now(), rpc.caller().actor
    async with databases.members.begin() as connection:
        allowed = await searches.spend(connection, actor, now.date(), quota)
        logged = LoggedSearch(
            new_member_id(now), actor, tuple(criteria), found if allowed else 0, now, allowed
        )
        await searches.add(connection, logged)
    if not allowed:
        raise SearchQuotaExhausted(
            "this actor has searched as often today as anyone may in a day", quota=quota
        )
