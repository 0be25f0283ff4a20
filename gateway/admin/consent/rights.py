"""Rights requests as the privacy officer works them: the queue, who asks, what is done, and why not."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import strawberry
from huiyuan.consent.v1 import rights_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import CONSENT_READERS, RIGHTS_OFFICERS, to
from gateway.clients import CONSENT
from gateway.context import Info
from gateway.costs import PAGED
from gateway.errors import UserError
from gateway.paging import Connection, connection, key_of, page_size
from gateway.views.rights import (
    PosthumousDirective,
    RefusalGround,
    RightsKind,
    RightsRequest,
    RightsState,
    directive_of,
    rights_request,
)

_AUDITED = "What the audit keeps: 1 to 200 characters, in one line."


@strawberry.input(description="Why not, by which article, and what the asker may do now (PIPL 50).")
class RightsRefusalInput:
    ground: RefusalGround
    article: str = strawberry.field(description='For instance "PIPL 47".')
    remedy: str = strawberry.field(description="In one line; the asker reads it.")

    def wire(self) -> rights_pb2.RightsRefusal:
        return rights_pb2.RightsRefusal(ground=self.ground.value, article=self.article, remedy=self.remedy)


@strawberry.input(description="A request that came by another way: a letter, a joint handler, the kin.")
class NoteRightsRequestInput:
    member_id: UUID
    kind: RightsKind
    purposes: list[str] = strawberry.field(default_factory=list)
    subject: str | None = None
    wanted: RightsKind | None = strawberry.field(default=None, description="Of POSTHUMOUS.")
    channel: str = strawberry.field(description='How it came, for instance "letter" or "partner".')
    verification: str | None = strawberry.field(
        default=None, description="By what it is known who asks: a reference to a file; null: it is not."
    )
    idempotency_key: str
    reason: str = strawberry.field(description=_AUDITED)


@strawberry.input
class VerifyRightsRequestInput:
    request_id: UUID
    verification: str = strawberry.field(
        description="By what it is known who asks: a reference to a file, without personal data."
    )
    reason: str = strawberry.field(description=_AUDITED)


@strawberry.input
class AcceptRightsRequestInput:
    request_id: UUID
    reason: str = strawberry.field(description=_AUDITED)


@strawberry.input
class RefuseRightsRequestInput:
    request_id: UUID
    refusal: RightsRefusalInput
    reason: str = strawberry.field(description=_AUDITED)


@strawberry.input(description="How a request ended that staff saw to.")
class ConcludeRightsRequestInput:
    request_id: UUID
    state: RightsState = strawberry.field(description="FULFILLED, PARTIAL or RESTRICTED.")
    evidence: str = strawberry.field(description="What shows it: a reference to a file.")
    refusal: RightsRefusalInput | None = strawberry.field(
        default=None, description="Of PARTIAL and RESTRICTED: why not all of it."
    )
    reason: str = strawberry.field(description=_AUDITED)


@strawberry.type
class RightsDecisionPayload:
    request: RightsRequest | None
    user_errors: list[UserError]


@strawberry.type
class RightsQueries:
    @strawberry.field(
        metadata=to(CONSENT_READERS),
        description="Rights requests, the soonest due first; at most 100 a page.",
        directives=[PAGED],
    )
    async def rights_requests(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        ended_too: bool = False,
        due_soon_only: bool = False,
        kind: RightsKind | None = None,
    ) -> Connection[RightsRequest] | None:
        request = rights_pb2.ListRightsQueueRequest(
            first=page_size(first),
            after=key_of(after),
            ended_too=ended_too,
            due_soon_only=due_soon_only,
            kind=kind.value if kind else None,
        )
        wire = await info.context.clients.rights.list_rights_queue(
            request, headers=info.context.named(CONSENT)
        )
        return connection(
            [rights_request(one) for one in wire.requests],
            wire.cursors,
            has_next_page=wire.has_next_page,
            after=after,
        )

    @strawberry.field(
        metadata=to(CONSENT_READERS),
        description="What a member said about kin and the data after death (PIPL 49); null: nothing, so kin may ask.",
    )
    async def posthumous_directive(self, info: Info, member_id: UUID) -> PosthumousDirective | None:
        request = rights_pb2.GetDirectiveRequest(member_id=str(member_id))
        wire = await info.context.clients.rights.get_directive(request, headers=info.context.named(CONSENT))
        return directive_of(wire)


@strawberry.type
class RightsMutations:
    @strawberry.mutation(
        metadata=to(CONSENT_READERS), description="Notes a rights request that came by another way."
    )
    async def note_rights_request(self, info: Info, input: NoteRightsRequestInput) -> RightsDecisionPayload:
        request = rights_pb2.AskRightRequest(
            member_id=str(input.member_id),
            kind=input.kind.value,
            purposes=input.purposes,
            subject=input.subject or "",
            wanted=input.wanted.value if input.wanted else None,
            channel=input.channel,
            verification=input.verification or "",
            idempotency_key=input.idempotency_key,
        )
        subject = {"memberId": str(input.member_id), "kind": input.kind.name}
        return await _decided(
            info, "noteRightsRequest", subject, input.reason, info.context.clients.rights.ask_right, request
        )

    @strawberry.mutation(metadata=to(RIGHTS_OFFICERS), description="Records by what it is known who asks.")
    async def verify_rights_request(
        self, info: Info, input: VerifyRightsRequestInput
    ) -> RightsDecisionPayload:
        request = rights_pb2.VerifyRightsRequestRequest(
            request_id=str(input.request_id), verification=input.verification
        )
        call = info.context.clients.rights.verify_rights_request
        return await _decided(info, "verifyRightsRequest", _about(input), input.reason, call, request)

    @strawberry.mutation(
        metadata=to(RIGHTS_OFFICERS), description="Lets a request be done; of an appeal, by somebody else."
    )
    async def accept_rights_request(
        self, info: Info, input: AcceptRightsRequestInput
    ) -> RightsDecisionPayload:
        request = rights_pb2.AcceptRightsRequestRequest(request_id=str(input.request_id))
        call = info.context.clients.rights.accept_rights_request
        return await _decided(info, "acceptRightsRequest", _about(input), input.reason, call, request)

    @strawberry.mutation(
        metadata=to(RIGHTS_OFFICERS),
        description="Refuses a request, with code, article and remedy (PIPL 50).",
    )
    async def refuse_rights_request(
        self, info: Info, input: RefuseRightsRequestInput
    ) -> RightsDecisionPayload:
        request = rights_pb2.RefuseRightsRequestRequest(
            request_id=str(input.request_id), refusal=input.refusal.wire()
        )
        call = info.context.clients.rights.refuse_rights_request
        return await _decided(info, "refuseRightsRequest", _about(input), input.reason, call, request)

    @strawberry.mutation(metadata=to(RIGHTS_OFFICERS), description="Notes how a request ended.")
    async def conclude_rights_request(
        self, info: Info, input: ConcludeRightsRequestInput
    ) -> RightsDecisionPayload:
        request = rights_pb2.ConcludeRightsRequestRequest(
            request_id=str(input.request_id),
            state=input.state.value,
            evidence=input.evidence,
            refusal=input.refusal.wire() if input.refusal else None,
        )
        call = info.context.clients.rights.conclude_rights_request
        return await _decided(info, "concludeRightsRequest", _about(input), input.reason, call, request)


async def _decided(
    info: Info,
    operation: str,
    subject: Mapping[str, object],
    reason: str,
    call: Callable[..., Awaitable[Any]],
    request: Any,
) -> RightsDecisionPayload:
    done, refused = await audited(
        info, operation, subject, reason, lambda: call(request, headers=info.context.named(CONSENT))
    )
    return RightsDecisionPayload(request=rights_request(done.request) if done else None, user_errors=refused)


def _about(
    input: VerifyRightsRequestInput
    | AcceptRightsRequestInput
    | RefuseRightsRequestInput
    | ConcludeRightsRequestInput,
) -> dict[str, object]:
    return {"requestId": str(input.request_id)}
