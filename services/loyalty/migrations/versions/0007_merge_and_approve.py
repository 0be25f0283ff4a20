"""Keep what a merge can give back, when something was forfeited, and who is approving an adjustment.

A merge's share shrinks as orders of the merged member are refunded, so that an un-merge gives back what is left.
"""

from alembic import context, op

from services.kit.migration import app_role

revision = "0007"
down_revision = "0006"

_STEPS = """
ALTER TABLE standings
  ADD COLUMN was_merged boolean NOT NULL DEFAULT false,
  ADD COLUMN forfeited_at bigint NOT NULL DEFAULT 0;

-- moved and returned: {currency: [available, pending, debt]}. share: {currencies: {currency: [lots, repaid,
-- pending, paid, owed]}, days, tiers, tier_before}.
ALTER TABLE merges
  ADD COLUMN reason text NOT NULL DEFAULT '',
  ADD COLUMN share json NOT NULL DEFAULT '{}',
  ADD COLUMN undone_by text NOT NULL DEFAULT '',
  ADD COLUMN undone_reason text NOT NULL DEFAULT '',
  ADD COLUMN returned json NOT NULL DEFAULT '{}';

-- APPROVING: somebody approved it and the ledger has not answered yet.
ALTER TABLE adjustment_requests
  DROP CONSTRAINT adjustment_requests_state_check,
  ADD CONSTRAINT adjustment_requests_state_check
    CHECK (state IN ('WAITING', 'APPROVING', 'APPROVED', 'REJECTED'));
"""

_GRANTS = """
GRANT UPDATE (share, undone_by, undone_reason, returned) ON merges TO {role};
"""


def upgrade() -> None:
    for statement in f"{_STEPS}{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
