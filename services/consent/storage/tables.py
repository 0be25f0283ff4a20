"""The tables of the consent database."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB, UUID

from services.consent.rules.records import FIELDS

metadata = sa.MetaData()

_INSTANT = sa.DateTime(timezone=True)
_TEXTS = ARRAY(sa.Text)

purposes = sa.Table(
    "purposes",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("canonical", BYTEA),
    sa.Column("digest", BYTEA),
    sa.Column("effective_at", _INSTANT),
    sa.Column("published_by", sa.Text),
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("notice_id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text),
    sa.Column("locale", sa.Text),
    sa.Column("version", sa.Integer),
    sa.Column("canonical", BYTEA),
    sa.Column("digest", BYTEA),
    sa.Column("effective_at", _INSTANT),
    sa.Column("published_by", sa.Text),
)

members = sa.Table(
    "members",
    metadata,
    sa.Column("member_id", UUID, primary_key=True),
    sa.Column("pii_principal_id", UUID),
    sa.Column("epoch", sa.BigInteger),
    sa.Column("automated_refused_at", _INSTANT),
    sa.Column("merged_into", UUID),
)

erased_members = sa.Table(
    "erased_members",
    metadata,
    sa.Column("member_id", UUID, primary_key=True),
    sa.Column("erasure_id", UUID),
    sa.Column("erased_at", _INSTANT),
)

acts = sa.Table(
    "acts",
    metadata,
    sa.Column("member_id", UUID, primary_key=True),
    sa.Column("idempotency_key", sa.Text, primary_key=True),
    sa.Column("fingerprint", BYTEA),
    sa.Column("epoch", sa.BigInteger),
    sa.Column("recorded_under", UUID),
)

_RECORD_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    **dict.fromkeys(("record_id", "pii_principal_id", "guardian_id"), UUID()),
    **dict.fromkeys(
        (
            "pii_information",
            "pii_controllers",
            "processing_methods",
            "storage_locations",
            "recipient_third_parties",
            "articles",
        ),
        _TEXTS,
    ),
    **dict.fromkeys(("purpose_digest", "notice_digest", "screen_digest"), BYTEA()),
    "event_time": _INSTANT,
    "purpose_version": sa.Integer(),
    "epoch": sa.BigInteger(),
}

consent_events = sa.Table(
    "consent_events",
    metadata,
    sa.Column("member_id", UUID, primary_key=True),
    sa.Column("ord", sa.SmallInteger, primary_key=True),
    *(sa.Column(name, _RECORD_TYPES.get(name, sa.Text()), primary_key=name == "epoch") for name in FIELDS),
    sa.Column("record_digest", BYTEA),
)

consent_states = sa.Table(
    "consent_states",
    metadata,
    sa.Column("member_id", UUID, primary_key=True),
    sa.Column("purpose", sa.Text, primary_key=True),
    sa.Column("recipient_id", sa.Text, primary_key=True),
    sa.Column("record_id", UUID),
    sa.Column("purpose_version", sa.Integer),
    sa.Column("event_state", sa.Text),
    sa.Column("event_time", _INSTANT),
    sa.Column("valid_until", _INSTANT),
    sa.Column("epoch", sa.BigInteger),
)

topics = sa.Table(
    "topics",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("canonical", BYTEA),
    sa.Column("digest", BYTEA),
    sa.Column("effective_at", _INSTANT),
    sa.Column("published_by", sa.Text),
)

sending_rules = sa.Table(
    "sending_rules",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("canonical", BYTEA),
    sa.Column("digest", BYTEA),
    sa.Column("effective_at", _INSTANT),
    sa.Column("published_by", sa.Text),
)

preference_changes = sa.Table(
    "preference_changes",
    metadata,
    sa.Column("member_id", UUID, primary_key=True),
    sa.Column("epoch", sa.BigInteger, primary_key=True),
    sa.Column("kind", sa.Text),
    sa.Column("content", JSONB),
    sa.Column("actor", sa.Text),
    sa.Column("changed_at", _INSTANT),
)

preferences = sa.Table(
    "preferences",
    metadata,
    sa.Column("member_id", UUID, primary_key=True),
    sa.Column("content", JSONB),
)

suppressions = sa.Table(
    "suppressions",
    metadata,
    sa.Column("member_id", UUID, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, primary_key=True),
    sa.Column("since", _INSTANT),
    sa.Column("until", _INSTANT),
    sa.Column("actor", sa.Text),
)
