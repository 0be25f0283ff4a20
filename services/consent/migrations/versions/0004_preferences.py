"""Preferences: topics, what members want, whom nothing may be sent, and the sends that were claimed."""

from alembic import op

from services.kit import migration

revision = "0004"
down_revision = "0003"

_TABLES = (
    """CREATE TABLE topics (
      key text NOT NULL, version integer NOT NULL CHECK (version > 0),
      canonical bytea NOT NULL, digest bytea NOT NULL CHECK (digest = sha256(canonical)),
      effective_at timestamptz NOT NULL, published_by text NOT NULL,
      PRIMARY KEY (key, version))""",
    """CREATE TABLE sending_rules (
      version integer PRIMARY KEY CHECK (version > 0),
      canonical bytea NOT NULL, digest bytea NOT NULL CHECK (digest = sha256(canonical)),
      effective_at timestamptz NOT NULL, published_by text NOT NULL)""",
    # Here, since the gate reads this row anyway.
    "ALTER TABLE members ADD COLUMN automated_refused_at timestamptz",
    # Each takes an epoch of its member, as acts do.
    """CREATE TABLE preference_changes (
      member_id uuid NOT NULL, epoch bigint NOT NULL,
      kind text NOT NULL, content jsonb NOT NULL, actor text NOT NULL, changed_at timestamptz NOT NULL,
      PRIMARY KEY (member_id, epoch))""",
    # What the changes fold to; it can be made again from them.
    "CREATE TABLE preferences (member_id uuid PRIMARY KEY, content jsonb NOT NULL)",
    # An empty channel stands for all.
    """CREATE TABLE suppressions (
      member_id uuid NOT NULL, channel text NOT NULL, reason text NOT NULL,
      since timestamptz NOT NULL, until timestamptz, actor text NOT NULL,
      PRIMARY KEY (member_id, channel, reason))""",
    """CREATE TABLE sends (
      member_id uuid NOT NULL, send_id text NOT NULL,
      channel text NOT NULL, topic text NOT NULL, counted boolean NOT NULL,
      claimed_at timestamptz NOT NULL, released_at timestamptz, actor text NOT NULL,
      PRIMARY KEY (member_id, send_id))""",
    """CREATE INDEX sends_counted ON sends (member_id, channel, claimed_at DESC)
      WHERE counted AND released_at IS NULL""",
    # What is forgotten is found by its age.
    "CREATE INDEX sends_by_age ON sends USING brin (claimed_at)",
)

_RIGHTS = (
    "SELECT, INSERT ON topics, sending_rules, preference_changes",
    "UPDATE (automated_refused_at) ON members",
    "SELECT, INSERT, UPDATE ON preferences",
    "SELECT, INSERT, UPDATE, DELETE ON suppressions",
    "SELECT, INSERT, UPDATE (claimed_at, released_at), DELETE ON sends",
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    role = migration.app_role(op.get_context())
    for rights in _RIGHTS:
        op.execute(f"GRANT {rights} TO {role}")


def downgrade() -> None:
    op.execute("DROP TABLE sends, suppressions, preferences, preference_changes, sending_rules, topics")
    op.execute("ALTER TABLE members DROP COLUMN automated_refused_at")
