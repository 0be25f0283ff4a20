"""Where Alembic enters: brings the loyalty database to the newest schema."""

from alembic import context

from services.kit.database import run_migrations

run_migrations(context)
