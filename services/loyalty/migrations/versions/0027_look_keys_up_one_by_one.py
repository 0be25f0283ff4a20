"""Look declined keys up one by one, also where the plan was made while there were none.

A plan that was made for an empty table may read all of it; OFFSET 0 leaves no other way than by each key.
"""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute(
        """
        CREATE OR REPLACE FUNCTION keys_are_free(members uuid[], keys uuid[]) RETURNS boolean
          LANGUAGE plpgsql VOLATILE STRICT AS $$
        BEGIN
          IF EXISTS (
            SELECT FROM unnest(members, keys) AS k(member_id, key) CROSS JOIN LATERAL (
              SELECT FROM denials d WHERE d.member_id = k.member_id AND d.key = k.key OFFSET 0) AS d
          ) THEN
            RAISE unique_violation USING MESSAGE = 'a redemption was declined under this key', TABLE = 'denials';
          END IF;
          RETURN true;
        END $$
        """
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
