"""Where Alembic enters: brings the loyalty database to the newest schema."""

from alembic import context

from services.kit.migration import run

run(context)
