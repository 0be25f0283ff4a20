"""Look at the rules and at declined keys from within one statement, and write a balance as events have it.

A volatile function sees what was committed until it is called, and not only until its statement began.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

_STEPS = (
    # The lock is the one that lanes share until they commit: storage/ledger/ledger.py.
    """
    CREATE FUNCTION rules_stand(known bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(1752787969);
      RETURN known = (SELECT revision FROM programme_revision);
    END $$
    """,
    """
    CREATE FUNCTION keys_are_free(members uuid[], keys uuid[]) RETURNS boolean LANGUAGE plpgsql VOLATILE STRICT AS $$
    BEGIN
      IF EXISTS (SELECT FROM denials d JOIN unnest(members, keys) AS k(member_id, key) USING (member_id, key)) THEN
        RAISE unique_violation USING MESSAGE = 'a redemption was declined under this key', TABLE = 'denials';
      END IF;
      RETURN true;
    END $$
    """,
    """
    CREATE FUNCTION sfixed64(value bigint) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (
      (substring(int8send(value), 8, 1) || substring(int8send(value), 7, 1))
      || (substring(int8send(value), 6, 1) || substring(int8send(value), 5, 1))
    ) || (
      (substring(int8send(value), 4, 1) || substring(int8send(value), 3, 1))
      || (substring(int8send(value), 2, 1) || substring(int8send(value), 1, 1))
    )
    """,
)


def upgrade() -> None:
    for step in _STEPS:
        op.execute(step)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
