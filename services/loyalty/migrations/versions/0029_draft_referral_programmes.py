"""Draft referral programmes: what the next edition is to say, which nobody is offered yet."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0029"
down_revision = "0028"

# One draft each. It is of the edition after the one that it was made from; a programme that was never published has
# a draft alone.
_STEPS = (
    """
    CREATE TABLE referral_drafts (
      programme smallint NOT NULL REFERENCES programmes (number),
      referral text NOT NULL,
      edition int NOT NULL,
      terms jsonb NOT NULL,
      drafted_by text NOT NULL,
      drafted_at timestamptz NOT NULL,
      reason text NOT NULL,
      PRIMARY KEY (programme, referral)
    )
    """,
    "GRANT SELECT, INSERT, DELETE ON referral_drafts TO {role}",
    "GRANT UPDATE (edition, terms, drafted_by, drafted_at, reason) ON referral_drafts TO {role}",
)


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement.format(role=app_role(context)))


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
