"""Services that answer any batch read with well-formed messages that a seed makes up, refusals among them.

What they say of an item depends on the item alone, so that it is the same however items are batched.
"""

import random
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor
from starlette.types import Receive, Scope, Send

from tests.gateway.compiled.documents import STRINGS

_WHOLE = [0, 1, 7, 300, 2**31 - 1]
_LONG = [*_WHOLE, 2**31, 2**53 - 1, -(2**40)]


async def any_services(scope: Scope, receive: Receive, send: Send) -> None:
    """Connect's unary calls, as an ASGI application."""
    assert scope["type"] == "http"
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message["body"]
        if not message.get("more_body"):
            break
    _, service, method = scope["path"].split("/")
    answer = _answer(service, method, body).SerializeToString()
    headers = [(b"content-type", b"application/proto"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


def _answer(service: str, method: str, body: bytes) -> Any:
    called = descriptor_pool.Default().FindServiceByName(service).FindMethodByName(method)
    request = message_factory.GetMessageClass(called.input_type).FromString(body)
    answer = message_factory.GetMessageClass(called.output_type)()
    batched = _batched(called)
    if not batched:
        return _fill(answer, random.Random(f"{method} {_without_caller(request)}"))
    for said, asked in batched.items():
        for item in getattr(request, asked):
            one = getattr(answer, said).add()
            # Told by what is said of it, so that it is the same asked alone and joined with others.
            _fill(one, random.Random(f"{one.DESCRIPTOR.full_name} {_without_caller(item)}"))
    return answer


def _batched(called: Any) -> dict[str, str]:
    """Which field of the answer tells of which items of the request: ``results``, or fields of one name in both."""
    items = [field.name for field in called.input_type.fields if field.is_repeated and field.message_type]
    if "results" in called.output_type.fields_by_name:
        return {"results": items[0]}
    return {name: name for name in items if name in called.output_type.fields_by_name}


def _without_caller(item: Any) -> str:
    told = type(item).FromString(item.SerializeToString())
    key = told.member if "member" in told.DESCRIPTOR.fields_by_name else told
    if "caller" in key.DESCRIPTOR.fields_by_name:
        key.ClearField("caller")
    return str(told)


def _fill(message: Any, choose: random.Random, depth: int = 0) -> Any:
    chosen = {
        _one_of(group, choose).name for group in message.DESCRIPTOR.oneofs if not group.name.startswith("_")
    }
    for field in message.DESCRIPTOR.fields:
        if field.containing_oneof and not field.containing_oneof.name.startswith("_"):
            if field.name not in chosen:
                continue
        elif not field.is_repeated and not field.enum_type and choose.random() < 0.15:
            continue
        if field.message_type and field.message_type.GetOptions().map_entry:
            getattr(message, field.name)["asked"] = choose.choice(STRINGS)
        elif field.is_repeated:
            for _ in range(choose.randrange(0 if depth > 4 else 4)) if depth <= 4 else ():
                if field.message_type:
                    _fill(getattr(message, field.name).add(), choose, depth + 1)
                else:
                    getattr(message, field.name).append(_scalar(field, choose))
        elif field.message_type:
            if depth <= 4:
                _fill_one(getattr(message, field.name), choose, depth + 1)
        else:
            setattr(message, field.name, _scalar(field, choose))
    return message


def _fill_one(message: Any, choose: random.Random, depth: int) -> None:
    message.SetInParent()
    name = message.DESCRIPTOR.full_name
    if name == "google.protobuf.Timestamp":
        message.seconds = 2**60 if choose.random() < 0.002 else choose.randrange(1_500_000_000, 1_900_000_000)
        message.nanos = choose.choice([0, 0, 123_456_789])
    elif name == "huiyuan.kit.v1.Refusal":
        message.code = choose.choice(["UNKNOWN_MEMBER", "NOT_ALLOWED", "AWAY"])
        message.message, message.kind = "refused", choose.choice([3, 4, 7])
    else:
        _fill(message, choose, depth)


def _one_of(group: Any, choose: random.Random) -> FieldDescriptor:
    """Rather the value than the refusal."""
    values = [field for field in group.fields if field.name != "refusal"]
    refusals = [field for field in group.fields if field.name == "refusal"]
    return choose.choice(refusals if refusals and choose.random() < 0.05 else values)


def _scalar(field: FieldDescriptor, choose: random.Random) -> Any:
    if field.enum_type:
        known: list[int] = [value.number for value in field.enum_type.values]
        return 0 if choose.random() < 0.005 else choose.choice(known[1:] or known)
    kind = field.cpp_type
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return choose.random() < 0.5
    if kind in (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_UINT32):
        return choose.choice(_WHOLE)
    if kind == FieldDescriptor.CPPTYPE_UINT64:
        return choose.choice(_WHOLE)
    if kind == FieldDescriptor.CPPTYPE_INT64:
        return choose.choice(_LONG)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return b"bytes"
    return choose.choice(STRINGS)
