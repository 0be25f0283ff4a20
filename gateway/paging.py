"""Paging: Relay connections over the services' keyset cursors, which stay opaque to clients."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Generic, TypeVar

import strawberry

from services.kit.refusal import Invalid

LONGEST_PAGE = 100
_LONGEST_CURSOR = 200

Node = TypeVar("Node")


class PageTooLong(Invalid):
    """``first`` is not between 1 and the longest page."""

    code = "BAD_USER_INPUT"


class CursorNotOurs(Invalid):
    """``after`` is not a cursor that we gave out."""

    code = "BAD_USER_INPUT"


@strawberry.type(description="Where a page begins and ends, and whether more follows.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    starts_at: strawberry.Private[str | None]
    ends_at: strawberry.Private[str | None]

    @strawberry.field
    def start_cursor(self) -> str | None:
        return None if self.starts_at is None else cursor(self.starts_at)

    @strawberry.field
    def end_cursor(self) -> str | None:
        return None if self.ends_at is None else cursor(self.ends_at)


@strawberry.type
class Edge(Generic[Node]):
    cursor: str
    node: Node


def _edges(self: "Connection[Node]") -> list[Edge[Node]]:
    """Made when they are asked for: most ask for the nodes alone."""
    return [Edge(cursor=cursor(key), node=node) for key, node in zip(self.keys, self.nodes, strict=True)]


@strawberry.type
class Connection(Generic[Node]):
    keys: strawberry.Private[Sequence[str]]
    edges: list[Edge[Node]] = strawberry.field(resolver=_edges)
    nodes: list[Node]
    page_info: PageInfo


def page_size(first: int) -> int:
    """``first``, when it is allowed. Raises ``PageTooLong``."""
    if not 1 <= first <= LONGEST_PAGE:
        raise PageTooLong(f"first must be between 1 and {LONGEST_PAGE}", field="first", asked=first)
    return first


def cursor(key: str) -> str:
    """The opaque cursor of a keyset position."""
    return urlsafe_b64encode(b"k1:" + key.encode()).decode().rstrip("=")


def key_of(cursor: str | None) -> str:
    """The keyset position of a cursor, empty for none. Raises ``CursorNotOurs``."""
    if cursor is None:
        return ""
    try:
        if len(cursor) > _LONGEST_CURSOR:
            raise ValueError
        kind, _, key = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
        if kind != "k1" or not key:
            raise ValueError
    except ValueError:
        raise CursorNotOurs("after must be a cursor that an earlier page gave", field="after") from None
    return key


def connection(
    nodes: Sequence[Node], keys: Sequence[str], *, has_next_page: bool, after: str | None
) -> Connection[Node]:
    """A page of nodes with the keyset position of each."""
    return Connection(
        keys=keys,
        nodes=list(nodes),
        page_info=PageInfo(
            has_next_page=has_next_page,
            has_previous_page=after is not None,
            starts_at=keys[0] if keys else None,
            ends_at=keys[-1] if keys else None,
        ),
    )
