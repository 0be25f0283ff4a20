"""Refusals on the wire: as the detail of a Connect error, as an item of a batch, and back again."""

from connectrpc.code import Code
from connectrpc.errors import ConnectError, ErrorDetail
from huiyuan.kit.v1 import kit_pb2
from protobuf.wkt import Any as WireAny

from services.kit.refusal import Kind, Refusal, Unavailable

_CODES = {
    Kind.INVALID: Code.INVALID_ARGUMENT,
    Kind.UNAUTHENTICATED: Code.UNAUTHENTICATED,
    Kind.FORBIDDEN: Code.PERMISSION_DENIED,
    Kind.NOT_FOUND: Code.NOT_FOUND,
    Kind.CONFLICT: Code.ALREADY_EXISTS,
    Kind.DECLINED: Code.FAILED_PRECONDITION,
    Kind.UNAVAILABLE: Code.UNAVAILABLE,
}


def wire_refusal(refusal: Refusal) -> kit_pb2.Refusal:
    """A refusal as the message that batch items and error details carry."""
    return kit_pb2.Refusal(
        code=refusal.code,
        message=refusal.message,
        field=refusal.field,
        facts=refusal.facts,
        retryable=refusal.retryable,
        kind=kit_pb2.RefusalKind.Name(refusal.kind.value),
    )


def connect_error(refusal: Refusal) -> ConnectError:
    """A refusal as the error that the whole call ends with."""
    detail = WireAny(
        type_url="type.googleapis.com/huiyuan.kit.v1.Refusal",
        value=wire_refusal(refusal).SerializeToString(),
    )
    return ConnectError(
        _CODES[refusal.kind], f"{refusal.code}: {refusal.message}", details=[ErrorDetail(detail)]
    )


_KINDS = {code: kind for kind, code in _CODES.items()}
_AWAY_CODES = {Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.CANCELED, Code.UNKNOWN, Code.RESOURCE_EXHAUSTED}


class ServiceUnavailable(Unavailable):
    """A service did not answer in time; try again."""


class ServiceFailed(ServiceUnavailable):
    """A service is there, and could not do this one thing: a fault of its own, or it does not know the method yet."""

    code = ServiceUnavailable.code


class RemoteRefusal(Refusal):
    """A refusal that another service gave, with its own code and kind."""

    def __init__(self, wire: kit_pb2.Refusal) -> None:
        super().__init__(wire.message, field=wire.field)
        self.facts = dict(wire.facts)
        self.code = wire.code  # type: ignore[misc]  # a remote refusal is one class for all codes
        self.kind = Kind(wire.kind or Kind.INVALID.value)  # type: ignore[misc]


def refusal_of(error: ConnectError, service: str) -> Refusal:
    """What a failed call means to its caller."""
    for detail in error.details:
        if detail.type_name == "huiyuan.kit.v1.Refusal":
            return RemoteRefusal(kit_pb2.Refusal.FromString(detail.message_bytes))
    if error.code in _AWAY_CODES:
        return ServiceUnavailable(f"the {service} service did not answer: try again")
    if error.code in _KINDS and error.code is not Code.UNAVAILABLE:
        return RemoteRefusal(
            kit_pb2.Refusal(code=error.code.name, message=error.message, kind=_KINDS[error.code].value)  # type: ignore[arg-type]
        )
    return ServiceFailed(f"the {service} service failed: try again")
