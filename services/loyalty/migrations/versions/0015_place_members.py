"""Remember who placed members on a tier, until when and why."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0015"
down_revision = "0014"

_STEPS = """
CREATE TABLE placements (
  member_id uuid NOT NULL,
  key uuid NOT NULL,
  programme smallint NOT NULL,
  kind text NOT NULL,
  tier text NOT NULL,
  until timestamptz NOT NULL,
  tier_before text NOT NULL,
  tier_after text NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  fingerprint bytea NOT NULL,
  placed_at timestamptz NOT NULL,
  ended boolean NOT NULL,
  PRIMARY KEY (member_id, key)
);
"""

_GRANTS = "GRANT SELECT, INSERT ON placements TO {role};\n"


def upgrade() -> None:
    for statement in f"{_STEPS}{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
