"""Erasures as the privacy officer asks for them, and the proof of every store."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.kit.v1 import erasures_pb2 as kit
from huiyuan.members.v1 import erasures_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import ERASERS, WATCHERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.costs import FREE, PAGED, ListSize
from gateway.errors import UserError
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import Long, instant
from services.kit.refusal import Kind, Refusal


@strawberry.enum(description="Why personal data is erased (PIPL 47).")
class ErasureTrigger(Enum):
    MEMBER_REQUEST = erasures_pb2.ERASURE_TRIGGER_MEMBER_REQUEST
    CONSENT_WITHDRAWN = erasures_pb2.ERASURE_TRIGGER_CONSENT_WITHDRAWN
    RETENTION_ENDED = erasures_pb2.ERASURE_TRIGGER_RETENTION_ENDED
    ACCOUNT_CLOSED = erasures_pb2.ERASURE_TRIGGER_ACCOUNT_CLOSED
    STAFF = erasures_pb2.ERASURE_TRIGGER_STAFF
    # A backup from before was restored, and the member was erased again.
    RESTORED = erasures_pb2.ERASURE_TRIGGER_RESTORED


@strawberry.enum(description="What became of rows about a member.")
class StoreAction(Enum):
    DELETED = kit.STORE_ACTION_DELETED
    # Kept until their own retention ends, under a pseudonym that leads to nobody.
    PSEUDONYMISED = kit.STORE_ACTION_PSEUDONYMISED
    KEPT = kit.STORE_ACTION_KEPT


@strawberry.type(description="What became of one table's rows about a member.", directives=[FREE])
class StoreProof:
    table: str
    action: StoreAction
    rows: Long


@strawberry.type(description="What one database or service says of one member.")
class ErasedStore:
    store: str
    member_id: strawberry.ID
    proved_at: datetime | None = strawberry.field(description="Null while its proof is awaited.")
    proof: list[StoreProof]


@strawberry.type(description="A member's erasure, with everyone merged into it, and how far it came.")
class Erasure:
    id: strawberry.ID
    member_id: strawberry.ID
    trigger: ErasureTrigger
    requested_by: str
    requested_at: datetime
    reason: str | None
    erased_at: datetime | None = strawberry.field(description="When profiles became unreadable.")
    completed_at: datetime | None = strawberry.field(description="When every store had proved it.")
    backups_clean_at: datetime | None = strawberry.field(
        description="When the last backup that holds a key of theirs is gone, as the operator keeps backups."
    )
    overdue: bool = strawberry.field(description="True while a store is later than it may be.")
    stores: list[ErasedStore] = strawberry.field(directives=[ListSize(assumed_size=4)])


@strawberry.input(description="Whose data to erase, and why. It cannot be taken back.")
class RequestErasureInput:
    member_id: UUID
    trigger: ErasureTrigger = strawberry.field(
        default=ErasureTrigger.MEMBER_REQUEST,
        description="MEMBER_REQUEST, CONSENT_WITHDRAWN or STAFF; the rest happens by itself.",
    )
    reason: str = strawberry.field(description="Kept for good, so without personal data.")


@strawberry.type
class RequestErasurePayload:
    erasure: Erasure | None
    user_errors: list[UserError]


@strawberry.type
class ErasureQueries:
    @strawberry.field(metadata=to(WATCHERS), description="An erasure by its id; null when there is none.")
    async def erasure(self, info: Info, id: UUID) -> Erasure | None:
        return await found(info, erasures_pb2.GetErasureRequest(erasure_id=str(id)))

    @strawberry.field(
        metadata=to(WATCHERS),
        description="Erasures, newest first, or only those that are not complete; at most 100 a page.",
        directives=[PAGED],
    )
    async def erasures(
        self, info: Info, first: int, after: str | None = None, open_only: bool = False
    ) -> Connection[Erasure] | None:
        clients = info.context.clients
        wire = await clients.erasures.list_erasures(
            erasures_pb2.ListErasuresRequest(
                first=page_size(first), after=key_of(after), open_only=open_only
            ),
            headers=info.context.named(MEMBERS),
        )
        return connection(
            [_erasure(one) for one in wire.erasures],
            [one.erasure_id for one in wire.erasures],
            has_next_page=wire.has_next_page,
            after=after,
        )


@strawberry.type
class ErasureMutations:
    @strawberry.mutation(
        metadata=to(ERASERS),
        description="Erases a member's personal data from every store, and everyone's merged into it. "
        "It cannot be taken back.",
    )
    async def request_erasure(self, info: Info, input: RequestErasureInput) -> RequestErasurePayload:
        context = info.context
        request = erasures_pb2.RequestErasureRequest(
            member_id=str(input.member_id), trigger=input.trigger.value, reason=input.reason
        )
        answer, refused = await audited(
            info,
            "requestErasure",
            {"memberId": request.member_id, "trigger": input.trigger.name},
            input.reason,
            lambda: context.clients.erasures.request_erasure(request, headers=context.named(MEMBERS)),
        )
        return RequestErasurePayload(
            erasure=_erasure(answer.erasure) if answer else None, user_errors=refused
        )


async def found(info: Info, request: erasures_pb2.GetErasureRequest) -> Erasure | None:
    """The erasure that is asked for; None when there is none."""
    clients = info.context.clients
    try:
        answer = await clients.erasures.get_erasure(request, headers=info.context.named(MEMBERS))
    except Refusal as refusal:
        if refusal.kind is Kind.NOT_FOUND:
            return None
        raise
    return _erasure(answer.erasure)


def _erasure(wire: erasures_pb2.Erasure) -> Erasure:
    def at(name: str, stamp: Timestamp) -> datetime | None:
        return instant(stamp) if wire.HasField(name) else None

    return Erasure(
        id=strawberry.ID(wire.erasure_id),
        member_id=strawberry.ID(wire.member_id),
        trigger=ErasureTrigger(wire.trigger),
        requested_by=wire.requested_by,
        requested_at=instant(wire.requested_at),
        reason=wire.reason or None,
        erased_at=at("erased_at", wire.erased_at),
        completed_at=at("completed_at", wire.completed_at),
        backups_clean_at=at("backups_clean_at", wire.backups_clean_at),
        overdue=wire.overdue,
        stores=[_store(one) for one in wire.stores],
    )


def _store(wire: erasures_pb2.ErasedStore) -> ErasedStore:
    return ErasedStore(
        store=wire.store,
        member_id=strawberry.ID(wire.member_id),
        proved_at=instant(wire.proved_at) if wire.HasField("proved_at") else None,
        proof=[
            StoreProof(table=one.store, action=StoreAction(one.action), rows=Long(one.count))
            for one in wire.proof
        ],
    )
