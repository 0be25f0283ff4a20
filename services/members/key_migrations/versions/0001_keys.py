"""Members' wrapped keys, the blind index of their identities, and which request registered whom."""

from alembic import op

from services.kit import migration

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE keys (
  member_id uuid NOT NULL,
  kind smallint NOT NULL,
  dek_gen integer NOT NULL,
  wrapped bytea NOT NULL CHECK (octet_length(wrapped) = 68),
  -- Set while a newer key takes over, so that a rewrite that was cut off is cleaned up.
  retiring_since timestamptz,
  PRIMARY KEY (member_id, kind, dek_gen)
);
CREATE INDEX keys_retiring ON keys (retiring_since) WHERE retiring_since IS NOT NULL;

CREATE TABLE identities (
  kind smallint NOT NULL,
  index_version smallint NOT NULL,
  value_index bytea NOT NULL CHECK (octet_length(value_index) = 16),
  member_id uuid NOT NULL,
  norm_version smallint NOT NULL,
  verified boolean NOT NULL,
  linked_at timestamptz NOT NULL,
  PRIMARY KEY (kind, index_version, value_index)
);
CREATE INDEX identities_member ON identities (member_id);

-- A registration claims its member id here, with its key and identities, before the member exists.
CREATE TABLE registrations (
  index_version smallint NOT NULL,
  key_digest bytea NOT NULL,
  body_digest bytea NOT NULL,
  member_id uuid NOT NULL,
  claimed_at timestamptz NOT NULL DEFAULT now(),
  -- True once the member was seen to exist.
  settled boolean NOT NULL DEFAULT false,
  PRIMARY KEY (index_version, key_digest)
);
CREATE INDEX registrations_member ON registrations (member_id);
CREATE INDEX registrations_unsettled ON registrations (claimed_at) WHERE NOT settled;
"""


def upgrade() -> None:
    app = migration.app_role(op.get_context())
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, DELETE ON keys, identities, registrations TO {app}")
    op.execute(f"GRANT UPDATE (wrapped, retiring_since) ON keys TO {app}")
    op.execute(f"GRANT UPDATE (verified) ON identities TO {app}")
    op.execute(f"GRANT UPDATE (settled) ON registrations TO {app}")


def downgrade() -> None:
    op.execute("DROP TABLE keys, identities, registrations")
