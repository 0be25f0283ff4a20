"""Packages that members asked for, gathered from every service; and those whose time is over, destroyed."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TypeVar
from uuid import UUID

import structlog

from services.kit import clock
from services.kit.refusal import Refusal
from services.members.actions import packages as actions
from services.members.rules import holdings
from services.members.rules import packages as rules
from services.members.rules.holdings import Held
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import Member, MemberErased
from services.members.rules.packages import Table
from services.members.storage import (
    accesses,
    communications,
    identity_documents,
    members,
    notes,
    profiles,
    statuses,
)
from services.members.storage import packages as stored
from services.members.storage.databases import Databases
from services.members.storage.packages import Waiting

log = structlog.get_logger()

TRY_AGAIN_AFTER = timedelta(minutes=1)
LEFT_ALONE = timedelta(minutes=2)
"""For how long a key may be on its way to the package that it sealed."""

_BATCH = 100
_AT_ONCE = 1000
_Record = TypeVar("_Record")

Gather = Callable[[UUID], Awaitable[list[Table]]]
"""What the other services hold of a member."""


async def make(databases: Databases, ring: KeyRing, gather: Gather) -> int:
    """Gather what was asked for; how many packages became ready. One that fails is tried again in a minute."""
    ready = 0
    while True:
        now = clock.now()
        async with databases.members.begin() as connection:
            waiting = await stored.take(connection, now, now - TRY_AGAIN_AFTER)
        if waiting is None:
            return ready
        try:
            ready += await _make(databases, ring, gather, waiting)
        except MemberErased:
            async with databases.members.begin() as connection:
                await stored.give_up(connection, waiting)
        except Refusal as refusal:
            log.warning("package waits", package_id=str(waiting.package_id), because=refusal.code)


async def expire(databases: Databases, now: datetime | None = None) -> int:
    """Destroy the packages whose time is over, the key first; how many went."""
    gone = 0
    while True:
        async with databases.members.connect() as connection:
            expired = await stored.expired(connection, now or clock.now(), _BATCH)
        if not expired:
            return gone
        async with databases.keys.begin() as connection:
            await stored.drop_keys(connection, [one[0] for one in expired], [one[2] for one in expired])
        async with databases.members.begin() as connection:
            await actions.destroy(connection, expired)
        # A gatherer that was killed left a key without a package.
        await stored.drop_unused(databases, [one[0] for one in expired], clock.now() - LEFT_ALONE)
        gone += len(expired)


async def _make(databases: Databases, ring: KeyRing, gather: Gather, waiting: Waiting) -> bool:
    tables = await _tables(databases, ring, gather, waiting.member_id)
    now = clock.now()
    content = rules.packed(waiting.member_id, tables, now)
    async with databases.keys.begin() as connection:
        sealed = await actions.seal_under_new_key(connection, ring, waiting.member_id, content)
    async with databases.members.begin() as connection:
        done = await actions.finish(connection, waiting, sealed, len(content), now)
    if not done:
        async with databases.keys.begin() as connection:
            await stored.drop_keys(connection, [waiting.member_id], [sealed.dek_gen])
    return done


async def _tables(databases: Databases, ring: KeyRing, gather: Gather, member_id: UUID) -> list[Table]:
    """Everything about a member and those who were merged into them. Raises ``MemberErased`` or a refusal."""
    ids = [member_id, *await members.merged_into(databases, member_id)]
    found = await profiles.read(databases, ring, ids)
    own = []
    for one in ids:
        member = found.get(one)
        if isinstance(member, Refusal):
            raise member
        if isinstance(member, Member):
            own.append(member)
    if not own or own[0].member_id != member_id or own[0].profile is None:
        raise MemberErased
    tables = holdings.tables([await _held(databases, ring, member) for member in own])
    for one in ids:
        tables += await gather(one)
    return rules.merged(tables)


async def _held(databases: Databases, ring: KeyRing, member: Member) -> Held:
    """What rests here about one member id. Raises ``Unreadable``."""
    member_id = member.member_id
    return Held(
        member,
        await identity_documents.read(databases, ring, member_id),
        await _whole(
            lambda after: notes.newest(databases, ring, member_id, after, _AT_ONCE), attrgetter("note_id")
        ),
        await _whole(
            lambda after: communications.newest(databases, [member_id], after, _AT_ONCE),
            attrgetter("communication_id"),
        ),
        await statuses.changes(databases, member_id, _AT_ONCE),
        await _whole(
            lambda after: accesses.newest(databases, [member_id], after, _AT_ONCE, allowed_only=True),
            attrgetter("access_id"),
        ),
    )


async def _whole(
    page_after: Callable[[UUID | None], Awaitable[list[_Record]]], id_of: Callable[[_Record], UUID]
) -> list[_Record]:
    """All records of a list that is read by pages."""
    found: list[_Record] = []
    while True:
        page = await page_after(id_of(found[-1]) if found else None)
        found += page
        if len(page) < _AT_ONCE:
            return found
