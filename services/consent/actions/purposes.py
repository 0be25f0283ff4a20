"""Publishing purposes: a new version, or the newest one when it already says the same."""

from datetime import datetime

from services.consent import events
from services.consent.actions.registers import assessment_lock
from services.consent.rules import checklists
from services.consent.rules.checklists import PurposeNotPublishable
from services.consent.rules.purposes import Purpose, Terms
from services.consent.storage import purposes, registers
from services.kit.database import Connection


async def publish(connection: Connection, terms: Terms, by: str, now: datetime) -> tuple[Purpose, bool]:
    """The published version, and whether it was there already. Raises what the law wants first."""
    terms = checklists.check_purpose(terms)
    await purposes.lock(connection, f"purpose {terms.key}")
    newest = (await purposes.in_force(connection, [terms.key])).get(terms.key)
    if newest is not None and newest.terms == terms:
        return newest, True
    if terms.assessment_id:
        await purposes.lock(connection, assessment_lock(terms.assessment_id))
    if terms.assessment_id and not await registers.assessed(connection, terms.assessment_id, terms.key):
        raise PurposeNotPublishable(
            "enter the impact assessment of this purpose into the register first (PIPL 55)",
            field="purpose.assessment_id",
            article="PIPL 55",
        )
    purpose = Purpose(terms, newest.version + 1 if newest else 1, now)
    await purposes.add(connection, purpose, by)
    await events.purpose_published(connection, purpose)
    return purpose, False
