"""Record what members do besides ordering, and count it in missions."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0024"
down_revision = "0023"

_STEPS = """
CREATE TABLE activity_types (
  programme smallint NOT NULL,
  key text NOT NULL,
  edition integer NOT NULL,
  definition json NOT NULL,
  declared_by text NOT NULL,
  declared_at timestamptz NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (programme, key, edition)
);

CREATE TABLE member_activities (
  programme smallint NOT NULL,
  source text NOT NULL,
  activity_id text NOT NULL,
  member_id uuid NOT NULL,
  type text NOT NULL,
  occurred_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  -- From then on it is gone; whoever tells it again is refused since it is too old.
  forget_at timestamptz NOT NULL,
  attributes json NOT NULL,
  fingerprint bytea NOT NULL,
  -- The missions it counted in, as they were answered.
  answer json NOT NULL DEFAULT '[]',
  PRIMARY KEY (programme, source, activity_id)
);
CREATE INDEX member_activities_by_time ON member_activities (member_id, recorded_at, activity_id);
CREATE INDEX member_activities_forgotten ON member_activities (forget_at);

CREATE TABLE missions (
  programme smallint NOT NULL,
  key text NOT NULL,
  edition integer NOT NULL,
  state text NOT NULL CHECK (state IN ('DRAFT', 'PUBLISHED', 'STOPPED')),
  definition json NOT NULL,
  reason text NOT NULL,
  drafted_by text NOT NULL,
  drafted_at timestamptz NOT NULL,
  published_by text NOT NULL DEFAULT '',
  published_at timestamptz,
  stopped_by text NOT NULL DEFAULT '',
  stopped_at timestamptz,
  PRIMARY KEY (programme, key, edition)
);
CREATE UNIQUE INDEX missions_in_force ON missions (programme, key) WHERE state = 'PUBLISHED';

-- Of all editions: how many awards were given, and until when occasions were looked for.
CREATE TABLE mission_counters (
  programme smallint NOT NULL,
  mission text NOT NULL,
  awarded bigint NOT NULL DEFAULT 0,
  looked_until timestamptz,
  PRIMARY KEY (programme, mission)
);

-- One row is one thing that counts. The mark says what it is counted by: the activity, the day, a digest of a value.
CREATE TABLE mission_steps (
  member_id uuid NOT NULL,
  programme smallint NOT NULL,
  mission text NOT NULL,
  period text NOT NULL,
  mark text NOT NULL,
  day date NOT NULL,
  occurred_at timestamptz NOT NULL,
  -- Which completion used it up; 0 for none yet.
  used_by integer NOT NULL DEFAULT 0,
  PRIMARY KEY (member_id, programme, mission, period, mark)
);

CREATE TABLE mission_completions (
  member_id uuid NOT NULL,
  programme smallint NOT NULL,
  mission text NOT NULL,
  period text NOT NULL,
  nth integer NOT NULL,
  edition integer NOT NULL,
  completed_at timestamptz NOT NULL,
  PRIMARY KEY (member_id, programme, mission, period, nth)
);
"""

_GRANTS = """
GRANT SELECT, INSERT ON activity_types, mission_completions TO {role};
GRANT SELECT, INSERT, DELETE ON member_activities, mission_steps TO {role};
GRANT UPDATE (answer) ON member_activities TO {role};
GRANT UPDATE (used_by) ON mission_steps TO {role};
GRANT SELECT, INSERT, UPDATE ON missions, mission_counters TO {role};
"""


def upgrade() -> None:
    for statement in f"{_STEPS}{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
