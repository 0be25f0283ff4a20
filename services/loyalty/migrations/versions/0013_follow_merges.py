"""Hear from the members service who turned out to be one, and remember what of that the ledger has not done yet."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0013"
down_revision = "0012"

_STEPS = """
-- nth is the order in which merges and their undoing were made, in which alone they can be followed.
CREATE TABLE heard_merges (
  nth bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  from_member uuid NOT NULL,
  into_member uuid NOT NULL,
  merge_id text NOT NULL,
  undone boolean NOT NULL,
  reason text NOT NULL,
  heard_at timestamptz NOT NULL DEFAULT now(),
  followed_at timestamptz,
  UNIQUE (from_member, merge_id, undone)
);
CREATE INDEX heard_merges_waiting ON heard_merges (nth) WHERE followed_at IS NULL;
"""

_GRANTS = """
GRANT SELECT, INSERT ON heard_merges TO {role};
GRANT UPDATE (followed_at) ON heard_merges TO {role};
"""


def upgrade() -> None:
    for statement in f"{_STEPS}{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
