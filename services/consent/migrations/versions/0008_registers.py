"""The officer's registers: assessments, processors' terms, ways abroad with their counters, and breaches."""

from alembic import op

from services.kit import migration

revision = "0008"
down_revision = "0007"

_TABLES = (
    """CREATE TABLE assessments (
      assessment_id text PRIMARY KEY, purposes text[] NOT NULL,
      concluded_at timestamptz NOT NULL, reference text NOT NULL, registered_by text NOT NULL,
      registered_at timestamptz NOT NULL DEFAULT now())""",
    # Whoever deletes, the owner too: three years are the law's (PIPL 56).
    """CREATE FUNCTION keep_assessments() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF old.concluded_at + interval '3 years' > now() THEN
        RAISE EXCEPTION 'an impact assessment is kept for three years (PIPL 56)';
      END IF;
      RETURN old;
    END $$""",
    """CREATE TRIGGER keep_assessments BEFORE DELETE ON assessments
      FOR EACH ROW EXECUTE FUNCTION keep_assessments()""",
    """CREATE TABLE processor_agreements (
      recipient_id text NOT NULL, agreement_id text NOT NULL,
      starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
      reference text NOT NULL, registered_by text NOT NULL,
      registered_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (recipient_id, agreement_id))""",
    """CREATE TABLE export_routes (
      purpose text NOT NULL, kind text NOT NULL,
      starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
      reference text NOT NULL, registered_by text NOT NULL,
      registered_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (purpose, kind, starts_at))""",
    # Each person counts once a year, and goes on to count when erased.
    """CREATE TABLE exported_members (
      member_id uuid NOT NULL, year smallint NOT NULL, sensitive boolean NOT NULL,
      PRIMARY KEY (member_id, year, sensitive))""",
    """CREATE TABLE export_counters (
      year smallint NOT NULL, sensitive boolean NOT NULL, members bigint NOT NULL,
      PRIMARY KEY (year, sensitive))""",
    """CREATE TABLE breaches (
      breach_id text PRIMARY KEY, found_at timestamptz NOT NULL, categories text[] NOT NULL,
      cause text NOT NULL, opened_by text NOT NULL)""",
    """CREATE TABLE breach_notices (
      breach_id text NOT NULL REFERENCES breaches, kind text NOT NULL,
      sent_at timestamptz NOT NULL, reference text NOT NULL, noted_by text NOT NULL,
      PRIMARY KEY (breach_id, kind))""",
    "ALTER FUNCTION erase_member(uuid) RENAME TO erase_member_before_registers",
    """CREATE FUNCTION erase_member(erased uuid) RETURNS TABLE (store text, gone bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    BEGIN
      RETURN QUERY SELECT * FROM public.erase_member_before_registers(erased);
      DELETE FROM public.exported_members WHERE member_id = erased;
      store := 'exported_members'; GET DIAGNOSTICS gone = ROW_COUNT;
      IF gone > 0 THEN RETURN NEXT; END IF;
    END $$""",
    "REVOKE ALL ON FUNCTION erase_member(uuid) FROM PUBLIC",
)

_RIGHTS = (
    "SELECT, INSERT, DELETE ON assessments",
    "SELECT, INSERT ON processor_agreements, export_routes, exported_members, breaches, breach_notices",
    "SELECT, INSERT, UPDATE (members) ON export_counters",
    "EXECUTE ON FUNCTION erase_member(uuid)",
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    role = migration.app_role(op.get_context())
    op.execute(f"REVOKE EXECUTE ON FUNCTION erase_member_before_registers(uuid) FROM {role}")
    for rights in _RIGHTS:
        op.execute(f"GRANT {rights} TO {role}")


def downgrade() -> None:
    raise NotImplementedError("registers are kept")
