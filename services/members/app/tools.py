"""Tools: what is done once and by hand: migrations, and the key ring."""

from pathlib import Path

from services.kit import migration
from services.members.jobs import (
    tending,
)
from services.members.settings import MigrationSettings, RingSettings
from services.members.storage.providers.choosing import provider_of

_HERE = Path(__file__).parents[1]


def migrate(settings: MigrationSettings) -> None:
    """Bring both databases to the newest schema."""
    for url, owner_url, scripts in (
        (settings.members_url, settings.members_owner_url, "migrations"),
        (settings.member_keys_url, settings.member_keys_owner_url, "key_migrations"),
    ):
        migration.upgrade(url.get_secret_value(), owner_url.get_secret_value(), _HERE / scripts)


def tend_ring(settings: RingSettings, verb: str, *said: str) -> str:
    """Do something with the key ring by hand; what was done. Raises ``KeyRingRefused``."""
    provider = provider_of(settings.choice)
    return tending.tend(settings.key_ring, settings.installation_id, provider, settings.suite, verb, *said)
