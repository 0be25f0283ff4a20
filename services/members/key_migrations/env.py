"""How Alembic reaches this database."""

from alembic import context

from services.kit.database import run_migrations

run_migrations(context)
