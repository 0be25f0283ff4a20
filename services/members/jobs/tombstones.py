"""Tombstones: whoever a restored backup brought back is erased again, before anything is answered."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import NamedTuple
from uuid import UUID

import structlog

from services.kit import clock
from services.members import events
from services.members.actions import erasures as actions
from services.members.rules.erasures import Tombstone
from services.members.storage import tombstones, verifications
from services.members.storage.databases import Databases
from services.members.storage.tombstone_files import TombstoneFile

log = structlog.get_logger()

_AT_ONCE = 5_000

LOOKED_AFTER_FOR = timedelta(days=1)
"""For so long after an erasure we look for what somebody was still at work on and wrote behind it."""


class Replayed(NamedTuple):
    """What a replay found: how many are known to be erased, who was back, and how many rows of each database."""

    known: int
    members_back: int
    key_rows_back: int
    rows_back: int = 0


async def replay(databases: Databases, file: TombstoneFile | None, *, completing_file: bool) -> Replayed:
    """Hold file and databases against each other, and erase whoever one of them brought back.

    A tombstone counts wherever it is found: one database may be older than the other, and both than the file, which
    gets what only they know where it is for this process to write.
    """
    filed = {stone.member_id: stone for stone in file.read()} if file else {}
    ours = {stone.member_id: stone for stone in await tombstones.buried(databases)}
    keys = {stone.member_id: stone for stone in await tombstones.buried(databases, keys=True)}
    known = filed | keys | ours
    missing = [known[member] for member in known.keys() - filed.keys()]
    if file is not None and completing_file and missing:
        file.append(sorted(missing))
    # Only who may be back: most of a million tombstones say nothing new, and a server waits for this.
    missing_here = {member: known[member] for member in known.keys() - ours.keys()}
    suspects = missing_here | {member: known[member] for member in await tombstones.back(databases)}
    back = 0
    for some in _batches(suspects):
        async with databases.members.begin() as connection:
            back += len(await actions.bring_back(connection, some, clock.now()))
    for some in _batches({member: stone for member, stone in known.items() if member not in keys}):
        async with databases.keys.begin() as connection:
            await tombstones.bury(connection, some)
    async with databases.keys.begin() as connection:
        key_rows = await verifications.forget_erased(connection, None)
        key_rows += sum(proof.rows for proof in await tombstones.empty(connection, None))
    rows = await _look_after(databases, known)
    if back or key_rows or rows:
        log.warning(
            "erased members were back and were erased again", members=back, key_rows=key_rows, rows=rows
        )
    return Replayed(len(known), back, key_rows, rows)


async def _look_after(databases: Databases, known: Mapping[UUID, Tombstone]) -> int:
    """Delete what was written behind an erasure in the members' database, whose tables guard nothing; how many rows."""
    since = clock.now() - LOOKED_AFTER_FOR
    rows = 0
    for some in _batches({member: stone for member, stone in known.items() if stone.erased_at > since}):
        async with databases.members.begin() as connection:
            gone = await tombstones.empty(connection, [stone.member_id for stone in some])
        rows += sum(proof.rows for proof in gone)
    return rows


async def tell_all(databases: Databases) -> None:
    """Tell of everyone who was ever erased again, as after another service's database was restored."""
    known = {stone.member_id: stone for stone in await tombstones.buried(databases)}
    for some in _batches(known):
        async with databases.members.begin() as connection:
            await events.members_erased(connection, some, clock.now())


def _batches(stones: Mapping[UUID, Tombstone]) -> Iterator[list[Tombstone]]:
    waiting = iter(sorted(stones.values()))
    while some := list(islice(waiting, _AT_ONCE)):
        yield some


class BeforeAnswering:
    """Replays once, when the first call comes or the databases do; until then nothing is answered."""

    def __init__(self, databases: Databases, file: TombstoneFile | None) -> None:
        self._databases = databases
        self._file = file
        self._done = False
        self._turn = asyncio.Lock()

    async def __call__(self) -> None:
        if self._done:
            return
        async with self._turn:
            if not self._done:
                await replay(self._databases, self._file, completing_file=False)
                self._done = True
