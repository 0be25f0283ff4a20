"""Make room for referrals: what is offered for them, the codes that invite, and who accepted one."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0022"
down_revision = "0021"

_STEPS = """
CREATE TABLE referral_programmes (
  programme smallint NOT NULL REFERENCES programmes (number),
  referral text NOT NULL,
  edition int NOT NULL,
  stopped boolean NOT NULL DEFAULT false,
  rewarded bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (programme, referral)
);

CREATE TABLE referral_editions (
  programme smallint NOT NULL,
  referral text NOT NULL,
  edition int NOT NULL,
  terms jsonb NOT NULL,
  published_by text NOT NULL,
  published_at bigint NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (programme, referral, edition),
  FOREIGN KEY (programme, referral) REFERENCES referral_programmes
);

CREATE TABLE invite_codes (
  code text PRIMARY KEY,
  member_id uuid NOT NULL,
  programme smallint NOT NULL,
  referral text NOT NULL,
  UNIQUE (member_id, programme, referral)
);

-- One for each invited member and programme, for good: it is no profile, and outlives the member's erasure.
CREATE TABLE referrals (
  member_id uuid NOT NULL,
  programme smallint NOT NULL,
  referral text NOT NULL,
  edition int NOT NULL,
  inviter_id uuid NOT NULL,
  code text NOT NULL,
  state text NOT NULL,
  joined_at bigint NOT NULL,
  qualifies_until bigint NOT NULL,
  because text NOT NULL,
  decided_by text NOT NULL,
  reason text NOT NULL,
  settled_at bigint NOT NULL,
  -- An order of the member's was recorded, and is to be looked at.
  ordered boolean NOT NULL DEFAULT false,
  PRIMARY KEY (member_id, programme)
);
CREATE INDEX referrals_of_inviters ON referrals (inviter_id, programme, joined_at DESC, member_id DESC);
CREATE INDEX referrals_by_time ON referrals (programme, joined_at DESC, member_id DESC);
CREATE INDEX referrals_held ON referrals (programme, joined_at DESC, member_id DESC) WHERE state = 'HELD';
CREATE INDEX referrals_ordered ON referrals (joined_at) WHERE ordered AND state = 'JOINED';
CREATE INDEX referrals_late ON referrals (qualifies_until) WHERE state = 'JOINED' AND qualifies_until > 0;
"""

_GRANTS = """
GRANT SELECT, INSERT ON referral_programmes, referral_editions, invite_codes, referrals TO {role};
GRANT UPDATE (edition, stopped, rewarded) ON referral_programmes TO {role};
GRANT UPDATE (state, because, decided_by, reason, settled_at, ordered) ON referrals TO {role};
"""


def upgrade() -> None:
    for statement in f"{_STEPS}{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
