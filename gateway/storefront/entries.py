"""Entries: a page of what moved a member's points."""

from datetime import datetime

import strawberry
from huiyuan.loyalty.v1 import points_pb2

from gateway.paging import Connection, connection
from gateway.scalars import Long, instant, optional_instant
from gateway.views.entries import EntryType, change
from gateway.views.nodes import Node


@strawberry.type(description="One movement of points; entries are never changed or deleted.")
class Entry(Node):
    wire: strawberry.Private[points_pb2.Entry]
    type: EntryType
    currency: str
    points: Long = strawberry.field(description="How many moved, always above 0.")
    change: Long = strawberry.field(
        description="What that did to the points that can be used, with its sign."
    )
    balance_after: Long = strawberry.field(description="What could be used right after, less debt.")
    occurred_at: datetime

    # What few ask for is made when it is asked for.
    @strawberry.field(description='"source:order id" of the order behind it, if any.')
    def order_ref(self) -> str | None:
        return self.wire.order_ref or None

    @strawberry.field
    def reason(self) -> str | None:
        return self.wire.reason or None

    @strawberry.field(description="When these points expire; null for never.")
    def expires_at(self) -> datetime | None:
        return optional_instant(self.wire, "expires_at")


def page(wire: points_pb2.EntryPage, after: str | None = None) -> Connection[Entry]:
    """A page of entries."""
    keys = [entry.entry_id for entry in wire.entries]
    return connection(
        [entry(one) for one in wire.entries], keys, has_next_page=wire.has_next_page, after=after
    )


def entry(wire: points_pb2.Entry) -> Entry:
    """The view of an entry."""
    return Entry(
        id=strawberry.ID(wire.entry_id),
        wire=wire,
        type=EntryType.of(wire.type),
        currency=wire.currency,
        points=Long(wire.points),
        change=change(wire),
        balance_after=Long(wire.balance_after),
        occurred_at=instant(wire.occurred_at),
    )
