"""Index merged members anew: a child among them is found on its fourteenth birthday (PIPL 31)."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("UPDATE members SET indexed_revision = -1 WHERE merged_into IS NOT NULL AND blob IS NOT NULL")


def downgrade() -> None:
    pass  # what was indexed is indexed by either version's code
