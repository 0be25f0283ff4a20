"""Runs the consent database's migrations."""

from alembic import context

from services.kit import migration

migration.run(context)
