"""Records wait for their leaves in the order in which they came."""

from alembic import op

revision = "0010"
down_revision = "0009"

# The sequencer takes the oldest: by this key it reads them off, where it had to sort all that waited, and writers add
# at the key's end instead of at random. A record is queued by one trigger alone, and has one leaf at the most.
_KEY = "ALTER TABLE pending_leaves DROP CONSTRAINT pending_leaves_pkey, ADD PRIMARY KEY ({})"


def upgrade() -> None:
    op.execute(_KEY.format("queued_at, record_id"))


def downgrade() -> None:
    op.execute(_KEY.format("record_id"))
