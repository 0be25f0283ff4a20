"""Keep what a batch's events digested to, and what each check of a verification looked at.

The outbox forgets events that were relayed; a batch's hash can still be recomputed with their digest.
"""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE batches ADD COLUMN events integer, ADD COLUMN events_hash bytea")
    # What each check looked at, how long it took and how many rows were wrong.
    op.execute("ALTER TABLE verifications ADD COLUMN checks json NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
