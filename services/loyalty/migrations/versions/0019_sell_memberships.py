"""Remember what memberships were offered at, who bought one, and whether the tier has followed."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0019"
down_revision = "0018"

_STEPS = """
CREATE TABLE membership_offers (
  member_id uuid NOT NULL,
  offer_id uuid NOT NULL,
  programme smallint NOT NULL,
  version integer NOT NULL,
  tier text NOT NULL,
  score bigint NOT NULL,
  score_from bigint NOT NULL,
  step_minor bigint NOT NULL,
  waived boolean NOT NULL,
  spent_minor bigint NOT NULL,
  spend_since timestamptz NOT NULL,
  is_renewal boolean NOT NULL,
  begins timestamptz NOT NULL,
  ends timestamptz NOT NULL,
  offered_at timestamptz NOT NULL,
  PRIMARY KEY (member_id, offer_id)
);

-- settled: the tier followed. While one of a member's has not, there is no other, so that tiers follow in order.
CREATE TABLE memberships (
  source text NOT NULL,
  order_id text NOT NULL,
  member_id uuid NOT NULL,
  programme smallint NOT NULL,
  tier text NOT NULL,
  offer_id uuid NOT NULL UNIQUE,
  price_minor bigint NOT NULL,
  begins timestamptz NOT NULL,
  ends timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  recorded_by text NOT NULL,
  fingerprint bytea NOT NULL,
  ended_at timestamptz,
  ended_by text NOT NULL DEFAULT '',
  reason text NOT NULL DEFAULT '',
  settled boolean NOT NULL DEFAULT false,
  PRIMARY KEY (source, order_id)
);
CREATE INDEX memberships_of ON memberships (member_id, programme, ends);
CREATE UNIQUE INDEX memberships_unsettled ON memberships (member_id, programme) WHERE NOT settled;
"""

_GRANTS = """
GRANT SELECT, INSERT ON membership_offers, memberships TO {role};
GRANT UPDATE (ended_at, ended_by, reason, settled) ON memberships TO {role};
"""


def upgrade() -> None:
    for statement in f"{_STEPS}{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
