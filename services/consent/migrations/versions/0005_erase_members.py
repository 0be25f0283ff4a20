"""Hear from the members service who was erased, and keep their evidence under its own pseudonym alone."""

from alembic import op

from services.kit import migration

revision = "0005"
down_revision = "0004"

_STEPS = (
    # Whoever is in here never decides anything again. It says nothing of the evidence's pseudonym.
    """CREATE TABLE erased_members (
      member_id uuid PRIMARY KEY,
      erasure_id uuid NOT NULL,
      erased_at timestamptz NOT NULL)""",
    # The service may neither change nor delete its evidence. This, which is its owner's, changes where rows are kept
    # and nothing that their digests are over, and deletes the rest: only of members who were erased.
    """CREATE FUNCTION erase_member(erased uuid) RETURNS TABLE (store text, gone bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM public.erased_members e WHERE e.member_id = erased) THEN
        RAISE EXCEPTION 'only members who were erased lose their rows';
      END IF;
      UPDATE public.consent_events SET member_id = pii_principal_id WHERE member_id = erased;
      store := 'consent_events'; GET DIAGNOSTICS gone = ROW_COUNT; RETURN NEXT;
      DELETE FROM public.acts WHERE member_id = erased;
      store := 'acts'; GET DIAGNOSTICS gone = ROW_COUNT; RETURN NEXT;
      DELETE FROM public.consent_states WHERE member_id = erased;
      store := 'consent_states'; GET DIAGNOSTICS gone = ROW_COUNT; RETURN NEXT;
      DELETE FROM public.members WHERE member_id = erased;
      store := 'members'; GET DIAGNOSTICS gone = ROW_COUNT; RETURN NEXT;
    END $$""",
    "REVOKE ALL ON FUNCTION erase_member(uuid) FROM PUBLIC",
)

_RIGHTS = (
    "SELECT, INSERT ON erased_members",
    "EXECUTE ON FUNCTION erase_member(uuid)",
)


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement)
    role = migration.app_role(op.get_context())
    for rights in _RIGHTS:
        op.execute(f"GRANT {rights} TO {role}")


def downgrade() -> None:
    raise NotImplementedError("what was erased is not brought back")
