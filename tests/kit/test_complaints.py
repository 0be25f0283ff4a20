"""What is wrong with a body of JSON is told by the contract's names; nothing that was sent comes back."""

import json
from typing import Any

import pytest
from connectrpc.errors import ConnectError
from huiyuan.loyalty.v1.orders_pb2 import RecordOrderRequest

from services.kit.rpc.codecs import Json

SECRET = "Alice13900000001"


def told(body: bytes) -> str:
    with pytest.raises(ConnectError) as caught:
        Json().decode(body, RecordOrderRequest)
    assert SECRET.encode() not in b"".join(detail.message_bytes for detail in caught.value.details)
    return caught.value.message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"lines": [{"quantity": SECRET}]}, "lines.quantity takes a whole number"),
        ({"lines": SECRET}, "lines takes a list"),
        ({"lines": {SECRET: 1}}, "lines takes a list"),
        ({"lines": [SECRET]}, "lines"),
        ({"orderId": [SECRET]}, "orderId takes a text"),
        ({"identity": {"kind": SECRET}}, "identity.kind takes one of its names"),
        ({"identity": {"kind": f"x {SECRET} for enum type"}}, "identity.kind takes one of its names"),
        ({"paidAt": SECRET}, "paidAt takes an instant"),
        ({"paidAt": f"2026-01-01T00:00:00{SECRET}Z"}, "paidAt takes an instant"),
        ({"total": {"minorUnits": f"1 {SECRET}"}}, "total.minorUnits takes a whole number"),
        ({SECRET: 1}, "the body: huiyuan.loyalty.v1.RecordOrderRequest has no field of a name that was sent"),
        ({f'x" at "{SECRET}': 1}, "has no field of a name that was sent"),
        ({"orderID": SECRET}, "has no field orderID; it has source, orderId"),
        ({"lines": [{"sku": "a", "skus": SECRET}]}, "lines: huiyuan.loyalty.v1.OrderLine has no field skus"),
        ({"lines": [None]}, "lines"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_is_told_without_what_was_sent(body: Any, said: str) -> None:
    message = told(json.dumps(body).encode())
    assert said in message
    assert SECRET not in message


@pytest.mark.parametrize(
    "body", [SECRET, f'{{"{SECRET}": }}', f'{{"{SECRET}": 1, "{SECRET}": 2}}', f'["{SECRET}"]', f'"{SECRET}']
)
def test_what_is_no_json_is_told_by_its_place(body: str) -> None:
    message = told(body.encode())
    assert SECRET not in message
    assert len(message) > 40
