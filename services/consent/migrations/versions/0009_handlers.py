"""To whom the processing went over (PIPL 22): written once, before it takes effect."""

from alembic import op

from services.kit import migration

revision = "0009"
down_revision = "0008"

_TABLE = """CREATE TABLE handler_transfers (
  transfer_id text PRIMARY KEY,
  handler_id text NOT NULL, name_zh text NOT NULL, name_en text NOT NULL, contact text NOT NULL,
  notice_key text NOT NULL, effective_at timestamptz NOT NULL UNIQUE, recorded_by text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now())"""


def upgrade() -> None:
    op.execute(_TABLE)
    op.execute(f"GRANT SELECT, INSERT ON handler_transfers TO {migration.app_role(op.get_context())}")


def downgrade() -> None:
    raise NotImplementedError("who processed whose data when is not forgotten")
