"""HTTP: GraphQL by POST, and public queries by GET."""

from collections.abc import Iterable
from enum import Enum
from functools import lru_cache, partial
from typing import Any
from urllib.parse import parse_qsl

import orjson
from graphql import OperationType
from starlette.types import Receive, Scope, Send

from gateway import limits
from gateway.auth import UNKNOWN
from gateway.documents import uses
from gateway.errors import BAD_REQUEST, LIMIT_EXCEEDED, RequestError, formatted, language
from gateway.limits.addresses import client_address
from gateway.limits.load import Load, Overloaded
from gateway.scalars import Locale, preferred
from gateway.serving import events, public
from gateway.serving.asking import Asker, Body, NotAQuery, NotExecuted, Operation
from gateway.serving.explorer import Page
from gateway.serving.front import TOO_BUSY
from gateway.serving.surface import Surface
from services.kit import telemetry

_CLIENT = uses.HEADER.encode()
_NO_STORE = (b"cache-control", b"no-store")


class Media(Enum):
    """What a client accepts of what we can answer."""

    def __init__(self, name: str) -> None:
        self.header = (b"content-type", name.encode() + b"; charset=utf-8")

    RESPONSE = "application/graphql-response+json"
    JSON = "application/json"
    EVENTS = "text/event-stream"
    PAGE = "text/html"


