"""Breaches: whom one is about, page by page, for whoever has to tell them (PIPL 57)."""

import strawberry
from huiyuan.consent.v1 import registers_pb2

from gateway.admin.permissions import RIGHTS_OFFICERS, to
from gateway.clients import CONSENT
from gateway.context import Info
from gateway.costs import ListSize
from gateway.paging import Connection, connection, key_of, page_size


@strawberry.type(description="A member whose data a breach is about.")
class AffectedMember:
    member_id: strawberry.ID


@strawberry.type
class BreachQueries:
    @strawberry.field(
        metadata=to(RIGHTS_OFFICERS),
        description="The members whose data a breach is about, in the order of their ids.",
        directives=[ListSize(slicing_arguments=["first"], sized_fields=["edges", "nodes"])],
    )
    async def members_affected_by_breach(
        self, info: Info, breach_id: strawberry.ID, first: int = 20, after: str | None = None
    ) -> Connection[AffectedMember] | None:
        request = registers_pb2.ListAffectedMembersRequest(
            breach_id=breach_id, first=page_size(first), after=key_of(after)
        )
        told = await info.context.clients.registers.list_affected_members(
            request, headers=info.context.named(CONSENT)
        )
        ids = list(told.member_ids)
        return connection(
            [AffectedMember(member_id=strawberry.ID(one)) for one in ids],
            ids,
            has_next_page=told.has_next_page,
            after=after,
        )
