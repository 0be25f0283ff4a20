"""An act is known by the id that it was sent as, and says whose records hold it where that is a merge's survivor."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    # Acts of before, and those of code of before, were kept under the survivor: NULL says that they still are.
    op.execute("ALTER TABLE acts ADD COLUMN recorded_under uuid")


def downgrade() -> None:
    op.execute("ALTER TABLE acts DROP COLUMN recorded_under")
