"""What ends besides: the log and quotas of searches, and the ids of registrations that came to nothing."""

from alembic import op

from services.members.storage import retention

revision = "0007"
down_revision = "0006"

_FLOORS = """
ALTER TABLE retention_floors ADD COLUMN only_where text NOT NULL DEFAULT 'true';

INSERT INTO retention_floors VALUES
  ('member_searches', 'searched_at', 180, 'true'),
  ('search_quotas', 'used_on::timestamptz', 7, 'true'),
  -- An id that was given up; anybody who ever was a member stays.
  ('members', 'registered_at', 7, 'status = 0 AND blob IS NULL')
"""
_ABANDONED = (
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS members_abandoned ON members (registered_at) WHERE status = 0"
)


def upgrade() -> None:
    for statement in (*_FLOORS.split(";\n"), *retention.FUNCTIONS.split("\n\n")):
        op.execute(statement)
    with op.get_context().autocommit_block():
        op.execute(_ABANDONED)


def downgrade() -> None:
    raise NotImplementedError("what was deleted is not brought back")
