"""Cancel versions of programmes that were published ahead, before they take effect."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0028"
down_revision = "0027"

# Who canceled a version and why is said by the one that follows it. Its rules stay as they were published.
_STEPS = (
    "ALTER TABLE programme_versions ADD COLUMN canceled_at timestamptz",
    "GRANT UPDATE (canceled_at) ON programme_versions TO {role}",
)


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement.format(role=app_role(context)))


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
