"""Exports for analysis, made: every member is read, asked of the gate, made coarse, and told apart by a pseudonym."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from services.kit import clock
from services.kit.refusal import Refusal
from services.members.rules import anonymity
from services.members.rules.analyses import KEPT_FOR, Analysis, Result, written
from services.members.rules.anonymity import Subject
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import Member
from services.members.storage import analyses, profiles
from services.members.storage.databases import Databases

log = structlog.get_logger()

TRY_AGAIN_AFTER = timedelta(minutes=10)
"""Longer than an export of some million members takes."""

_AT_ONCE, _ASKED_AT_ONCE = 2_000, 10_000

Allowed = Callable[[Sequence[UUID], str, Collection[str]], Awaitable[set[UUID]]]
"""Which members' consent allows a purpose for some categories of data."""

Tiers = Callable[[Sequence[UUID]], Awaitable[dict[UUID, str]]]
"""The tier that each member holds."""


async def make(databases: Databases, ring: KeyRing, allowed: Allowed, tiers: Tiers) -> int:
    """Make what was asked for; how many exports became ready. One that meets a service away is tried again."""
    ready = 0
    while True:
        now = clock.now()
        async with databases.members.begin() as connection:
            waiting = await analyses.take(connection, now, now - TRY_AGAIN_AFTER)
        if waiting is None:
            return ready
        try:
            content, result = await _made(databases, ring, waiting, allowed, tiers)
        except Refusal as refusal:
            log.warning("analysis waits", analysis_id=str(waiting.analysis_id), because=refusal.code)
            if not refusal.retryable:
                async with databases.members.begin() as connection:
                    await analyses.fail(connection, waiting.analysis_id, refusal.code)
            continue
        done_at = clock.now()
        async with databases.members.begin() as connection:
            await analyses.put(connection, waiting.analysis_id, content, result, done_at, done_at + KEPT_FOR)
        ready += 1


async def expire(databases: Databases, now: datetime | None = None) -> int:
    """Destroy exports whose time is over; how many went."""
    async with databases.members.begin() as connection:
        return await analyses.expire(connection, now or clock.now())


async def _made(
    databases: Databases, ring: KeyRing, waiting: Analysis, allowed: Allowed, tiers: Tiers
) -> tuple[bytes, Result]:
    """An export's content. Raises a refusal of the gate or of the ledger."""
    columns = anonymity.columns_of(waiting.ask.columns)
    categories = {column.category for column in columns if column.category}
    rows: dict[UUID, tuple[str, ...]] = {}
    refused, after = 0, None
    while member_ids := await analyses.living(databases, after, _AT_ONCE):
        after = member_ids[-1]
        agreed = await allowed(member_ids, waiting.ask.purpose, categories)
        refused += len(member_ids) - len(agreed)
        held, found = await asyncio.gather(tiers(sorted(agreed)), profiles.read(databases, ring, agreed))
        for member_id in agreed:
            member = found.get(member_id)
            if isinstance(member, Member) and member.profile is not None:
                subject = Subject(member, held.get(member_id, ""), waiting.requested_at.date())
                rows[member_id] = anonymity.reading(subject, columns)
    # To read everybody takes minutes: whoever withdrew meanwhile stays out. Of who is in, nobody knows from here on.
    still = await _still_allowed(list(rows), waiting, allowed, categories)
    refused += len(rows) - len(still)
    # Nobody else ever knows it, ourselves neither once this returns.
    key = secrets.token_bytes(32)
    told = [(anonymity.pseudonym(key, one), reading) for one, reading in rows.items() if one in still]
    table = await asyncio.to_thread(anonymity.anonymous, told, columns, waiting.ask.k)
    levels = tuple(table.levels[column.name] for column in columns)
    return written(table), Result(len(table.rows), table.suppressed, refused, levels)


async def _still_allowed(
    members: Sequence[UUID], waiting: Analysis, allowed: Allowed, categories: Collection[str]
) -> set[UUID]:
    still: set[UUID] = set()
    for start in range(0, len(members), _ASKED_AT_ONCE):
        some = members[start : start + _ASKED_AT_ONCE]
        still |= await allowed(some, waiting.ask.purpose, categories)
    return still
