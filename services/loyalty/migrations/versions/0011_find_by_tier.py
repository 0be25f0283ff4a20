"""Find who holds a tier without going through everyone's standing."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS standings_tier ON standings "
            "(programme, (tier_keys[cardinality(tier_keys)]), member_id) "
            "WHERE cardinality(tier_keys) > 0 AND merged_into IS NULL"
        )


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
