"""Hear from the members service who may not spend, whose membership ended, and who was erased."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0012"
down_revision = "0011"

_STEPS = """
-- 0 nothing, 1 spends nothing, 2 earns nothing either. Of members for programmes that they have not joined yet.
ALTER TABLE members ADD COLUMN restriction smallint NOT NULL DEFAULT 0;
ALTER TABLE standings ADD COLUMN restriction smallint NOT NULL DEFAULT 0;

-- Who left, until what was left of the points is gone and, for the erased, until that is told.
CREATE TABLE departures (
  member_id uuid NOT NULL,
  -- The nil id where the membership was only closed.
  erasure_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  heard_at timestamptz NOT NULL,
  settled_at timestamptz,
  PRIMARY KEY (member_id, erasure_id)
);
CREATE INDEX departures_waiting ON departures (heard_at) WHERE settled_at IS NULL;
"""

_GRANTS = """
GRANT SELECT, INSERT ON departures TO {role};
GRANT UPDATE (heard_at, settled_at) ON departures TO {role};
"""


def upgrade() -> None:
    for statement in f"{_STEPS}{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
