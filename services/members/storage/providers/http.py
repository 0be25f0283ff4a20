"""Requests to key management services: one attempt, bounded in time and size, over TLS, and no word of it in logs."""

import ssl
from collections.abc import Mapping
from typing import NamedTuple

import httpcore
import orjson

from services.members.storage.providers.patience import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, Patience
from services.members.storage.providers.provider import ProviderUnreachable

_LARGEST_ANSWER = 256 * 1024
_TIMEOUTS = {
    "connect": CONNECT_TIMEOUT_S,
    "read": READ_TIMEOUT_S,
    "write": READ_TIMEOUT_S,
    "pool": CONNECT_TIMEOUT_S,
}


class Answer(NamedTuple):
    """What a service said."""

    status: int
    said: Mapping[str, object]
    """Empty when it was no JSON object."""

    def text(self, name: str) -> str:
        """A text in the answer; empty when it is not there."""
        value = self.said.get(name)
        return value if isinstance(value, str) else ""


class Endpoint:
    """One key management service, by its address. ``url`` is checked by the settings: https, or this machine."""

    def __init__(self, service: str, url: str) -> None:
        self._service = service
        self._patience = Patience(service)
        self._url = url.rstrip("/")
        self._pool = httpcore.ConnectionPool(ssl_context=ssl.create_default_context(), keepalive_expiry=30)

    def call(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Make a request once. Raises ``ProviderUnreachable``."""
        return self._patience.call(lambda: self._call(method, path, headers, body))

    def _call(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        said = [*headers.items(), ("content-length", str(len(body)))]
        try:
            with self._pool.stream(
                method, self._url + path, headers=said, content=body, extensions={"timeout": _TIMEOUTS}
            ) as answer:
                return Answer(answer.status, _object(_read(answer)))
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as failure:
            raise ProviderUnreachable(
                f"{self._service} at {self._url} did not answer ({type(failure).__name__}): see that it is up and "
                "reachable from here, and start again"
            ) from None


def _read(answer: httpcore.Response) -> bytes:
    read = b""
    for part in answer.iter_stream():
        read += part
        if len(read) > _LARGEST_ANSWER:
            return b""
    return read


def _object(body: bytes) -> Mapping[str, object]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
