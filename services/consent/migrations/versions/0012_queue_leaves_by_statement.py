"""What a statement writes waits for its leaves together, and carries its entries along."""

from alembic import op

from services.kit import migration

revision = "0012"
down_revision = "0011"

# A row of its own for each record, found again by its key and joined with salt and record, cost as much as the record.
# Up to 32 entries stay in the row; more would go out of it, in pieces.
_QUEUE = """CREATE TABLE leaf_queue (
  nth bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queued_at timestamptz NOT NULL DEFAULT now(),
  record_ids uuid[] NOT NULL, entries bytea[] NOT NULL,
  CHECK (cardinality(record_ids) = cardinality(entries)))"""

# An entry is what rules/evidence says it is: verification takes it again from the record.
_ADD = """INSERT INTO leaf_queue (queued_at, record_ids, entries)
  SELECT max(queued_at), array_agg(record_id),
         array_agg(sha256(convert_to(E'huiyuan consent leaf 1\\n', 'UTF8') || salt || record_digest))
  FROM ({}) AS waiting GROUP BY (nth - 1) / 32 ORDER BY min(nth)"""

_WRITTEN = """SELECT record_id, record_digest, sha256(secret || uuid_send(record_id)) AS salt, now() AS queued_at,
         row_number() OVER () AS nth FROM written"""

_PENDING = """SELECT record_id, record_digest, salt, queued_at, row_number() OVER (ORDER BY queued_at, record_id) AS nth
  FROM pending_leaves JOIN record_salts USING (record_id) JOIN consent_events USING (record_id)"""

# Salts come from a secret of their statement, which ends with it: 244 random bits, drawn once instead of for each record.
# No salt tells of another, so that one shredded is gone whatever stays.
_TRIGGER = f"""CREATE OR REPLACE FUNCTION queue_leaves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
  DECLARE
    secret bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
  BEGIN
    INSERT INTO record_salts (record_id, salt) SELECT record_id, sha256(secret || uuid_send(record_id)) FROM written;
    {_ADD.format(_WRITTEN)};
    RETURN NULL;
  END $$"""  # noqa: S608 - our own statement

_STEPS = (
    # Writers wait from here to the commit, so that each record is queued once, and sequencers take none in between.
    "LOCK TABLE consent_events IN SHARE ROW EXCLUSIVE MODE",
    "LOCK TABLE pending_leaves IN ACCESS EXCLUSIVE MODE",
    _QUEUE,
    _ADD.format(_PENDING),
    "DROP TABLE pending_leaves",
    # For whoever asks what waits; a sequencer of the version before can take nothing from it, and loses nothing.
    "CREATE VIEW pending_leaves AS SELECT unnest(record_ids) AS record_id, queued_at FROM leaf_queue",
    _TRIGGER,
)

_RIGHTS = ("SELECT, DELETE ON leaf_queue", "SELECT ON pending_leaves")

_BACK = (
    "LOCK TABLE consent_events IN SHARE ROW EXCLUSIVE MODE",
    "DROP VIEW pending_leaves",
    """CREATE TABLE pending_leaves (
      record_id uuid, queued_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (queued_at, record_id))""",
    "INSERT INTO pending_leaves SELECT unnest(record_ids), queued_at FROM leaf_queue",
    "DROP TABLE leaf_queue",
    """CREATE OR REPLACE FUNCTION queue_leaves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
       SET search_path = public, pg_temp AS $$
       BEGIN
         INSERT INTO record_salts
           SELECT record_id, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) FROM written;
         INSERT INTO pending_leaves SELECT record_id FROM written;
         RETURN NULL;
       END $$""",
)


def upgrade() -> None:
    _take(_STEPS, _RIGHTS)


def downgrade() -> None:
    _take(_BACK, ("SELECT, DELETE ON pending_leaves",))


def _take(steps: tuple[str, ...], granted: tuple[str, ...]) -> None:
    for statement in steps:
        op.execute(statement)
    role = migration.app_role(op.get_context())
    for rights in granted:
        op.execute(f"GRANT {rights} TO {role}")
