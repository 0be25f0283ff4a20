"""Rotations of keys: how far they are, who reads the key ring, and what may not be written any more."""

from alembic import op

from services.kit import migration

revision = "0004"
down_revision = "0003"

_STATEMENTS = (
    # When a data key was made, so that a renewal knows which are older than itself. Rows that are there already
    # count as made now, without being written.
    "ALTER TABLE keys ADD COLUMN made_at timestamptz NOT NULL DEFAULT now()",
    """CREATE TABLE key_rotations (
         rotation_id uuid PRIMARY KEY,
         kind smallint NOT NULL,
         plan jsonb NOT NULL,
         started_by text NOT NULL,
         reason text NOT NULL,
         started_at timestamptz NOT NULL DEFAULT now(),
         stage smallint NOT NULL,
         destroys boolean NOT NULL,
         paused boolean NOT NULL DEFAULT false,
         ring_generation integer NOT NULL DEFAULT 0,
         cursor_member uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
         cursor_kind smallint NOT NULL DEFAULT 0,
         cursor_gen integer NOT NULL DEFAULT 0,
         passes integer NOT NULL DEFAULT 0,
         rows_total bigint NOT NULL DEFAULT 0,
         rows_done bigint NOT NULL DEFAULT 0,
         worked_s double precision NOT NULL DEFAULT 0,
         waiting_for text NOT NULL DEFAULT '',
         proof text NOT NULL DEFAULT '',
         proved_at timestamptz,
         destroyed_by text NOT NULL DEFAULT '',
         finished_at timestamptz,
         updated_at timestamptz NOT NULL DEFAULT now()
       )""",
    # One at a time; proved keys that wait for their destruction (6) hold up nobody.
    "CREATE UNIQUE INDEX key_rotations_running ON key_rotations ((true)) WHERE stage NOT IN (6, 8)",
    """CREATE TABLE key_ring_readers (
         process_id uuid PRIMARY KEY,
         generation integer NOT NULL,
         seen_at timestamptz NOT NULL DEFAULT now()
       )""",
    # Bytes 3 to 8 of a wrapped key: the id and epoch of a key-encryption key that wraps nothing any more.
    "CREATE TABLE closed_keks (header bytea PRIMARY KEY CHECK (octet_length(header) = 6))",
    # A version of an index key that wants its partner beside it or, without one, is not written any more.
    """CREATE TABLE closed_indexes (
         kind smallint NOT NULL,
         index_version smallint NOT NULL,
         partner smallint,
         PRIMARY KEY (kind, index_version)
       )""",
)

# A process that slept through a rotation may still write as it used to. Whoever closes something first takes the
# lock alone, so each row is either there to be counted or refused: the functions look after the lock was given.
# Refusals say that a lock was not available, which every caller takes for "try again".
_KEKS_FUNCTION = """
CREATE FUNCTION refuse_closed_keks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(1752788226, 1);
  IF EXISTS (SELECT FROM new_rows JOIN closed_keks ON header = substring(wrapped FROM 3 FOR 6)) THEN
    RAISE 'this key-encryption key wraps nothing any more' USING ERRCODE = 'lock_not_available';
  END IF;
  RETURN NULL;
END $$"""

_INDEXES_FUNCTION = """
CREATE FUNCTION refuse_closed_indexes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(1752788226, 2);
  IF EXISTS (
    SELECT FROM closed_indexes c JOIN new_rows n ON n.kind = c.kind AND n.index_version IN (c.index_version, c.partner)
    GROUP BY c.kind, c.index_version, n.member_id
    HAVING count(*) FILTER (WHERE n.index_version = c.index_version)
         > count(*) FILTER (WHERE n.index_version = c.partner)
  ) THEN
    RAISE 'this version of the index is not written alone any more' USING ERRCODE = 'lock_not_available';
  END IF;
  RETURN NULL;
END $$"""

_TRIGGERS = (
    """CREATE TRIGGER refuse_closed AFTER INSERT ON keys REFERENCING NEW TABLE AS new_rows
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_keks()""",
    *(
        f"""CREATE TRIGGER refuse_closed AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_indexes()"""
        for table in ("identities", "traits")
    ),
)


def upgrade() -> None:
    app = migration.app_role(op.get_context())
    for statement in (*_STATEMENTS, _KEKS_FUNCTION, _INDEXES_FUNCTION, *_TRIGGERS):
        op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON key_rotations TO {app}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON key_ring_readers TO {app}")
    op.execute(f"GRANT SELECT, INSERT ON closed_keks TO {app}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON closed_indexes TO {app}")


def downgrade() -> None:
    op.execute("DROP TRIGGER refuse_closed ON keys")
    for table in ("identities", "traits"):
        op.execute(f"DROP TRIGGER refuse_closed ON {table}")
    op.execute("DROP FUNCTION refuse_closed_keks, refuse_closed_indexes")
    op.execute("DROP TABLE key_rotations, key_ring_readers, closed_keks, closed_indexes")
    op.execute("ALTER TABLE keys DROP COLUMN made_at")
