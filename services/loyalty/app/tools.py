"""Tools: the schema brought up, and the ledger proved."""

import asyncio
from pathlib import Path

from services.kit import migration, signing
from services.loyalty.app import wiring
from services.loyalty.jobs import verification
from services.loyalty.jobs.display import Display
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


def show_heads(settings: Settings) -> None:
    """Say by which keys heads are signed, and what was published last."""
    keys = signing.trusted(settings.public_keys, signing.own_key(settings.signing_key))
    Display().show_heads(keys, wiring.heads_file(settings))
