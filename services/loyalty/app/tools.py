"""Tools: the schema brought up, and the ledger proved."""

import asyncio
from datetime import datetime
from pathlib import Path

from services.kit import instants, migration, signing
from services.loyalty.app import wiring
from services.loyalty.jobs import verification
from services.loyalty.jobs.display import Display
from services.loyalty.jobs.reopening import Reopener
from services.loyalty.rules.ledger.reopening import InstantNotUnderstood
from services.loyalty.settings import Settings

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema."""
    url, owner_url = settings.database_url, settings.owner_url or settings.database_url
    migration.upgrade(url.get_secret_value(), owner_url.get_secret_value(), MIGRATIONS)


def verify(settings: Settings) -> bool:
    """Go through the whole ledger and say what was found; True when everything agrees."""
    url, key = settings.database_url.get_secret_value(), signing.own_key(settings.signing_key)
    keys = signing.trusted(settings.public_keys, key)
    with Display() as display:
        outcome = asyncio.run(verification.verify(url, wiring.heads_file(settings), keys, display))
    display.conclude(outcome)
    return outcome.agrees


def reopen(settings: Settings, actor: str, reason: str, since: str = "") -> None:
    """Let the lanes of a database that was set back go on behind all that was seen of them. Raises ``NotReopened``."""
    key = signing.own_key(settings.signing_key)
    reopener = Reopener(settings.database_url.get_secret_value(), wiring.outside(settings), key)
    done = asyncio.run(reopener.reopen(actor, reason, _instant(since) if since else None))
    Display().tell_reopened(done)


def _instant(text: str) -> datetime:
    if at := instants.of_text(text):
        return at
    raise InstantNotUnderstood("say since when with its offset, for instance 2026-11-23T08:00:00+08:00")


def show_heads(settings: Settings) -> None:
    """Say by which keys heads are signed, and what was published last."""
    keys = signing.trusted(settings.public_keys, signing.own_key(settings.signing_key))
    Display().show_heads(keys, wiring.heads_file(settings))
