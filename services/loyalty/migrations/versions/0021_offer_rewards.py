"""Make room for rewards: their editions, their stock, and what members took of them."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0021"
down_revision = "0020"

_STEPS = """
CREATE TABLE rewards (
  programme smallint NOT NULL REFERENCES programmes (number),
  reward text NOT NULL,
  state text NOT NULL,
  -- The edition in force; 0 until the first is published, which fixes whether there is an end of it.
  edition int NOT NULL DEFAULT 0,
  limited boolean NOT NULL,
  stock bigint NOT NULL DEFAULT 0,
  -- Of a limited one alone, so that no row is written by everybody where there is enough for everybody.
  taken bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (programme, reward),
  CHECK (taken >= 0 AND stock >= taken)
);

CREATE TABLE reward_editions (
  programme smallint NOT NULL,
  reward text NOT NULL,
  edition int NOT NULL,
  terms jsonb NOT NULL,
  drafted_by text NOT NULL,
  drafted_at timestamptz NOT NULL,
  published_by text NOT NULL DEFAULT '',
  published_at timestamptz,
  reason text NOT NULL,
  PRIMARY KEY (programme, reward, edition),
  FOREIGN KEY (programme, reward) REFERENCES rewards
);

CREATE TABLE reward_stock_changes (
  programme smallint NOT NULL,
  reward text NOT NULL,
  change_id text NOT NULL,
  delta bigint NOT NULL,
  stock_after bigint NOT NULL,
  reason text NOT NULL,
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (programme, reward, change_id),
  FOREIGN KEY (programme, reward) REFERENCES rewards
);

CREATE TABLE reward_redemptions (
  member_id uuid NOT NULL,
  key uuid NOT NULL,
  redemption_id text NOT NULL,
  programme smallint NOT NULL,
  reward text NOT NULL,
  edition int NOT NULL,
  kind text NOT NULL,
  gives text NOT NULL,
  currency smallint NOT NULL,
  points bigint NOT NULL,
  redeemed_at bigint NOT NULL,
  state text NOT NULL,
  changed_at bigint NOT NULL,
  changed_by text NOT NULL,
  reason text NOT NULL,
  code text NOT NULL,
  PRIMARY KEY (member_id, key)
);
CREATE INDEX reward_redemptions_of_members ON reward_redemptions (member_id, programme, redeemed_at DESC, key DESC);
CREATE INDEX reward_redemptions_of_rewards ON reward_redemptions (programme, reward, redeemed_at DESC, key DESC);
CREATE INDEX reward_redemptions_open ON reward_redemptions (programme, redeemed_at DESC, key DESC)
  WHERE state = 'PENDING';

-- Why something was declined, where it was not for too few points.
ALTER TABLE denials ADD COLUMN because text NOT NULL DEFAULT '';
"""

_GRANTS = """
GRANT SELECT, INSERT ON rewards, reward_editions, reward_stock_changes, reward_redemptions TO {role};
GRANT UPDATE (state, edition, limited, stock, taken) ON rewards TO {role};
GRANT UPDATE (terms, drafted_by, drafted_at, published_by, published_at, reason) ON reward_editions TO {role};
GRANT UPDATE (state, changed_at, changed_by, reason, code) ON reward_redemptions TO {role};
"""


def upgrade() -> None:
    for statement in f"{_STEPS}{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
