"""Traits: members whose profile changed are indexed anew, and after an upgrade all are."""

from uuid import UUID

import structlog

from services.members.actions import traits as actions
from services.members.rules.keyrings import KeyRing
from services.members.storage import traits
from services.members.storage.databases import Databases

log = structlog.get_logger()

_BATCH = 500


async def index(databases: Databases, ring: KeyRing) -> int:
    """Index whoever is to be indexed; how many were. Batches are small, so that locks are held for moments."""
    total, after = 0, None
    while member_ids := await traits.unindexed(databases, after, _BATCH):
        total += await _index(databases, ring, member_ids)
        after = member_ids[-1]
    return total


async def _index(databases: Databases, ring: KeyRing, member_ids: list[UUID]) -> int:
    async with databases.keys.begin() as connection:
        indexed = await actions.index(connection, databases, ring, member_ids)
    async with databases.members.begin() as connection:
        await traits.mark(connection, indexed)
    if len(indexed) < len(member_ids):
        log.warning("members not indexed, since they do not open", count=len(member_ids) - len(indexed))
    return len(indexed)
