"""What leaves: members' own packages, sealed under keys of their own, and exports for analysis that tell of nobody."""

from alembic import op

from services.kit import migration

revision = "0006"
down_revision = "0005"

_TABLES = """
CREATE TABLE packages (
  member_id uuid NOT NULL,
  package_id uuid NOT NULL,
  state smallint NOT NULL,
  requested_at timestamptz NOT NULL,
  -- The last attempt to gather it, so that one that fails does not hold up the others.
  tried_at timestamptz,
  ready_at timestamptz,
  expires_at timestamptz,
  dek_gen integer,
  content bytea,
  size_bytes bigint NOT NULL DEFAULT 0,
  -- Of the one download that may happen now.
  token_digest bytea,
  token_expires_at timestamptz,
  downloaded_at timestamptz,
  PRIMARY KEY (member_id, package_id),
  -- Only what is ready (2) holds anything.
  CHECK ((content IS NOT NULL) = (state = 2))
);
-- A member has one package under way at the most.
CREATE UNIQUE INDEX packages_gathering ON packages (member_id) WHERE state = 1;
CREATE INDEX packages_ready ON packages (expires_at) WHERE state = 2;

-- Who asked for which export, for which purpose and why is kept; what it held is not.
CREATE TABLE analyses (
  analysis_id uuid PRIMARY KEY,
  state smallint NOT NULL,
  k integer NOT NULL,
  columns text[] NOT NULL,
  purpose text NOT NULL,
  reason text NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL,
  tried_at timestamptz,
  ready_at timestamptz,
  expires_at timestamptz,
  rows bigint NOT NULL DEFAULT 0,
  suppressed bigint NOT NULL DEFAULT 0,
  not_consented bigint NOT NULL DEFAULT 0,
  levels smallint[] NOT NULL DEFAULT '{}',
  refusal_code text NOT NULL DEFAULT '',
  content bytea,
  CHECK ((content IS NOT NULL) = (state = 2))
);
-- Read by portions, and nothing in a package can be pressed smaller.
ALTER TABLE packages ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE analyses ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX analyses_open ON analyses (requested_at) WHERE state IN (1, 2);
"""

# Whom a package speaks of beside its member; the identities' migration may have made it already.
_MERGED = "CREATE INDEX CONCURRENTLY IF NOT EXISTS members_merged ON members (merged_into) WHERE merged_into IS NOT NULL"


def upgrade() -> None:
    app = migration.app_role(op.get_context())
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON packages, analyses TO {app}")
    with op.get_context().autocommit_block():
        op.execute(_MERGED)


def downgrade() -> None:
    op.execute("DROP INDEX members_merged")
    op.execute("DROP TABLE packages, analyses")
