"""Remember in which year the month of a member's birthday was last told, for each purpose."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0009"
down_revision = "0008"

# No month: it would tell of whom the record is sealed.
_TABLE = """
CREATE TABLE birthday_months_told (
  member_id uuid NOT NULL,
  purpose text NOT NULL,
  year smallint NOT NULL,
  PRIMARY KEY (member_id, purpose)
)
"""


def upgrade() -> None:
    op.execute(_TABLE)
    op.execute(f"GRANT SELECT, INSERT, UPDATE (year) ON birthday_months_told TO {app_role(context)}")


def downgrade() -> None:
    op.execute("DROP TABLE birthday_months_told")
