"""Whose identities do not know them again is known by the idempotency key, for as long as there is a member."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        "UPDATE retention_floors SET only_where = 'settled AND EXISTS "
        "(SELECT FROM public.identities i WHERE i.member_id = registrations.member_id)' "
        "WHERE store = 'registrations'"
    )


def downgrade() -> None:
    raise NotImplementedError("a retry would register somebody twice again")
