"""Handlers as both schemas show them: to whom the processing went over, and from when on (PIPL 22)."""

from datetime import datetime

import strawberry
from huiyuan.consent.v1 import handlers_pb2

from gateway.clients import CONSENT
from gateway.context import Info
from gateway.scalars import Locale, instant, text


@strawberry.type(
    description="That the processing of everybody's data went or goes over to a handler (PIPL 22)."
)
class HandlerTransfer:
    id: strawberry.ID
    handler_id: strawberry.ID = strawberry.field(description="As it stands in records from then on.")
    name: str
    contact: str = strawberry.field(description="How the handler is reached.")
    notice_key: str = strawberry.field(description="The notice that tells of it.")
    effective_at: datetime


def handler_transfer(wire: handlers_pb2.HandlerTransfer, locale: Locale) -> HandlerTransfer:
    return HandlerTransfer(
        id=strawberry.ID(wire.transfer_id),
        handler_id=strawberry.ID(wire.handler_id),
        name=text(wire.name, locale),
        contact=wire.contact,
        notice_key=wire.notice_key,
        effective_at=instant(wire.effective_at),
    )


async def handler_transfers(info: Info) -> list[HandlerTransfer]:
    """All of them, the earliest first."""
    wire = await info.context.clients.handlers.list_transfers(
        handlers_pb2.ListTransfersRequest(), headers=info.context.named(CONSENT)
    )
    return [handler_transfer(one, info.context.locale) for one in wire.transfers]
