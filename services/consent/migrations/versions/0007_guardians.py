"""Children and who consents for them, and the documents that written consent rests on."""

from alembic import op

from services.kit import migration

revision = "0007"
down_revision = "0006"

_TABLES = (
    """CREATE TABLE wards (
      member_id uuid PRIMARY KEY, guardian_id uuid, linked_at timestamptz,
      known_at timestamptz NOT NULL, grown_at timestamptz)""",
    "CREATE INDEX wards_by_guardian ON wards (guardian_id) WHERE guardian_id IS NOT NULL",
    # Each takes an epoch of its member, as acts do.
    """CREATE TABLE guardian_changes (
      member_id uuid NOT NULL, epoch bigint NOT NULL,
      kind text NOT NULL, guardian_id uuid, verification text NOT NULL,
      actor text NOT NULL, changed_at timestamptz NOT NULL,
      PRIMARY KEY (member_id, epoch))""",
    "CREATE INDEX guardian_changes_by_guardian ON guardian_changes (guardian_id) WHERE guardian_id IS NOT NULL",
    """CREATE TABLE signed_documents (
      record_id uuid PRIMARY KEY, member_id uuid NOT NULL, media_type text NOT NULL, reference text NOT NULL)""",
    "CREATE INDEX signed_documents_of_member ON signed_documents (member_id)",
    # What the erasure of before did, and the rows of these tables: of children, and of whoever was their guardian.
    "ALTER FUNCTION erase_member(uuid) RENAME TO erase_member_before_guardians",
    """CREATE FUNCTION erase_member(erased uuid) RETURNS TABLE (store text, gone bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DECLARE
      held text;
    BEGIN
      RETURN QUERY SELECT * FROM public.erase_member_before_guardians(erased);
      FOREACH held IN ARRAY ARRAY['wards', 'guardian_changes', 'signed_documents'] LOOP
        EXECUTE format('DELETE FROM public.%I WHERE member_id = $1', held) USING erased;
        store := held; GET DIAGNOSTICS gone = ROW_COUNT;
        IF gone > 0 THEN RETURN NEXT; END IF;
      END LOOP;
      UPDATE public.guardian_changes SET guardian_id = NULL WHERE guardian_id = erased;
      UPDATE public.wards SET guardian_id = NULL, linked_at = NULL WHERE guardian_id = erased;
    END $$""",
    "REVOKE ALL ON FUNCTION erase_member(uuid) FROM PUBLIC",
)

_RIGHTS = (
    "SELECT, INSERT, UPDATE (guardian_id, linked_at, grown_at) ON wards",
    "SELECT, INSERT ON guardian_changes, signed_documents",
    "EXECUTE ON FUNCTION erase_member(uuid)",
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    role = migration.app_role(op.get_context())
    op.execute(f"REVOKE EXECUTE ON FUNCTION erase_member_before_guardians(uuid) FROM {role}")
    for rights in _RIGHTS:
        op.execute(f"GRANT {rights} TO {role}")


def downgrade() -> None:
    raise NotImplementedError("who consents for a child is not forgotten")
