"""Identity documents: sensitive, in a table of their own, so that reading a profile never touches them."""

from alembic import op

from services.kit import migration

revision = "0005"
down_revision = "0004"

_TABLE = """
CREATE TABLE identity_documents (
  member_id uuid PRIMARY KEY,
  -- Which kind it is stands in clear, so that a member is told of it without the key.
  kind smallint NOT NULL,
  blob bytea NOT NULL,
  dek_gen integer NOT NULL,
  revision bigint NOT NULL,
  set_at timestamptz NOT NULL
)
"""


def upgrade() -> None:
    app = migration.app_role(op.get_context())
    op.execute(_TABLE)
    op.execute(f"GRANT SELECT, INSERT, DELETE ON identity_documents TO {app}")
    op.execute(f"GRANT UPDATE (kind, blob, dek_gen, revision, set_at) ON identity_documents TO {app}")


def downgrade() -> None:
    op.execute("DROP TABLE identity_documents")
