"""Find orders by when they were paid: for the occasions that come so many days after them."""

from alembic import op

revision = "0025"
down_revision = "0024"

_ORDERS = "CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_by_payment ON orders USING brin (paid_at)"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(_ORDERS)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
