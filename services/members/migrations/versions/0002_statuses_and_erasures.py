"""How memberships end: status changes, erasures with their proofs, tombstones, retention, and the inbox that hears.

Nothing here holds personal data: who was erased is known by a member id that leads nowhere any more.
"""

from alembic import op

from services.kit import inbox, migration
from services.members.storage import tombstones

revision = "0002"
down_revision = "0001"

_RETENTION = """
-- The last day on which a member was seen to do anything; a day and no more.
CREATE TABLE activities (member_id uuid PRIMARY KEY, last_on date NOT NULL);

CREATE INDEX activities_last ON activities (last_on);

CREATE TABLE retention_runs (category text PRIMARY KEY, ran_at timestamptz NOT NULL, rows bigint NOT NULL);

-- By which instant a table's rows age, and for how long the service may not delete them whatever it is told.
CREATE TABLE retention_floors (store text PRIMARY KEY, aged_by text NOT NULL, least_days integer NOT NULL);

INSERT INTO retention_floors VALUES
  ('profile_accesses', 'accessed_at', 180),
  ('communications', 'sent_at', 30),
  ('notes', $aged$to_timestamp(('x0000' || left(replace(note_id::text, '-', ''), 12))::bit(64)::bigint / 1000.0)$aged$, 30),
  ('profile_updates', 'updated_at', 7),
  ('unmask_quotas', 'used_on::timestamptz', 7);

CREATE FUNCTION due_in(asked text, before timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE floor public.retention_floors; due bigint;
BEGIN
  SELECT * INTO floor FROM public.retention_floors WHERE store = asked;
  IF floor.store IS NULL OR to_regclass('public.' || quote_ident(asked)) IS NULL THEN RETURN 0; END IF;
  EXECUTE format('SELECT count(*) FROM public.%I WHERE %s < $1', asked, floor.aged_by) INTO due USING before;
  RETURN due;
END $$;

CREATE FUNCTION retire(asked text, before timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE floor public.retention_floors; gone bigint;
BEGIN
  SELECT * INTO floor FROM public.retention_floors WHERE store = asked;
  IF floor.store IS NULL OR before > now() - make_interval(days => floor.least_days) THEN
    RAISE EXCEPTION 'this is not to be deleted yet';
  END IF;
  IF to_regclass('public.' || quote_ident(asked)) IS NULL THEN RETURN 0; END IF;
  EXECUTE format('DELETE FROM public.%1$I WHERE ctid = ANY(ARRAY(SELECT ctid FROM public.%1$I WHERE %2$s < $1 LIMIT $2))',
    asked, floor.aged_by) USING before, most;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;

REVOKE ALL ON FUNCTION due_in(text, timestamptz), retire(text, timestamptz, integer) FROM PUBLIC
"""

_TABLES = """
-- How the status of those came to be whose status ever changed.
CREATE TABLE statuses (
  member_id uuid PRIMARY KEY,
  since timestamptz NOT NULL,
  -- Set while closing, and then the instant at which the membership ends.
  closes_at timestamptz,
  was_frozen boolean NOT NULL DEFAULT false
);
CREATE INDEX statuses_closing ON statuses (closes_at) WHERE closes_at IS NOT NULL;

-- Only ever appended to.
CREATE TABLE status_changes (
  member_id uuid NOT NULL,
  change_id uuid NOT NULL,
  status smallint NOT NULL,
  changed_at timestamptz NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (member_id, change_id)
);

CREATE TABLE erasures (
  erasure_id uuid PRIMARY KEY,
  member_id uuid NOT NULL,
  trigger smallint NOT NULL,
  requested_by text NOT NULL,
  reason text NOT NULL,
  requested_at timestamptz NOT NULL,
  erased_at timestamptz,
  completed_at timestamptz,
  -- The last backup that holds a key of theirs is gone by then.
  backups_clean_at timestamptz
);
-- A member is erased once: asking again finds this.
CREATE UNIQUE INDEX erasures_member ON erasures (member_id);
CREATE INDEX erasures_open ON erasures (requested_at) WHERE completed_at IS NULL;

-- One row for each member of the merge set and each store that has to prove.
CREATE TABLE erasure_stores (
  erasure_id uuid NOT NULL,
  member_id uuid NOT NULL,
  store text NOT NULL,
  told_at timestamptz NOT NULL,
  proved_at timestamptz,
  -- [[table, action, rows], ...]
  proof jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (erasure_id, member_id, store)
);
CREATE INDEX erasure_stores_awaited ON erasure_stores (told_at) WHERE proved_at IS NULL;

-- An erasure walks all who were merged into one.
CREATE INDEX members_merged_into ON members (merged_into) WHERE merged_into IS NOT NULL
"""

_KEPT = {
    "members": "the row stays without its blob, so that its id is never given again and answers as erased",
    "profile_accesses": "who looked, when and why outlives what was looked at; a retention rule ends it",
    "status_changes": "evidence of who asked to close, by ids",
    "erasures": "the proof itself",
    "erasure_stores": "the proof itself",
    "tombstones": "the proof itself",
    "outbox": "events carry no personal data, and go after seven days",
}

_RIGHTS = (
    *tombstones.RIGHTS,
    "SELECT, INSERT, UPDATE ON activities, retention_runs",
    "EXECUTE ON FUNCTION due_in(text, timestamptz), retire(text, timestamptz, integer)",
    "SELECT, INSERT, UPDATE (since, closes_at, was_frozen) ON statuses",
    "SELECT, INSERT ON status_changes, erasures, erasure_stores",
    "UPDATE (erased_at, completed_at, backups_clean_at) ON erasures",
    "UPDATE (proved_at, proof) ON erasure_stores",
    "SELECT, INSERT, UPDATE ON inbox",
)


def upgrade() -> None:
    app = migration.app_role(op.get_context())
    created = f"{tombstones.CREATE}\n\n{_RETENTION}".split("\n\n")
    for statement in [*_TABLES.split(";\n"), *created, inbox.CREATE]:
        op.execute(statement)
    for name, reason in _KEPT.items():
        op.execute(f"INSERT INTO kept_tables VALUES ('{name}', '{reason}')")  # noqa: S608
    for rights in _RIGHTS:
        op.execute(f"GRANT {rights} TO {app}")


def downgrade() -> None:
    raise NotImplementedError("what was erased is not brought back")
