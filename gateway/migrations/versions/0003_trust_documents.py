"""Trusted documents that staff upload and retire, and how often each is used by which client."""

from alembic import op

from services.kit import migration

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    role = migration.app_role(op.get_context())
    op.execute(
        """
        CREATE TABLE trusted_documents (
          document_id text PRIMARY KEY CHECK (document_id ~ '^[0-9a-f]{64}$'),
          body text NOT NULL CHECK (length(body) BETWEEN 1 AND 100000),
          uploaded_at timestamptz NOT NULL,
          uploaded_by text NOT NULL,
          retired_at timestamptz,
          retired_by text,
          CHECK ((retired_at IS NULL) = (retired_by IS NULL))
        )
        """
    )
    op.execute(
        """
        CREATE TABLE document_uses (
          document_id text NOT NULL,
          client text NOT NULL,
          uses bigint NOT NULL,
          last_used_at timestamptz NOT NULL,
          PRIMARY KEY (document_id, client)
        )
        """
    )
    op.execute(f"GRANT SELECT, INSERT ON trusted_documents, document_uses TO {role}")
    op.execute(
        f"GRANT UPDATE (uploaded_at, uploaded_by, retired_at, retired_by) ON trusted_documents TO {role}"
    )
    op.execute(f"GRANT UPDATE (uses, last_used_at) ON document_uses TO {role}")
