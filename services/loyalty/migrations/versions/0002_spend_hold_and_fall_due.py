"""Make room for holds, reversals, denials, merges, approvals and due instants.

Every step works while the code before it runs: columns come with defaults, indexes are built concurrently. A
wallet whose due instant is not known yet has 0 and is looked at once by the due run.
"""

from alembic import context, op

from services.kit.migration import app_role

revision = "0002"
down_revision = "0001"

_STEPS = """
ALTER TABLE wallets ADD COLUMN touched_at bigint NOT NULL DEFAULT 0,
                    ADD COLUMN next_due_at bigint NOT NULL DEFAULT 0;
ALTER TABLE standings ADD COLUMN merged_into uuid;
ALTER TABLE refunds ADD COLUMN returned json NOT NULL DEFAULT '{}';
-- How the hash of a batch was made: 1 over packed values, 2 over the entries' own bytes.
ALTER TABLE batches ADD COLUMN format smallint NOT NULL DEFAULT 1;

-- slices: what is left, {expires_at, month, source, points}, in order.
CREATE TABLE holds (
  member_id uuid NOT NULL,
  hold_id text NOT NULL,
  currency smallint NOT NULL,
  points bigint NOT NULL CHECK (points > 0),
  slices bigint[] NOT NULL,
  captured bigint NOT NULL CHECK (captured BETWEEN 0 AND points),
  state text NOT NULL CHECK (state IN ('OPEN', 'CAPTURED', 'RELEASED', 'TIMED_OUT')),
  order_ref text NOT NULL,
  actor text NOT NULL,
  fingerprint bytea NOT NULL,
  held_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  closed_at bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (member_id, hold_id)
) WITH (fillfactor = 85);
CREATE INDEX open_holds ON holds (member_id) WHERE state = 'OPEN';

-- Append-only. What was given back of a redemption; slices as in holds.
CREATE TABLE reversals (
  member_id uuid NOT NULL,
  redemption uuid NOT NULL,
  reversal_id text NOT NULL,
  key uuid NOT NULL,
  fingerprint bytea NOT NULL,
  slices bigint[] NOT NULL,
  expired bigint NOT NULL,
  balance_after bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (member_id, redemption, reversal_id)
);

-- Append-only. Redemptions and holds that were declined: their keys are used up for good.
CREATE TABLE denials (
  member_id uuid NOT NULL,
  key uuid NOT NULL,
  fingerprint bytea NOT NULL,
  asked bigint NOT NULL,
  available bigint NOT NULL,
  held bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (member_id, key)
);

-- What a merge moved, so that it can be undone: {currency: {lots, pending_lots, debt}} and the standing's share.
CREATE TABLE merges (
  from_member uuid NOT NULL,
  programme smallint NOT NULL,
  merge_id text NOT NULL,
  into_member uuid NOT NULL,
  moved json NOT NULL,
  actor text NOT NULL,
  merged_at timestamptz NOT NULL,
  undone_at timestamptz,
  PRIMARY KEY (from_member, programme, merge_id)
);

-- Adjustments that want a second pair of eyes.
CREATE TABLE adjustment_requests (
  request_id uuid PRIMARY KEY,
  member_id uuid NOT NULL,
  programme smallint NOT NULL,
  currency text NOT NULL,
  points bigint NOT NULL CHECK (points <> 0),
  reason text NOT NULL,
  idempotency_key text NOT NULL,
  fingerprint bytea NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('WAITING', 'APPROVED', 'REJECTED')),
  decided_by text,
  decided_at timestamptz,
  note text NOT NULL DEFAULT '',
  UNIQUE (member_id, idempotency_key)
);
CREATE INDEX adjustment_requests_by_time ON adjustment_requests (requested_at, request_id);

-- Append-only. What a run of `ledger verify` found.
CREATE TABLE verifications (
  verification_id uuid PRIMARY KEY,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  entries bigint NOT NULL,
  batches bigint NOT NULL,
  wallets bigint NOT NULL,
  mismatches json NOT NULL,
  heads json NOT NULL
);
CREATE INDEX verifications_by_time ON verifications (finished_at);
"""

_GRANTS = """
GRANT SELECT, INSERT ON holds, reversals, denials, merges, adjustment_requests, verifications TO {role};
GRANT UPDATE (slices, captured, state, closed_at) ON holds TO {role};
GRANT UPDATE (undone_at) ON merges TO {role};
GRANT UPDATE (state, decided_by, decided_at, note) ON adjustment_requests TO {role};
"""

_INDEXES = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS wallets_due ON wallets (next_due_at)
  WHERE next_due_at < 9223372036854775807;
CREATE INDEX CONCURRENTLY IF NOT EXISTS entries_spent_on ON entries (member_id, order_ref)
  WHERE type IN ('REDEEM', 'HOLD_CAPTURE') AND order_ref <> '';
"""


def upgrade() -> None:
    _run(f"{_STEPS}{_GRANTS.format(role=app_role(context))}")
    with op.get_context().autocommit_block():
        _run(_INDEXES)


def _run(statements: str) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
