"""Erasures, worked off: each step is a transaction of its own and is found again after a crash."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from prometheus_client import Gauge

from services.kit import clock
from services.members import events
from services.members.actions import erasures as actions
from services.members.rules.erasures import STORES, Terms, Tombstone
from services.members.storage import erasures
from services.members.storage.databases import Databases
from services.members.storage.tombstone_files import TombstoneFile

log = structlog.get_logger()

RETOLD = timedelta(hours=1)
"""Who has not proved for so long is told again: the event may have been lost with its stream."""

_AT_ONCE = 100

overdue_erasures = Gauge(
    "huiyuan_members_erasures_overdue", "Erasures that a store has not proved in the time it has."
)


async def advance(
    databases: Databases, terms: Terms, file: TombstoneFile | None, now: datetime | None = None
) -> None:
    """Take every erasure as far as it goes by ourselves; the other services prove by events."""
    at = now or clock.now()
    while waiting := await erasures.to_begin(databases, _AT_ONCE):
        for erasure in waiting:
            async with databases.members.begin() as connection:
                member_ids = await actions.condemn(connection, file, erasure, at)
            log.info("profiles erased", erasure_id=str(erasure.erasure_id), members=len(member_ids))
    while unproved := await erasures.unproved(databases, actions.KEYS, _AT_ONCE):
        for erasure_id, member_id, told_at in unproved:
            await _destroy_keys(databases, terms, Tombstone(member_id, erasure_id, told_at), at)


async def _destroy_keys(databases: Databases, terms: Terms, stone: Tombstone, at: datetime) -> None:
    async with databases.keys.begin() as connection:
        gone = await actions.destroy(connection, stone)
    async with databases.members.begin() as connection:
        await actions.acknowledge(
            connection, stone.erasure_id, [stone.member_id], actions.KEYS, gone, terms, at
        )


async def remind(databases: Databases, now: datetime | None = None) -> None:
    """Tell those again who have not proved for long."""
    at = now or clock.now()
    late: dict[UUID, Tombstone] = {}
    for store in STORES:
        for erasure_id, member_id, told_at in await erasures.unproved(databases, store, _AT_ONCE):
            if told_at < at - RETOLD:
                late[member_id] = Tombstone(member_id, erasure_id, told_at)
    if late:
        async with databases.members.begin() as connection:
            await events.members_erased(connection, sorted(late.values()), at)


async def watch(databases: Databases, terms: Terms, now: datetime | None = None) -> None:
    """Say which erasures are overdue: in the log, one line each time, and as a metric."""
    late = await erasures.overdue(databases, (now or clock.now()) - terms.patience)
    overdue_erasures.set(len(late))
    if late:
        log.error("erasures are overdue", count=len(late), erasure_ids=[str(one) for one in late[:10]])
