"""A rights request is known by the id that it was sent as, and a directive by what was said under which id, and when."""

from alembic import op

from services.kit import migration

revision = "0015"
down_revision = "0014"

_STEPS = (
    # NULL: sent as the member it is kept under, or by code of before, which did not know better.
    "ALTER TABLE rights_requests ADD COLUMN sent_as uuid",
    """CREATE UNIQUE INDEX rights_requests_by_key
       ON rights_requests ((coalesce(sent_as, member_id)), idempotency_key)""",
    "ALTER TABLE rights_requests DROP CONSTRAINT rights_requests_member_id_idempotency_key_key",
    "CREATE INDEX rights_requests_sent_as ON rights_requests (sent_as) WHERE sent_as IS NOT NULL",
    # The epoch is the member's as it was said: whether that was before or after a merge.
    """CREATE TABLE directive_changes (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      member_id uuid NOT NULL, epoch bigint NOT NULL, directive text NOT NULL, set_at timestamptz NOT NULL)""",
    "CREATE INDEX directive_changes_of_member ON directive_changes (member_id, number)",
    # What was said under a survivor's id so far was written under every id: none of it has to come after a merge.
    """INSERT INTO directive_changes (member_id, epoch, directive, set_at)
       SELECT member_id, 0, directive, set_at FROM directives ORDER BY set_at""",
    # By the database, since code of before may still be writing.
    """CREATE FUNCTION keep_directive() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    BEGIN
      INSERT INTO public.directive_changes (member_id, epoch, directive, set_at)
      SELECT NEW.member_id, coalesce((SELECT m.epoch FROM public.members m WHERE m.member_id = NEW.member_id), 0),
             NEW.directive, NEW.set_at;
      RETURN NULL;
    END $$""",
    """CREATE TRIGGER directive_kept AFTER INSERT OR UPDATE ON directives
       FOR EACH ROW EXECUTE FUNCTION keep_directive()""",
    # A key is freed with its id: of several ids of one person, the pseudonyms may become one's.
    "ALTER FUNCTION erase_member(uuid) RENAME TO erase_member_before_directives",
    """CREATE FUNCTION erase_member(erased uuid) RETURNS TABLE (store text, gone bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    BEGIN
      UPDATE public.rights_requests SET sent_as = NULL, idempotency_key = request_id::text
      WHERE member_id = erased OR sent_as = erased;
      RETURN QUERY SELECT * FROM public.erase_member_before_directives(erased);
      DELETE FROM public.directive_changes WHERE member_id = erased;
      store := 'directive_changes'; GET DIAGNOSTICS gone = ROW_COUNT;
      IF gone > 0 THEN RETURN NEXT; END IF;
    END $$""",
    "REVOKE ALL ON FUNCTION erase_member(uuid) FROM PUBLIC",
    "REVOKE ALL ON FUNCTION keep_directive() FROM PUBLIC",
)


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement)
    role = migration.app_role(op.get_context())
    op.execute(f"REVOKE EXECUTE ON FUNCTION erase_member_before_directives(uuid) FROM {role}")
    op.execute(f"GRANT SELECT ON directive_changes TO {role}")
    op.execute(f"GRANT EXECUTE ON FUNCTION erase_member(uuid) TO {role}")


# What stands stays in directives; of requests, two of one person may have one key, and then this is refused.
_BACK = (
    "ALTER TABLE rights_requests ADD CONSTRAINT rights_requests_member_id_idempotency_key_key "
    "UNIQUE (member_id, idempotency_key)",
    "DROP INDEX rights_requests_by_key",
    "ALTER TABLE rights_requests DROP COLUMN sent_as",
    "DROP TRIGGER directive_kept ON directives",
    "DROP FUNCTION keep_directive()",
    "DROP TABLE directive_changes",
    "DROP FUNCTION erase_member(uuid)",
    "ALTER FUNCTION erase_member_before_directives(uuid) RENAME TO erase_member",
)


def downgrade() -> None:
    for statement in _BACK:
        op.execute(statement)
    op.execute(f"GRANT EXECUTE ON FUNCTION erase_member(uuid) TO {migration.app_role(op.get_context())}")
