"""Grants: what rules promised members, what became of it, and having a refused one tried again."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import grants_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import ADJUSTERS, ORDER_READERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import PAGED
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import Long, instant, optional_instant


@strawberry.enum(description="What is given.")
class GrantKind(Enum):
    POINTS = grants_pb2.GRANT_KIND_POINTS
    COUPON = grants_pb2.GRANT_KIND_COUPON
    BENEFIT = grants_pb2.GRANT_KIND_BENEFIT


@strawberry.enum(description="How far a grant got.")
class GrantState(Enum):
    OPEN = grants_pb2.GRANT_STATE_OPEN
    GIVEN = grants_pb2.GRANT_STATE_GIVEN
    # Not to be given as things are; staff can have it tried again.
    REFUSED = grants_pb2.GRANT_STATE_REFUSED


@strawberry.type(description="Something that a rule promised a member, given exactly once.")
class Grant:
    member_id: strawberry.ID
    key: str = strawberry.field(description="Unique for the member; made of what earned it.")
    kind: GrantKind
    currency: str | None
    points: Long | None
    template: str | None = strawberry.field(description="The coupon's template or the benefit, by its key.")
    reason: str
    state: GrantState
    promised_at: datetime
    settled_at: datetime | None
    tries: int
    reference: str | None = strawberry.field(description="The entry or coupon that was given.")
    outcome: str | None = strawberry.field(description="The code of why it is not given.")


@strawberry.input(description="A grant that was refused.")
class RetryGrantInput:
    member_id: UUID
    key: str
    reason: str


@strawberry.type
class RetryGrantPayload:
    grant: Grant | None
    replayed: bool = strawberry.field(description="True when it was open already.")
    user_errors: list[UserError]


@strawberry.type
class GrantQueries:
    @strawberry.field(
        metadata=to(ORDER_READERS),
        description="What was promised, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def grants(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        state: GrantState | None = None,
        member_id: UUID | None = None,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> Connection[Grant] | None:
        clients = info.context.clients
        request = grants_pb2.ListGrantsRequest(
            programme_id=programme_id,
            member_id=str(member_id) if member_id else "",
            state=state.value if state else grants_pb2.GRANT_STATE_UNSPECIFIED,
            first=page_size(first),
            after=key_of(after),
        )
        page = await clients.grants.list_grants(request, headers=info.context.named(LOYALTY))
        places = [one.place for one in page.grants]
        return connection(
            [_grant(one) for one in page.grants], places, has_next_page=page.has_next_page, after=after
        )


@strawberry.type
class GrantMutations:
    @strawberry.mutation(metadata=to(ADJUSTERS), description="Has a grant tried again that was refused.")
    async def retry_grant(self, info: Info, input: RetryGrantInput) -> RetryGrantPayload:
        clients = info.context.clients
        request = grants_pb2.RetryGrantRequest(
            member_id=str(input.member_id), key=input.key, reason=input.reason
        )
        retried, refused = await audited(
            info,
            "retryGrant",
            {"memberId": request.member_id, "grant": input.key},
            input.reason,
            lambda: clients.grants.retry_grant(request, headers=info.context.named(LOYALTY)),
        )
        return RetryGrantPayload(
            grant=_grant(retried.grant) if retried else None,
            replayed=retried is not None and retried.replayed,
            user_errors=refused,
        )


def _grant(wire: grants_pb2.Grant) -> Grant:
    return Grant(
        member_id=strawberry.ID(wire.member_id),
        key=wire.key,
        kind=GrantKind(wire.kind),
        currency=wire.currency or None,
        points=Long(wire.points) if wire.points else None,
        template=wire.template or None,
        reason=wire.reason,
        state=GrantState(wire.state),
        promised_at=instant(wire.promised_at),
        settled_at=optional_instant(wire, "settled_at"),
        tries=wire.tries,
        reference=wire.reference or None,
        outcome=wire.outcome or None,
    )
