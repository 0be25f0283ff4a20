"""The loyalty service as an order system calls it: each report is sent until it is answered, and counts once."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from huiyuan.kit.v1.kit_pb2 import Refusal
from huiyuan.loyalty.v1.orders_connect import OrdersServiceClientSync
from huiyuan.loyalty.v1.orders_pb2 import (
    RecordOrderRequest,
    RecordOrderResult,
    RecordOrdersRequest,
    RecordRefundRequest,
    RecordRefundResponse,
)

TIMEOUT_MS = 5_000
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0

# What says nothing about the report itself: the service, or the way to it, was not well.
_AWAY = {Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.RESOURCE_EXHAUSTED, Code.CANCELED, Code.UNKNOWN}

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class Loyalty:
    """Sending the same report again is safe: (source, order id) and the refund id are keys for good."""

    def __init__(self, address: str, token: str, patience_s: float = 60.0) -> None:
        self._orders = OrdersServiceClientSync(address, send_compression=None, timeout_ms=TIMEOUT_MS)
        self._headers = {"authorization": f"Bearer {token}"}
        self._patience_s = patience_s

    def record_orders(self, orders: Sequence[RecordOrderRequest]) -> list[RecordOrderResult]:
        """One result for each order: recorded, or refused. Raises ``ConnectError`` when there is no answer."""
        results: dict[int, RecordOrderResult] = {}
        waiting = list(range(len(orders)))
        for _ in attempts(self._patience_s):
            batch = RecordOrdersRequest(orders=[orders[place] for place in waiting])
            answer = self._until_answered(self._orders.record_orders, batch)
            results |= zip(waiting, answer.results, strict=True)
            # In a batch each order may be asked to come again by itself.
            waiting = [place for place in waiting if results[place].refusal.retryable]
            if not waiting:
                break
        return [results[place] for place in range(len(orders))]

    def record_refund(self, refund: RecordRefundRequest) -> RecordRefundResponse:
        """What the refund took back. Raises ``ConnectError`` when it is refused, or there is no answer."""
        return self._until_answered(self._orders.record_refund, refund)

    def _until_answered(self, call: Callable[..., Answer], request: Request) -> Answer:
        """The answer, or the error that trying again does not change."""
        for _ in attempts(self._patience_s):
            try:
                return call(request, headers=self._headers)
            except ConnectError as error:
                last = error
                if not may_come_again(error):
                    break
        raise last


def may_come_again(error: ConnectError) -> bool:
    """Whether the same request, unchanged, may succeed later: the service says so where it speaks."""
    refusal = refusal_of(error)
    return error.code in _AWAY if refusal is None else refusal.retryable


def refusal_of(error: ConnectError) -> Refusal | None:
    """What the service said, in detail; None when it was not the service that answered."""
    for detail in error.details:
        if detail.type_name == Refusal.DESCRIPTOR.full_name:
            return Refusal.FromString(detail.message_bytes)
    return None


def attempts(patience_s: float) -> Iterator[None]:
    """Now, and then again after growing pauses, none like another's, while the patience lasts."""
    ends_at = time.monotonic() + patience_s
    pause_s = FIRST_PAUSE_S
    while True:
        yield
        pause = random.uniform(pause_s / 2, pause_s)  # noqa: S311  # that callers do not return together
        if time.monotonic() + pause > ends_at:
            return
        time.sleep(pause)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
