"""The admin audit: rows may be added and read, never changed."""

from alembic import op

from services.kit import migration

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE admin_actions (
          action_id uuid NOT NULL,
          phase text NOT NULL CHECK (phase IN ('STARTED', 'SUCCEEDED', 'REFUSED', 'FAILED', 'UNKNOWN')),
          recorded_at timestamptz NOT NULL,
          actor text NOT NULL,
          roles text[] NOT NULL,
          operation text NOT NULL,
          subject jsonb NOT NULL,
          reason text NOT NULL,
          trace_id text NOT NULL,
          outcome_code text NOT NULL,
          PRIMARY KEY (action_id, phase)
        )
        """
    )
    op.execute(
        "CREATE INDEX admin_actions_newest ON admin_actions (recorded_at DESC, action_id DESC, phase DESC)"
    )
    op.execute("CREATE INDEX admin_actions_started ON admin_actions (recorded_at) WHERE phase = 'STARTED'")
    op.execute(f"GRANT SELECT, INSERT ON admin_actions TO {migration.app_role(op.get_context())}")
