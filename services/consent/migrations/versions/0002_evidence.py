"""The evidence log: a Merkle tree over salted commitments to the records, and its signed checkpoints."""

from alembic import op

from services.kit import migration

revision = "0002"
down_revision = "0001"

_TABLES = (
    # Records that have no leaf yet.
    "CREATE TABLE pending_leaves (record_id uuid PRIMARY KEY, queued_at timestamptz NOT NULL DEFAULT now())",
    # Apart from the leaves, so that a salt can be shredded: then the leaf stands for nothing any more.
    """CREATE TABLE record_salts (
      record_id uuid PRIMARY KEY, salt bytea NOT NULL CHECK (octet_length(salt) = 32))""",
    """CREATE TABLE log_leaves (
      leaf_index bigint PRIMARY KEY CHECK (leaf_index >= 0),
      record_id uuid NOT NULL UNIQUE,
      entry bytea NOT NULL CHECK (octet_length(entry) = 32))""",
    # Over whole runs of 256 leaves, of 65,536, and so on: with the leaves, all that a proof is computed from.
    """CREATE TABLE log_nodes (
      level smallint NOT NULL CHECK (level > 0), nth bigint NOT NULL,
      hash bytea NOT NULL CHECK (octet_length(hash) = 32),
      PRIMARY KEY (level, nth))""",
    "CREATE TABLE log_checkpoints (size bigint PRIMARY KEY, note text NOT NULL)",
    "CREATE INDEX consent_events_record ON consent_events (record_id)",
    # Whoever writes a record, a process of the version before too: none can forget to queue it. Two random UUIDs
    # have 244 random bits.
    """CREATE FUNCTION queue_leaves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
       SET search_path = public, pg_temp AS $$
       BEGIN
         INSERT INTO record_salts
           SELECT record_id, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) FROM written;
         INSERT INTO pending_leaves SELECT record_id FROM written;
         RETURN NULL;
       END $$""",
    "REVOKE ALL ON FUNCTION queue_leaves() FROM PUBLIC",
    # Writers wait from here to the commit, so that each record is queued once: by this, or by the trigger.
    "LOCK TABLE consent_events IN SHARE ROW EXCLUSIVE MODE",
    """INSERT INTO record_salts SELECT record_id,
         sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) FROM consent_events""",
    "INSERT INTO pending_leaves SELECT record_id, event_time FROM consent_events",
    """CREATE TRIGGER queue_leaves AFTER INSERT ON consent_events REFERENCING NEW TABLE AS written
       FOR EACH STATEMENT EXECUTE FUNCTION queue_leaves()""",
)

_RIGHTS = (
    "SELECT, DELETE ON pending_leaves, record_salts",
    "SELECT, INSERT ON log_leaves, log_nodes, log_checkpoints",
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    role = migration.app_role(op.get_context())
    for rights in _RIGHTS:
        op.execute(f"GRANT {rights} TO {role}")


def downgrade() -> None:
    op.execute("DROP TRIGGER queue_leaves ON consent_events")
    op.execute("DROP FUNCTION queue_leaves")
    op.execute("DROP INDEX consent_events_record")
    op.execute("DROP TABLE pending_leaves, record_salts, log_leaves, log_nodes, log_checkpoints")