class Refused(Exception):
    """The HTTP request itself cannot be taken."""

    def __init__(
        self, status: int, message: str, *headers: tuple[bytes, bytes], code: str = BAD_REQUEST
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.code = code


@lru_cache(maxsize=256)
def accepted(accept: str | None) -> Media | None:
    """What the client likes best of what we have; JSON when it does not say, None when it wants none of it."""
    if not accept:
        return Media.JSON
    best: tuple[float, Media | None] = (0.0, None)
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        charset = next((p[8:] for p in parameters if p.startswith("charset=")), "utf-8")
        media = Media.JSON if kind in ("*/*", "application/*") else _MEDIA.get(kind)
        try:
            if media is not None and charset == "utf-8" and float(weight) > best[0]:
                best = (float(weight), media)
        except ValueError:
            continue
    return best[1]


_MEDIA = {media.value: media for media in Media}


_RETRY_SOON = (b"retry-after", b"1")


class Endpoint:
    """A surface over HTTP, as an ASGI application. ``page`` is what a browser gets, in development.

    Public queries alone come by GET, which is cached, logged and sent across sites, so that it speaks for nobody.
    With ``signed_gets``, which is for development, it speaks for whoever signed it.
    """

    def __init__(
        self,
        surface: Surface,
        page: Page | None,
        load: Load,
        *,
        trusted_proxies: int = 0,
        signed_gets: bool = False,
    ) -> None:
        self._surface = surface
        self._page = page
        self._load = load
        self._trusted_proxies = trusted_proxies
        self._signed_gets = signed_gets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._load.operations.turns_away():
            await _send(send, 503, [Media.JSON.header, _NO_STORE, _RETRY_SOON], TOO_BUSY)
            return
        headers = dict(scope["headers"])
        telemetry.begin(_text(headers, b"traceparent"))
        locale = preferred(_text(headers, b"accept-language"))
        language.set(locale)
        uses.client.set(uses.named(_text(headers, _CLIENT)))
        media = accepted(_text(headers, b"accept"))
        try:
            if media is Media.PAGE:
                await self._show_page(scope, send)
                return
            if media is None:
                raise Refused(
                    406, f"accept one of: {Media.RESPONSE.value}, {Media.JSON.value}, {Media.EVENTS.value}"
                )
            asker, parameters = await self._ask(scope, headers, locale, receive)
            # What is still on its way to us is waited for without a place: who sends slowly takes none from others.
            with self._load.operations:
                by_get = scope["method"] == "GET"
                operation = await self._surface.admit(parameters, asker, queries_only=by_get)
                if media is not Media.EVENTS:
                    if operation.kind is OperationType.SUBSCRIPTION:
                        raise Refused(406, f"subscriptions need accept: {Media.EVENTS.value}, or a WebSocket")
                    body = await self._surface.execute(operation)
                    if by_get and asker.identity is UNKNOWN and public.may_be_kept(body):
                        await _show(send, media, body, _text(headers, b"if-none-match"))
                        return
                    status = 400 if media is Media.RESPONSE and "data" not in body else 200
                    await _answer(send, status, media, body)
                    return
            await self._stream(operation, asker, receive, send)
        except NotExecuted as refusal:
            told = media if media in (Media.RESPONSE, Media.JSON) else Media.JSON
            await _answer(send, _status(refusal, media), told, refusal.body, *_advice(refusal))
        except NotAQuery:
            await _refuse(send, Refused(405, "GET serves queries only: use POST", (b"allow", b"POST")))
        except Refused as refusal:
            await _refuse(send, refusal)

    async def _ask(
        self, scope: Scope, headers: dict[bytes, bytes], locale: Locale, receive: Receive
    ) -> tuple[Asker, dict[str, Any]]:
        """Who asks, and for what."""
        address = partial(client_address, _peer(scope), scope["headers"], self._trusted_proxies)
        authorization = _text(headers, b"authorization")
        if scope["method"] == "GET":
            signed = authorization if self._signed_gets else None
            return await self._surface.identify(signed, locale, address), _query_parameters(scope)
        if scope["method"] != "POST":
            raise Refused(405, "use POST, or GET for public queries", (b"allow", b"GET, POST"))
        _check_content_type(_text(headers, b"content-type"))
        asker = await self._surface.identify(authorization, locale, address)
        return asker, _decoded(await _read(headers, receive))

    async def _stream(self, operation: Operation, asker: Asker, receive: Receive, send: Send) -> None:
        if self._load.streams.turns_away():
            raise Refused(503, "too many streams are open: try again", _RETRY_SOON, code=Overloaded.code)
        try:
            with self._load.streams, self._load.streams_of.of(asker.payer.key):
                await events.stream(self._surface, operation, receive, send)
        except Overloaded as refusal:
            raise Refused(429, refusal.message, _RETRY_SOON, code=LIMIT_EXCEEDED) from None

    async def _show_page(self, scope: Scope, send: Send) -> None:
        if self._page is None or scope["method"] != "GET":
            raise Refused(406, f"accept {Media.RESPONSE.value} or {Media.JSON.value}")
        policy = (b"content-security-policy", self._page.policy)
        headers = [(b"content-type", b"text/html; charset=utf-8"), _NO_STORE, policy]
        await _send(send, 200, headers, self._page.content)


async def _refuse(send: Send, refusal: Refused) -> None:
    body = {"errors": [formatted(RequestError(refusal.code, str(refusal)))]}
    await _answer(send, refusal.status, Media.JSON, body, *refusal.headers)


def _peer(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None


def _text(headers: dict[bytes, bytes], name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


@lru_cache(maxsize=64)
def _check_content_type(content_type: str | None) -> None:
    """JSON in UTF-8 and nothing else: what a form on another site can send is refused."""
    kind, *parameters = (part.strip().lower() for part in (content_type or "").split(";"))
    if kind != "application/json":
        raise Refused(415, "send the request as content-type: application/json")
    if any(p.startswith("charset=") and p[8:].strip('"') not in ("utf-8", "utf8") for p in parameters):
        raise Refused(415, "send the request in UTF-8")


async def _read(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    _check_length(int(headers.get(b"content-length", b"0")))
    message = await receive()
    if not message.get("more_body"):
        body: bytes = message.get("body", b"")
        _check_length(len(body))
        return body
    read = bytearray(message["body"])
    while message.get("more_body"):
        message = await receive()
        read += message.get("body", b"")
        _check_length(len(read))
    return bytes(read)


def _check_length(length: int) -> None:
    if length > limits.BODY_BYTES:
        raise Refused(413, f"the request is too long: at most {limits.BODY_BYTES} bytes")


def _decoded(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400, "the request is not JSON in UTF-8") from None


def _query_parameters(scope: Scope) -> dict[str, Any]:
    query = scope["query_string"]
    if len(query) > limits.BODY_BYTES:
        raise Refused(414, "the query string is too long")
    try:
        parameters: dict[str, Any] = dict(
            parse_qsl(query.decode("ascii"), strict_parsing=bool(query), max_num_fields=10)
        )
        for name in ("variables", "extensions"):
            if name in parameters:
                parameters[name] = orjson.loads(parameters[name])
    except ValueError:
        raise Refused(400, "the query string is not well-formed") from None
    return parameters


def _status(refusal: NotExecuted, media: Media | None) -> int:
    if refusal.throttled_s:
        return 429
    if refusal.unauthenticated:
        return 401
    if refusal.away:
        return 503
    # Under application/json, a status other than 200 would mean that no GraphQL server was there. Whoever wants
    # events and gets none has to see it by the status.
    return 200 if media is Media.JSON and not refusal.malformed else 400


def _advice(refusal: NotExecuted) -> Iterable[tuple[bytes, bytes]]:
    """The headers that say what to do about it."""
    if refusal.throttled_s:
        return [(b"retry-after", b"%d" % refusal.throttled_s)]
    if refusal.away:
        return [_RETRY_SOON]
    return [(b"www-authenticate", b"Bearer")] if refusal.unauthenticated else []


async def _answer(send: Send, status: int, media: Media, body: Body, *headers: tuple[bytes, bytes]) -> None:
    await _send(send, status, [media.header, _NO_STORE, *headers], orjson.dumps(body))


async def _show(send: Send, media: Media, body: Body, if_none_match: str | None) -> None:
    """Answer what anyone may see, without the bytes for whoever has them already."""
    content = orjson.dumps(body)
    shown = public.headers(content, media.value.encode())
    if public.is_fresh(if_none_match, shown):
        await send({"type": "http.response.start", "status": 304, "headers": shown})
        await send({"type": "http.response.body"})
        return
    await _send(send, 200, [media.header, *shown], content)


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
