"""Keep coupon templates with their editions, and the coupons that were issued by them."""

from alembic import context, op

from services.kit.migration import app_role

revision = "0020"
down_revision = "0019"

_STEPS = """
-- issued counts coupons that were not revoked. committed_minor is what they took off and cost, and may still.
CREATE TABLE coupon_templates (
  programme smallint NOT NULL REFERENCES programmes,
  key text NOT NULL,
  state text NOT NULL CHECK (state IN ('DRAFT', 'PUBLISHED', 'STOPPED')),
  edition integer NOT NULL,
  revision integer NOT NULL,
  terms json,
  draft json,
  claim_code text,
  issued bigint NOT NULL DEFAULT 0 CHECK (issued >= 0),
  committed_minor bigint NOT NULL DEFAULT 0 CHECK (committed_minor >= 0),
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (programme, key)
);
CREATE UNIQUE INDEX coupon_templates_by_claim_code ON coupon_templates (programme, claim_code)
  WHERE claim_code IS NOT NULL;

CREATE TABLE coupon_editions (
  programme smallint NOT NULL,
  template text NOT NULL,
  edition integer NOT NULL,
  terms json NOT NULL,
  published_by text NOT NULL,
  published_at timestamptz NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (programme, template, edition),
  FOREIGN KEY (programme, template) REFERENCES coupon_templates (programme, key)
);

-- issued_to is whom it was issued to, also when a merge brought it to another member. An order has order_ref in
-- what it holds and what was used on it, and nothing else has. remind_at is emptied once it was told.
CREATE TABLE coupons (
  coupon_id uuid PRIMARY KEY,
  member_id uuid NOT NULL,
  issued_to uuid NOT NULL,
  programme smallint NOT NULL,
  template text NOT NULL,
  edition integer NOT NULL,
  stacking_group text NOT NULL,
  code text NOT NULL UNIQUE,
  state text NOT NULL CHECK (state IN ('ISSUED', 'HELD', 'USED', 'EXPIRED', 'REVOKED')),
  issue_key text NOT NULL,
  issued_by text NOT NULL,
  reason text NOT NULL,
  issued_at timestamptz NOT NULL,
  valid_from timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  remind_at timestamptz,
  order_ref text,
  held_until timestamptz,
  used_at timestamptz,
  taken_off_minor bigint NOT NULL DEFAULT 0 CHECK (taken_off_minor >= 0),
  revoked_by text,
  revoked_reason text,
  CHECK ((order_ref IS NOT NULL) = (state IN ('HELD', 'USED'))),
  CHECK ((held_until IS NOT NULL) = (state = 'HELD')),
  FOREIGN KEY (programme, template, edition) REFERENCES coupon_editions (programme, template, edition),
  UNIQUE (issued_to, programme, issue_key)
);
CREATE INDEX coupons_of_member ON coupons (member_id, expires_at, coupon_id);
CREATE INDEX coupons_of_template ON coupons (programme, template, edition, state);
CREATE UNIQUE INDEX coupons_one_of_a_group ON coupons (member_id, programme, order_ref, stacking_group)
  WHERE order_ref IS NOT NULL;
CREATE INDEX coupons_of_order ON coupons (order_ref) WHERE order_ref IS NOT NULL;
CREATE INDEX coupons_expiring ON coupons (expires_at, coupon_id) WHERE state = 'ISSUED';
CREATE INDEX coupons_held ON coupons (held_until) WHERE state = 'HELD';
CREATE INDEX coupons_to_remind ON coupons (remind_at) WHERE state = 'ISSUED' AND remind_at IS NOT NULL;

-- What was answered under a key, to be answered again.
CREATE TABLE coupon_answers (
  member_id uuid NOT NULL,
  key text NOT NULL,
  fingerprint bytea NOT NULL,
  answer json,
  answered_at timestamptz NOT NULL,
  PRIMARY KEY (member_id, key)
);

-- What a merge brought from one member to another, so that its undoing gives that back and nothing else.
CREATE TABLE coupon_merges (
  from_member uuid NOT NULL,
  merge_id text NOT NULL,
  coupon_id uuid NOT NULL,
  PRIMARY KEY (from_member, merge_id, coupon_id)
);

-- Orders with coupons of which something was refunded, until that is followed.
CREATE TABLE coupon_refunds (
  source text NOT NULL,
  order_id text NOT NULL,
  programme_id text NOT NULL,
  heard_at timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz,
  PRIMARY KEY (source, order_id)
);
CREATE INDEX coupon_refunds_waiting ON coupon_refunds (heard_at) WHERE settled_at IS NULL;
"""

_GRANTS = """
GRANT SELECT, INSERT ON coupon_templates, coupon_editions, coupons, coupon_answers, coupon_merges TO {role};
GRANT UPDATE (state, edition, revision, terms, draft, claim_code, issued, committed_minor, changed_at)
  ON coupon_templates TO {role};
GRANT UPDATE (member_id, state, order_ref, held_until, used_at, taken_off_minor, expires_at, remind_at, revoked_by,
  revoked_reason) ON coupons TO {role};
GRANT UPDATE (answer) ON coupon_answers TO {role};
GRANT SELECT, INSERT ON coupon_refunds TO {role};
GRANT UPDATE (heard_at, settled_at) ON coupon_refunds TO {role};
"""


def upgrade() -> None:
    for statement in f"{_STEPS}{_GRANTS.format(role=app_role(context))}".split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
