"""How Alembic reaches this database."""

from alembic import context

from services.kit.migration import run

run(context)
