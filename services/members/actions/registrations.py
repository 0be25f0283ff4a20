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
from services.members.rules.members import MemberStatus, new_member_id
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
    links: list[registrations.NewLink] = []
    for draft in drafts:
        member_id = new_member_id(now)
        made = ring.generate(ring.where(member_id))
        new.append(registrations.NewClaim(draft.key, draft.body, member_id, made.wrapped))
        claims.append(Claim(member_id, draft.body.digest, made.wrapped, made.dek))
        links += [
            registrations.NewLink(place, member_id, new.verified)
            for new in draft.identities
            for place in new.places
        ]
    if not await registrations.claim(connection, new, now) or not await registrations.link(
        connection, links, now
    ):
        raise RegistrationRaced("another registration came first in this moment: try again")
    await registrations.add_keys(connection, new)
    return claims


async def complete(
    connection: Connection, ring: KeyRing, claimed: Sequence[tuple[Claim, Draft]], now: datetime
) -> list[Registered | Refusal]:
    """Let the members exist whose ids were claimed, in the members' database; earlier ones are left as they are."""
    standings = await members.standings(connection, [claim.member_id for claim, _ in claimed])
    missing = [
        members.NewMember(
            claim.member_id,
            draft.joined_at,
            registrations.FIRST_GENERATION,
            _sealed(ring, claim, draft),
        )
        for claim, draft in claimed
        if claim.member_id not in standings and claim.wrapped is not None
    ]
    added = await members.add(connection, missing, now) if missing else set()
    if len(added) < len(missing):
        standings = await members.standings(connection, [claim.member_id for claim, _ in claimed])
    children = {claim.member_id for claim, draft in claimed if under_14(draft.profile, now)}
    await events.members_registered(
        connection,
        [(new.member_id, new.joined_at) for new in missing if new.member_id in added],
        now,
        children,
    )
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


def _sealed(ring: KeyRing, claim: Claim, draft: Draft) -> bytes:
    assert claim.wrapped is not None, "who has no key any more is not completed"
    where = ring.where(claim.member_id)
    return ring.seal(
        profiles.encode(draft.profile),
        claim.dek or ring.unwrap(claim.wrapped, where),
        where,
        schema=profiles.SCHEMA,
        dek_gen=registrations.FIRST_GENERATION,
    )
