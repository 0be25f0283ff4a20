"""Nodes: what staff fetch again by its id alone, as Relay's clients do: members and programmes.

Entries, orders and what webhooks leave behind are found by more than an id, and have queries of their own.
"""

from uuid import UUID

import strawberry

from gateway.admin.members.members import Member
from gateway.admin.permissions import EVERY_ROLE, to
from gateway.admin.programmes.programmes import find_programme
from gateway.context import Info
from gateway.views.nodes import Node

_LONGEST_PROGRAMME_ID = 40


@strawberry.type
class NodeQueries:
    @strawberry.field(
        metadata=to(EVERY_ROLE),
        description="A member or a programme by its id. Null for anything else; of a member who is not there, what "
        "is known is null.",
    )
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        member_id = _member_id(id)
        if member_id is not None:
            return Member(id=strawberry.ID(member_id))
        if not (id.isprintable() and 0 < len(id) <= _LONGEST_PROGRAMME_ID):
            return None
        return await find_programme(info, id)


def _member_id(asked: str) -> str | None:
    """The id as members have it; None of what is none."""
    try:
        known = str(UUID(asked))
    except ValueError:
        return None
    return known if known == asked.lower() else None
