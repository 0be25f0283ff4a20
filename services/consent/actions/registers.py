"""The officer's registers: each entry is one transaction, and is written once."""

from datetime import datetime

from services.consent.rules.purposes import UnknownPurpose
from services.consent.rules.registers import (
    Assessment,
    AssessmentInUse,
    AssessmentLocked,
    Breach,
    EntryNotValid,
    Notice,
    Route,
    UnknownEntry,
    check_reference,
)
from services.consent.storage import purposes, registers
from services.kit.database import Connection


async def delete_assessment(connection: Connection, assessment_id: str, now: datetime) -> None:
    """Forget an assessment whose three years are over and on which nothing rests any more.

    Raises ``AssessmentLocked`` before, ``AssessmentInUse``, ``UnknownEntry``.
    """
    await purposes.lock(connection, assessment_lock(assessment_id))
    found: Assessment | None = next(
        (one for one in await registers.assessments(connection) if one.assessment_id == assessment_id), None
    )
    if found is None:
        raise UnknownEntry("there is no such assessment", field="assessment_id")
    if now < found.locked_until:
        raise AssessmentLocked(
            "an impact assessment is kept for three years (PIPL 56)",
            field="assessment_id",
            article="PIPL 56",
            locked_until=found.locked_until.isoformat(),
        )
    resting = [
        key
        for key, purpose in (await purposes.in_force(connection)).items()
        if purpose.terms.assessment_id == assessment_id
    ]
    if resting:
        raise AssessmentInUse(
            "purposes in force rest on this assessment: publish them with a newer one first (PIPL 55)",
            field="assessment_id",
            purposes=", ".join(resting),
        )
    await registers.delete_assessment(connection, assessment_id)


def assessment_lock(assessment_id: str) -> str:
    """What publishing upon an assessment and deleting it lock, so that one of them sees the other."""
    return f"assessment {assessment_id}"


async def register_route(connection: Connection, entry: Route, by: str) -> bool:
    """Keep a way abroad; False when it was there. Raises ``EntryDiffers``, and ``UnknownPurpose`` where the purpose was
    never published: misspelt, a way would be there on paper, and the gate would go on denying what it was meant for."""
    if not await purposes.in_force(connection, [entry.purpose]):
        raise UnknownPurpose("no such purpose was ever published", field="route.purpose")
    return await registers.add_route(connection, entry, by)


async def open_breach(connection: Connection, entry: Breach, by: str) -> tuple[Breach, bool]:
    """The breach, and whether it was there before. Raises ``EntryDiffers``, and ``EntryNotValid`` for a category that no
    purpose ever listed: misspelt, the breach would be about nobody, and nobody would be told."""
    added = await registers.open_breach(connection, entry, by)
    listed = await purposes.categories(connection) if added else entry.categories
    if unlisted := [one for one in entry.categories if one not in listed]:
        raise EntryNotValid(
            f"no purpose lists {', '.join(unlisted)}: take of {', '.join(listed)}",
            field="categories",
            listed=", ".join(listed),
        )
    found = await registers.breach(connection, entry.breach_id)
    assert found is not None, "breaches are never deleted"
    return found, not added


async def record_notice(connection: Connection, breach_id: str, notice: Notice, by: str) -> Breach:
    """Keep that somebody was told of a breach; the breach with it. Raises ``UnknownEntry``."""
    check_reference(notice.reference, "reference")
    if await registers.breach(connection, breach_id) is None:
        raise UnknownEntry("there is no such breach", field="breach_id")
    await registers.note_notice(connection, breach_id, notice, by)
    found = await registers.breach(connection, breach_id)
    assert found is not None, "breaches are never deleted"
    return found
