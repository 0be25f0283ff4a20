"""Let tiers end: until when each is good, what stands above the ladder, and what was earned by the day."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE standings
          ADD COLUMN IF NOT EXISTS earned bigint[] NOT NULL DEFAULT '{}',
          ADD COLUMN IF NOT EXISTS ladder_since bigint NOT NULL DEFAULT 0,
          ADD COLUMN IF NOT EXISTS valid_until bigint NOT NULL DEFAULT 9223372036854775807,
          ADD COLUMN IF NOT EXISTS grace_until bigint NOT NULL DEFAULT 0,
          ADD COLUMN IF NOT EXISTS placed json,
          ADD COLUMN IF NOT EXISTS next_due_at bigint NOT NULL DEFAULT 9223372036854775807
        """
    )
    with op.get_context().autocommit_block():
        op.execute(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS standings_due ON standings (next_due_at) "
            "WHERE next_due_at < 9223372036854775807"
        )


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
