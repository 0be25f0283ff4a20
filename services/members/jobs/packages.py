"""Packages that members asked for, gathered from every service; and those whose time is over, destroyed."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from services.kit import clock
from services.kit.refusal import Refusal
from services.members.actions import packages as actions
from services.members.rules import packages as rules
from services.members.rules.accesses import Access
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import Member, MemberErased
from services.members.rules.packages import Table
from services.members.storage import accesses, members, profiles
from services.members.storage import packages as stored
from services.members.storage.databases import Databases
from services.members.storage.packages import Waiting

log = structlog.get_logger()

TRY_AGAIN_AFTER = timedelta(minutes=1)
_BATCH = 100
_ACCESSES_AT_ONCE = 1000

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
    tables = rules.own_tables(own)
    for one in ids:
        tables.append(rules.access_table(await _accesses(databases, one)))
        tables += await gather(one)
    return rules.merged(tables)


async def _accesses(databases: Databases, member_id: UUID) -> list[Access]:
    found: list[Access] = []
    while True:
        page = await accesses.newest(
            databases, member_id, found[-1].access_id if found else None, _ACCESSES_AT_ONCE
        )
        found += page
        if len(page) < _ACCESSES_AT_ONCE:
            return found
