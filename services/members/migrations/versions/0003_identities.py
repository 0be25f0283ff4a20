"""Merges of members, with how far the other services followed."""

from alembic import op

from services.kit import migration

revision = "0003"
down_revision = "0002"

_STEPS = """
CREATE TABLE merges (
  from_member uuid NOT NULL,
  merge_id text NOT NULL,
  into_member uuid NOT NULL,
  cause smallint NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  merged_at timestamptz NOT NULL,
  undone_at timestamptz,
  undone_by text NOT NULL DEFAULT '',
  undone_reason text NOT NULL DEFAULT '',
  PRIMARY KEY (from_member, merge_id),
  CHECK (from_member <> into_member)
);
CREATE INDEX merges_into ON merges (into_member);
-- Nobody is merged into two members at once, whatever two processes decide.
CREATE UNIQUE INDEX merges_in_force ON merges (from_member) WHERE undone_at IS NULL;

CREATE TABLE merge_followers (
  from_member uuid NOT NULL,
  merge_id text NOT NULL,
  service text NOT NULL,
  merged_at timestamptz,
  undone_at timestamptz,
  PRIMARY KEY (from_member, merge_id, service)
)
"""

_RIGHTS = (
    "SELECT, INSERT, UPDATE (undone_at, undone_by, undone_reason) ON merges",
    "SELECT, INSERT, UPDATE (merged_at, undone_at) ON merge_followers",
)


def upgrade() -> None:
    for statement in _STEPS.split(";\n"):
        if statement.strip():
            op.execute(statement)
    app = migration.app_role(op.get_context())
    for rights in _RIGHTS:
        op.execute(f"GRANT {rights} TO {app}")


def downgrade() -> None:
    op.execute("DROP TABLE merges, merge_followers")
