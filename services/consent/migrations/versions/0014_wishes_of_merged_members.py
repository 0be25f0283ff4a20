"""Wishes of members who turned out to be one are weighed, as their consents are; where they were not, that is done after."""

from alembic import op

from services.kit import migration

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    # NULL where code of before heard of the merge: the worker weighs those within the minute.
    op.execute("ALTER TABLE merges ADD COLUMN weighed boolean")
    op.execute("CREATE INDEX merges_unweighed ON merges (into_member) WHERE weighed IS NULL")
    # The epoch that the last merge of a member made, or its undoing: no record of the member's tells of it.
    op.execute("ALTER TABLE members ADD COLUMN merged_epoch bigint")
    role = migration.app_role(op.get_context())
    op.execute(f"GRANT UPDATE (weighed) ON merges TO {role}")
    op.execute(f"GRANT UPDATE (merged_epoch) ON members TO {role}")


def downgrade() -> None:
    op.execute("ALTER TABLE merges DROP COLUMN weighed")
    op.execute("ALTER TABLE members DROP COLUMN merged_epoch")
