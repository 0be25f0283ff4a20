"""Find a member's orders: for the member's own package, which must hold all of them."""

from alembic import op

revision = "0010"
down_revision = "0009"

_ORDERS = "CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_of_member ON orders (member_id)"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(_ORDERS)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
