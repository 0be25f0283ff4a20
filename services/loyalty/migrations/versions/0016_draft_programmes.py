"""Keep drafts of programmes' next versions, each edition of them, and previews of what they would do."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0016"
down_revision = "0015"

_STEPS = """
-- content: as programme_versions.rules. published_version is what it was published as.
CREATE TABLE programme_drafts (
  draft_id uuid PRIMARY KEY,
  nth bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  programme smallint NOT NULL REFERENCES programmes,
  based_on_version integer NOT NULL,
  content jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('DRAFT', 'PUBLISHED', 'DISCARDED')),
  edition integer NOT NULL CHECK (edition > 0),
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL,
  reason text NOT NULL,
  published_version integer,
  idempotency_key text NOT NULL,
  fingerprint bytea NOT NULL,
  UNIQUE (programme, idempotency_key),
  FOREIGN KEY (programme, based_on_version) REFERENCES programme_versions
);
CREATE INDEX programme_drafts_by_time ON programme_drafts (programme, nth);
CREATE UNIQUE INDEX programme_drafts_published ON programme_drafts (programme, published_version)
  WHERE published_version IS NOT NULL;

-- Append-only. Who wrote which edition, and what it said.
CREATE TABLE programme_draft_editions (
  draft_id uuid NOT NULL REFERENCES programme_drafts,
  edition integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('DRAFTED', 'CHANGED', 'REBASED', 'DISCARDED')),
  based_on_version integer NOT NULL,
  content jsonb NOT NULL,
  written_by text NOT NULL,
  written_at timestamptz NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (draft_id, edition)
);

-- findings: what the pass found; the sample of members lies beside it.
CREATE TABLE draft_previews (
  preview_id uuid PRIMARY KEY,
  nth bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  draft_id uuid NOT NULL REFERENCES programme_drafts,
  edition integer NOT NULL,
  state text NOT NULL CHECK (state IN ('WAITING', 'RUNNING', 'DONE', 'CANCELLED', 'FAILED')),
  asked_by text NOT NULL,
  asked_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  started_at timestamptz,
  noted_at timestamptz,
  ended_at timestamptz,
  members_seen bigint NOT NULL DEFAULT 0,
  members_about bigint NOT NULL DEFAULT 0,
  findings jsonb,
  FOREIGN KEY (draft_id, edition) REFERENCES programme_draft_editions
);
CREATE UNIQUE INDEX draft_previews_open ON draft_previews (draft_id, edition) WHERE state IN ('WAITING', 'RUNNING');
CREATE INDEX draft_previews_by_time ON draft_previews (draft_id, nth);

CREATE TABLE preview_samples (
  preview_id uuid NOT NULL REFERENCES draft_previews,
  nth integer NOT NULL,
  member_id uuid NOT NULL,
  from_tier text NOT NULL,
  to_tier text NOT NULL,
  conditions jsonb NOT NULL,
  PRIMARY KEY (preview_id, nth)
);
CREATE INDEX preview_samples_member ON preview_samples (member_id);
"""

_GRANTS = """
GRANT SELECT, INSERT ON programme_drafts, programme_draft_editions, draft_previews, preview_samples TO {role};
GRANT UPDATE (based_on_version, content, state, edition, changed_by, changed_at, reason, published_version)
  ON programme_drafts TO {role};
GRANT UPDATE (state, tries, started_at, noted_at, ended_at, members_seen, members_about, findings)
  ON draft_previews TO {role};
GRANT DELETE ON preview_samples TO {role};
"""


def upgrade() -> None:
    for statement in f"{_STEPS}{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
