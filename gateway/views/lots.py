"""Lots: what balances consist of, by expiry."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import points_pb2

from gateway.scalars import Long, optional_instant


@strawberry.enum(description="How points came to be. OTHER is something that is newer than this gateway.")
class LotSource(Enum):
    OTHER = points_pb2.LOT_SOURCE_UNSPECIFIED
    EARNED = points_pb2.LOT_SOURCE_EARNED
    ADJUSTED = points_pb2.LOT_SOURCE_ADJUSTED
    AWARDED = points_pb2.LOT_SOURCE_AWARDED
    IMPORTED = points_pb2.LOT_SOURCE_IMPORTED


@strawberry.type(description="Points that expire, or mature, together.")
class Lot:
    currency: str
    points: Long
    expires_at: datetime | None = strawberry.field(
        description="From then on they can no longer be spent; null for never, and for what is pending."
    )
    pending: bool
    matures_at: datetime | None = strawberry.field(
        description="When pending points can be spent; null while an order must be completed first."
    )
    month: str | None = strawberry.field(
        description='The month they were earned in, for instance "2026-05"; null for what is never spent.'
    )
    source: LotSource


def lots(wire: Iterable[points_pb2.Lot], currency: str | None) -> list[Lot]:
    """The lots of a currency, or of all when none is named: what goes first comes first."""
    return [
        Lot(
            currency=one.currency,
            points=Long(one.points),
            expires_at=optional_instant(one, "expires_at"),
            pending=one.pending,
            matures_at=optional_instant(one, "matures_at"),
            month=one.month or None,
            source=source_of(one.source),
        )
        for one in wire
        if currency in (None, one.currency)
    ]


def source_of(wire: int) -> LotSource:
    """How points came to be."""
    return _SOURCES.get(wire, LotSource.OTHER)


_SOURCES: dict[int, LotSource] = {source.value: source for source in LotSource}
