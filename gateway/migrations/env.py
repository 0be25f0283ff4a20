"""Alembic's way into the gateway's schema history."""

from alembic import context

from services.kit.database import run_migrations

run_migrations(context)
