"""Rights requests with their steps and proofs, restricted processing, and directives for after death."""

from alembic import op

from services.kit import migration

revision = "0006"
down_revision = "0005"

_TABLES = (
    """CREATE TABLE rights_requests (
      request_id uuid PRIMARY KEY,
      number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
      member_id uuid NOT NULL, idempotency_key text NOT NULL, fingerprint bytea NOT NULL,
      kind text NOT NULL, state text NOT NULL,
      purposes text[] NOT NULL, subject text NOT NULL, wanted text, channel text NOT NULL,
      verified boolean NOT NULL,
      received_at timestamptz NOT NULL, due_at timestamptz NOT NULL, due_source text NOT NULL,
      alarm_at timestamptz NOT NULL, alarmed_at timestamptz, overdue_told_at timestamptz,
      ended_at timestamptz, decided_by text NOT NULL DEFAULT '',
      ground text, article text, remedy text,
      appeal_of uuid UNIQUE REFERENCES rights_requests, erasure_id uuid,
      CHECK (state <> 'REFUSED' OR (ground IS NOT NULL AND article <> '' AND remedy <> '')),
      UNIQUE (member_id, idempotency_key))""",
    "CREATE INDEX rights_requests_of_member ON rights_requests (member_id, number DESC)",
    "CREATE INDEX rights_requests_open ON rights_requests (due_at, number) WHERE ended_at IS NULL",
    "CREATE INDEX rights_requests_erasing ON rights_requests (erasure_id) WHERE erasure_id IS NOT NULL",
    """CREATE TABLE rights_steps (
      request_id uuid NOT NULL REFERENCES rights_requests, ord smallint NOT NULL,
      state text NOT NULL, at timestamptz NOT NULL, actor text NOT NULL, note text NOT NULL,
      PRIMARY KEY (request_id, ord))""",
    # The first proof of a store holds: a second one finds nothing left to do.
    """CREATE TABLE rights_proofs (
      request_id uuid NOT NULL REFERENCES rights_requests, store text NOT NULL, reference text NOT NULL,
      action text NOT NULL, count bigint NOT NULL, proved_at timestamptz NOT NULL,
      PRIMARY KEY (request_id, store, reference))""",
    # Here, since the gate reads this row anyway: '*' is all that the contract does not need.
    "ALTER TABLE members ADD COLUMN restricted text[] NOT NULL DEFAULT '{}'",
    # Each takes an epoch of its member, as acts do.
    """CREATE TABLE restriction_changes (
      member_id uuid NOT NULL, epoch bigint NOT NULL, purposes text[] NOT NULL,
      request_id uuid NOT NULL, changed_at timestamptz NOT NULL,
      PRIMARY KEY (member_id, epoch))""",
    """CREATE TABLE directives (
      member_id uuid PRIMARY KEY, directive text NOT NULL, set_at timestamptz NOT NULL)""",
    # What wishes and sends know of a member goes as well, and requests stay under the evidence's pseudonym.
    """CREATE OR REPLACE FUNCTION erase_member(erased uuid) RETURNS TABLE (store text, gone bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DECLARE
      pseudonym uuid;
      held text;
    BEGIN
      IF NOT EXISTS (SELECT FROM public.erased_members e WHERE e.member_id = erased) THEN
        RAISE EXCEPTION 'only members who were erased lose their rows';
      END IF;
      SELECT pii_principal_id INTO pseudonym FROM public.members m WHERE m.member_id = erased;
      UPDATE public.consent_events SET member_id = pii_principal_id WHERE member_id = erased;
      store := 'consent_events'; GET DIAGNOSTICS gone = ROW_COUNT; RETURN NEXT;
      UPDATE public.rights_requests SET member_id = pseudonym WHERE member_id = erased;
      store := 'rights_requests'; GET DIAGNOSTICS gone = ROW_COUNT;
      IF gone > 0 THEN RETURN NEXT; END IF;
      FOREACH held IN ARRAY ARRAY['acts', 'consent_states', 'members'] LOOP
        EXECUTE format('DELETE FROM public.%I WHERE member_id = $1', held) USING erased;
        store := held; GET DIAGNOSTICS gone = ROW_COUNT; RETURN NEXT;
      END LOOP;
      FOREACH held IN ARRAY ARRAY['preference_changes', 'preferences', 'suppressions', 'sends',
                                  'restriction_changes', 'directives'] LOOP
        EXECUTE format('DELETE FROM public.%I WHERE member_id = $1', held) USING erased;
        store := held; GET DIAGNOSTICS gone = ROW_COUNT;
        IF gone > 0 THEN RETURN NEXT; END IF;
      END LOOP;
    END $$""",
)

_RIGHTS = (
    "SELECT, INSERT, UPDATE (state, verified, alarmed_at, overdue_told_at, ended_at, decided_by, ground, article, "
    "remedy, erasure_id) ON rights_requests",
    "SELECT, INSERT ON rights_steps, rights_proofs, restriction_changes",
    "UPDATE (restricted) ON members",
    "SELECT, INSERT, UPDATE ON directives",
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    role = migration.app_role(op.get_context())
    for rights in _RIGHTS:
        op.execute(f"GRANT {rights} TO {role}")


def downgrade() -> None:
    raise NotImplementedError("what members asked for is not forgotten")
