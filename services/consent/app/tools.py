"""Tools: the schema brought up, evidence proved and packed, keys shown."""

import asyncio
from pathlib import Path

from services.consent.app import wiring
from services.consent.jobs import packs, verification
from services.consent.jobs.display import Display
from services.consent.settings import Settings
from services.kit import clock, migration, signing

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema, as its owner."""
    if settings.database_owner_url is None:
        raise SystemExit("set DATABASE_OWNER_URL_CONSENT: only the owner may change the schema")
    url, owner_url = settings.database_url, settings.database_owner_url
    migration.upgrade(url.get_secret_value(), owner_url.get_secret_value(), MIGRATIONS)


def verify(settings: Settings) -> bool:
    """Go through all evidence and say what was found; True when everything agrees."""
    url = settings.database_url.get_secret_value()
    keys = signing.trusted(settings.public_keys, signing.own_key(settings.signing_key))
    with Display() as display:
        outcome = asyncio.run(
            verification.verify(url, wiring.origin(settings), wiring.witness(settings), keys, display)
        )
    display.conclude(outcome)
    return outcome.agrees


def pack(settings: Settings, article: str, until: str, folder: str) -> bool:
    """Write what shows how an article was kept to until an instant, empty for now; True when it was written."""
    key = signing.own_key(settings.signing_key)
    if key is None:
        raise SystemExit("set CONSENT_SIGNING_KEY: the index of the evidence is signed")
    keys = signing.trusted(settings.public_keys, key)
    url = settings.database_url.get_secret_value()
    try:
        at = packs.until(until, clock.now())
        rows = asyncio.run(packs.write(url, int(article), at, Path(folder), key, keys))
    except (packs.NotCoveredYet, packs.PackRefused) as why:
        raise SystemExit(str(why)) from None
    Display().packed(folder, article, at, rows)
    return True


def show_keys(settings: Settings) -> None:
    """Print the public keys by which receipts and checkpoints are verified."""
    Display().show_keys(signing.trusted(settings.public_keys, signing.own_key(settings.signing_key)))
