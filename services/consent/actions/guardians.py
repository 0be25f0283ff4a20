"""Guardians: linked and unlinked by staff, and learned of from the members service; each change voids what it must."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.consent import events
from services.consent.actions.merges import held_person
from services.consent.rules import guardians as rules
from services.consent.rules.acts import MemberErased
from services.consent.rules.guardians import (
    GuardianChange,
    GuardianNotEligible,
    GuardianNotVerified,
    Ward,
    admit,
)
from services.consent.rules.purposes import PARTY
from services.consent.storage import decisions, erasures, guardians, merges
from services.kit.database import Connection

MEMBERS = "service:members"


async def may_read(connection: Connection, member_id: UUID, by: UUID) -> bool:
    """Whether a member is a child for whom ``by`` consents, and may see what was decided about it."""
    ward = await guardians.ward(connection, member_id)
    return rules.may_read(ward, await merges.survivor(connection, by))


async def acting(connection: Connection, member_id: UUID, by: UUID) -> UUID | None:
    """The pseudonym of the guardian who acts for a member; None where the member acts.

    Raises ``GuardianNeeded`` or ``NotTheGuardian``.
    """
    ward = await guardians.ward(connection, member_id)
    if not admit(ward, member_id, await merges.survivor(connection, by)):
        return None
    assert ward is not None, "a guardian acts for a ward"
    guardian = ward.guardian_id or by
    return (await decisions.lock_member(connection, guardian)).principal_id


async def link(
    connection: Connection, child_id: UUID, guardian_id: UUID, verification: str, actor: str, now: datetime
) -> tuple[Ward, bool]:
    """Let somebody consent for a child, and whether that was so before."""
    if not PARTY.fullmatch(verification):
        raise GuardianNotVerified(
            "name the file that shows it, in up to 100 characters (PIPL 31)",
            field="verification",
            article="PIPL 31",
        )
    child_id = await held_person(connection, child_id)
    guardian_id = await merges.survivor(connection, guardian_id)
    if child_id == guardian_id:
        raise GuardianNotEligible(
            "nobody is their own guardian (PIPL 31)", field="guardian_id", article="PIPL 31"
        )
    theirs = await guardians.ward(connection, guardian_id)
    if theirs is not None and theirs.is_child:
        raise GuardianNotEligible(
            "a child is nobody's guardian (PIPL 31)", field="guardian_id", article="PIPL 31"
        )
    for field, one in (("child_id", child_id), ("guardian_id", guardian_id)):
        if await erasures.is_erased(connection, one):
            raise MemberErased("the member was erased", field=field)
    known = [one for one in await _known(connection, child_id) if one.is_child]
    if known and all(one.guardian_id == guardian_id for one in known):
        return replace(known[0], child_id=child_id), True
    ward = Ward(child_id, guardian_id, now, None)
    linked = [replace(ward, child_id=one.child_id) for one in known] or [ward]
    await _change(connection, child_id, linked, GuardianChange.LINKED, verification, actor, now)
    return ward, False


async def unlink(connection: Connection, child_id: UUID, actor: str, now: datetime) -> Ward | None:
    """Let nobody consent for a child until somebody is linked again; None where there is no such child."""
    child_id = await held_person(connection, child_id)
    linked = [one for one in await _known(connection, child_id) if one.guardian_id is not None]
    if linked:
        parted = [replace(one, guardian_id=None, linked_at=None) for one in linked]
        await _change(connection, child_id, parted, GuardianChange.UNLINKED, "", actor, now)
    return await guardians.ward(connection, child_id)


async def learn(connection: Connection, member_id: UUID, *, under14: bool, now: datetime) -> None:
    """The members service tells whether a member is under fourteen; what is known already changes nothing.

    It is known of that very id, also while it is merged: who was merged wrongly is as old as before after it.
    """
    if not under14 and not await guardians.own(connection, [member_id]):
        return
    survivor = await held_person(connection, member_id)
    if await erasures.is_erased(connection, survivor):
        return
    own = await guardians.own(connection, [member_id])
    if under14 == any(one.is_child for one in own):
        return
    if under14:
        child = Ward(member_id, None, None, None)
        await _change(connection, survivor, [child], GuardianChange.CHILD, "", MEMBERS, now)
    else:
        grown = [replace(one, grown_at=now) for one in own]
        await _change(connection, survivor, grown, GuardianChange.GROWN, "", MEMBERS, now)


async def _known(connection: Connection, survivor: UUID) -> list[Ward]:
    """What is known under each id of a person."""
    return await guardians.own(connection, await merges.ids(connection, survivor))


async def _change(
    connection: Connection,
    survivor: UUID,
    wards: Sequence[Ward],
    kind: GuardianChange,
    verification: str,
    actor: str,
    now: datetime,
) -> None:
    """Let this be known under ids of a person, who is held, by an epoch that is the survivor's too."""
    ids = {survivor, *(ward.child_id for ward in wards)}
    epoch = max([(await decisions.lock_member(connection, one)).epoch for one in sorted(ids)]) + 1
    for ward in wards:
        await guardians.put(connection, ward, epoch, kind, verification, actor, now)
        await decisions.advance(connection, ward.child_id, epoch)
    if not any(ward.child_id == survivor for ward in wards):
        await merges.note(connection, survivor, epoch)
    for one in ids:
        await guardians.void(connection, one)
    await events.guardian_changed(connection, survivor, epoch, now)
