"""Know by a wallet's row alone that a credit to it needs no look at anything else.

It is false until the wallet is next written after a look at everything.
"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("ALTER TABLE wallets ADD COLUMN plain boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
