"""Keep why a lane's numbers leave a gap: its database was set back, and it goes on behind all that anybody had seen."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0034"
down_revision = "0033"

# The statement is what the batch of this number was sealed with; the outbox lane that no posting claims has no batch.
_STEPS = (
    """
    CREATE TABLE reopenings (
      lane smallint NOT NULL,
      seq bigint NOT NULL,
      statement text NOT NULL,
      PRIMARY KEY (lane, seq)
    )
    """,
    "GRANT SELECT, INSERT ON reopenings TO {role}",
)


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement.format(role=app_role(context)))


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
