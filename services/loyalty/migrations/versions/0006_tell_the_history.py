"""Keep which lines each refund was for, and find batches by the time they were committed.

Refunds from before know only their sums; what they took back is then told for the order as a whole.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

_REFUNDS = """
ALTER TABLE refunds
  -- Minor units of each of the order's lines, in their order.
  ADD COLUMN shares bigint[],
  -- True where lines were named, false where an amount was.
  ADD COLUMN by_line boolean
"""

# Batches of a lane follow one another in time, so a block range index is small and costs their writers nothing.
_BATCHES = "CREATE INDEX CONCURRENTLY IF NOT EXISTS batches_by_time ON batches USING brin (committed_at)"


def upgrade() -> None:
    op.execute(_REFUNDS)
    with op.get_context().autocommit_block():
        op.execute(_BATCHES)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
