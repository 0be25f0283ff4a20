"""The tables, as SQLAlchemy knows them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

metadata = sa.MetaData()

admin_actions = sa.Table(
    "admin_actions",
    metadata,
    sa.Column("action_id", UUID(as_uuid=False), nullable=False),
    sa.Column("phase", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("roles", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("subject", JSONB, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("trace_id", sa.Text, nullable=False),
    sa.Column("outcome_code", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("action_id", "phase"),
)
