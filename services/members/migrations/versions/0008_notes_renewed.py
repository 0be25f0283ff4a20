"""The keys of notes may be renewed: notes are sealed anew as one, and whoever writes one does so under the newest key."""

from alembic import op

from services.kit import migration

revision = "0008"
down_revision = "0007"

_COLUMN = """
-- The generation of key that a member's notes are sealed under.
ALTER TABLE members ADD COLUMN notes_dek_gen integer NOT NULL DEFAULT 1
"""

# Notes are only ever added to, so the service may not update them. This, which is their owner's, passes all notes of a
# member to a newer key at once. Whoever adds one shares the lock of the member's row: a note is either among those that
# were passed on, or its writer finds the newer generation.
_RESEAL = """
CREATE FUNCTION reseal_notes(owner uuid, gen integer, ids uuid[], seen bytea[], sealed bytea[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  PERFORM FROM public.members WHERE member_id = owner AND notes_dek_gen < gen FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE public.notes AS n SET blob = new.sealed FROM unnest(ids, seen, sealed) AS new (note_id, seen, sealed)
  WHERE n.member_id = owner AND n.note_id = new.note_id AND n.blob = new.seen;
  IF EXISTS (SELECT FROM public.notes WHERE member_id = owner AND substring(blob FROM 5 FOR 4) <> int4send(gen)) THEN
    RAISE lock_not_available USING MESSAGE = 'a note was added meanwhile';
  END IF;
  UPDATE public.members SET notes_dek_gen = gen WHERE member_id = owner;
  RETURN true;
END $$
"""

# A process of the release before knows one generation alone; what it seals under a key that is about to go is refused.
_GUARD = """
CREATE FUNCTION refuse_older_note_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM members
  WHERE member_id = NEW.member_id AND int4send(notes_dek_gen) = substring(NEW.blob FROM 5 FOR 4) FOR SHARE;
  IF NOT FOUND THEN
    RAISE lock_not_available USING MESSAGE = 'this member''s notes are sealed under another key by now';
  END IF;
  RETURN NEW;
END $$
"""
_TRIGGER = "CREATE TRIGGER refuse_older_keys BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION refuse_older_note_keys()"
_SIGNATURE = "reseal_notes(uuid, integer, uuid[], bytea[], bytea[])"


def upgrade() -> None:
    app = migration.app_role(op.get_context())
    for statement in (_COLUMN, _RESEAL, _GUARD, _TRIGGER):
        op.execute(statement)
    op.execute(f"REVOKE ALL ON FUNCTION {_SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_SIGNATURE} TO {app}")


def downgrade() -> None:
    raise NotImplementedError("notes under a newer key are not readable by the release before")
