"""Entries: a page of what moved a member's points."""

from datetime import datetime
from typing import cast

import strawberry
from huiyuan.loyalty.v1 import points_pb2

from gateway.documents.compiled.loads import found
from gateway.paging import Connection, connection
from gateway.scalars import Long, stamp
from gateway.views.entries import EntryType, change
from gateway.views.nodes import Node


@strawberry.type(description="One movement of points; entries are never changed or deleted.")
class Entry(Node):
    wire: strawberry.Private[points_pb2.Entry]

    # Each is made when it is asked for: a page has many, and few ask for all of any.
    @strawberry.field
    def type(self) -> EntryType:
        return EntryType.of(self.wire.type)

    currency: str = strawberry.field(resolver=found("wire.currency"))
    points: Long = strawberry.field(
        resolver=found("wire.points"), description="How many moved, always above 0."
    )

    @strawberry.field(description="What that did to the points that can be used, with its sign.")
    def change(self) -> Long:
        return change(self.wire)

    balance_after: Long = strawberry.field(
        resolver=found("wire.balance_after"), description="What could be used right after, less debt."
    )

    @strawberry.field
    def occurred_at(self) -> datetime:
        return cast("datetime", self.wire.occurred_at)  # written from what stands there

    @strawberry.field(description='"source:order id" of the order behind it, if any.')
    def order_ref(self) -> str | None:
        return self.wire.order_ref or None

    @strawberry.field
    def reason(self) -> str | None:
        return self.wire.reason or None

    @strawberry.field(description="When these points expire; null for never.")
    def expires_at(self) -> datetime | None:
        return stamp(self.wire, "expires_at")


def page(wire: points_pb2.EntryPage, after: str | None) -> Connection[Entry]:
    """A page of entries."""
    nodes = [entry(one) for one in wire.entries]
    keys = [node.id for node in nodes]
    return connection(nodes, keys, has_next_page=wire.has_next_page, after=after)


def entry(wire: points_pb2.Entry) -> Entry:
    """The view of an entry."""
    return Entry(id=strawberry.ID(wire.entry_id), wire=wire)
