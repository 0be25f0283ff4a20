"""Erasures: what is asked for cannot be taken back, and every step may be done again after a crash.

The order: tombstones to the file, then in one transaction of the members' database profiles, tombstones and the
word to the other services, then keys and identities in theirs. From the second step on members answer as erased;
until the last one the worker comes back for them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from services.kit.database import Connection
from services.members import events
from services.members.actions.statuses import OURSELVES
from services.members.rules.erasures import (
    OURS,
    STORES,
    Action,
    Erasure,
    Proof,
    Terms,
    Tombstone,
    Trigger,
)
from services.members.rules.members import MemberStatus, UnknownMember, new_member_id
from services.members.storage import erasures, statuses, tombstones, traits, verifications
from services.members.storage.tombstone_files import TombstoneFile

MEMBERS, KEYS = OURS


async def request(
    connection: Connection, member_id: UUID, trigger: Trigger, actor: str, reason: str, now: datetime
) -> UUID:
    """Ask for a member to be erased; the erasure's id. Asked again, it is the same. Raises ``UnknownMember``."""
    standing = await statuses.lock(connection, member_id)
    if standing is None:
        raise UnknownMember
    asked = Erasure(new_member_id(now), standing.member_id, trigger, actor, reason, now)
    return await erasures.request(connection, asked)


async def retire(
    connection: Connection, file: TombstoneFile | None, member_id: UUID, reason: str, now: datetime
) -> None:
    """Ask for the erasure of a member whom nobody needs any more, and do its first step at once."""
    trigger = Trigger.RETENTION_ENDED
    erasure_id = await request(connection, member_id, trigger, OURSELVES, reason, now)
    await condemn(connection, file, Erasure(erasure_id, member_id, trigger, OURSELVES, reason, now), now)


async def condemn(
    connection: Connection, file: TombstoneFile | None, erasure: Erasure, now: datetime
) -> list[UUID]:
    """Make the profiles of a merge set unreadable, in the members' database; whose they were."""
    member_ids = await _merge_set(connection, erasure.member_id)
    stones = [Tombstone(member_id, erasure.erasure_id, now) for member_id in member_ids]
    if file is not None:
        # Before the commit: whoever is erased is in the file, whatever is restored later.
        file.append(stones)
    await _bury(connection, stones, now)
    await erasures.mark_erased(connection, erasure.erasure_id, now)
    await events.members_erased(connection, stones, now)
    return member_ids


async def _merge_set(connection: Connection, member_id: UUID) -> list[UUID]:
    """Everyone who is the same person, held; also when the member was merged since the erasure was asked for."""
    held = await erasures.lock_set(connection, member_id)
    into = await erasures.survivor(connection, member_id)
    return held if into is None else sorted({*held, *await erasures.lock_set(connection, into)})


async def _bury(connection: Connection, stones: Sequence[Tombstone], now: datetime) -> None:
    """Destroy what the members' database holds about each, write the tombstones, and await everyone's proof."""
    member_ids = [stone.member_id for stone in stones]
    blanked = await tombstones.blank(connection, member_ids)
    await tombstones.bury(connection, stones)
    if blanked:
        await statuses.note(connection, blanked, MemberStatus.ERASED, now, OURSELVES, "")
    for stone in stones:
        gone = await tombstones.empty(connection, [stone.member_id])
        profile = Proof("members", Action.PSEUDONYMISED, int(stone.member_id in blanked))
        awaited = [(stone.member_id, store) for store in STORES]
        await erasures.await_proofs(connection, stone.erasure_id, awaited, now)
        await erasures.prove(connection, stone.erasure_id, [stone.member_id], MEMBERS, [profile, *gone], now)


async def destroy(connection: Connection, stone: Tombstone) -> list[Proof]:
    """Destroy a member's keys and identities of every kind, in the keys' database; what went."""
    # Whoever indexes the member now has read the profile already: what that writes is there once we go on.
    await traits.lock(connection, [stone.member_id])
    await tombstones.bury(connection, [stone])
    codes = await verifications.forget_erased(connection, [stone.member_id])
    return [
        proof._replace(rows=proof.rows + codes) if proof.store == "verifications" else proof
        for proof in await tombstones.empty(connection, [stone.member_id])
    ]


async def acknowledge(
    connection: Connection,
    erasure_id: UUID,
    member_ids: Collection[UUID],
    store: str,
    proofs: Sequence[Proof],
    terms: Terms,
    now: datetime,
) -> bool:
    """Keep what a store proved; whether the erasure is complete by it."""
    await erasures.prove(connection, erasure_id, member_ids, store, proofs, now)
    if not await erasures.complete(connection, erasure_id, now, now + terms.backups_kept):
        return False
    member_id, proved = await erasures.proved(connection, erasure_id)
    await events.erasure_completed(connection, member_id, erasure_id, proved, now)
    return True


async def bring_back(connection: Connection, stones: Sequence[Tombstone], now: datetime) -> list[UUID]:
    """Erase again, in the members' database, those whom a restored backup brought back; who that was.

    The others are told again too, since theirs may have been restored as well.
    """
    # Rows first and tombstones then, as an erasure does that may be under way.
    alive = set(await tombstones.alive(connection, [stone.member_id for stone in stones]))
    missing = set(await tombstones.bury(connection, stones))
    back = [stone for stone in stones if stone.member_id in missing | alive]
    for stone in back:
        erasure = Erasure(stone.erasure_id, stone.member_id, Trigger.RESTORED, OURSELVES, "", now)
        await erasures.request(connection, erasure)
        await erasures.mark_erased(connection, stone.erasure_id, stone.erased_at)
    if back:
        await _bury(connection, back, now)
        await events.members_erased(connection, back, now)
    return [stone.member_id for stone in back]
