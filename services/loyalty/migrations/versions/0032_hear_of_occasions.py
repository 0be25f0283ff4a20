"""Keep occasions that were heard of until they are looked at, and find orders by when they were completed."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0032"
down_revision = "0031"

# about: the tier that was reached, or the template of the coupon that expires.
_STEPS = (
    """
    CREATE TABLE occasions (
      programme smallint NOT NULL,
      kind text NOT NULL,
      member_id uuid NOT NULL,
      name text NOT NULL,
      about text NOT NULL,
      occurred_at timestamptz NOT NULL,
      PRIMARY KEY (programme, kind, member_id, name)
    )
    """,
    "GRANT SELECT, INSERT, DELETE ON occasions TO {role}",
)
_ORDERS = "CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_by_completion ON orders USING brin (completed_at)"


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement.format(role=app_role(context)))
    with op.get_context().autocommit_block():
        op.execute(_ORDERS)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
