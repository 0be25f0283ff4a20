"""Codecs: how requests are read; what cannot be read is refused by name, a misspelt JSON field included."""

from typing import Any

from connectrpc.compat import google_protobuf_binary_codec
from google.protobuf.json_format import MessageToJson, Parse, ParseError
from google.protobuf.message import DecodeError

from services.kit.refusal import Invalid
from services.kit.rpc.complaints import without_values
from services.kit.rpc.encoded import Encoded
from services.kit.rpc.refusals import connect_error

_LONGEST_REASON = 300


class RequestNotUnderstood(Invalid):
    """The body is not the JSON or the protobuf that the contract says."""


class Json:
    """Protobuf's JSON. Fields that the contract does not know are refused, since a typo is no option left out."""

    def name(self) -> str:
        return "json"

    def encode(self, message: Any) -> bytes:
        if isinstance(message, Encoded):
            message = message.type.FromString(message.content)
        return MessageToJson(message).encode()

    def decode(self, data: bytes | bytearray, message_class: type[Any]) -> Any:
        try:
            return Parse(bytes(data), message_class())
        except (ParseError, ValueError, RecursionError) as wrong:
            reason = without_values(str(wrong))[:_LONGEST_REASON]
            raise connect_error(
                RequestNotUnderstood(f"the body is not the JSON expected: {reason}")
            ) from None


class Binary:
    """Protobuf's own form. Unknown fields are passed over, so that a newer client may call an older server."""

    def __init__(self) -> None:
        self._codec = google_protobuf_binary_codec()

    def name(self) -> str:
        return self._codec.name()

    def encode(self, message: Any) -> bytes:
        return message.content if isinstance(message, Encoded) else self._codec.encode(message)

    def decode(self, data: bytes | bytearray, message_class: type[Any]) -> Any:
        try:
            return self._codec.decode(data, message_class)
        except (DecodeError, ValueError):
            raise connect_error(RequestNotUnderstood("the body is not the protobuf expected")) from None
