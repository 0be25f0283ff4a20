"""Tombstones: whose keys and identities were destroyed, so that no restored backup brings them back."""

from alembic import op

from services.kit import migration
from services.members.storage import tombstones

revision = "0005"
down_revision = "0004"

_GUARD = """
-- Whoever was still at work on a member while it was erased comes too late, and is told to try again. What slips through between the two
-- commits is destroyed by the worker, which looks again.
CREATE FUNCTION refuse_the_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added JOIN tombstones USING (member_id)) THEN
    RAISE lock_not_available USING MESSAGE = 'this member was erased', TABLE = 'tombstones';
  END IF;
  RETURN NULL;
END $$
"""

_GUARDED = ("keys", "identities")


def upgrade() -> None:
    app = migration.app_role(op.get_context())
    for statement in [*tombstones.CREATE.split("\n\n"), _GUARD]:
        op.execute(statement)
    op.execute("INSERT INTO kept_tables VALUES ('tombstones', 'the proof itself')")
    for table in _GUARDED:
        op.execute(
            f"CREATE TRIGGER refuse_the_erased AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_the_erased()"
        )
        # What was deleted lies in its page until that is written over: let its space be used again soon, however
        # large the table is.
        op.execute(
            f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0)"
        )
    for rights in tombstones.RIGHTS:
        op.execute(f"GRANT {rights} TO {app}")


def downgrade() -> None:
    raise NotImplementedError("what was erased is not brought back")
