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
    sa.Column("changes", JSONB, nullable=False, server_default="[]"),
    sa.PrimaryKeyConstraint("action_id", "phase"),
)

trusted_documents = sa.Table(
    "trusted_documents",
    metadata,
    sa.Column("document_id", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("uploaded_at", sa.TIMESTAMP(timezone=True), nullable=False),
    sa.Column("uploaded_by", sa.Text, nullable=False),
    sa.Column("retired_at", sa.TIMESTAMP(timezone=True)),
    sa.Column("retired_by", sa.Text),
)

document_uses = sa.Table(
    "document_uses",
    metadata,
    sa.Column("document_id", sa.Text, primary_key=True),
    sa.Column("client", sa.Text, primary_key=True),
    sa.Column("uses", sa.BigInteger, nullable=False),
    sa.Column("last_used_at", sa.TIMESTAMP(timezone=True), nullable=False),
)
