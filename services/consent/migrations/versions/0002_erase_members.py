"""Hear from the members service who was erased, and keep their evidence under its own pseudonym alone."""

from alembic import op

from services.kit import inbox, migration

revision = "0002"
down_revision = "0001"

_STEPS = (
    # Whoever is in here never decides anything again. It says nothing of the evidence's pseudonym.
    """CREATE TABLE erased_members (
      member_id uuid PRIMARY KEY,
      erasure_id uuid NOT NULL,
      erased_at timestamptz NOT NULL)""",
    inbox.CREATE,
    # The service may not change its evidence. This, which is its owner's, changes where rows are kept and nothing
    # that their digests are over, and only for members who were erased.
    """CREATE FUNCTION detach_evidence(erased uuid) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DECLARE detached bigint;
    BEGIN
      IF NOT EXISTS (SELECT FROM public.erased_members e WHERE e.member_id = erased) THEN
        RAISE EXCEPTION 'only the evidence of erased members is detached';
      END IF;
      UPDATE public.consent_events SET member_id = pii_principal_id WHERE member_id = erased;
      GET DIAGNOSTICS detached = ROW_COUNT;
      RETURN detached;
    END $$""",
    "REVOKE ALL ON FUNCTION detach_evidence(uuid) FROM PUBLIC",
)

_RIGHTS = (
    "SELECT, INSERT ON erased_members",
    "SELECT, INSERT, UPDATE ON inbox",
    "DELETE ON acts, consent_states, members",
    "EXECUTE ON FUNCTION detach_evidence(uuid)",
)


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement)
    role = migration.app_role(op.get_context())
    for rights in _RIGHTS:
        op.execute(f"GRANT {rights} TO {role}")


def downgrade() -> None:
    raise NotImplementedError("what was erased is not brought back")
