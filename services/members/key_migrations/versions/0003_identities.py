"""How members came to be known by their identities, who was known by them before, and one-time codes."""

from alembic import op

from services.kit import migration

revision = "0003"
down_revision = "0002"

_STEPS = """
-- Whoever registered before has its source by the default; what was verified then has no verified_at.
-- change_id is set while a change of both databases is under way, and says whose it is.
ALTER TABLE identities
  ADD COLUMN verified_at timestamptz,
  ADD COLUMN source smallint NOT NULL DEFAULT 1,
  ADD COLUMN change_id uuid;
CREATE INDEX identities_changing ON identities (change_id) WHERE change_id IS NOT NULL;

-- Who was known by what before; digests alone, and only ever appended to.
CREATE TABLE former_identities (
  former_id uuid PRIMARY KEY,
  kind smallint NOT NULL,
  index_version smallint NOT NULL,
  value_index bytea NOT NULL CHECK (octet_length(value_index) = 16),
  member_id uuid NOT NULL,
  verified boolean NOT NULL,
  linked_at timestamptz NOT NULL,
  unlinked_at timestamptz NOT NULL,
  cause smallint NOT NULL,
  actor text NOT NULL
);
CREATE INDEX former_identities_member ON former_identities (member_id);

-- One-time codes. Neither the code nor where it went is in here: both are keyed digests.
CREATE TABLE verifications (
  verification_id uuid PRIMARY KEY,
  kind smallint NOT NULL,
  index_version smallint NOT NULL,
  value_index bytea NOT NULL CHECK (octet_length(value_index) = 16),
  member_id uuid,
  asked_by text NOT NULL,
  code_digest bytea NOT NULL CHECK (octet_length(code_digest) = 16),
  state smallint NOT NULL,
  attempts smallint NOT NULL,
  requested_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  proven_at timestamptz
);
CREATE INDEX verifications_place ON verifications (kind, index_version, value_index, requested_at);
CREATE INDEX verifications_member ON verifications (member_id, proven_at) WHERE proven_at IS NOT NULL;
CREATE INDEX verifications_old ON verifications (requested_at);

-- How often something was asked for on a day (UTC), by a keyed digest of who or what.
CREATE TABLE verification_limits (
  subject bytea NOT NULL CHECK (octet_length(subject) = 16),
  used_on date NOT NULL,
  used integer NOT NULL,
  PRIMARY KEY (subject, used_on)
)
"""

_RIGHTS = (
    "UPDATE (verified_at, source, change_id) ON identities",
    "SELECT, INSERT ON former_identities",
    "SELECT, INSERT, DELETE, UPDATE (state, attempts, proven_at) ON verifications",
    "SELECT, INSERT, DELETE, UPDATE (used) ON verification_limits",
)


def upgrade() -> None:
    for statement in _STEPS.split(";\n"):
        if statement.strip():
            op.execute(statement)
    app = migration.app_role(op.get_context())
    for rights in _RIGHTS:
        op.execute(f"GRANT {rights} TO {app}")


def downgrade() -> None:
    op.execute("DROP TABLE former_identities, verifications, verification_limits")
    op.execute("ALTER TABLE identities DROP COLUMN verified_at, DROP COLUMN source, DROP COLUMN change_id")
