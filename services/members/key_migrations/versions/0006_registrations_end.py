"""How long it is remembered which request registered whom; before, for ever."""

from alembic import op

from services.kit import migration
from services.members.storage import retention

revision = "0006"
down_revision = "0005"

_FLOORS = """
-- By which instant a table's rows age, which of them, and for how long nobody deletes them whatever it is told.
CREATE TABLE retention_floors (
  store text PRIMARY KEY,
  aged_by text NOT NULL,
  least_days integer NOT NULL,
  only_where text NOT NULL DEFAULT 'true'
);

INSERT INTO retention_floors VALUES ('registrations', 'claimed_at', 7, 'settled')
"""
_FUNCTIONS = ("due_in(text, timestamptz)", "retire(text, timestamptz, integer)")
# Rows lie in the order in which they were claimed: a few pages say where the old ones end.
_CLAIMED = (
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS registrations_claimed ON registrations USING brin (claimed_at)"
)


def upgrade() -> None:
    app = migration.app_role(op.get_context())
    for statement in (*_FLOORS.split(";\n"), *retention.FUNCTIONS.split("\n\n")):
        op.execute(statement)
    for function in _FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {app}")
    with op.get_context().autocommit_block():
        op.execute(_CLAIMED)


def downgrade() -> None:
    raise NotImplementedError("what was deleted is not brought back")
