"""Purposes published: a new version, or the newest one when it already says the same; and those that somebody names."""

from collections.abc import Sequence
from datetime import datetime

from services.consent import events
from services.consent.actions.registers import assessment_lock
from services.consent.rules import checklists
from services.consent.rules.checklists import PurposeNotPublishable
from services.consent.rules.purposes import Purpose, Terms, UnknownPurpose
from services.consent.storage import purposes, registers
from services.kit.database import Connection


async def named(connection: Connection, keys: Sequence[str], field: str = "purposes") -> dict[str, Purpose]:
    """The purposes in force that somebody names. Raises ``UnknownPurpose``: what is misspelt is done for nothing."""
    found = await purposes.in_force(connection, keys)
    for place, key in enumerate(keys):
        if key not in found:
            raise UnknownPurpose(
                "no such purpose was published (PIPL 14)", field=f"{field}[{place}]", article="PIPL 14"
            )
    return found


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
