"""Members who turned out to be one: whom each was merged into, and the inbox by which that is heard."""

from alembic import op

from services.kit import inbox, migration

revision = "0003"
down_revision = "0002"

_STEPS = (
    # The last of a chain; what each was merged into itself stands in merges.
    "ALTER TABLE members ADD COLUMN merged_into uuid",
    "CREATE INDEX members_merged ON members (merged_into) WHERE merged_into IS NOT NULL",
    # Merges in force. The survivor's epoch says what was decided before and what after.
    """CREATE TABLE merges (
      from_member uuid PRIMARY KEY, into_member uuid NOT NULL, merge_id text NOT NULL, epoch bigint NOT NULL)""",
    "CREATE INDEX merges_into ON merges (into_member)",
    inbox.CREATE,
)

_RIGHTS = (
    "SELECT, UPDATE (merged_into) ON members",
    "SELECT, INSERT, DELETE ON merges",
    "DELETE ON consent_states",
    "SELECT, INSERT, UPDATE ON inbox",
)


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement)
    role = migration.app_role(op.get_context())
    for rights in _RIGHTS:
        op.execute(f"GRANT {rights} TO {role}")
