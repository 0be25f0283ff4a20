"""New orders as the bytes of PostgreSQL's binary COPY, packed as ``copying`` packs entries and for the same reason."""

from collections.abc import Iterable
from struct import Struct

from asyncpg.pgproto.pgproto import UUID

from services.kit.copying import EPOCH_US
from services.loyalty.rules.orders.orders import Order
from services.loyalty.storage.ledger import rows
from services.loyalty.storage.ledger.copying import NULL, field, number

COLUMNS = (
    "member_id",
    "programme",
    "total_minor",
    "refunded_minor",
    "rule_version",
    "paid_at",
    "recorded_at",
    "completed_at",
    "source",
    "order_id",
    "fingerprint",
    "lines",
    "earned",
    "channel",
    "tier_at_payment",
    "tier_after",
    "judgement",
)
"""The columns in the order in which they are copied: first those of one length."""

_FIXED = Struct("!h" + "i16s" + "ih" + "iq" * 2 + "ii" + "iq" * 2).pack


def copied(orders: Iterable[Order]) -> bytes:
    """Orders as rows of a binary COPY, without what begins and ends it."""
    pieces: list[bytes] = []
    for of in orders:
        judgement = rows.order_judgement(of)
        pieces += (
            _fixed(of),
            number(of.completed_at - EPOCH_US) if of.completed_at else NULL,
            field(of.source.encode()),
            field(of.order_id.encode()),
            field(of.fingerprint),
            field(rows.order_lines(of)),
            field(rows.order_earned(of)),
            field(of.channel.encode()),
            field(of.tier_at_payment.encode()),
            field(of.tier_after.encode()),
            NULL if judgement is None else field(judgement),
        )
    return b"".join(pieces)


def _fixed(of: Order) -> bytes:
    return _FIXED(
        *(
            len(COLUMNS),
            16,
            UUID(of.member_id).bytes,
            2,
            of.programme,
            8,
            of.total_minor,
            8,
            of.refunded_minor,
        ),
        *(4, of.rule_version, 8, of.paid_at - EPOCH_US, 8, of.recorded_at - EPOCH_US),
    )
