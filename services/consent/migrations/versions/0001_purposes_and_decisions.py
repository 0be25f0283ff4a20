"""Purposes, notices, consent events and what stands by them."""

from alembic import op

from services.kit import migration, outbox

revision = "0001"
down_revision = None

_TABLES = (
    # A version is its canonical bytes; the database itself refuses bytes that do not match their digest.
    """CREATE TABLE purposes (
      key text NOT NULL, version integer NOT NULL CHECK (version > 0),
      canonical bytea NOT NULL, digest bytea NOT NULL CHECK (digest = sha256(canonical)),
      effective_at timestamptz NOT NULL, published_by text NOT NULL,
      PRIMARY KEY (key, version))""",
    """CREATE TABLE notices (
      notice_id text PRIMARY KEY,
      key text NOT NULL, locale text NOT NULL, version integer NOT NULL CHECK (version > 0),
      canonical bytea NOT NULL, digest bytea NOT NULL CHECK (digest = sha256(canonical)),
      effective_at timestamptz NOT NULL, published_by text NOT NULL,
      UNIQUE (key, locale, version))""",
    # What consent knows of a member: a pseudonym for the evidence, and how often they decided.
    """CREATE TABLE members (
      member_id uuid PRIMARY KEY,
      pii_principal_id uuid NOT NULL DEFAULT gen_random_uuid(),
      epoch bigint NOT NULL DEFAULT 0)""",
    """CREATE TABLE acts (
      member_id uuid NOT NULL, idempotency_key text NOT NULL,
      fingerprint bytea NOT NULL, epoch bigint NOT NULL,
      PRIMARY KEY (member_id, idempotency_key))""",
    # member_id and ord say where a row is kept and are no part of the evidence: the digest is over the other
    # columns, so a row can be kept under the pseudonym alone once the member is erased.
    """CREATE TABLE consent_events (
      member_id uuid NOT NULL, epoch bigint NOT NULL, ord smallint NOT NULL,
      schema_version text NOT NULL,
      record_id uuid NOT NULL,
      pii_principal_id uuid NOT NULL,
      privacy_notice text,
      language text,
      purpose text NOT NULL,
      lawful_basis text NOT NULL,
      pii_information text[] NOT NULL,
      pii_controllers text[] NOT NULL,
      processing_methods text[] NOT NULL,
      storage_locations text[] NOT NULL,
      retention_period text NOT NULL,
      jurisdiction text NOT NULL,
      recipient_third_parties text[] NOT NULL,
      withdrawal_method text NOT NULL,
      event_time timestamptz NOT NULL,
      validity_duration text,
      entity_id text NOT NULL,
      event_type text NOT NULL,
      event_state text NOT NULL CHECK (event_state IN ('GIVEN', 'REFUSED', 'WITHDRAWN')),
      purpose_version integer NOT NULL,
      purpose_digest bytea NOT NULL,
      notice_digest bytea,
      form text NOT NULL,
      articles text[] NOT NULL,
      recipient_id text NOT NULL,
      guardian_id uuid,
      channel text NOT NULL,
      app_version text NOT NULL,
      screen_digest bytea,
      idempotency_key text NOT NULL,
      record_digest bytea NOT NULL,
      CHECK (event_state <> 'GIVEN' OR (privacy_notice IS NOT NULL AND notice_digest IS NOT NULL)),
      PRIMARY KEY (member_id, epoch, ord))""",
    # The last event of each purpose and recipient, for fast answers; it can be made again from the events.
    """CREATE TABLE consent_states (
      member_id uuid NOT NULL, purpose text NOT NULL, recipient_id text NOT NULL,
      record_id uuid NOT NULL, purpose_version integer NOT NULL,
      event_state text NOT NULL, event_time timestamptz NOT NULL, valid_until timestamptz,
      epoch bigint NOT NULL,
      PRIMARY KEY (member_id, purpose, recipient_id))""",
)

_RIGHTS = (
    "SELECT, INSERT ON purposes, notices, acts, consent_events",
    "SELECT, INSERT, UPDATE (epoch) ON members",
    "SELECT, INSERT, UPDATE ON consent_states",
    "SELECT, INSERT, DELETE ON outbox",
    "SELECT, UPDATE ON outbox_lanes",
    "SELECT ON alembic_version",
)


def upgrade() -> None:
    for statement in (*_TABLES, *filter(str.strip, outbox.CREATE.split(";"))):
        op.execute(statement)
    role = migration.app_role(op.get_context())
    for rights in _RIGHTS:
        op.execute(f"GRANT {rights} TO {role}")
