"""Leave the packed events of a batch as they are: to compress them took longer than to write them."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("ALTER TABLE outbox ALTER COLUMN event SET STORAGE EXTERNAL")


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
