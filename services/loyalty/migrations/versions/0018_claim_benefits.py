"""Remember what members claimed and used of their benefits, and how often within a period."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0018"
down_revision = "0017"

_STEPS = """
-- Once given, whatever the tier held later says. period_from: microseconds since 1970, 0 for the quota that is for
-- good. good_until: null for no end.
CREATE TABLE benefit_claims (
  member_id uuid NOT NULL,
  claim_id uuid NOT NULL,
  programme smallint NOT NULL,
  benefit text NOT NULL,
  tier text NOT NULL,
  period_from bigint NOT NULL,
  good_until timestamptz,
  survives boolean NOT NULL,
  unit_cost_minor bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('CLAIMED', 'USED', 'RELEASED')),
  claim_key text,
  claim_fingerprint bytea,
  claimed_at timestamptz NOT NULL,
  claimed_by text NOT NULL,
  use_key text,
  use_fingerprint bytea,
  used_at timestamptz,
  used_by text NOT NULL DEFAULT '',
  order_ref text NOT NULL DEFAULT '',
  released_at timestamptz,
  released_by text NOT NULL DEFAULT '',
  reason text NOT NULL DEFAULT '',
  coupon_id text NOT NULL DEFAULT '',
  PRIMARY KEY (member_id, claim_id),
  UNIQUE (member_id, claim_key),
  UNIQUE (member_id, use_key)
);
CREATE INDEX benefit_claims_made ON benefit_claims (programme, claimed_at);
CREATE INDEX benefit_claims_of ON benefit_claims (member_id, claimed_at, claim_id);

-- How often a quota was taken within a period; never above the quota.
CREATE TABLE benefit_counters (
  member_id uuid NOT NULL,
  programme smallint NOT NULL,
  benefit text NOT NULL,
  period_from bigint NOT NULL,
  taken bigint NOT NULL CHECK (taken >= 0),
  PRIMARY KEY (member_id, programme, benefit, period_from)
);
"""

_GRANTS = """
GRANT SELECT, INSERT ON benefit_claims, benefit_counters TO {role};
GRANT UPDATE (state, use_key, use_fingerprint, used_at, used_by, order_ref, released_at, released_by, reason)
  ON benefit_claims TO {role};
GRANT UPDATE (taken) ON benefit_counters TO {role};
"""


def upgrade() -> None:
    for statement in f"{_STEPS}{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)
    with op.get_context().autocommit_block():
        op.execute(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS standings_merged ON standings (merged_into, programme) "
            "WHERE merged_into IS NOT NULL"
        )


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
