"""Migrating: how the gateway's database comes to its newest schema."""

from pathlib import Path

from gateway.settings import MigrationSettings
from services.kit import migration

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def migrate(settings: MigrationSettings) -> None:
    """Bring the database to the newest schema, as its owner."""
    url, owner_url = settings.database_url, settings.database_owner_url
    migration.upgrade(url.get_secret_value(), owner_url.get_secret_value(), MIGRATIONS)
