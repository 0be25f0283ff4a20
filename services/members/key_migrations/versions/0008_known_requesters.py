"""Who proved an identity by a code asks for the next one apart from strangers, who cannot use up its turns."""

from alembic import op

from services.kit import migration

revision = "0008"
down_revision = "0007"

_STEPS = (
    # Keyed digests of who asked, each for this identity alone; known: one of them had proved it before.
    """ALTER TABLE verifications ADD COLUMN requesters bytea[] NOT NULL DEFAULT '{}',
                                 ADD COLUMN known boolean NOT NULL DEFAULT false""",
    """CREATE TABLE known_requesters (
         kind smallint NOT NULL,
         index_version smallint NOT NULL,
         value_index bytea NOT NULL CHECK (octet_length(value_index) = 16),
         requester bytea NOT NULL CHECK (octet_length(requester) = 16),
         member_id uuid NOT NULL,
         proven_at timestamptz NOT NULL,
         PRIMARY KEY (kind, index_version, value_index, requester))""",
    # An erasure deletes by it.
    "CREATE INDEX known_requesters_member ON known_requesters (member_id)",
    "CREATE INDEX known_requesters_old ON known_requesters (proven_at)",
)


def upgrade() -> None:
    for step in _STEPS:
        op.execute(step)
    app = migration.app_role(op.get_context())
    op.execute(f"GRANT SELECT, INSERT, DELETE, UPDATE (member_id, proven_at) ON known_requesters TO {app}")


def downgrade() -> None:
    op.execute("DROP TABLE known_requesters")
    op.execute("ALTER TABLE verifications DROP COLUMN requesters, DROP COLUMN known")
