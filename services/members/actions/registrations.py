"""Registrations: a member id is claimed with its key and identities first, and the member follows.

The two databases cannot commit together, so their order is what makes a crash harmless: what was claimed is
completed by a retry of the same request, or given up by a job once nobody came back for it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from services.kit.database import Connection
from services.kit.refusal import Refusal
from services.members import events
from services.members.rules import profiles
from services.members.rules.birthdays import under_14
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import MemberStatus, new_member_ids
from services.members.rules.registrations import (
    Claim,
    Draft,
    Registered,
    RegistrationGivenUp,
    RegistrationRaced,
)
from services.members.storage import members, registrations


async def claim(connection: Connection, ring: KeyRing, drafts: Sequence[Draft], now: datetime) -> list[Claim]:
    """Claim a member id for each draft, in the keys' database. Raises ``RegistrationRaced``."""
    new: list[registrations.NewClaim] = []
    claims: list[Claim] = []
    links: list[registrations.NewLinks] = []
    member_ids = new_member_ids(now, len(drafts))
    keys = ring.generate_each([ring.where(member_id) for member_id in member_ids])
    for draft, member_id, (dek, wrapped) in zip(drafts, member_ids, keys, strict=True):
        new.append(registrations.NewClaim(draft.key, draft.body, member_id, wrapped))
        claims.append(Claim(member_id, draft.body.digest, wrapped, dek))
        links.append(registrations.NewLinks(member_id, draft.identities))
    if not await registrations.claim(connection, new, now) or not await registrations.link(
        connection, links, now
    ):
        raise RegistrationRaced("another registration came first in this moment: try again")
    await registrations.add_keys(connection, new)
    return claims


async def complete_new(
    connection: Connection, ring: KeyRing, claimed: Sequence[tuple[Claim, Draft]], now: datetime
) -> list[Registered | Refusal]:
    """Let the members exist whose ids were claimed just now, by whoever claimed them.

    Nobody knows of the ids unless somebody retried meanwhile, or the job gave them up: then this raises
    ``RegistrationRaced``, the transaction is void, and ``complete`` in another one says how each of them stands.
    """
    new = [_new(ring, claim, draft) for claim, draft in claimed]
    if not await members.copy(connection, new, now):
        raise RegistrationRaced("somebody else completed this registration in this moment: try again")
    await _tell(connection, claimed, {claim.member_id for claim, _ in claimed}, now)
    return [Registered(claim.member_id, replayed=False) for claim, _ in claimed]


async def complete(
    connection: Connection, ring: KeyRing, claimed: Sequence[tuple[Claim, Draft]], now: datetime
) -> list[Registered | Refusal]:
    """Let the members exist whose ids were claimed, in the members' database; earlier ones are left as they are."""
    standings = await members.standings(connection, [claim.member_id for claim, _ in claimed])
    missing = [
        _new(ring, claim, draft)
        for claim, draft in claimed
        if claim.member_id not in standings and claim.wrapped is not None
    ]
    added = await members.add(connection, missing, now) if missing else set()
    if len(added) < len(missing):
        standings = await members.standings(connection, [claim.member_id for claim, _ in claimed])
    await _tell(connection, claimed, added, now)
    outcomes: list[Registered | Refusal] = []
    for claim, _ in claimed:
        standing = standings.get(claim.member_id)
        if claim.member_id in added:
            outcomes.append(Registered(claim.member_id, replayed=False))
        elif standing is None or standing.status is MemberStatus.ABANDONED:
            outcomes.append(
                RegistrationGivenUp("an earlier attempt under this key is being cleared away: try again")
            )
        else:
            outcomes.append(Registered(claim.member_id, replayed=True))
    return outcomes


async def _tell(
    connection: Connection, claimed: Sequence[tuple[Claim, Draft]], added: Collection[UUID], now: datetime
) -> None:
    """Tell of those who were added."""
    told = [
        (claim.member_id, draft.joined_at, under_14(draft.profile, now))
        for claim, draft in claimed
        if claim.member_id in added
    ]
    await events.members_registered(connection, told, now)


async def give_up_missing(connection: Connection, member_ids: Sequence[UUID], now: datetime) -> set[UUID]:
    """Give up those of the claimed ids that no member has, in the members' database; which were given up.

    The id is occupied before its key is destroyed, so a straggling ``complete`` finds it gone.
    """
    await members.give_up(connection, member_ids, now)
    standings = await members.standings(connection, member_ids)
    return {
        member_id for member_id, standing in standings.items() if standing.status is MemberStatus.ABANDONED
    }


async def settle(connection: Connection, member_ids: Sequence[UUID], given_up: Collection[UUID]) -> None:
    """Close claims, in the keys' database: of what was given up nothing stays."""
    await registrations.release(connection, list(given_up))
    await registrations.settle(connection, member_ids)


def _new(ring: KeyRing, claim: Claim, draft: Draft) -> members.NewMember:
    assert claim.wrapped is not None, "who has no key any more is not completed"
    where = ring.where(claim.member_id)
    blob = ring.seal(
        profiles.encode(draft.profile),
        claim.dek or ring.unwrap(claim.wrapped, where),
        where,
        schema=profiles.SCHEMA,
        dek_gen=registrations.FIRST_GENERATION,
    )
    return members.NewMember(claim.member_id, draft.joined_at, registrations.FIRST_GENERATION, blob)
