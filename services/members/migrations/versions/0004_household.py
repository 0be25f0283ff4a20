"""What the household of a member needs: tags, notes, communications, searches, birthdays told, and what is indexed.

It works while the code before it runs: columns come with defaults, indexes are built concurrently. Every member is
indexed once after it, by the worker.
"""

from alembic import context, op

from services.kit.migration import app_role

revision = "0004"
down_revision = "0003"

_STEPS = """
-- Which revision the traits in the keys' database were made of; another one than the blob's: to be made anew.
ALTER TABLE members ADD COLUMN indexed_revision bigint NOT NULL DEFAULT 0;
ALTER TABLE profile_accesses ADD COLUMN actor_role text NOT NULL DEFAULT '';

-- The words alone; who bears which is sealed in the profile.
CREATE TABLE tags (
  tag text PRIMARY KEY,
  label text NOT NULL,
  is_retired boolean NOT NULL DEFAULT false,
  defined_at timestamptz NOT NULL
);

-- Append-only. Author, time and text are sealed under a key of the member's own (kind 3). Digests are keyed.
CREATE TABLE notes (
  member_id uuid NOT NULL,
  note_id uuid NOT NULL,
  index_version smallint NOT NULL,
  key_digest bytea NOT NULL,
  body_digest bytea NOT NULL,
  blob bytea NOT NULL,
  PRIMARY KEY (member_id, note_id),
  UNIQUE (member_id, index_version, key_digest)
);

-- Append-only. That something was sent, never what; the sender's id of it as a keyed digest.
CREATE TABLE communications (
  member_id uuid NOT NULL,
  communication_id uuid NOT NULL,
  index_version smallint NOT NULL,
  message_digest bytea NOT NULL,
  channel smallint NOT NULL,
  template text NOT NULL,
  outcome smallint NOT NULL,
  sent_at timestamptz NOT NULL,
  recorded_by text NOT NULL,
  PRIMARY KEY (member_id, communication_id),
  UNIQUE (member_id, index_version, message_digest)
);

-- Append-only. Who searched for what kind of thing, never for what.
CREATE TABLE member_searches (
  search_id uuid PRIMARY KEY,
  actor text NOT NULL,
  criteria smallint[] NOT NULL,
  found integer NOT NULL,
  searched_at timestamptz NOT NULL,
  allowed boolean NOT NULL
);
CREATE INDEX member_searches_actor ON member_searches (actor, search_id);

CREATE TABLE search_quotas (
  actor text NOT NULL,
  used_on date NOT NULL,
  used integer NOT NULL,
  PRIMARY KEY (actor, used_on)
);

-- The last year in which a member's birthday was told; no day, which would tell the birthday itself.
CREATE TABLE birthdays_told (
  member_id uuid PRIMARY KEY,
  year smallint NOT NULL
);
"""
_INDEXES = (
    "members_unindexed ON members (member_id) "
    "WHERE indexed_revision <> CASE WHEN blob IS NULL THEN 0 ELSE revision END",
    "members_joined ON members (joined_at, member_id) WHERE status > 0 AND merged_into IS NULL",
    "members_standing ON members (status, joined_at, member_id) WHERE status > 1 AND merged_into IS NULL",
)


def upgrade() -> None:
    app = app_role(context)
    for statement in _STEPS.split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(f"GRANT UPDATE (indexed_revision) ON members TO {app}")
    op.execute(
        f"GRANT SELECT, INSERT ON tags, notes, communications, member_searches, search_quotas, birthdays_told TO {app}"
    )
    op.execute(f"GRANT UPDATE (label, is_retired) ON tags TO {app}")
    op.execute(f"GRANT UPDATE (used) ON search_quotas TO {app}")
    op.execute(f"GRANT UPDATE (year) ON birthdays_told TO {app}")
    # Erasure takes these along.
    op.execute(f"GRANT DELETE ON notes, communications, birthdays_told TO {app}")
    with op.get_context().autocommit_block():
        for index in _INDEXES:
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {index}")


def downgrade() -> None:
    op.execute("DROP TABLE tags, notes, communications, member_searches, search_quotas, birthdays_told")
    op.execute("ALTER TABLE profile_accesses DROP COLUMN actor_role")
    op.execute("DROP INDEX members_unindexed, members_joined, members_standing")
    op.execute("ALTER TABLE members DROP COLUMN indexed_revision")
