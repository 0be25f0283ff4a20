"""Orphans: what a crash between the two databases left behind, and nobody came back for."""

from datetime import datetime, timedelta

import structlog

from services.kit import clock
from services.members.actions import registrations as actions
from services.members.rules.blobs import BlobKind
from services.members.storage import identity_documents, keys, members, notes, registrations
from services.members.storage.databases import Databases

log = structlog.get_logger()

LEFT_ALONE = timedelta(minutes=2)
"""For how long a request may still be under way, and is left to finish by itself."""

_BATCH = 1000


async def sweep(databases: Databases, now: datetime | None = None) -> None:
    """Settle registrations and finish rewrites that began some minutes ago."""
    before = (now or clock.now()) - LEFT_ALONE
    await _settle_registrations(databases, before)
    await _finish_rewrites(databases, before)
    await _finish_notes(databases, before)
    await _finish_documents(databases, before)


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


async def _finish_rewrites(databases: Databases, before: datetime) -> None:
    while True:
        async with databases.keys.connect() as connection:
            member_ids = await keys.retiring(connection, before, _BATCH)
        if not member_ids:
            return
        async with databases.members.connect() as connection:
            standings = await members.standings(connection, member_ids)
        async with databases.keys.begin() as connection:
            await keys.drop_older(
                connection, list(standings), [standing.dek_gen for standing in standings.values()]
            )
            await keys.keep(connection, member_ids, before)


async def _finish_notes(databases: Databases, before: datetime) -> None:
    """The same for notes, which all lie under one generation of key."""
    kind = BlobKind.NOTES
    while True:
        async with databases.keys.connect() as connection:
            member_ids = await keys.retiring(connection, before, _BATCH, kind)
        if not member_ids:
            return
        async with databases.members.connect() as connection:
            generations = await notes.generations(connection, member_ids)
        async with databases.keys.begin() as connection:
            await keys.drop_older(connection, list(generations), list(generations.values()), kind)
            await keys.keep(connection, member_ids, before, kind)


async def _finish_documents(databases: Databases, before: datetime) -> None:
    """The same for identity documents; of those that were removed, no key stays."""
    kind = identity_documents.KIND
    while True:
        async with databases.keys.connect() as connection:
            member_ids = await keys.retiring(connection, before, _BATCH, kind)
        if not member_ids:
            return
        async with databases.members.connect() as connection:
            generations = await identity_documents.generations(connection, member_ids)
        async with databases.keys.begin() as connection:
            await keys.drop_older(connection, list(generations), list(generations.values()), kind)
            await keys.keep(connection, list(generations), before, kind)
            removed = [member_id for member_id in member_ids if member_id not in generations]
            await keys.drop_retired(connection, removed, before, kind)
