"""Orders and activities: what a system's webhooks ask the ledger to record, in the source's name."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import orjson
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from huiyuan.loyalty.v1 import activities_pb2, orders_pb2

from gateway.clients import LOYALTY, Clients
from gateway.storage.webhooks.sources import Source
from services.kit.refusal import Forbidden, Invalid
from services.kit.rpc import Caller, CallerKind

RECORDER = "order_recorder"
"""The role that a source has at the loyalty service for orders: it records them, and reads or changes nothing else."""
ACTIVITY_RECORDER = "activity_recorder"
"""The same for activities."""

_PATH = re.compile(r"(?:Failed to parse \w+ field: )*")
_FIELD = re.compile(r"Failed to parse (\w+) field: ")


class WebhookNotUnderstood(Invalid):
    """The body is not what the contract says."""


class WebhookTypeNotTaken(Invalid):
    """The type is not one that sources may send."""


class OrderBelongsToAnotherSource(Forbidden):
    """The data names another source or programme than the one whose secret signed it."""


class Received(NamedTuple):
    """A webhook as it was understood; ``order_id`` is the activity's of an activity, empty where the data has none."""

    type: str
    order_id: str
    request: Any


_REQUESTS: dict[str, Callable[[], Any]] = {
    "order.paid": orders_pb2.RecordOrderRequest,
    "order.completed": orders_pb2.CompleteOrderRequest,
    "order.refunded": orders_pb2.RecordRefundRequest,
    "activity.recorded": activities_pb2.RecordActivityRequest,
}


def understand(source: Source, body: bytes) -> Received:
    """What a proven webhook asks for: ``data`` is the RPC's request in protobuf's JSON."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise WebhookNotUnderstood("the body is not JSON in UTF-8") from None
    if not isinstance(told, dict) or not isinstance(told.get("data"), dict):
        raise WebhookNotUnderstood("the body must be an object with type, timestamp and data")
    kind = told.get("type")
    make = _REQUESTS.get(kind) if isinstance(kind, str) else None
    if make is None:
        raise WebhookTypeNotTaken(f"type must be one of {', '.join(_REQUESTS)}", field="type")
    assert isinstance(kind, str)
    request = make()
    try:
        ParseDict(told["data"], request)
    except (ParseError, ValueError, TypeError, RecursionError) as error:
        raise _not_understood(error) from None
    _be_the_sources(source, request)
    is_order = kind != "activity.recorded"
    return Received(kind, request.order_id if is_order else request.activity_id, request)


def _be_the_sources(source: Source, request: Any) -> None:
    """A source writes its own orders, and those of its programme if it has one."""
    if request.source not in ("", source.source):
        raise OrderBelongsToAnotherSource(
            "leave data.source out: it is the registered one", field="data.source"
        )
    request.source = source.source
    if source.programme_id and hasattr(request, "programme_id"):
        if request.programme_id not in ("", source.programme_id):
            raise OrderBelongsToAnotherSource(
                "leave data.programmeId out: it is the registered one", field="data.programmeId"
            )
        request.programme_id = source.programme_id


def _not_understood(error: Exception) -> WebhookNotUnderstood:
    """Which field was wrong; never what it held, or what an unknown one was called, which may be personal."""
    path = _PATH.match(str(error))
    fields = _FIELD.findall(path[0]) if path else []
    return WebhookNotUnderstood(
        "there is a field here that the contract does not know, or one without the form that it has there",
        field=".".join(["data", *fields]),
    )


class Orders:
    """Records what sources send, by the loyalty service."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def record(self, source: Source, received: Received) -> dict[str, Any]:
        """The ledger's answer, which is the first one when it was asked before. Raises its refusal."""
        role = RECORDER if received.type.startswith("order.") else ACTIVITY_RECORDER
        caller = Caller(CallerKind.SYSTEM, f"webhook:{source.source}", frozenset({role}))
        headers = self._clients.named(LOYALTY, caller)
        orders = self._clients.orders
        calls: dict[str, Callable[..., Awaitable[Any]]] = {
            "order.paid": orders.record_order,
            "order.completed": orders.complete_order,
            "order.refunded": orders.record_refund,
            "activity.recorded": self._clients.activities.record_activity,
        }
        answer = await calls[received.type](received.request, headers=headers)
        return MessageToDict(answer, always_print_fields_with_no_presence=True)
