"""Guardians: linked and unlinked by staff, and learned of from the members service; each change voids what it must."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.consent import events
from services.consent.actions.merges import held_survivor
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
    child_id = await held_survivor(connection, child_id)
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
    before = await guardians.ward(connection, child_id)
    if before is not None and before.is_child and before.guardian_id == guardian_id:
        return before, True
    ward = Ward(child_id, guardian_id, now, None)
    return await _change(connection, ward, GuardianChange.LINKED, verification, actor, now), False


async def unlink(connection: Connection, child_id: UUID, actor: str, now: datetime) -> Ward | None:
    """Let nobody consent for a child until somebody is linked again; None where there is no such child."""
    child_id = await held_survivor(connection, child_id)
    ward = await guardians.ward(connection, child_id)
    if ward is None or ward.guardian_id is None:
        return ward
    parted = replace(ward, child_id=child_id, guardian_id=None, linked_at=None)
    return await _change(connection, parted, GuardianChange.UNLINKED, "", actor, now)


async def learn(connection: Connection, member_id: UUID, *, under14: bool, now: datetime) -> None:
    """The members service tells whether a member is under fourteen; what is known already changes nothing."""
    if not under14 and await guardians.ward(connection, member_id) is None:
        return
    member_id = await held_survivor(connection, member_id)
    if await erasures.is_erased(connection, member_id):
        return
    ward = await guardians.ward(connection, member_id)
    if under14 == (ward is not None and ward.is_child):
        return
    if under14:
        child = Ward(member_id, None, None, None)
        await _change(connection, child, GuardianChange.CHILD, "", MEMBERS, now)
    elif ward is not None:
        grown = replace(ward, child_id=member_id, grown_at=now)
        await _change(connection, grown, GuardianChange.GROWN, "", MEMBERS, now)


async def _change(
    connection: Connection, ward: Ward, kind: GuardianChange, verification: str, actor: str, now: datetime
) -> Ward:
    member = await decisions.lock_member(connection, ward.child_id)
    epoch = member.epoch + 1
    await guardians.put(connection, ward, epoch, kind, verification, actor, now)
    await guardians.void(connection, ward.child_id)
    await decisions.advance(connection, ward.child_id, epoch)
    await events.guardian_changed(connection, ward.child_id, epoch, now)
    return ward
