"""Keep with an action of staff what it changed."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("ALTER TABLE admin_actions ADD COLUMN changes jsonb NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    op.execute("ALTER TABLE admin_actions DROP COLUMN changes")
