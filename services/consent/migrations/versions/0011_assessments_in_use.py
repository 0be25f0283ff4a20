"""An impact assessment stays while a purpose in force rests on it."""

from alembic import op

revision = "0011"
down_revision = "0010"

# Whoever deletes, the owner too: what needs an assessment is not processed without one (PIPL 55, 56).
_KEEP = """CREATE OR REPLACE FUNCTION keep_assessments() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF old.concluded_at + interval '3 years' > now() THEN
      RAISE EXCEPTION 'an impact assessment is kept for three years (PIPL 56)';
    END IF;
    IF EXISTS (SELECT FROM (SELECT DISTINCT ON (key) canonical FROM purposes ORDER BY key, version DESC) AS in_force
               WHERE convert_from(canonical, 'UTF8')::jsonb ->> 'assessment_id' = old.assessment_id) THEN
      RAISE EXCEPTION 'a purpose in force rests on this impact assessment (PIPL 55)';
    END IF;
    RETURN old;
  END $$"""


def upgrade() -> None:
    op.execute(_KEEP)


def downgrade() -> None:
    raise NotImplementedError("assessments that purposes rest on are kept")
