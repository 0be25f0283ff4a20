"""Keep in which month members' birthdays lie, as far as they allow a purpose to know it, and no longer than it is needed."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0033"
down_revision = "0032"

# A row counts once the gate said yes to it (checked_at), and is gone once it says no or the month is long over.
_STEPS = (
    """
    CREATE TABLE birthday_months (
      member_id uuid NOT NULL,
      purpose text NOT NULL,
      first_on date NOT NULL,
      -- When it was heard, or last doubted: an answer to a question of before is none.
      doubted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      checked_at timestamptz,
      PRIMARY KEY (member_id, purpose)
    )
    """,
    "CREATE INDEX birthday_months_to_check ON birthday_months (checked_at NULLS FIRST)",
    "GRANT SELECT, INSERT, DELETE, UPDATE (first_on, doubted_at, checked_at) ON birthday_months TO {role}",
)


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement.format(role=app_role(context)))


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
