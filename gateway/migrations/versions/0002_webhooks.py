"""Webhooks: who is told of events and how that went, who may tell us of orders and what they told."""

from alembic import op

from services.kit import inbox, migration

revision = "0002"
down_revision = "0001"

_OUT = """
CREATE TABLE webhook_endpoints (
  endpoint_id uuid PRIMARY KEY,
  url text NOT NULL,
  description text NOT NULL,
  event_types text[] NOT NULL,
  programme_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('ENABLED', 'DISABLED', 'DELETED')),
  disabled_because text NOT NULL CHECK (disabled_because IN ('', 'STAFF', 'GONE', 'FAILING')),
  failing_since timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE webhook_messages (
  message_id text PRIMARY KEY,
  type text NOT NULL,
  body bytea NOT NULL,
  occurred_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE webhook_deliveries (
  delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id text NOT NULL REFERENCES webhook_messages,
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoints,
  type text NOT NULL,
  state text NOT NULL CHECK (state IN ('PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
  created_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  leased_until timestamptz,
  tries integer NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  finished_at timestamptz,
  UNIQUE (message_id, endpoint_id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at) WHERE state = 'PENDING';
CREATE INDEX webhook_deliveries_of_endpoint ON webhook_deliveries (endpoint_id, delivery_id);
CREATE INDEX webhook_deliveries_of_type ON webhook_deliveries (type, delivery_id);
CREATE INDEX webhook_deliveries_unsuccessful ON webhook_deliveries (state, delivery_id)
  WHERE state <> 'SUCCEEDED';
CREATE INDEX webhook_deliveries_oldest ON webhook_deliveries (created_at);

CREATE TABLE webhook_attempts (
  delivery_id bigint NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
  attempt integer NOT NULL,
  started_at timestamptz NOT NULL,
  duration_ms integer NOT NULL,
  status_code integer,
  error text NOT NULL,
  PRIMARY KEY (delivery_id, attempt)
);
"""

_IN = """
CREATE TABLE webhook_sources (
  source_id uuid PRIMARY KEY,
  source text NOT NULL,
  description text NOT NULL,
  programme_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('ENABLED', 'DISABLED', 'DELETED')),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX webhook_sources_named ON webhook_sources (source) WHERE state <> 'DELETED';

CREATE TABLE webhook_receipts (
  receipt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id uuid NOT NULL REFERENCES webhook_sources,
  webhook_id text NOT NULL,
  digest bytea NOT NULL,
  type text NOT NULL,
  order_id text NOT NULL,
  outcome_code text NOT NULL,
  times integer NOT NULL DEFAULT 1,
  received_at timestamptz NOT NULL,
  answered_at timestamptz,
  UNIQUE (source_id, webhook_id)
);
CREATE INDEX webhook_receipts_oldest ON webhook_receipts (received_at);

CREATE TABLE webhook_secrets (
  secret_id uuid PRIMARY KEY,
  owner_id uuid NOT NULL,
  sealed bytea NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz
);
CREATE INDEX webhook_secrets_of_owner ON webhook_secrets (owner_id);
"""

_GRANTS = """
GRANT SELECT, INSERT, UPDATE ON inbox TO {role};
GRANT SELECT, INSERT, DELETE ON webhook_endpoints, webhook_sources, webhook_secrets TO {role};
GRANT SELECT, INSERT, DELETE ON webhook_messages, webhook_deliveries, webhook_attempts TO {role};
GRANT SELECT, INSERT, DELETE ON webhook_receipts TO {role};
GRANT UPDATE (url, description, event_types, programme_id, state, disabled_because, failing_since, updated_at)
  ON webhook_endpoints TO {role};
GRANT UPDATE (state, updated_at) ON webhook_sources TO {role};
GRANT UPDATE (expires_at) ON webhook_secrets TO {role};
GRANT UPDATE (state, due_at, leased_until, tries, attempts, finished_at) ON webhook_deliveries TO {role};
GRANT UPDATE (type, order_id, outcome_code, times, answered_at) ON webhook_receipts TO {role};
"""


def upgrade() -> None:
    role = migration.app_role(op.get_context())
    for statement in f"{inbox.CREATE};\n{_OUT}{_IN}{_GRANTS.format(role=role)}".split(";\n"):
        if statement.strip():
            op.execute(statement)
