"""Members, their sealed profiles, who looked at them, and the outbox."""

from alembic import op

from services.kit import migration, outbox

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE members (
  member_id uuid PRIMARY KEY,
  status smallint NOT NULL,
  revision bigint NOT NULL,
  joined_at timestamptz NOT NULL,
  registered_at timestamptz NOT NULL,
  merged_into uuid,
  dek_gen integer NOT NULL,
  blob bytea,
  -- Only an id that was given up (0) and an erased member (5) have no blob.
  CHECK ((blob IS NULL) = (status IN (0, 5)))
);

-- Which requests changed a profile, so that a retry changes nothing. Digests are keyed.
CREATE TABLE profile_updates (
  member_id uuid NOT NULL,
  index_version smallint NOT NULL,
  key_digest bytea NOT NULL,
  body_digest bytea NOT NULL,
  revision bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (member_id, index_version, key_digest)
);

-- Who looked at a member's data in clear, or was refused. Only ever appended to.
CREATE TABLE profile_accesses (
  member_id uuid NOT NULL,
  access_id uuid NOT NULL,
  actor text NOT NULL,
  purpose text NOT NULL,
  reason text NOT NULL,
  fields smallint[] NOT NULL,
  accessed_at timestamptz NOT NULL,
  refusal_code text NOT NULL,
  PRIMARY KEY (member_id, access_id)
);

CREATE TABLE unmask_quotas (
  actor text NOT NULL,
  used_on date NOT NULL,
  used integer NOT NULL,
  PRIMARY KEY (actor, used_on)
);
"""


def upgrade() -> None:
    app = migration.app_role(op.get_context())
    for statement in [*_TABLES.split(";\n"), *outbox.CREATE.split(";\n")]:
        if statement.strip():
            op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT ON members, profile_updates, profile_accesses, unmask_quotas TO {app}")
    op.execute(f"GRANT UPDATE (status, revision, merged_into, dek_gen, blob) ON members TO {app}")
    op.execute(f"GRANT UPDATE (used) ON unmask_quotas TO {app}")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON outbox TO {app}")
    op.execute(f"GRANT SELECT, UPDATE ON outbox_lanes TO {app}")


def downgrade() -> None:
    op.execute("DROP TABLE members, profile_updates, profile_accesses, unmask_quotas, outbox, outbox_lanes")
