"""Know who wrote a coupon template's draft, and let a draft that says something else have a number of its own."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0031"
down_revision = "0030"

# A draft of before has no writer, who so hinders nobody from publishing it.
_STEPS = (
    "ALTER TABLE coupon_templates ADD COLUMN drafted_by text NOT NULL DEFAULT ''",
    "GRANT UPDATE (drafted_by) ON coupon_templates TO {role}",
    "GRANT UPDATE (edition) ON reward_editions TO {role}",
)


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement.format(role=app_role(context)))


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
