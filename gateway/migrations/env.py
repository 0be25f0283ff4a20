"""Alembic's way into the gateway's schema history."""

from alembic import context

from services.kit.migration import run

run(context)
