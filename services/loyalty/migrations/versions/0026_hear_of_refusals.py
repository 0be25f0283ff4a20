"""Hear from the consent service who refused automated decisions (PIPL 24)."""

from alembic import op

revision = "0026"
down_revision = "0025"

# Of members for programmes that they have not joined yet; of standings since the fold reads those anyway.
_STEPS = (
    "ALTER TABLE members ADD COLUMN automated_refused boolean NOT NULL DEFAULT false",
    "ALTER TABLE standings ADD COLUMN automated_refused boolean NOT NULL DEFAULT false",
)


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is not taken back")
