"""Traits: the blind index of what members may have in common."""

from alembic import op

from services.kit import migration

revision = "0002"
down_revision = "0001"

_TABLES = """
CREATE TABLE traits (
  kind smallint NOT NULL,
  index_version smallint NOT NULL,
  value_index bytea NOT NULL CHECK (octet_length(value_index) = 16),
  member_id uuid NOT NULL,
  PRIMARY KEY (kind, index_version, value_index, member_id)
);
CREATE INDEX traits_member ON traits (member_id);
"""


def upgrade() -> None:
    app = migration.app_role(op.get_context())
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, DELETE ON traits TO {app}")


def downgrade() -> None:
    op.execute("DROP TABLE traits")
