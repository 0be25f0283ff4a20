"""Handlers asked: the officer lets the processing go over, and anybody sees to whom and when (PIPL 22)."""

from datetime import UTC, datetime
from typing import Any

from connectrpc.request import RequestContext
from huiyuan.consent.v1 import handlers_pb2
from huiyuan.kit.v1.kit_pb2 import LocalizedText

from services.consent.actions import handlers as actions
from services.consent.rules.handlers import Transfer, TransferNotValid
from services.consent.rules.purposes import Text
from services.consent.storage import handlers
from services.kit import rpc
from services.kit.clock import Clock
from services.kit.database import Engine

Context = RequestContext[Any, Any]


class Handlers:
    """Serves ``HandlersService``."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    @rpc.allow(rpc.staff("privacy_officer"))
    async def transfer_handling(
        self, request: handlers_pb2.TransferHandlingRequest, _: Context
    ) -> handlers_pb2.TransferHandlingResponse:
        transfer = _transfer_of(request.transfer)
        async with self._engine.begin() as connection:
            replayed = await actions.transfer(connection, transfer, rpc.caller().actor, self._clock())
        return handlers_pb2.TransferHandlingResponse(transfer=_wire(transfer), replayed=replayed)

    @rpc.allow(rpc.anyone)
    async def list_transfers(
        self, _: handlers_pb2.ListTransfersRequest, __: Context
    ) -> handlers_pb2.ListTransfersResponse:
        async with self._engine.connect() as connection:
            found = await handlers.transfers(connection)
        return handlers_pb2.ListTransfersResponse(transfers=map(_wire, found))


def _transfer_of(said: handlers_pb2.HandlerTransfer) -> Transfer:
    return Transfer(
        said.transfer_id,
        said.handler_id,
        Text(said.name.zh, said.name.en),
        said.contact,
        said.notice_key,
        _instant(said),
    )


def _instant(said: handlers_pb2.HandlerTransfer) -> datetime:
    if not said.HasField("effective_at"):
        raise TransferNotValid("say from when on", field="effective_at")
    try:
        return said.effective_at.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise TransferNotValid("effective_at is not an instant", field="effective_at") from None


def _wire(transfer: Transfer) -> handlers_pb2.HandlerTransfer:
    return handlers_pb2.HandlerTransfer(
        transfer_id=transfer.transfer_id,
        handler_id=transfer.handler_id,
        name=LocalizedText(zh=transfer.name.zh, en=transfer.name.en),
        contact=transfer.contact,
        notice_key=transfer.notice_key,
        effective_at=transfer.effective_at,
    )
