"""Handlers: the officer lets the processing go over to another one (PIPL 22)."""

from datetime import datetime

import strawberry
from huiyuan.consent.v1 import handlers_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import RIGHTS_OFFICERS, WATCHERS, to
from gateway.admin.texts import LocalizedTextInput
from gateway.clients import CONSENT
from gateway.context import Info
from gateway.costs import ListSize
from gateway.errors import UserError
from gateway.scalars import timestamp
from gateway.views.handlers import HandlerTransfer, handler_transfer, handler_transfers


@strawberry.input(description="To whom the whole processing goes over, and from when on.")
class TransferHandlingInput:
    id: strawberry.ID
    handler_id: strawberry.ID
    name: LocalizedTextInput
    contact: str
    notice_key: str = strawberry.field(
        description="A notice that was published in Chinese and English and says the name and the contact."
    )
    effective_at: datetime = strawberry.field(description="Ahead: members are told before.")
    reason: str = strawberry.field(description="What the audit keeps: 1 to 200 characters, in one line.")


@strawberry.type
class TransferHandlingPayload:
    transfer: HandlerTransfer | None
    replayed: bool = strawberry.field(description="True when it was recorded before.")
    user_errors: list[UserError]


@strawberry.type
class HandlerQueries:
    @strawberry.field(
        metadata=to(WATCHERS),
        description="To whom the processing went over, and will, the earliest first.",
        directives=[ListSize(assumed_size=3)],
    )
    async def handler_transfers(self, info: Info) -> list[HandlerTransfer] | None:
        return await handler_transfers(info)


@strawberry.type
class HandlerMutations:
    @strawberry.mutation(
        metadata=to(RIGHTS_OFFICERS),
        description="Lets the whole processing go over to another handler. Consents go along as they stand; what the "
        "new one wants beyond them is asked anew.",
    )
    async def transfer_handling(self, info: Info, input: TransferHandlingInput) -> TransferHandlingPayload:
        said = handlers_pb2.HandlerTransfer(
            transfer_id=input.id,
            handler_id=input.handler_id,
            name=input.name.wire(),
            contact=input.contact,
            notice_key=input.notice_key,
            effective_at=timestamp(input.effective_at),
        )
        done, refused = await audited(
            info,
            "transferHandling",
            {"transferId": input.id, "handlerId": input.handler_id},
            input.reason,
            lambda: info.context.clients.handlers.transfer_handling(
                handlers_pb2.TransferHandlingRequest(transfer=said), headers=info.context.named(CONSENT)
            ),
        )
        return TransferHandlingPayload(
            transfer=handler_transfer(done.transfer, info.context.locale) if done else None,
            replayed=done is not None and done.replayed,
            user_errors=refused,
        )
