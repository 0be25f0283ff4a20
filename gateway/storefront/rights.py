"""Rights: what the signed-in member may ask of us by law, what became of it, and what holds after death."""

import strawberry
from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.consent.v1 import rights_pb2

from gateway.clients import CONSENT
from gateway.context import Info
from gateway.costs import PAGED
from gateway.errors import UserError, attempt
from gateway.paging import Connection, connection, key_of, page_size
from gateway.views.rights import PosthumousDirective, RightsKind, RightsRequest, directive_of, rights_request


@strawberry.input(description="What is asked.")
class AskRightInput:
    kind: RightsKind
    purposes: list[str] = strawberry.field(
        default_factory=list,
        description="Of WITHDRAW, and of RESTRICT, where none stands for all that the contract does not need.",
    )
    subject: str | None = strawberry.field(
        default=None,
        description="Of CORRECT which field, of EXPLAIN_DECISION which decision; never the data itself.",
    )
    channel: str = strawberry.field(description='Where it was asked, for instance "app" or "web".')
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.input
class RightsRequestInput:
    request_id: strawberry.ID


@strawberry.input(description="The refusal that somebody else is to look at.")
class AppealRightsRequestInput:
    request_id: strawberry.ID
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.type
class RightsRequestPayload:
    request: RightsRequest | None
    replayed: bool = strawberry.field(description="True when this was asked before.")
    user_errors: list[UserError]


@strawberry.type
class PosthumousDirectivePayload:
    directive: PosthumousDirective | None
    user_errors: list[UserError]


@strawberry.type
class RightsQueries:
    @strawberry.field(
        description="What the signed-in member asked by right, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def my_rights_requests(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[RightsRequest] | None:
        request = rights_pb2.ListRightsRequestsRequest(
            member_id=info.context.member_id(), first=page_size(first), after=key_of(after)
        )
        wire = await info.context.clients.rights.list_rights_requests(
            request, headers=info.context.named(CONSENT)
        )
        return connection(
            [rights_request(one) for one in wire.requests],
            wire.cursors,
            has_next_page=wire.has_next_page,
            after=after,
        )

    @strawberry.field(
        description="What the signed-in member said about kin and the data after death (PIPL 49); null: nothing, so kin "
        "may ask."
    )
    async def my_posthumous_directive(self, info: Info) -> PosthumousDirective | None:
        request = rights_pb2.GetDirectiveRequest(member_id=info.context.member_id())
        wire = await info.context.clients.rights.get_directive(request, headers=info.context.named(CONSENT))
        return directive_of(wire)


@strawberry.type
class RightsMutations:
    @strawberry.mutation(
        description="Asks for what the law gives. What could hurt in another's hands waits in VERIFYING unless the "
        "member signed in within the last 15 minutes; deletion, correction and explanations are looked at by a person."
    )
    async def ask_right(self, info: Info, input: AskRightInput) -> RightsRequestPayload:
        request = rights_pb2.AskRightRequest(
            member_id=info.context.member_id(),
            kind=input.kind.value,
            purposes=input.purposes,
            subject=input.subject or "",
            channel=input.channel,
            idempotency_key=input.idempotency_key,
            authenticated_at=_authenticated_at(info),
        )
        call = info.context.clients.rights.ask_right(request, headers=info.context.named(CONSENT))
        return _payload(*await attempt(call, info.context.locale))

    @strawberry.mutation(
        description="Says, by having signed in within the last 15 minutes, that it was the member who asked."
    )
    async def verify_rights_request(self, info: Info, input: RightsRequestInput) -> RightsRequestPayload:
        request = rights_pb2.VerifyRightsRequestRequest(
            request_id=input.request_id, authenticated_at=_authenticated_at(info)
        )
        call = info.context.clients.rights.verify_rights_request(request, headers=info.context.named(CONSENT))
        return _payload(*await attempt(call, info.context.locale))

    @strawberry.mutation(description="Takes a request back, unless an erasure has begun.")
    async def cancel_rights_request(self, info: Info, input: RightsRequestInput) -> RightsRequestPayload:
        request = rights_pb2.CancelRightsRequestRequest(request_id=input.request_id)
        call = info.context.clients.rights.cancel_rights_request(request, headers=info.context.named(CONSENT))
        return _payload(*await attempt(call, info.context.locale))

    @strawberry.mutation(
        description="Has somebody else look at what was refused, in whole or in part; once. The appeal is a request."
    )
    async def appeal_rights_request(
        self, info: Info, input: AppealRightsRequestInput
    ) -> RightsRequestPayload:
        request = rights_pb2.AppealRightsRequestRequest(
            request_id=input.request_id, idempotency_key=input.idempotency_key
        )
        call = info.context.clients.rights.appeal_rights_request(request, headers=info.context.named(CONSENT))
        return _payload(*await attempt(call, info.context.locale))

    @strawberry.mutation(
        description="Sets whether kin may ask for the data after the member's death (PIPL 49)."
    )
    async def set_posthumous_directive(
        self, info: Info, directive: PosthumousDirective
    ) -> PosthumousDirectivePayload:
        request = rights_pb2.SetDirectiveRequest(
            member_id=info.context.member_id(), directive=directive.value
        )
        call = info.context.clients.rights.set_directive(request, headers=info.context.named(CONSENT))
        done, refused = await attempt(call, info.context.locale)
        return PosthumousDirectivePayload(
            directive=PosthumousDirective(done.directive) if done else None, user_errors=refused
        )


def _payload(
    done: rights_pb2.AskRightResponse
    | rights_pb2.VerifyRightsRequestResponse
    | rights_pb2.CancelRightsRequestResponse
    | rights_pb2.AppealRightsRequestResponse
    | None,
    refused: list[UserError],
) -> RightsRequestPayload:
    return RightsRequestPayload(
        request=rights_request(done.request) if done else None,
        replayed=bool(getattr(done, "replayed", False)),
        user_errors=refused,
    )


def _authenticated_at(info: Info) -> Timestamp | None:
    """When the member last signed in, as the token says; None where it does not."""
    at_s = info.context.identity.authenticated_at_s
    return None if at_s is None else Timestamp(seconds=int(at_s))
