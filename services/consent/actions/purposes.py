"""Publishing purposes: a new version, or the newest one when it already says the same."""

from datetime import datetime

from services.consent import events
from services.consent.rules import checklists
from services.consent.rules.purposes import Purpose, Terms
from services.consent.storage import purposes
from services.kit.database import Connection


async def publish(connection: Connection, terms: Terms, by: str, now: datetime) -> tuple[Purpose, bool]:
    """The published version, and whether it was there already."""
    terms = checklists.check_purpose(terms)
    await purposes.lock(connection, f"purpose {terms.key}")
    newest = (await purposes.in_force(connection, [terms.key])).get(terms.key)
    if newest is not None and newest.terms == terms:
        return newest, True
    purpose = Purpose(terms, newest.version + 1 if newest else 1, now)
    await purposes.add(connection, purpose, by)
    await events.purpose_published(connection, purpose)
    return purpose, False
