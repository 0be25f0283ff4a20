"""Orphans: what a crash between the two databases left behind, and nobody came back for."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from services.kit import clock
from services.kit.database import Connection
from services.members.actions import registrations as actions
from services.members.rules.blobs import BlobKind
from services.members.storage import identity_documents, keys, members, notes, registrations
from services.members.storage.databases import Databases

log = structlog.get_logger()

LEFT_ALONE = timedelta(minutes=2)
"""For how long a request may still be under way, and is left to finish by itself."""

_BATCH = 1000

Generations = Callable[[Connection, Sequence[UUID]], Awaitable[Mapping[UUID, int]]]
"""Which generation of key the blobs of members name; those who have none may be absent."""


async def sweep(databases: Databases, now: datetime | None = None) -> None:
    """Settle registrations and finish rewrites that began some minutes ago."""
    before = (now or clock.now()) - LEFT_ALONE
    await _settle_registrations(databases, before)
    await _finish(databases, before, BlobKind.ORDINARY, _of_profiles)
    await _finish(databases, before, BlobKind.NOTES, notes.generations)
    # Of documents that were removed, no key stays.
    documents = identity_documents
    await _finish(databases, before, documents.KIND, documents.generations, removable=True)


async def _settle_registrations(databases: Databases, before: datetime) -> None:
    while True:
        async with databases.keys.connect() as connection:
            member_ids = await registrations.unsettled(connection, before, _BATCH)
        if not member_ids:
            return
        async with databases.members.begin() as connection:
            given_up = await actions.give_up_missing(connection, member_ids, clock.now())
        async with databases.keys.begin() as connection:
            await actions.settle(connection, member_ids, given_up)
        if given_up:
            log.warning("registrations given up", count=len(given_up))


async def _finish(
    databases: Databases,
    before: datetime,
    kind: BlobKind,
    generations: Generations,
    *,
    removable: bool = False,
) -> None:
    """Destroy the older keys of what was rewritten, and keep those that no newer one took over."""
    while True:
        async with databases.keys.connect() as connection:
            member_ids = await keys.retiring(connection, before, _BATCH, kind)
        if not member_ids:
            return
        async with databases.members.connect() as connection:
            newest = await generations(connection, member_ids)
        removed = [member_id for member_id in member_ids if removable and member_id not in newest]
        async with databases.keys.begin() as connection:
            await keys.drop_older(connection, list(newest), list(newest.values()), kind)
            if removed:
                await keys.drop_retired(connection, removed, before, kind)
            await keys.keep(connection, member_ids, before, kind)


async def _of_profiles(connection: Connection, member_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    standings = await members.standings(connection, member_ids)
    return {member_id: standing.dek_gen for member_id, standing in standings.items()}
