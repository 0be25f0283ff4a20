"""The sender: one attempt at one endpoint, to its end or its time's, without redirects, proxies or cookies."""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

import httpcore

from gateway.webhooks.addresses import AddressRefused, NameNotResolved, Resolver

TIMEOUT_S = 15.0
_CONNECT_TIMEOUT_S = 5.0
_KEPT_FOR_S = 5.0
_LONGEST_ANSWER = 16 * 1024


class Failure(StrEnum):
    """Why an endpoint did not take a webhook."""

    STATUS = "STATUS"
    REDIRECTED = "REDIRECTED"
    GONE = "GONE"
    TIMED_OUT = "TIMED_OUT"
    NOT_CONNECTED = "NOT_CONNECTED"
    NOT_SECURE = "NOT_SECURE"
    NAME_NOT_RESOLVED = "NAME_NOT_RESOLVED"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    NOT_HTTP = "NOT_HTTP"
    # No secret of the endpoint's opens with the gateway's key.
    NOT_SIGNED = "NOT_SIGNED"


class Answer(NamedTuple):
    """How it went. Of what the endpoint said, only the status and ``Retry-After`` are kept: the rest is its own."""

    failure: Failure | None
    status_code: int | None = None
    retry_after_s: int | None = None


class Sender:
    """Posts webhooks; closed, it connects to nothing but the public internet."""

    def __init__(
        self, *, closed: bool, timeout_s: float = TIMEOUT_S, resolver: Resolver | None = None
    ) -> None:
        self._closed = closed
        self._timeout_s = timeout_s
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=None,  # so many as deliveries are under way, which is bounded for each endpoint
            max_keepalive_connections=100,
            keepalive_expiry=_KEPT_FOR_S,
            network_backend=_Checked(resolver or Resolver(closed=closed)),
        )

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post a body once."""
        if self._closed and not url.lower().startswith("https://"):
            return Answer(Failure.NOT_SECURE)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(url, headers, body)
        except (TimeoutError, httpcore.TimeoutException):
            return Answer(Failure.TIMED_OUT)
        except AddressRefused:
            return Answer(Failure.ADDRESS_REFUSED)
        except NameNotResolved:
            return Answer(Failure.NAME_NOT_RESOLVED)
        except httpcore.NetworkError as error:
            return Answer(Failure.NOT_SECURE if _is_about_tls(error) else Failure.NOT_CONNECTED)
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            return Answer(Failure.NOT_HTTP)

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        timeouts = {"connect": _CONNECT_TIMEOUT_S, "read": self._timeout_s, "write": self._timeout_s}
        said = [*headers.items(), ("content-length", str(len(body)))]
        async with self._pool.stream(
            "POST", url, headers=said, content=body, extensions={"timeout": timeouts}
        ) as answer:
            told = Answer(_failure(answer.status), answer.status, _retry_after_s(answer.headers))
            await _drain(answer)
            return told

    async def close(self) -> None:
        await self._pool.aclose()


async def _drain(answer: httpcore.Response) -> None:
    """Read what little there is, so that the connection can be used again; the status says all that counts."""
    read = 0
    try:
        async for part in answer.aiter_stream():
            read += len(part)
            if read > _LONGEST_ANSWER:
                return
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        return


def _is_about_tls(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error is not None


def _failure(status: int) -> Failure | None:
    if 200 <= status < 300:
        return None
    if status == 410:
        return Failure.GONE
    return Failure.REDIRECTED if 300 <= status < 400 else Failure.STATUS


def _retry_after_s(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    for name, value in headers:
        if name.lower() == b"retry-after" and value.isdigit() and len(value) < 10:
            return int(value)
    return None


class _Checked(httpcore.AsyncNetworkBackend):
    """Connects to an address that the resolver let through, never to a name."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        async with asyncio.timeout(timeout):
            addresses = await self._resolver.addresses(host, port)
        for last, address in enumerate(addresses, 1 - len(addresses)):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError:
                if not last:
                    raise
        raise NameNotResolved

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
