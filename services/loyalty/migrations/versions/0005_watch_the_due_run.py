"""Keep how far the due run came, so that staff can watch it."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # One row: the run under way, or the last one.
    op.execute(
        """CREATE TABLE due_run (
             single boolean PRIMARY KEY DEFAULT true CHECK (single),
             started_at timestamptz NOT NULL,
             noted_at timestamptz NOT NULL,
             finished_at timestamptz,
             members bigint NOT NULL,
             entries bigint NOT NULL,
             set_aside bigint NOT NULL
           )"""
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON due_run TO {app_role(context)}")


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
