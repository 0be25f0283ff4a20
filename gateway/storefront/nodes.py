"""Nodes: members and entries by their ids, as far as they are the signed-in member's own.

What is not there and what is another's are answered alike, by null, and of another's nothing is even asked.
"""

from uuid import UUID

import strawberry

from gateway.context import Info
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.storefront.entries import entry
from gateway.storefront.member import Member
from gateway.views.explanations import explained
from gateway.views.nodes import Node
from services.kit.refusal import Kind, Refusal

_LONGEST_ID = 100


@strawberry.type
class NodeQueries:
    @strawberry.field(
        description="Something of the signed-in member by its id: the member, or an entry. Null for anything else."
    )
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        member_id = info.context.member_id()
        if _is_member(id):
            return own(member_id, id)
        if not (id.isprintable() and 0 < len(id) <= _LONGEST_ID):
            return None
        try:
            return entry((await explained(info, member_id, DEFAULT_PROGRAMME, id)).entry)
        except Refusal as refusal:
            if refusal.kind in (Kind.NOT_FOUND, Kind.INVALID):
                return None
            raise


def own(member_id: str, asked: str) -> Member | None:
    """The signed-in member, when the id asked for is the member's."""
    return Member(id=strawberry.ID(member_id)) if asked.lower() == member_id else None


def _is_member(id: str) -> bool:
    try:
        return str(UUID(id)) == id.lower()
    except ValueError:
        return False
