"""Keep what a rule promised a member until it is given, once."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0023"
down_revision = "0022"

_STEPS = """
CREATE TABLE grants (
  member_id uuid NOT NULL,
  -- Made of what earned it, so that the same is never promised twice; what is given is given under it, too.
  key text NOT NULL,
  -- The order in which staff look at them.
  nth bigint GENERATED ALWAYS AS IDENTITY,
  programme_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('POINTS', 'COUPON', 'BENEFIT')),
  currency text NOT NULL DEFAULT '',
  points bigint NOT NULL DEFAULT 0,
  template text NOT NULL DEFAULT '',
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'GIVEN', 'REFUSED')),
  promised_at timestamptz NOT NULL,
  -- When it is tried next, for as long as it is open.
  due_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  settled_at timestamptz,
  -- The entry or coupon that was given.
  reference text NOT NULL DEFAULT '',
  -- Why it was refused, or could not be given yet: a code.
  outcome text NOT NULL DEFAULT '',
  PRIMARY KEY (member_id, key)
);
CREATE INDEX grants_due ON grants (due_at) WHERE state = 'OPEN';
CREATE INDEX grants_in_order ON grants (nth);
"""

_GRANTS = """
GRANT SELECT, INSERT ON grants TO {role};
GRANT UPDATE (state, due_at, tries, settled_at, reference, outcome) ON grants TO {role};
"""


def upgrade() -> None:
    for statement in f"{_STEPS}{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
