"""Runs the consent database's migrations."""

from alembic import context

from services.kit import database

database.run_migrations(context)
