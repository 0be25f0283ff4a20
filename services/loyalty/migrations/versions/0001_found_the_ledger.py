"""Found the ledger: programmes, wallets, standings, orders, entries, batches and the outbox."""

from alembic import context, op

from services.kit import inbox
from services.kit.migration import app_role

revision = "0001"
down_revision = None

_TABLES = """
CREATE TYPE entry_type AS ENUM (
  'EARN', 'PENDING_ADDED', 'PENDING_ACTIVATED', 'PENDING_CANCELED', 'REDEEM', 'REDEEM_REVERSAL', 'HOLD',
  'HOLD_CAPTURE', 'HOLD_RELEASE', 'EARN_REVERSAL', 'WRITE_OFF', 'EXPIRE', 'FORFEIT', 'ADJUST_CREDIT',
  'ADJUST_DEBIT', 'TRANSFER_OUT', 'TRANSFER_IN', 'MERGE', 'IMPORT'
);
CREATE TYPE account AS ENUM (
  'AVAILABLE', 'PENDING', 'HELD', 'ISSUED', 'REDEEMED', 'EXPIRED', 'FORFEITED', 'WRITTEN_OFF', 'ADJUSTMENTS',
  'TRANSFERS', 'IMPORTED'
);

CREATE TABLE programmes (
  number smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  programme_id text NOT NULL UNIQUE,
  is_default boolean NOT NULL
);
CREATE UNIQUE INDEX one_default_programme ON programmes (is_default) WHERE is_default;

CREATE TABLE currencies (
  number smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  programme smallint NOT NULL REFERENCES programmes,
  code text NOT NULL,
  UNIQUE (programme, code)
);

CREATE TABLE programme_versions (
  programme smallint NOT NULL REFERENCES programmes,
  version integer NOT NULL CHECK (version > 0),
  effective_at timestamptz NOT NULL,
  rules jsonb NOT NULL,
  reason text NOT NULL,
  published_by text NOT NULL,
  published_at timestamptz NOT NULL,
  PRIMARY KEY (programme, version)
);

-- One row; grows in every transaction that publishes, so that a lane sees that its rules are the newest.
CREATE TABLE programme_revision (single boolean PRIMARY KEY DEFAULT true CHECK (single), revision bigint NOT NULL);
INSERT INTO programme_revision (revision) VALUES (0);

-- Members this service has heard of, so that an order for a stranger is refused.
CREATE TABLE members (
  member_id uuid PRIMARY KEY,
  joined_at timestamptz NOT NULL
);

-- tiers: keys held and since when, in step. days: {ordinal of the local day, spend, orders}.
CREATE TABLE standings (
  member_id uuid NOT NULL,
  programme smallint NOT NULL,
  tier_keys text[] NOT NULL DEFAULT '{}',
  tier_since bigint[] NOT NULL DEFAULT '{}',
  days bigint[] NOT NULL DEFAULT '{}',
  judged_version integer NOT NULL DEFAULT 0,
  touched_at bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (member_id, programme)
) WITH (fillfactor = 60);

-- available = sum of lots less debt, so a negative available is debt.
-- lots: {expires_at, month, source, points}; pending_lots: {matures_at, month, source, points}; both in order.
CREATE TABLE wallets (
  member_id uuid NOT NULL,
  currency smallint NOT NULL,
  available bigint NOT NULL,
  pending bigint NOT NULL CHECK (pending >= 0),
  held bigint NOT NULL CHECK (held >= 0),
  version bigint NOT NULL,
  lots bigint[] NOT NULL,
  pending_lots bigint[] NOT NULL,
  PRIMARY KEY (member_id, currency)
) WITH (fillfactor = 60);

-- lines, earned and taken_back are json and not jsonb, since the first answer is given again in its order.
CREATE TABLE orders (
  source text NOT NULL,
  order_id text NOT NULL,
  member_id uuid NOT NULL,
  programme smallint NOT NULL,
  fingerprint bytea NOT NULL,
  total_minor bigint NOT NULL CHECK (total_minor >= 0),
  refunded_minor bigint NOT NULL CHECK (refunded_minor BETWEEN 0 AND total_minor),
  lines json NOT NULL,
  earned json NOT NULL,
  channel text NOT NULL,
  rule_version integer NOT NULL,
  tier_at_payment text NOT NULL,
  tier_after text NOT NULL,
  paid_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  completed_at timestamptz,
  PRIMARY KEY (source, order_id)
) WITH (fillfactor = 85);

CREATE TABLE refunds (
  source text NOT NULL,
  order_id text NOT NULL,
  refund_id text NOT NULL,
  member_id uuid NOT NULL,
  fingerprint bytea NOT NULL,
  refunded_minor bigint NOT NULL CHECK (refunded_minor >= 0),
  refundable_minor bigint NOT NULL CHECK (refundable_minor >= 0),
  taken_back json NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (source, order_id, refund_id)
);

-- Append-only. One row is one movement between two accounts.
CREATE TABLE entries (
  member_id uuid NOT NULL,
  key uuid NOT NULL,
  part smallint NOT NULL,
  currency smallint NOT NULL,
  type entry_type NOT NULL,
  from_account account NOT NULL,
  to_account account NOT NULL,
  points bigint NOT NULL CHECK (points > 0),
  lot_expires_at bigint,
  lot_month integer,
  lot_source smallint,
  order_ref text NOT NULL,
  rule_version integer NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  balance_after bigint NOT NULL,
  fingerprint bytea NOT NULL,
  occurred_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  lane smallint NOT NULL,
  batch bigint NOT NULL,
  ord integer NOT NULL,
  PRIMARY KEY (member_id, key, part)
);
CREATE INDEX entries_by_time ON entries (member_id, recorded_at, ord);

-- Append-only. What a lane committed together, chained by hash; totals are {currency: {account: change}}
-- of the programme's own accounts, so that there is no hot row.
CREATE TABLE batches (
  lane smallint NOT NULL,
  seq bigint NOT NULL,
  previous bytea NOT NULL,
  hash bytea NOT NULL,
  entries integer NOT NULL,
  totals jsonb NOT NULL,
  committed_at timestamptz NOT NULL,
  PRIMARY KEY (lane, seq)
);

CREATE TABLE outbox (
  lane smallint NOT NULL,
  seq bigint NOT NULL,
  ord integer NOT NULL,
  member_id uuid,
  type text NOT NULL,
  event bytea NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (lane, seq, ord)
);
"""

_GRANTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT ON programmes, currencies, programme_versions, entries, batches, refunds TO {role};
GRANT SELECT, INSERT, UPDATE ON members, standings, wallets, inbox TO {role};
GRANT SELECT, INSERT, DELETE ON outbox TO {role};
GRANT SELECT, UPDATE ON programme_revision TO {role};
GRANT SELECT, INSERT ON orders TO {role};
GRANT UPDATE (refunded_minor, lines, earned, completed_at) ON orders TO {role};
GRANT UPDATE (is_default) ON programmes TO {role};
"""


def upgrade() -> None:
    for statement in f"{_TABLES}{inbox.CREATE};\n{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
