"""Count what limited earn rules give, and keep with an order how its rules judged it."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0017"
down_revision = "0016"

_STEPS = """
-- What decided over an order beside its money and the tier held; null where nothing else did.
ALTER TABLE orders ADD COLUMN judgement json;

-- What rules with a budget gave to all members together.
CREATE TABLE earn_budgets (
  programme smallint NOT NULL,
  rule text NOT NULL,
  spent bigint NOT NULL DEFAULT 0 CHECK (spent >= 0),
  PRIMARY KEY (programme, rule)
) WITH (fillfactor = 50);

-- What rules with caps gave to a member within a window that begins on a local day.
CREATE TABLE earn_caps (
  member_id uuid NOT NULL,
  programme smallint NOT NULL,
  rule text NOT NULL,
  span text NOT NULL,
  first_on date NOT NULL,
  given bigint NOT NULL CHECK (given >= 0),
  PRIMARY KEY (member_id, programme, rule, span, first_on)
);
"""

_GRANTS = """
GRANT SELECT, INSERT ON earn_budgets, earn_caps TO {role};
GRANT UPDATE (spent) ON earn_budgets TO {role};
GRANT UPDATE (given) ON earn_caps TO {role};
"""


def upgrade() -> None:
    for statement in f"{_STEPS}{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
